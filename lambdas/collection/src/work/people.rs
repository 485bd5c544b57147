//! Customers and agents come and go.
//!
//! What is done in Connect is written down before, with the time until which whoever does it may go on. Who comes later, after
//! that time, goes on or takes it back: no step leaves half an account, whoever dies where.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::ids::{CollectionId, PersonId, ProfileId, UserId};
use crate::item::{Account, Collection, Item, Key, Person, PinRecord, Role, Seat, Standing, Tries};
use crate::moment::Moment;
use crate::outside::{Directory, DirectoryError, NewUser, Rim};
use crate::pin::{PinKind, below};
use crate::store::{Change, CommitError, Store};
use crate::work::check::write;
use crate::work::pins::{PinError, Wanted};
use crate::work::{TRIES, Work, WorkError};

/// How long somebody may take to tell Connect something.
pub(super) const TELLING: Duration = Duration::from_mins(2);

/// So long before that time is over, nothing more is told.
const MARGIN: Duration = Duration::from_secs(30);

/// An agent to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAgent {
    /// The name they sign in with.
    pub username: String,
    /// Their name.
    pub first_name: String,
    /// Their family name.
    pub last_name: String,
    /// The collection they take the calls of.
    pub collection: CollectionId,
    /// Whether they sign in with SAML. Otherwise Connect needs a password to begin with: a random one, which is told once.
    pub saml: bool,
}

/// Somebody who was added.
#[derive(Clone, PartialEq, Eq)]
pub struct Added {
    /// Who.
    pub person: Person,
    /// The password that an agent begins with. It is nowhere else: Connect has no operation that sets another one for them, so
    /// who loses it has to be added anew.
    pub password: Option<String>,
}

/// Why nobody was added, or went.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeopleError {
    /// The table did not do it.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// No PIN is free.
    #[error(transparent)]
    Pin(PinError),
    /// There is no such person.
    #[error("there is no person `{0}`")]
    Unknown(PersonId),
    /// There is no such collection.
    #[error("there is no collection `{0}`")]
    NoCollection(CollectionId),
    /// The collection takes nobody any more.
    #[error("the collection `{0}` is over: nobody can take part in it")]
    Over(CollectionId),
    /// There is no routing profile for agents whose collection does not run.
    #[error("no routing profile is set for agents whose collection does not run (`idle_profile`)")]
    NoIdleProfile,
    /// Somebody else is just adding or moving this person.
    #[error("somebody else is just changing this person's accounts: try again in two minutes")]
    Busy,
    /// Connect did not do it; what was begun was taken back, or will be.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<PinError> for PeopleError {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Work(error) => Self::Work(error),
            PinError::Exhausted(_) => Self::Pin(error),
        }
    }
}

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// Adds a customer, with a PIN, who may take part in these collections: in one transaction.
    pub async fn add_customer(&self, name: &str, collections: &[CollectionId]) -> Result<Person, PeopleError> {
        let id = self.new_id();
        let key = Key::Person(id.clone());
        let wanted = Wanted { kind: PinKind::User, collection: None, person: Some(id.clone()) };
        let mut draw = self.drawing(PinKind::User);
        for _ in 0..TRIES {
            let mut changes = Vec::new();
            for collection in collections.iter().collect::<BTreeSet<_>>() {
                changes.push(Change::check(&self.open(collection).await?.0));
            }
            let (pin, give) = self.draw(&mut draw, &wanted).await?;
            let mut person = self.person_of(id.clone(), name, Role::Customer);
            person.collections = collections.iter().cloned().collect();
            person.pin = Some(pin);
            changes.push(give);
            changes.push(Change::create(key.clone(), person.clone()));
            match self.store.commit(changes).await {
                Ok(()) => return Ok(person),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Unavailable) => {
                    let there = self.person(&id).await?.filter(|there| there.pin == person.pin);
                    return there.ok_or(PeopleError::Work(WorkError::Write));
                }
            }
        }
        Err(PeopleError::Work(WorkError::Contended))
    }

    /// Lets a customer take part in another collection.
    pub async fn allow(&self, id: &PersonId, collection: &CollectionId) -> Result<Person, PeopleError> {
        let mut result = Err(PeopleError::Unknown(id.clone()));
        self.decide(&[Key::Person(id.clone()), Key::Collection(collection.clone())], |items| {
            let item = items[0].as_ref()?;
            let mut next = item.body.person()?.clone();
            let owner = items[1].as_ref().and_then(|item| Some((item, item.body.collection()?)));
            let Some((owner, of)) = owner else {
                result = Err(PeopleError::NoCollection(collection.clone()));
                return None;
            };
            if !of.state.is_open() || next.role == Role::Agent {
                result = Err(PeopleError::Over(collection.clone()));
                return None;
            }
            next.collections.insert(collection.clone());
            let mut changes = write(&item.key, Some(item), next.clone());
            changes.push(Change::check(owner));
            result = Ok(next);
            Some((changes, ()))
        })
        .await?;
        result
    }

    /// A person.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Person>, WorkError> {
        let item = self.store.get(&Key::Person(id.clone())).await?;
        Ok(item.and_then(|item| item.body.person().cloned()))
    }

    fn new_id(&self) -> PersonId {
        format!("p-{:012x}", self.rim.random() >> 16).into()
    }

    fn person_of(&self, id: PersonId, name: &str, role: Role) -> Person {
        Person {
            id,
            name: name.to_owned(),
            role,
            collections: std::collections::BTreeSet::new(),
            pin: None,
            account: None,
            wrong: Tries::default(),
            created: self.rim.now(),
            standing: Standing::Ready,
            due: None,
        }
    }

    /// A collection that takes people.
    async fn open(&self, id: &CollectionId) -> Result<(Item, Collection), PeopleError> {
        let item = self.store.get(&Key::Collection(id.clone())).await.map_err(WorkError::from)?;
        let item = item.ok_or_else(|| PeopleError::NoCollection(id.clone()))?;
        let collection = item.body.collection().cloned().ok_or_else(|| PeopleError::NoCollection(id.clone()))?;
        if collection.state.is_open() { Ok((item, collection)) } else { Err(PeopleError::Over(id.clone())) }
    }

    /// The password an agent begins with: 24 letters and digits, with a small and a capital letter and a digit, as Connect asks.
    fn password(&self) -> String {
        const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        loop {
            let end = u64::try_from(LETTERS.len()).unwrap_or(1);
            let letter = |_| char::from(LETTERS[usize::try_from(below(self.rim, end)).unwrap_or_default()]);
            let password: String = (0..24).map(letter).collect();
            let has = |is: fn(&char) -> bool| password.chars().any(|char| is(&char));
            if has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit) {
                return password;
            }
        }
    }
}

