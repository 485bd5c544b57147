//! What flows ask: PINs and consent.
//!
//! A caller gives a user PIN, then a conversation PIN. Wrong ones are counted for the call, for the caller (by a keyed hash of
//! the number, which cannot be traced back when its salt is gone), for the person whose PIN was given, for the collection whose
//! PIN was hit by somebody who may not take part in it, and for all callers together: so that changing caller IDs does not help.
//! Who mistypes a digit is noticed by the check digit, and has not guessed: that counts for the call and the caller only.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::evidence::{Consent, Evidence};
use crate::ids::{CollectionId, ContactId, PersonId};
use crate::item::{Caller, Conversation, Item, Key, Line, Mode, PinRecord, Refusal, Standing, State, Status, Tries};
use crate::moment::Moment;
use crate::outside::Rim;
use crate::pin::{Pin, PinKind};
use crate::store::{Change, Store};
use crate::work::{Work, WorkError};

/// What a caller keyed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Entered {
    /// The contact; of a chain the first.
    pub contact: ContactId,
    /// The caller's number; nothing where it is withheld. All of those count as one caller.
    pub number: Option<String>,
    /// The digits.
    pub digits: String,
}

/// What the flow is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The user PIN is right.
    Known,
    /// The conversation PIN is right, and a place is kept.
    Welcome(Box<Told>),
    /// The PIN is wrong; the caller may try again.
    Wrong,
    /// There were too many wrong PINs; nothing was looked up.
    Locked,
    /// The collection takes no callers now.
    Closed,
    /// The collection has all the conversations that it is to have.
    Full,
}

/// Where a caller goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The collection.
    pub collection: CollectionId,
    /// Whom they talk to.
    pub mode: Mode,
    /// The queue, with agents.
    pub queue: Option<crate::ids::QueueId>,
}

/// What a wrong PIN counts for, beside the call and the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Guess {
    /// Everybody's tries: it was no mistyped digit.
    line: bool,
    /// Whose PIN was given before.
    person: Option<PersonId>,
    /// Whose PIN was hit.
    collection: Option<CollectionId>,
}

