//! Erases a collection, a person or a conversation from every store, and proves it: what there was before, what there is after.
//!
//! A conversation is first marked as erased, after which whatever still comes of it is refused or deleted; then everything it
//! has outside goes; the mark, which says nothing but that it was, is left at last. Who dies in between is gone on with by the
//! same call: what is left is found again until nothing is.

use std::collections::BTreeSet;

use crate::evidence::Evidence;
use crate::ids::{CollectionId, ContactId, PersonId};
use crate::item::{Collection, Conversation, Item, Key, Part, Person, PinRecord, Role, Status};
use crate::moment::Moment;
use crate::outside::{
    Directory, DirectoryError, Jobs, Location, Objects, Rim, Silent, conversation_folder, folder, jobs_of,
};
use crate::store::{Change, Store};
use crate::work::pool::PAGE;
use crate::work::{HeardError, PeopleError, Work, WorkError};

/// What is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A collection that is over or was never started, with its conversations, and the people who take part in no other.
    Collection(CollectionId),
    /// A person, with all conversations they called or, being an agent, took.
    Person(PersonId),
    /// One conversation.
    Conversation(ContactId),
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    /// Where: `table`, `bucket`, `transcription jobs`, `connect users`.
    pub store: &'static str,
    /// What: a key without a PIN, an object with its version, a job, a user.
    pub what: String,
}

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What was found, sorted.
    pub traces: Vec<Trace>,
    /// Marks that say of a contact, or of a recording, that it was erased, and nothing else. They are forgotten after 40 days; until then what comes
    /// late of these contacts is deleted.
    pub marks: u32,
}

impl Listing {
    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.traces.is_empty()
    }
}

/// What was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// What there was before.
    pub before: Listing,
    /// What there is after: nothing, unless something came meanwhile; then the same again is to be done.
    pub after: Listing,
    /// What nobody can erase at once, and until when it stays.
    pub remains: &'static [&'static str],
}

/// What nobody can erase at once.
pub const REMAINS: &[&str] = &[
    "backups of the table: point-in-time recovery keeps up to 35 days, backups on demand until they are deleted",
    "Connect's own contact records and contact search: 24 months after the contact began",
    "records in the stream: until its retention is over, 24 hours unless the blueprint says more",
    "logs of functions and flows, which hold contact identifiers and no numbers or PINs: until their retention is over",
    "objects under an object lock, and copies in other buckets",
    "what was downloaded, and data sets made of it: download again, which removes what is erased, and make them anew",
];

