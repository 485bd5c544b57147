//! Takes in what is heard of conversations: events, records, recordings, turns with bots. Any order, any number of times.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::events::{self, Heard, Hooked};
use crate::evidence::{Evidence, Measured, Part, Recorded};
use crate::ids::ContactId;
use crate::item::{Body, Item, Key, Recording, Turn};
use crate::moment::Moment;
use crate::outside::{Location, Measure, MeasureError, Objects, Rim, Silent, Stored};
use crate::store::{Change, Store};
use crate::work::check::write;
use crate::work::{Work, WorkError};

/// What became of something that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It told something new.
    New,
    /// It was known, or is about something that was erased.
    Known,
    /// It is about something else.
    Foreign,
    /// It is none of the things that are heard here, and is passed over: the same again would be no better.
    Unreadable,
}

/// Why something that was heard has to come again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeardError {
    /// The table did not do it.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// An object could not be read or deleted.
    #[error(transparent)]
    Silent(#[from] Silent),
}

impl<S: Store, D, O: Objects, R: Rim> Work<'_, S, D, O, R> {
    /// Takes in a contact event of EventBridge.
    pub async fn contact_event(&self, event: &Value) -> Result<Taken, HeardError> {
        match events::contact_event(event) {
            Some(heard) => self.heard(&heard).await,
            None => Ok(Taken::Unreadable),
        }
    }

    /// Takes in a contact record, of any version, in any order. Recordings that it names are waited for.
    pub async fn contact_record(&self, record: &Value) -> Result<Taken, HeardError> {
        match events::contact_record(record) {
            Some(heard) => self.heard(&heard).await,
            None => Ok(Taken::Unreadable),
        }
    }

    async fn heard(&self, heard: &Heard) -> Result<Taken, HeardError> {
        let mut taken = self.learn(&heard.contact, &heard.evidence, heard.inbound).await?;
        if taken == Taken::Foreign {
            return Ok(taken);
        }
        for (location, recorded) in &heard.evidence.recordings {
            if self.link(&heard.contact, location, recorded).await? == Taken::New {
                taken = Taken::New;
            }
        }
        Ok(taken)
    }

    /// Takes in evidence of a conversation. Where nobody knows the call yet, it is kept until it says who it is, where somebody
    /// may have called at all.
    pub async fn learn(&self, contact: &ContactId, evidence: &Evidence, inbound: bool) -> Result<Taken, WorkError> {
        let grown = self
            .change(contact, |conversation| {
                if conversation.erased.is_some() {
                    return false;
                }
                let before = conversation.evidence.clone();
                conversation.evidence.merge(evidence);
                conversation.evidence != before
            })
            .await?;
        if grown {
            return Ok(Taken::New);
        }
        if self.conversation(contact).await?.is_some() {
            return Ok(Taken::Known);
        }
        if !inbound {
            return Ok(Taken::Foreign);
        }
        let key = Key::Conversation(contact.clone());
        let made = self
            .decide(std::slice::from_ref(&key), |items| {
                if items[0].is_some() {
                    return None;
                }
                let mut next = self.conversation_of(None, contact);
                next.evidence.merge(evidence);
                Some((vec![Change::create(key.clone(), next)], ()))
            })
            .await?;
        match made {
            Some(()) => Ok(Taken::New),
            // Somebody was faster: then it is there now.
            None => Box::pin(self.learn(contact, evidence, false)).await,
        }
    }

    /// A contact record says that a recording is of a conversation. It may have arrived already, or come later.
    async fn link(&self, contact: &ContactId, location: &str, recorded: &Recorded) -> Result<Taken, HeardError> {
        let conversation = self.conversation(contact).await?;
        let ours = conversation.as_ref().is_some_and(|known| known.collection.is_some());
        if conversation.is_some_and(|known| known.erased.is_some()) {
            self.forget(contact, location).await?;
            return Ok(Taken::Known);
        }
        let known = self
            .recording(location, |recording| {
                recording.contact = Some(contact.clone());
                recording.known.part = recording.known.part.max(recorded.part);
                if ours {
                    recording.expires = None;
                }
            })
            .await?;
        let evidence = Evidence { recordings: [(location.to_owned(), known.known)].into(), ..Evidence::default() };
        Ok(self.learn(contact, &evidence, false).await?)
    }

    /// A recording arrived and was measured, before or after a contact record named it. Also again: it is measured anew.
    pub async fn recording_arrived(&self, measure: &impl Measure, location: &Location) -> Result<Taken, HeardError> {
        let measured = match measure.measure(location).await {
            Ok(measured) => measured,
            Err(MeasureError::Gone) => return Ok(Taken::Known),
            Err(MeasureError::Unavailable) => return Err(Silent("the object").into()),
            // It stays what it is: a recording that nobody can use.
            Err(MeasureError::Unreadable(_)) => Measured {
                bytes: 0,
                tag: String::new(),
                milliseconds: 0,
                faults: ["no_recording".to_owned()].into(),
                figures: serde_json::Map::new(),
            },
        };
        self.arrived(location, measured).await
    }

    /// As [`Self::recording_arrived`], of a recording that was measured.
    pub async fn arrived(&self, location: &Location, measured: Measured) -> Result<Taken, HeardError> {
        let place = location.to_string();
        let new = Recorded { part: Part::Unknown, measured: Some(measured) };
        let known = self
            .recording(&place, |recording| {
                if recording.erased {
                    return;
                }
                let mut evidence = events::arrived(location, recording.known.clone());
                evidence.merge(&events::arrived(location, new.clone()));
                recording.known = evidence.recordings.remove(&place).unwrap_or_default();
            })
            .await?;
        let Some(contact) = known.contact else { return Ok(Taken::New) };
        if self.conversation(&contact).await?.is_some_and(|known| known.erased.is_some()) {
            self.forget(&contact, &place).await?;
            return Ok(Taken::Known);
        }
        Ok(self.learn(&contact, &events::arrived(location, known.known), false).await?)
    }

    /// A transcript, or whatever else lies under `collections/COLLECTION/CONTACT/transcripts/` of the bucket, arrived.
    pub async fn transcript_arrived(&self, location: &Location) -> Result<Taken, HeardError> {
        let mut parts = location.key.split('/');
        let named = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some("collections"), Some(_), Some(contact), Some("transcripts")) = named else {
            return Ok(Taken::Foreign);
        };
        let contact = ContactId::from(contact);
        if self.conversation(&contact).await?.is_some_and(|known| known.erased.is_some()) {
            self.delete_object(location).await?;
            return Ok(Taken::Known);
        }
        let evidence = Evidence { transcripts: [location.to_string()].into(), ..Evidence::default() };
        Ok(self.learn(&contact, &evidence, false).await?)
    }

    /// What is known of a recording, after a change.
    async fn recording(&self, location: &str, change: impl Fn(&mut Recording)) -> Result<Recording, WorkError> {
        let key = Key::Recording(location.to_owned());
        let now = self.rim.now();
        let forget = Moment::from_seconds((now + self.policy.remember()).seconds());
        let done = self
            .decide(std::slice::from_ref(&key), |items| {
                let known = items[0].as_ref().and_then(|item| item.body.recording()).cloned();
                let mut next = known.unwrap_or_else(|| Recording {
                    location: location.to_owned(),
                    contact: None,
                    since: now,
                    known: Recorded::default(),
                    erased: false,
                    expires: Some(forget),
                });
                change(&mut next);
                Some((write(&key, items[0].as_ref(), next.clone()), next))
            })
            .await?;
        done.ok_or(WorkError::Write)
    }

    /// The recording of a conversation that was erased goes as well, whenever it comes. A mark is left by which it is known
    /// then.
    pub(super) async fn forget(&self, contact: &ContactId, location: &str) -> Result<(), HeardError> {
        let forget = Moment::from_seconds((self.rim.now() + self.policy.remember()).seconds());
        self.recording(location, |recording| {
            recording.contact = Some(contact.clone());
            recording.known = Recorded::default();
            recording.expires = if recording.erased { recording.expires } else { Some(forget) };
            recording.erased = true;
        })
        .await?;
        if let Some(place) = Location::read(location) {
            self.delete_object(&place).await?;
        }
        Ok(())
    }

    /// Deletes every version of an object.
    pub(super) async fn delete_object(&self, location: &Location) -> Result<(), Silent> {
        for stored in self.versions(location).await? {
            self.objects.delete(&stored).await?;
        }
        Ok(())
    }

    /// Every version of an object.
    pub(super) async fn versions(&self, location: &Location) -> Result<Vec<Stored>, Silent> {
        let mut stored = self.under(&location.bucket, &location.key).await?;
        stored.retain(|stored| stored.location == *location);
        Ok(stored)
    }

    /// Every version of every object whose key begins so.
    pub(super) async fn under(&self, bucket: &str, prefix: &str) -> Result<Vec<Stored>, Silent> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let (page, next) = self.objects.list(bucket, prefix, after).await?;
            all.extend(page);
            match next {
                Some(next) => after = Some(next),
                None => return Ok(all),
            }
        }
    }
}

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// A turn with a bot: a row of its own, put where it is not there. Lex may tell the same again. Only turns of conversations
    /// whose callers agreed are kept.
    pub async fn turn_heard(&self, hooked: &Hooked) -> Result<Taken, WorkError> {
        let contact = &hooked.turn.contact;
        let conversation_key = Key::Conversation(contact.clone());
        let key = Key::Turn(contact.clone(), name(&hooked.turn));
        let new = self
            .decide(&[conversation_key, key.clone()], |items| {
                let item = items[0].as_ref()?;
                let conversation = item.body.conversation()?;
                if !conversation.evidence.consents() || conversation.erased.is_some() {
                    return Some((Vec::new(), Taken::Foreign));
                }
                if items[1].is_some() {
                    return Some((Vec::new(), Taken::Known));
                }
                Some((vec![Change::check(item), Change::create(key.clone(), hooked.turn.clone())], Taken::New))
            })
            .await?;
        let Some(taken) = new else { return Ok(Taken::Foreign) };
        if let Some(result) = hooked.result.clone().filter(|_| taken == Taken::New) {
            let evidence = Evidence { bot: Some(result), ..Evidence::default() };
            self.learn_known(contact, &evidence).await?;
        }
        Ok(taken)
    }

    async fn learn_known(&self, contact: &ContactId, evidence: &Evidence) -> Result<bool, WorkError> {
        self.change(contact, |conversation| {
            conversation.erased.is_none() && {
                conversation.evidence.merge(evidence);
                true
            }
        })
        .await
    }

    /// The turns of a conversation, in order.
    pub async fn turns(&self, contact: &ContactId) -> Result<Vec<Turn>, WorkError> {
        let items = self.part(&crate::item::Part::Contact(contact.clone())).await?;
        let mut turns: Vec<Turn> = items.iter().filter_map(|item| item.body.turn().cloned()).collect();
        turns.sort_by_key(|turn| (turn.nth, turn.said_at));
        Ok(turns)
    }

    /// Deletes an item, whatever it is.
    pub(super) async fn delete_row(&self, key: &Key) -> Result<(), WorkError> {
        let delete = |items: &[Option<Item>]| items[0].as_ref().map(|item| (vec![Change::delete(item)], ()));
        self.decide(std::slice::from_ref(key), delete).await?;
        Ok(())
    }
}

/// The number of a turn and a digest of what was said: the same turn has the same name whenever it is told, another one that
/// happens to have the same number another.
fn name(turn: &Turn) -> String {
    let said = Turn { said_at: Moment::default(), ..turn.clone() };
    let text = serde_json::to_string(&Body::from(said)).unwrap_or_default();
    let mut digest = format!("{:x}", Sha256::digest(text));
    digest.truncate(12);
    format!("{:04}-{digest}", turn.nth)
}