/// Who tries.
struct Tried {
    line: Line,
    caller: String,
}

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// A caller says who they are.
    pub async fn check_user(&self, entered: &Entered) -> Result<Reply, WorkError> {
        let tried = self.tried(entered.number.as_deref()).await?;
        if self.is_locked(&tried, &entered.contact).await? {
            return Ok(Reply::Locked);
        }
        let Ok(pin) = entered.digits.parse::<Pin>() else {
            return self.wrong(&tried, entered, PinKind::User, Guess::default()).await;
        };
        let Some(id) = self.opened(PinKind::User, &pin).await?.and_then(|record| record.person) else {
            return self.wrong(&tried, entered, PinKind::User, Guess { line: true, ..Guess::default() }).await;
        };
        let key = Key::Conversation(entered.contact.clone());
        let person_key = Key::Person(id.clone());
        let known = self
            .decide(&[key.clone(), person_key], |items| {
                let person = items[1].as_ref()?;
                let ready = person.body.person().is_some_and(|person| person.standing == Standing::Ready);
                let mut next = self.conversation_of(items[0].as_ref(), &entered.contact);
                if !ready || next.erased.is_some() {
                    return None;
                }
                // Behind the PINs it is settled who calls.
                if next.evidence.verified.is_some() {
                    return (next.person.as_ref() == Some(&id)).then_some((Vec::new(), ()));
                }
                next.person = Some(id.clone());
                let mut changes = write(&key, items[0].as_ref(), next);
                if !changes.is_empty() {
                    changes.push(Change::check(person));
                }
                Some((changes, ()))
            })
            .await?;
        match known {
            Some(()) => Ok(Reply::Known),
            None => self.wrong(&tried, entered, PinKind::User, Guess { line: true, ..Guess::default() }).await,
        }
    }

    /// A caller says which collection they call for. The user PIN comes first; the place is kept in the same transaction in
    /// which it is counted.
    pub async fn check_conversation(&self, entered: &Entered) -> Result<Reply, WorkError> {
        let before = self.conversation(&entered.contact).await?;
        let person = before.and_then(|conversation| conversation.person);
        let Some(person) = person else { return Ok(Reply::Wrong) };
        let tried = self.tried(entered.number.as_deref()).await?;
        if self.is_locked(&tried, &entered.contact).await? {
            return Ok(Reply::Locked);
        }
        let now = self.rim.now();
        let known = self.store.get(&Key::Person(person.clone())).await?;
        let known = known.and_then(|item| item.body.person().cloned());
        let Some(known) = known.filter(|known| known.standing == Standing::Ready) else { return Ok(Reply::Closed) };
        if !known.wrong.allow(self.policy.tries_of_person, self.policy.day(), now) {
            return Ok(Reply::Locked);
        }
        let kind = PinKind::Conversation;
        let Ok(pin) = entered.digits.parse::<Pin>() else {
            return self.wrong(&tried, entered, kind, Guess::default()).await;
        };
        let mut guess = Guess { line: true, person: Some(person.clone()), collection: None };
        let Some(collection) = self.opened(kind, &pin).await?.and_then(|record| record.collection) else {
            return self.wrong(&tried, entered, kind, guess).await;
        };
        if !known.collections.contains(&collection) {
            guess.collection = Some(collection);
            return self.wrong(&tried, entered, kind, guess).await;
        }
        match self.reserve(&entered.contact, &person, &collection, &pin).await? {
            Some(reply) => Ok(reply),
            None => self.wrong(&tried, entered, kind, guess).await,
        }
    }

    /// Keeps a place, or says why not. Nothing where the PIN opens nothing any more.
    async fn reserve(
        &self,
        contact: &ContactId,
        person: &PersonId,
        id: &CollectionId,
        pin: &Pin,
    ) -> Result<Option<Reply>, WorkError> {
        let now = self.rim.now();
        self.decide(&[Key::Conversation(contact.clone()), Key::Collection(id.clone())], |items| {
            let (item, owner) = (items[0].as_ref()?, items[1].as_ref()?);
            let (before, collection) = (item.body.conversation()?, owner.body.collection()?);
            if before.erased.is_some() || collection.pin != *pin || before.person.as_ref() != Some(person) {
                return None;
            }
            if let Some(of) = &before.collection {
                // Connect repeats calls of functions: the same again gets the same answer.
                return Some((Vec::new(), if of == id { welcome(collection) } else { Reply::Closed }));
            }
            let refusal = if collection.state != Status::Running {
                Some(Refusal::Closed)
            } else if !collection.wrong.allow(self.policy.tries_of_collection, self.policy.hour(), now) {
                return Some((Vec::new(), Reply::Locked));
            } else if !collection.has_room() {
                Some(Refusal::Full)
            } else {
                None
            };
            let mut next = before.clone();
            next.refused = refusal;
            let Some(refusal) = refusal else {
                next.collection = Some(id.clone());
                next.expires = None;
                next.evidence.verified = Some(now);
                return Some((self.settled(item, next, Some(owner)), welcome(collection)));
            };
            let reply = if refusal == Refusal::Closed { Reply::Closed } else { Reply::Full };
            Some((write(&item.key, Some(item), next), reply))
        })
        .await
    }

    /// The caller agrees to be recorded, or does not. `text` is the version of what they heard. The same again changes nothing.
    /// False where there is no such conversation behind the PINs.
    pub async fn consent(&self, contact: &ContactId, agrees: bool, text: &str, key: &str) -> Result<bool, WorkError> {
        let at = self.rim.now();
        let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let evidence = if agrees {
            let consent = Consent { at, text: short(text, 100), key: short(key, 20) };
            Evidence { consent: Some(consent), ..Evidence::default() }
        } else {
            Evidence { declined: Some(at), ..Evidence::default() }
        };
        self.change(contact, |conversation| {
            conversation.erased.is_none() && conversation.evidence.verified.is_some() && {
                conversation.evidence.merge(&evidence);
                true
            }
        })
        .await?;
        let known = self.conversation(contact).await?;
        Ok(known.is_some_and(|known| known.evidence.verified.is_some() && known.state != State::Erased))
    }

    /// Consent is taken back, for ever; the conversation counts no more, and the goal is open again. Whoever revokes it is to
    /// have the conversation erased as well, which is another procedure. False where there is no such conversation.
    pub async fn revoke(&self, contact: &ContactId) -> Result<bool, WorkError> {
        let at = self.rim.now();
        self.change(contact, |conversation| {
            if conversation.erased.is_some() {
                return false;
            }
            conversation.evidence.merge(&Evidence { revoked: Some(at), ..Evidence::default() });
            true
        })
        .await
    }

    /// What a PIN opens now.
    async fn opened(&self, kind: PinKind, pin: &Pin) -> Result<Option<PinRecord>, WorkError> {
        let item = self.store.get(&Key::Pin(kind, pin.clone())).await?;
        let record = item.and_then(|item| item.body.pin().cloned());
        Ok(record.filter(|record| record.is_valid(self.rim.now())))
    }

    /// The owner of a collection, by their PIN: for portals. Every wrong PIN counts for all callers together.
    pub async fn check_owner(&self, who: &str, digits: &str) -> Result<Option<CollectionId>, WorkError> {
        let tried = self.tried(Some(who)).await?;
        let entered = Entered { contact: ContactId::from(""), number: Some(who.to_owned()), digits: digits.to_owned() };
        if self.is_locked(&tried, &entered.contact).await? {
            return Ok(None);
        }
        let pin = digits.parse::<Pin>();
        let found = match &pin {
            Ok(pin) => self.opened(PinKind::Owner, pin).await?.and_then(|record| record.collection),
            Err(_) => None,
        };
        if found.is_none() {
            self.count(&tried, &Guess { line: pin.is_ok(), ..Guess::default() }).await?;
        }
        Ok(found)
    }

    /// The line, with a salt of today; and the caller under it.
    async fn tried(&self, number: Option<&str>) -> Result<Tried, WorkError> {
        let now = self.rim.now();
        let line = self
            .decide(&[Key::Line], |items| {
                let line = items[0].as_ref().and_then(|item| item.body.line());
                if let Some(line) = line.filter(|line| now < line.drawn + self.policy.day()) {
                    return Some((Vec::new(), line.clone()));
                }
                let mut salt = String::with_capacity(64);
                for _ in 0..4 {
                    // Writing into a text does not fail.
                    let _ok = write!(salt, "{:016x}", self.rim.random());
                }
                let wrong = line.map(|line| line.wrong).unwrap_or_default();
                let next = Line { salt, drawn: now, wrong };
                Some((write(&Key::Line, items[0].as_ref(), next.clone()), next))
            })
            .await?;
        // There always is one.
        let line = line.ok_or(WorkError::Write)?;
        let caller = hash(&line.salt, &["caller", number.unwrap_or("withheld")]);
        Ok(Tried { line, caller })
    }

    async fn is_locked(&self, tried: &Tried, contact: &ContactId) -> Result<bool, WorkError> {
        let now = self.rim.now();
        let policy = self.policy;
        if !tried.line.wrong.allow(policy.tries_of_line, policy.hour(), now) {
            return Ok(true);
        }
        let caller = self.store.get(&Key::Caller(tried.caller.clone())).await?;
        let caller = caller.and_then(|item| item.body.caller().cloned());
        if caller.is_some_and(|caller| !caller.wrong.allow(policy.tries_of_caller, policy.hour(), now)) {
            return Ok(true);
        }
        let conversation = self.conversation(contact).await?;
        let in_call = conversation.map_or(0, |conversation| conversation.wrong.len());
        Ok(in_call >= usize::try_from(policy.tries_in_call).unwrap_or(usize::MAX))
    }

    /// A wrong PIN. The same one in the same call counts once: Connect repeats calls of functions.
    async fn wrong(&self, tried: &Tried, entered: &Entered, kind: PinKind, guess: Guess) -> Result<Reply, WorkError> {
        let key = Key::Conversation(entered.contact.clone());
        let what = hash(&tried.line.salt, &["pin", kind.word(), &entered.digits]);
        // It counts before the caller is told, and first of all for everybody: who dies in between has counted too much.
        let known = self.conversation(&entered.contact).await?;
        let repeated = known.is_some_and(|known| known.wrong.contains(&what));
        if !repeated {
            self.count(tried, &guess).await?;
        }
        let count = self
            .decide(std::slice::from_ref(&key), |items| {
                let mut next = self.conversation_of(items[0].as_ref(), &entered.contact);
                if next.erased.is_none() && !next.wrong.contains(&what) {
                    next.wrong.push(what.clone());
                }
                let count = next.wrong.len();
                Some((write(&key, items[0].as_ref(), next), count))
            })
            .await?;
        let most = usize::try_from(self.policy.tries_in_call).unwrap_or(usize::MAX);
        Ok(if count.is_some_and(|count| count >= most) { Reply::Locked } else { Reply::Wrong })
    }

    /// Counts a wrong PIN for whom it counts, in one transaction.
    async fn count(&self, tried: &Tried, guess: &Guess) -> Result<(), WorkError> {
        let now = self.rim.now();
        let policy = self.policy;
        let caller_key = Key::Caller(tried.caller.clone());
        let mut keys = vec![caller_key.clone()];
        keys.extend(guess.line.then_some(Key::Line));
        keys.extend(guess.person.clone().map(Key::Person));
        keys.extend(guess.collection.clone().map(Key::Collection));
        self.decide(&keys, |items| {
            let mut changes = Vec::new();
            for (key, item) in keys.iter().zip(items) {
                let fail = |tries: &Tries, within| {
                    let mut next = *tries;
                    next.fail(within, now);
                    next
                };
                match (key, item) {
                    (Key::Caller(_), item) => {
                        let before = item.as_ref().and_then(|item| item.body.caller());
                        let wrong = fail(&before.map(|caller| caller.wrong).unwrap_or_default(), policy.hour());
                        let expires = Moment::from_seconds((now + policy.day()).seconds());
                        changes.extend(write(&caller_key, item.as_ref(), Caller { wrong, expires }));
                    }
                    (Key::Line, Some(item)) => {
                        let line = item.body.line()?;
                        let wrong = fail(&line.wrong, policy.hour());
                        changes.push(Change::replace(item, Line { wrong, ..line.clone() }));
                    }
                    (Key::Person(_), Some(item)) => {
                        let mut person = item.body.person()?.clone();
                        person.wrong = fail(&person.wrong, policy.day());
                        changes.push(Change::replace(item, person));
                    }
                    (Key::Collection(_), Some(item)) => {
                        let mut collection = item.body.collection()?.clone();
                        collection.wrong = fail(&collection.wrong, policy.hour());
                        changes.push(Change::replace(item, collection));
                    }
                    _ => {}
                }
            }
            Some((changes, ()))
        })
        .await?;
        Ok(())
    }

    pub(super) fn conversation_of(&self, item: Option<&Item>, contact: &ContactId) -> Conversation {
        let now = self.rim.now();
        let forget = || Moment::from_seconds((now + self.policy.remember()).seconds());
        let known = item.and_then(|item| item.body.conversation()).cloned();
        known.unwrap_or_else(|| Conversation::new(contact.clone(), now, forget()))
    }
}

fn welcome(collection: &crate::item::Collection) -> Reply {
    Reply::Welcome(Box::new(Told {
        collection: collection.id.clone(),
        mode: collection.mode.clone(),
        queue: collection.lease.as_ref().map(|lease| lease.queue.clone()),
    }))
}

/// The change that makes an item say something; none where it does.
pub(super) fn write(key: &Key, item: Option<&Item>, body: impl Into<crate::item::Body>) -> Vec<Change> {
    let body = body.into();
    match item {
        Some(item) if item.body == body => Vec::new(),
        Some(item) => vec![Change::replace(item, body)],
        None => vec![Change::create(key.clone(), body)],
    }
}

/// A hash that only who knows the salt can make: 32 hexadecimal digits. Half of a digest is not enough to go on hashing from.
fn hash(salt: &str, parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    digest.update(salt);
    for part in parts {
        digest.update([0]);
        digest.update(part);
    }
    let mut text = format!("{:x}", digest.finalize());
    text.truncate(32);
    text
}
