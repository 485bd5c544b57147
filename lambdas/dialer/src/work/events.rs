//! Takes in what is heard: events, records, what flows report.

use serde_json::Value;

use crate::agents::{self, AgentEvent};
use crate::events::{Heard, NoContact, contact_event, contact_record};
use crate::evidence::{Evidence, Said};
use crate::ids::{AttemptId, ContactId, Number};
use crate::item::{Contact, Item, Key};
use crate::phone::Phone;
use crate::store::{Change, Store};
use crate::transition;
use crate::work::apply::forget_contact;
use crate::work::{Deed, Rim, Work, WorkError};

/// What became of something that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It told something new of a call.
    New,
    /// It was known, or came too late.
    Known,
    /// Nobody knows yet whose contact it is; it is kept until that is known.
    Kept,
    /// It is about something else.
    Foreign,
    /// It is none of the things that are heard here, and is passed over: the same again would be no better.
    Unreadable,
}

/// What a flow reports of a contact: a key, or a disposition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The contact.
    pub contact: Option<ContactId>,
    /// The contact's attribute [`ATTEMPT_ATTRIBUTE`](crate::phone::ATTEMPT_ATTRIBUTE).
    pub attempt: Option<AttemptId>,
    /// The number of who called in, for contacts that are no attempt.
    pub number: Option<Number>,
    /// The key that was pressed.
    pub key: Option<String>,
    /// The disposition that an agent gave.
    pub disposition: Option<String>,
}

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// Takes in a contact event of EventBridge.
    pub async fn contact_event(&self, event: &Value) -> Result<Taken, WorkError> {
        self.heard(contact_event(event)).await
    }

    /// Takes in a contact record.
    pub async fn contact_record(&self, record: &Value) -> Result<Taken, WorkError> {
        self.heard(contact_record(record)).await
    }

    async fn heard(&self, heard: Result<Heard, NoContact>) -> Result<Taken, WorkError> {
        match heard {
            Ok(heard) if !heard.ours && heard.attempt.is_none() => Ok(Taken::Foreign),
            Ok(heard) => self.contact(&heard.contact, heard.attempt.as_ref(), &heard.evidence).await,
            Err(_) => Ok(Taken::Unreadable),
        }
    }

    /// Takes in what is known of a contact: into its attempt, or where nobody knows that yet, into the contact's own item,
    /// where whoever placed the call finds it.
    async fn contact(
        &self,
        contact: &ContactId,
        attempt: Option<&AttemptId>,
        evidence: &Evidence,
    ) -> Result<Taken, WorkError> {
        if let Some(attempt) = attempt {
            return self.learn(attempt, contact, evidence).await;
        }
        let key = Key::Contact(contact.clone());
        let now = self.rim.now();
        let mut known = None;
        let kept = self
            .decide(std::slice::from_ref(&key), |items| {
                known = attempt_of(items[0].as_ref());
                if known.is_some() {
                    return None;
                }
                keep(&key, items[0].as_ref(), contact, evidence, forget_contact(now)).map(|changes| (changes, ()))
            })
            .await?;
        match (known, kept) {
            (Some(attempt), _) => self.learn(&attempt, contact, evidence).await,
            (None, Some(())) => Ok(Taken::Kept),
            (None, None) => Ok(Taken::Known),
        }
    }

    async fn learn(&self, attempt: &AttemptId, contact: &ContactId, evidence: &Evidence) -> Result<Taken, WorkError> {
        let deed = Deed::Learned(Some(contact.clone()), evidence.clone());
        Ok(if self.apply(attempt, &deed).await? { Taken::New } else { Taken::Known })
    }

    /// Takes in an event of the agent event stream. `queue` is the ARN of the dialer's queue.
    pub async fn agent_event(&self, event: &Value, queue: Option<&str>) -> Result<Taken, WorkError> {
        let Ok(event) = AgentEvent::read(event, queue) else { return Ok(Taken::Unreadable) };
        let key = Key::Agent(event.agent.clone());
        let now = self.rim.now();
        let seen = self
            .decide(&[Key::Campaign, key.clone()], |items| {
                let campaign = items[0].as_ref()?;
                let mut next = campaign.body.campaign()?.clone();
                let known = items[1].as_ref().and_then(|item| item.body.agent());
                let agent = agents::seen(self.policy, &mut next.agents, known, &event, now)?;
                // A heartbeat that tells nothing new is not written.
                if known.is_some_and(|known| known.free == agent.free) && Some(&next) == campaign.body.campaign() {
                    return None;
                }
                let mut changes = vec![match &items[1] {
                    Some(item) => Change::replace(item, agent),
                    None => Change::create(key.clone(), agent),
                }];
                if Some(&next) != campaign.body.campaign() {
                    changes.push(Change::replace(campaign, next));
                }
                Some((changes, ()))
            })
            .await?;
        let mut taken = if seen.is_some() { Taken::New } else { Taken::Known };
        for (contact, evidence) in &event.contacts {
            // Agents have other contacts, too; only calls that are known concern a dialer.
            let item = self.store.get(&Key::Contact(contact.clone())).await?;
            if let Some(attempt) = attempt_of(item.as_ref())
                && self.learn(&attempt, contact, evidence).await? == Taken::New
            {
                taken = Taken::New;
            }
        }
        Ok(taken)
    }

    /// Takes in what a flow reports. Connect repeats calls of functions; the same again changes nothing.
    ///
    /// A person who calls in and presses a key was reached as well: where the contact is no attempt, the number tells who.
    pub async fn answer(&self, answer: &Answer) -> Result<Taken, WorkError> {
        let at = self.rim.now();
        let said = |what: &Option<String>| {
            let what = what.as_ref().map(|what| what.trim()).filter(|what| !what.is_empty())?;
            Some(Said { at, what: what.chars().take(100).collect() })
        };
        let evidence = Evidence {
            key: said(&answer.key),
            disposition: said(&answer.disposition),
            answered: answer.key.is_some().then_some(at),
            ..Evidence::default()
        };
        let contact = match &answer.contact {
            Some(contact) => self.store.get(&Key::Contact(contact.clone())).await?,
            None => None,
        };
        let attempt = answer.attempt.clone().or_else(|| attempt_of(contact.as_ref()));
        match (attempt, &answer.contact) {
            (Some(attempt), _) => self.report(&attempt, answer.contact.clone(), evidence).await,
            (None, Some(id)) => match &answer.number {
                Some(number) => self.called_in(id, number, &evidence).await,
                None => Ok(Taken::Foreign),
            },
            (None, None) => Ok(Taken::Foreign),
        }
    }

    /// A report that says the same as what is known changes nothing, whenever it comes.
    async fn report(
        &self,
        attempt: &AttemptId,
        contact: Option<ContactId>,
        mut evidence: Evidence,
    ) -> Result<Taken, WorkError> {
        let Some(item) = self.store.get(&Key::Attempt(attempt.clone())).await? else { return Ok(Taken::Foreign) };
        if let Some(known) = item.body.attempt().map(|attempt| &attempt.evidence) {
            let same = |mine: &mut Option<Said>, known: &Option<Said>| {
                if let (Some(new), Some(known)) = (&mine, known)
                    && new.what == known.what
                {
                    *mine = Some(known.clone());
                }
            };
            same(&mut evidence.key, &known.key);
            same(&mut evidence.disposition, &known.disposition);
        }
        let deed = Deed::Learned(contact, evidence);
        Ok(if self.apply(attempt, &deed).await? { Taken::New } else { Taken::Known })
    }

    async fn called_in(&self, id: &ContactId, number: &Number, evidence: &Evidence) -> Result<Taken, WorkError> {
        let Some(item) = self.store.get(&Key::Number(number.clone())).await? else { return Ok(Taken::Foreign) };
        let Some(person) = item.body.number().and_then(|number| number.persons.first()).cloned() else {
            return Ok(Taken::Foreign);
        };
        let Some(key) = evidence.key.clone() else { return Ok(Taken::Foreign) };
        let now = self.rim.now();
        let done = self
            .decide(&[Key::Campaign, Key::Person(person.clone()), Key::Contact(id.clone())], |items| {
                let (campaign, item) = (items[0].as_ref()?, items[1].as_ref()?);
                let mut next = campaign.body.campaign()?.clone();
                let mut called = item.body.person()?.clone();
                let before = items[2].as_ref().and_then(|item| item.body.contact());
                if before.is_some_and(|contact| contact.caller.is_some()) {
                    return None;
                }
                transition::called_in(self.policy, &mut next, &mut called, &key.what, now);
                let contact = Contact {
                    id: id.clone(),
                    attempt: None,
                    caller: Some(person.clone()),
                    evidence: evidence.clone(),
                    expires: forget_contact(now),
                };
                let contact = match &items[2] {
                    Some(item) => Change::replace(item, contact),
                    None => Change::create(Key::Contact(id.clone()), contact),
                };
                Some((vec![Change::replace(campaign, next), Change::replace(item, called), contact], ()))
            })
            .await?;
        Ok(if done.is_some() { Taken::New } else { Taken::Known })
    }
}

fn attempt_of(item: Option<&Item>) -> Option<AttemptId> {
    item.and_then(|item| item.body.contact()).and_then(|contact| contact.attempt.clone())
}

/// What is written where nobody knows whose contact it is; nothing where it says nothing new.
fn keep(
    key: &Key,
    item: Option<&Item>,
    contact: &ContactId,
    evidence: &Evidence,
    expires: crate::moment::Moment,
) -> Option<Vec<Change>> {
    let mut merged = item.and_then(|item| item.body.contact()).map_or_else(
        || Contact { id: contact.clone(), attempt: None, caller: None, evidence: Evidence::default(), expires },
        Clone::clone,
    );
    let before = merged.evidence.clone();
    merged.evidence.merge(evidence);
    if merged.evidence == before {
        return None;
    }
    Some(vec![match item {
        Some(item) => Change::replace(item, merged),
        None => Change::create(key.clone(), merged),
    }])
}