/// Why it was not erased, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EraseError {
    /// The table did not do it.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// There is nothing of that name.
    #[error("there is no {0}")]
    Unknown(String),
    /// The collection is not over.
    #[error("the collection `{0}` is {state}: stop it first, and wait until it has ended", state = .1.word())]
    Open(CollectionId, Status),
    /// Something outside did not answer. What was erased until then is; the same again goes on.
    #[error(transparent)]
    Silent(#[from] Silent),
    /// Connect did not do it; the same again goes on.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A recording could not be deleted. What was erased until then is; the same again goes on.
    #[error(transparent)]
    Heard(#[from] HeardError),
    /// A person cannot go just now.
    #[error(transparent)]
    People(#[from] PeopleError),
}

/// All that a scope is about.
struct Concerned {
    collection: Option<Collection>,
    conversations: Vec<Conversation>,
    people: Vec<Person>,
    pins: Vec<PinRecord>,
}

impl<S: Store, D: Directory, O: Objects, R: Rim> Work<'_, S, D, O, R> {
    /// Erases, and proves it.
    pub async fn erase(&self, scope: &Scope, jobs: &impl Jobs) -> Result<Erased, EraseError> {
        let concerned = self.concerned(scope).await?;
        let nothing = concerned.collection.is_none() && concerned.conversations.is_empty();
        if nothing && concerned.people.is_empty() && concerned.pins.is_empty() {
            return Err(EraseError::Unknown(named(scope)));
        }
        if let Some(collection) = &concerned.collection
            && !matches!(collection.state, Status::New | Status::Ended)
        {
            return Err(EraseError::Open(collection.id.clone(), collection.state));
        }
        let before = self.listing(scope, jobs).await?;
        for conversation in &concerned.conversations {
            self.erase_conversation(conversation, jobs).await?;
        }
        for person in &concerned.people {
            self.remove(&person.id).await?;
        }
        if let Scope::Collection(id) = scope {
            self.erase_rest(id, jobs).await?;
        }
        self.blank_pins(scope).await?;
        let after = self.listing(scope, jobs).await?;
        Ok(Erased { before, after, remains: REMAINS })
    }

    /// Everything that there is of a scope.
    pub async fn listing(&self, scope: &Scope, jobs: &impl Jobs) -> Result<Listing, EraseError> {
        let concerned = self.concerned(scope).await?;
        let mut listing = Listing::default();
        let mut found = Vec::new();
        let table = |what: String| Trace { store: "table", what };
        found.extend(concerned.collection.iter().map(|of| table(Key::Collection(of.id.clone()).to_string())));
        for conversation in &concerned.conversations {
            if is_mark(conversation) {
                listing.marks += 1;
            } else {
                found.push(table(Key::Conversation(conversation.id.clone()).to_string()));
            }
            found.extend(self.of_conversation(conversation, jobs, &mut listing.marks).await?);
        }
        for person in &concerned.people {
            found.push(table(Key::Person(person.id.clone()).to_string()));
            if let Some(account) = &person.account {
                let user = self.directory.find(&account.username).await?;
                let mine = user.filter(|user| user.mark.as_deref() == Some(person.id.as_str()));
                found.extend(mine.map(|user| Trace { store: "connect users", what: user.id.to_string() }));
            }
        }
        found.extend(concerned.pins.iter().map(|pin| table(format!("pin#{}#…", pin.opens.word()))));
        if let Scope::Collection(id) = scope {
            if let Some(bucket) = &self.policy.bucket {
                found.extend(objects(self.under(bucket, &folder(id)).await?));
            }
            found.extend(self.jobs(jobs, &jobs_of(id)).await?);
        }
        found.sort();
        found.dedup();
        listing.traces = found;
        Ok(listing)
    }

    async fn of_conversation(
        &self,
        conversation: &Conversation,
        jobs: &impl Jobs,
        marks: &mut u32,
    ) -> Result<Vec<Trace>, EraseError> {
        let mut found = Vec::new();
        for item in self.part(&Part::Contact(conversation.id.clone())).await? {
            if item.body.recording().is_some_and(|recording| recording.erased) {
                *marks += 1;
            } else {
                found.push(Trace { store: "table", what: item.key.to_string() });
            }
        }
        for location in self.places(conversation).await? {
            found.extend(objects(self.versions(&location).await?));
        }
        if let Some(prefix) = own_folder(conversation)
            && let Some(bucket) = &self.policy.bucket
        {
            found.extend(objects(self.under(bucket, &prefix).await?));
        }
        found.extend(self.jobs(jobs, conversation.id.as_str()).await?);
        Ok(found)
    }

    async fn jobs(&self, jobs: &impl Jobs, contains: &str) -> Result<Vec<Trace>, Silent> {
        let names = all_jobs(jobs, contains).await?;
        Ok(names.into_iter().map(|what| Trace { store: "transcription jobs", what }).collect())
    }

    /// Where recordings and transcripts of a conversation are, as rows and evidence say.
    async fn places(&self, conversation: &Conversation) -> Result<Vec<Location>, WorkError> {
        let rows = self.part(&Part::Contact(conversation.id.clone())).await?;
        let rows = rows.iter().filter_map(|item| item.body.recording()).map(|recording| recording.location.clone());
        let known = conversation.evidence.recordings.keys().chain(&conversation.evidence.transcripts).cloned();
        let mut places: Vec<Location> = rows.chain(known).filter_map(|text| Location::read(&text)).collect();
        places.sort();
        places.dedup();
        Ok(places)
    }

    async fn erase_conversation(&self, conversation: &Conversation, jobs: &impl Jobs) -> Result<(), EraseError> {
        let now = self.rim.now();
        self.change(&conversation.id, |next| {
            let first = next.erased.is_none();
            next.erased = next.erased.or(Some(now));
            first
        })
        .await?;
        // As it is now, since something may have come before the mark.
        let Some(conversation) = self.conversation(&conversation.id).await? else { return Ok(()) };
        for location in self.places(&conversation).await? {
            self.delete_object(&location).await?;
        }
        for location in conversation.evidence.recordings.keys() {
            self.forget(&conversation.id, location).await?;
        }
        if let Some(prefix) = own_folder(&conversation)
            && let Some(bucket) = &self.policy.bucket
        {
            for stored in self.under(bucket, &prefix).await? {
                self.objects.delete(&stored).await?;
            }
        }
        for name in all_jobs(jobs, conversation.id.as_str()).await? {
            jobs.delete(&name).await?;
        }
        for item in self.part(&Part::Contact(conversation.id.clone())).await? {
            match item.body.recording() {
                Some(recording) => self.forget(&conversation.id, &recording.location).await?,
                None => self.delete_row(&item.key).await?,
            }
        }
        let forget = Moment::from_seconds((now + self.policy.remember()).seconds());
        self.change(&conversation.id, |next| {
            next.person = None;
            next.evidence = Evidence::default();
            next.wrong = Vec::new();
            next.expires = Some(forget);
            true
        })
        .await?;
        Ok(())
    }

    /// What is left of a collection whose conversations are erased: its folder, its jobs, its row; and who takes part in others
    /// as well takes part in this one no more.
    async fn erase_rest(&self, id: &CollectionId, jobs: &impl Jobs) -> Result<(), EraseError> {
        if let Some(bucket) = &self.policy.bucket {
            for stored in self.under(bucket, &folder(id)).await? {
                self.objects.delete(&stored).await?;
            }
        }
        for name in all_jobs(jobs, &jobs_of(id)).await? {
            jobs.delete(&name).await?;
        }
        for item in self.everything("person#").await? {
            let Some(person) = item.body.person().filter(|person| person.collections.contains(id)) else { continue };
            self.decide(&[Key::Person(person.id.clone())], |items| {
                let item = items[0].as_ref()?;
                let mut next = item.body.person()?.clone();
                next.collections.remove(id).then(|| (vec![Change::replace(item, next)], ()))
            })
            .await?;
        }
        self.delete_row(&Key::Collection(id.clone())).await?;
        Ok(())
    }

    /// PINs open nothing any more and say nothing of whom they were of; until they expire nobody else is given them.
    async fn blank_pins(&self, scope: &Scope) -> Result<(), EraseError> {
        for pin in self.concerned(scope).await?.pins {
            self.decide(&[Key::Pin(pin.opens, pin.pin.clone())], |items| {
                let item = items[0].as_ref()?;
                let record = item.body.pin()?.clone();
                let blank = PinRecord { collection: None, person: None, retired: true, ..record };
                Some((vec![Change::replace(item, blank)], ()))
            })
            .await?;
        }
        Ok(())
    }

    /// All that a scope is about, read from the table itself: an index may be behind.
    async fn concerned(&self, scope: &Scope) -> Result<Concerned, EraseError> {
        let mut concerned =
            Concerned { collection: None, conversations: Vec::new(), people: Vec::new(), pins: Vec::new() };
        match scope {
            Scope::Conversation(id) => concerned.conversations.extend(self.conversation(id).await?),
            Scope::Collection(id) => {
                concerned.collection = self.collection(id).await?;
                let people = self.everything("person#").await?;
                let only = |person: &&Person| person.collections.len() == 1 && person.collections.contains(id);
                concerned.people = people.iter().filter_map(|item| item.body.person()).filter(only).cloned().collect();
                let goes: BTreeSet<PersonId> = concerned.people.iter().map(|person| person.id.clone()).collect();
                let theirs = |person: &Option<PersonId>| person.as_ref().is_some_and(|person| goes.contains(person));
                // Calls that were not let in are of no collection, and name who called all the same.
                let of_it = |of: &Conversation| of.collection.as_ref() == Some(id) || theirs(&of.person);
                concerned.conversations = self.conversations_where(of_it).await?;
                concerned.pins =
                    self.pins_where(|pin| pin.collection.as_ref() == Some(id) || theirs(&pin.person)).await?;
            }
            Scope::Person(id) => {
                let person = self.person(id).await?;
                let agent = person.as_ref().filter(|person| person.role == Role::Agent);
                let user = agent.and_then(|person| person.account.as_ref()?.user.clone());
                let took = |of: &Conversation| {
                    user.is_some() && of.evidence.joined.as_ref().map(|joined| &joined.agent) == user.as_ref()
                };
                concerned.conversations =
                    self.conversations_where(|of| of.person.as_ref() == Some(id) || took(of)).await?;
                concerned.people.extend(person);
                concerned.pins = self.pins_where(|pin| pin.person.as_ref() == Some(id)).await?;
            }
        }
        Ok(concerned)
    }

    async fn conversations_where(&self, of: impl Fn(&Conversation) -> bool) -> Result<Vec<Conversation>, WorkError> {
        let items = self.everything("conversation#").await?;
        Ok(items.iter().filter_map(|item| item.body.conversation()).filter(|known| of(known)).cloned().collect())
    }

    async fn pins_where(&self, of: impl Fn(&PinRecord) -> bool) -> Result<Vec<PinRecord>, WorkError> {
        let items = self.everything("pin#").await?;
        Ok(items.iter().filter_map(|item| item.body.pin()).filter(|known| of(known)).cloned().collect())
    }

    /// Every item of a kind, read from the table itself.
    async fn everything(&self, prefix: &'static str) -> Result<Vec<Item>, WorkError> {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.scan(prefix, PAGE, after).await?;
            items.extend(self.store.get_all(&page.keys).await?.into_iter().flatten());
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(items),
            }
        }
    }
}

/// Whether all that is left is that it was.
fn is_mark(conversation: &Conversation) -> bool {
    conversation.erased.is_some() && conversation.person.is_none() && conversation.evidence == Evidence::default()
}

fn named(scope: &Scope) -> String {
    match scope {
        Scope::Collection(id) => format!("collection `{id}`"),
        Scope::Person(id) => format!("person `{id}`"),
        Scope::Conversation(id) => format!("conversation `{id}`"),
    }
}

fn own_folder(conversation: &Conversation) -> Option<String> {
    conversation.collection.as_ref().map(|id| conversation_folder(id, &conversation.id))
}

fn objects(stored: Vec<crate::outside::Stored>) -> impl Iterator<Item = Trace> {
    stored.into_iter().map(|stored| {
        let version = stored.version.map(|version| format!(" (version {version})")).unwrap_or_default();
        Trace { store: "bucket", what: format!("{}{version}", stored.location) }
    })
}

async fn all_jobs(jobs: &impl Jobs, contains: &str) -> Result<Vec<String>, Silent> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = jobs.list(contains, after).await?;
        all.extend(page);
        match next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}