impl<S: Store, D: Directory, O, R: Rim> Work<'_, S, D, O, R> {
    /// Adds an agent of a collection that is not over: a row that says so, a user in Connect, a row that knows the user. Where
    /// that does not come to its end, what was begun is taken back, at once or by [`Work::tick`].
    pub async fn add_agent(&self, new: &NewAgent) -> Result<Added, PeopleError> {
        let idle = self.policy.idle_profile.clone().ok_or(PeopleError::NoIdleProfile)?;
        let id = self.new_id();
        let person = self.begin_agent(&id, new).await?;
        let password = (!new.saml).then(|| self.password());
        let user = NewUser {
            username: new.username.clone(),
            first_name: new.first_name.clone(),
            last_name: new.last_name.clone(),
            profile: person.seat().map_or(idle, |seat| seat.profile.clone()),
            password: password.clone(),
            mark: id.to_string(),
        };
        if person.due.is_some_and(|due| self.rim.now() + MARGIN >= due) {
            return Err(PeopleError::Busy);
        }
        let made = match self.directory.create(&user).await {
            Err(DirectoryError::Taken) => self.mine(&new.username, &id).await,
            other => other,
        };
        match made {
            Ok(user) => match self.finish_agent(&id, &user).await? {
                Some(person) => Ok(Added { person, password }),
                // It took too long, and somebody took it back.
                None => Err(PeopleError::Busy),
            },
            Err(error) => {
                // Where that fails as well, it stays due.
                let _undone = self.undo(&id).await;
                Err(error.into())
            }
        }
    }

    /// A user of the name that somebody created in the meantime: this person's, where an answer got lost.
    async fn mine(&self, username: &str, id: &PersonId) -> Result<UserId, DirectoryError> {
        let found = self.directory.find(username).await?;
        let mine = found.filter(|found| found.mark.as_deref() == Some(id.as_str()));
        mine.map(|found| found.id).ok_or(DirectoryError::Taken)
    }

    async fn begin_agent(&self, id: &PersonId, new: &NewAgent) -> Result<Person, PeopleError> {
        let mut result = Err(PeopleError::NoCollection(new.collection.clone()));
        let name = format!("{} {}", new.first_name, new.last_name);
        self.decide(&[Key::Collection(new.collection.clone())], |items| {
            let item = items[0].as_ref()?;
            let mut collection = item.body.collection()?.clone();
            if !collection.state.is_open() {
                result = Err(PeopleError::Over(new.collection.clone()));
                return None;
            }
            let mut person = self.person_of(id.clone(), name.trim(), Role::Agent);
            person.collections = [new.collection.clone()].into();
            person.standing = Standing::Creating;
            person.due = Some(person.created + TELLING);
            let seat = collection
                .lease
                .as_ref()
                .map(|lease| Seat { collection: collection.id.clone(), profile: lease.profile.clone() });
            collection.seated += u32::from(seat.is_some());
            person.account = Some(Account { username: new.username.clone(), user: None, seat });
            let mut changes = vec![Change::create(Key::Person(id.clone()), person.clone())];
            if item.body.collection() == Some(&collection) {
                changes.push(Change::check(item));
            } else {
                changes.push(Change::replace(item, collection));
            }
            result = Ok(person);
            Some((changes, ()))
        })
        .await?;
        result
    }

    /// Nothing where the time for it is over.
    async fn finish_agent(&self, id: &PersonId, user: &UserId) -> Result<Option<Person>, WorkError> {
        let finished = self
            .decide(&[Key::Person(id.clone())], |items| {
                let item = items[0].as_ref()?;
                let mut next = item.body.person()?.clone();
                if next.standing != Standing::Creating || next.due.is_some_and(|due| self.rim.now() >= due) {
                    return None;
                }
                next.standing = Standing::Ready;
                next.due = None;
                next.account.as_mut()?.user = Some(user.clone());
                Some((vec![Change::replace(item, next.clone())], next))
            })
            .await?;
        if finished.is_none() {
            // Nobody will ever be told the password, and whoever took the row back may not have seen the user: it goes.
            let _gone = self.directory.delete(user).await;
            let _undone = self.undo(id).await;
        }
        Ok(finished)
    }

    /// Takes back an agent who was begun: deletes what there is.
    pub(super) async fn undo(&self, id: &PersonId) -> Result<(), PeopleError> {
        self.leave(id, true).await
    }

    /// Deletes a person with their accounts: the row says so first, the user in Connect goes, then row and PIN. A person whose
    /// account somebody else is just making or moving is left alone.
    pub async fn remove(&self, id: &PersonId) -> Result<(), PeopleError> {
        self.leave(id, false).await
    }

    async fn leave(&self, id: &PersonId, at_once: bool) -> Result<(), PeopleError> {
        let now = self.rim.now();
        let mut result = Err(PeopleError::Unknown(id.clone()));
        self.decide(&[Key::Person(id.clone())], |items| {
            let item = items[0].as_ref()?;
            let mut next = item.body.person()?.clone();
            let busy = next.standing != Standing::Deleting && next.due.is_some_and(|due| now < due);
            if busy && !at_once {
                result = Err(PeopleError::Busy);
                return None;
            }
            next.standing = Standing::Deleting;
            next.due = Some(now + TELLING);
            result = Ok(next.clone());
            Some((vec![Change::replace(item, next)], ()))
        })
        .await?;
        let person = result?;
        if let Some(account) = &person.account {
            let user = if account.user.is_some() {
                account.user.clone()
            } else {
                let found = self.directory.find(&account.username).await?;
                found.filter(|found| found.mark.as_deref() == Some(id.as_str())).map(|found| found.id)
            };
            if let Some(user) = user {
                self.directory.delete(&user).await?;
            }
        }
        Ok(self.gone(&person).await?)
    }

    /// The row goes, the seat is free, and the PIN opens nothing any more; until it expires nobody else is given it.
    async fn gone(&self, person: &Person) -> Result<(), WorkError> {
        let mut keys = vec![Key::Person(person.id.clone())];
        keys.extend(person.pin.clone().map(|pin| Key::Pin(PinKind::User, pin)));
        keys.extend(person.seat().map(|seat| Key::Collection(seat.collection.clone())));
        self.decide(&keys, |items| {
            let mut changes = Vec::new();
            for item in items.iter().flatten() {
                changes.extend(match &item.key {
                    Key::Person(_) => Some(Change::delete(item)),
                    Key::Pin(..) => item.body.pin().map(|record| {
                        Change::replace(item, PinRecord { person: None, retired: true, ..record.clone() })
                    }),
                    _ => item.body.collection().map(|collection| {
                        let seated = collection.seated.saturating_sub(1);
                        Change::replace(item, Collection { seated, ..collection.clone() })
                    }),
                });
            }
            items[0].as_ref()?;
            Some((changes, ()))
        })
        .await?;
        Ok(())
    }

    /// Gives the agents of a collection the routing profile of its queue.
    pub(super) async fn seat_all(&self, id: &CollectionId) -> Result<(), WorkError> {
        for item in self.agents(id).await? {
            if let Some(person) = item.body.person() {
                self.seat(&person.id, id).await?;
            }
        }
        Ok(())
    }

    /// Gives an agent the routing profile of their collection's queue. The row says so before Connect is told, and until when it
    /// may be told: nobody takes the seat away before.
    async fn seat(&self, id: &PersonId, collection: &CollectionId) -> Result<(), WorkError> {
        let now = self.rim.now();
        let told = self
            .decide(&[Key::Person(id.clone()), Key::Collection(collection.clone())], |items| {
                let (item, owner) = (items[0].as_ref()?, items[1].as_ref()?);
                let (mut person, mut of) = (item.body.person()?.clone(), owner.body.collection()?.clone());
                let busy = person.due.is_some_and(|due| now < due);
                let lease = of.lease.clone().filter(|_| of.state.is_open())?;
                let seat = Seat { collection: of.id.clone(), profile: lease.profile };
                let seated = person.seat() == Some(&seat);
                if person.standing != Standing::Ready || busy || (seated && person.due.is_none()) {
                    return None;
                }
                let account = person.account.as_mut()?;
                let user = account.user.clone()?;
                of.seated += u32::from(account.seat.is_none());
                account.seat = Some(seat.clone());
                person.due = Some(now + TELLING);
                let mut changes = vec![Change::replace(item, person)];
                changes.extend(write(&owner.key, Some(owner), of));
                Some((changes, (user, seat.profile)))
            })
            .await?;
        let Some((user, profile)) = told else { return Ok(()) };
        self.tell(id, &user, &profile, now + TELLING).await?;
        Ok(())
    }

    /// Tells Connect, and writes down that it was told. False where it did not answer, or the time was over.
    async fn tell(&self, id: &PersonId, user: &UserId, profile: &ProfileId, until: Moment) -> Result<bool, WorkError> {
        // Who is told late is told wrong: somebody else may take the seat away after that time.
        if self.rim.now() + MARGIN >= until || self.directory.assign(user, profile).await.is_err() {
            return Ok(false);
        }
        let done = self
            .decide(&[Key::Person(id.clone())], |items| {
                let item = items[0].as_ref()?;
                let person = item.body.person()?;
                let mine = person.due == Some(until) && person.standing == Standing::Ready;
                mine.then(|| (vec![Change::replace(item, Person { due: None, ..person.clone() })], ()))
            })
            .await?;
        Ok(done.is_some())
    }

    /// Goes on with a seat of which Connect may not have been told.
    pub(super) async fn seat_again(&self, person: &Person) -> Result<(), WorkError> {
        match person.agent_of() {
            Some(collection) => self.seat(&person.id, collection).await,
            None => Ok(()),
        }
    }

    /// Moves the agents of a collection to the profile of those whose collection does not run.
    pub(super) async fn unseat_all(&self, id: &CollectionId) -> Result<(), WorkError> {
        for item in self.agents(id).await? {
            if let Some(person) = item.body.person() {
                self.unseat(person).await?;
            }
        }
        Ok(())
    }

    /// Connect is told first, then the seat is free: while anybody may still be reached over the queue, it is not given back.
    async fn unseat(&self, person: &Person) -> Result<(), WorkError> {
        let now = self.rim.now();
        let (Some(seat), Some(idle)) = (person.seat(), &self.policy.idle_profile) else { return Ok(()) };
        let busy = person.due.is_some_and(|due| now < due);
        let user = person.account.as_ref().and_then(|account| account.user.clone());
        let Some(user) = user.filter(|_| !busy && person.standing == Standing::Ready) else { return Ok(()) };
        if self.directory.assign(&user, idle).await.is_err() {
            return Ok(());
        }
        let keys = [Key::Person(person.id.clone()), Key::Collection(seat.collection.clone())];
        self.decide(&keys, |items| {
            let (item, owner) = (items[0].as_ref()?, items[1].as_ref()?);
            let (mut next, of) = (item.body.person()?.clone(), owner.body.collection()?);
            // Whoever gave it to them again meanwhile has just told Connect so.
            if next != *person {
                return None;
            }
            next.account.as_mut()?.seat = None;
            next.due = None;
            let seated = of.seated.saturating_sub(1);
            let of = Collection { seated, ..of.clone() };
            Some((vec![Change::replace(item, next), Change::replace(owner, of)], ()))
        })
        .await?;
        Ok(())
    }
}
