//! One deed on one call, with all that it concerns, in one transaction.

use crate::agents;
use crate::evidence::Evidence;
use crate::ids::{AttemptId, ContactId};
use crate::item::{Attempt, AttemptState, Body, Contact, Escalation, Item, Key, NumberRecord, Person};
use crate::moment::Moment;
use crate::phone::Phone;
use crate::store::{Change, CommitError, Store};
use crate::transition::{self, Concerned, NotPlaced};
use crate::work::{Rim, TRIES, Work, WorkError};
use std::time::Duration;

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Connect took it.
    Placed(ContactId),
    /// It was not placed.
    NotPlaced(NotPlaced),
    /// Something is known of it; and its contact, where that is known.
    Learned(Option<ContactId>, Evidence),
    /// Connect is to be asked again.
    Ask {
        /// When.
        at: Moment,
        /// Whether it was asked and could not say.
        asked: bool,
    },
    /// Connect cannot say what became of it.
    GivenUp,
}

/// How long a contact is remembered: longer than events of it may come.
const REMEMBER_CONTACT: Duration = Duration::from_hours(24 * 40);

/// When a contact may be forgotten.
pub(super) fn forget_contact(now: Moment) -> Moment {
    Moment::from_seconds((now + REMEMBER_CONTACT).seconds())
}

/// Everything that a call concerns, as it was read.
struct Around {
    attempt: Item,
    campaign: Item,
    person: Option<Item>,
    number: Option<Item>,
    contact: Option<Item>,
    /// The agent who talks, and the escalation that may come of it.
    agent: Option<Item>,
    escalation: Option<Item>,
}

/// Whether a deed did anything.
pub(super) type Did = bool;

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// Does a deed. False where there was nothing to do, or no such attempt.
    pub(super) async fn apply(&self, attempt: &AttemptId, deed: &Deed) -> Result<Did, WorkError> {
        for _ in 0..TRIES {
            let Some(around) = self.around(attempt, deed).await? else { return Ok(false) };
            let changes = self.changes(&around, deed);
            if changes.is_empty() {
                return Ok(false);
            }
            match self.store.commit(changes).await {
                Ok(()) => return Ok(true),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Unavailable) => return Err(WorkError::Write),
            }
        }
        Err(WorkError::Contended)
    }

    async fn around(&self, id: &AttemptId, deed: &Deed) -> Result<Option<Around>, WorkError> {
        let Some(item) = self.store.get(&Key::Attempt(id.clone())).await? else { return Ok(None) };
        let Some(attempt) = item.body.attempt().cloned() else { return Ok(None) };
        let Some(campaign) = self.store.get(&Key::Campaign).await? else { return Ok(None) };
        let contact = match deed {
            Deed::Placed(contact) | Deed::Learned(Some(contact), _) => {
                self.store.get(&Key::Contact(contact.clone())).await?
            }
            _ => None,
        };
        let talked = match deed {
            Deed::Learned(_, evidence) => evidence.talked.as_ref(),
            _ => contact
                .as_ref()
                .and_then(|item| item.body.contact())
                .and_then(|contact| contact.evidence.talked.as_ref()),
        };
        let agent = match talked.filter(|talked| !talked.agent.as_str().is_empty()) {
            Some(talked) if !attempt.counted.with_agent => self.store.get(&Key::Agent(talked.agent.clone())).await?,
            _ => None,
        };
        let day = self.rim.now().day(self.policy.zone.time_zone());
        let escalation = if self.policy.escalate_days.is_some() || self.policy.escalate_sad.is_some() {
            self.store.get(&Key::Escalation(day, attempt.person.clone())).await?
        } else {
            None
        };
        Ok(Some(Around {
            person: self.store.get(&Key::Person(attempt.person)).await?,
            number: self.store.get(&Key::Number(attempt.number)).await?,
            attempt: item,
            campaign,
            contact,
            agent,
            escalation,
        }))
    }

    fn changes(&self, around: &Around, deed: &Deed) -> Vec<Change> {
        let now = self.rim.now();
        let (Some(was), Some(campaign)) = (around.attempt.body.attempt(), around.campaign.body.campaign()) else {
            return Vec::new();
        };
        let (mut attempt, mut campaign) = (was.clone(), campaign.clone());
        let mut person: Option<Person> = around.person.as_ref().and_then(|item| item.body.person()).cloned();
        let mut number: Option<NumberRecord> = around.number.as_ref().and_then(|item| item.body.number()).cloned();
        let known = around.contact.as_ref().and_then(|item| item.body.contact());
        let mut on = Concerned {
            campaign: &mut campaign,
            attempt: &mut attempt,
            person: person.as_mut(),
            number: number.as_mut(),
        };
        self.act(&mut on, deed, known, now);
        let mut changes = Vec::new();
        changes.extend(self.agent(around, &attempt, &mut campaign, now));
        if attempt.state == AttemptState::Over && was.state != AttemptState::Over {
            changes.extend(self.escalation(around, person.as_mut(), now));
        }
        changes.extend(contact_change(around, deed, &attempt, now));
        let bodies = [
            (Some(&around.attempt), Some(Body::from(attempt))),
            (Some(&around.campaign), Some(Body::from(campaign))),
            (around.person.as_ref(), person.map(Body::from)),
            (around.number.as_ref(), number.map(Body::from)),
        ];
        for (item, body) in bodies {
            if let (Some(item), Some(body)) = (item, body)
                && item.body != body
            {
                changes.push(Change::replace(item, body));
            }
        }
        changes
    }

    fn act(&self, on: &mut Concerned<'_>, deed: &Deed, known: Option<&Contact>, now: Moment) {
        let policy = self.policy;
        match deed {
            Deed::Placed(contact) => {
                transition::placed(policy, on.attempt, contact.clone(), now);
                if let Some(known) = known {
                    transition::learned(policy, on, &known.evidence, now);
                }
            }
            Deed::NotPlaced(why) => {
                transition::not_placed(policy, on, *why, now);
            }
            Deed::Learned(contact, evidence) => {
                if let Some(contact) = contact {
                    transition::placed(policy, on.attempt, contact.clone(), now);
                }
                if let Some(known) = known {
                    transition::learned(policy, on, &known.evidence, now);
                }
                transition::learned(policy, on, evidence, now);
            }
            Deed::Ask { at, asked } => {
                if on.attempt.state != AttemptState::Over {
                    on.attempt.due = Some(*at);
                    on.attempt.asked += u32::from(*asked);
                }
            }
            Deed::GivenUp => {
                transition::given_up(policy, on, now);
            }
        }
    }

    /// The agent who talks is not free, whether or not their own event says so already.
    fn agent(
        &self,
        around: &Around,
        attempt: &Attempt,
        campaign: &mut crate::item::Campaign,
        now: Moment,
    ) -> Option<Change> {
        let was = around.attempt.body.attempt()?;
        let talked = attempt.evidence.talked.as_ref()?;
        let began = attempt.counted.with_agent && !was.counted.with_agent && !talked.agent.as_str().is_empty();
        if !began {
            return None;
        }
        let known = around.agent.as_ref().and_then(|item| item.body.agent());
        let agent = agents::seen(self.policy, &mut campaign.agents, known, &agents::talks(talked), now)?;
        Some(match &around.agent {
            Some(item) => Change::replace(item, agent),
            None => Change::create(Key::Agent(agent.id.clone()), agent),
        })
    }

    fn escalation(&self, around: &Around, person: Option<&mut Person>, now: Moment) -> Option<Change> {
        let person = person?;
        let why = transition::escalates(self.policy, person, now)?;
        let day = now.day(self.policy.zone.time_zone());
        let expires = Moment::from_seconds((now + self.policy.remember()).seconds());
        let escalation = Escalation { person: person.id.clone(), why, at: now, delivered: None, expires };
        // One a day is enough.
        around.escalation.is_none().then(|| Change::create(Key::Escalation(day, person.id.clone()), escalation))
    }
}

/// The contact is that of the attempt from now on.
fn contact_change(around: &Around, deed: &Deed, attempt: &Attempt, now: Moment) -> Option<Change> {
    let (Deed::Placed(id) | Deed::Learned(Some(id), _)) = deed else { return None };
    let contact = Contact {
        id: id.clone(),
        attempt: Some(attempt.id.clone()),
        caller: None,
        evidence: Evidence::default(),
        expires: forget_contact(now),
    };
    match &around.contact {
        None => Some(Change::create(Key::Contact(id.clone()), contact)),
        Some(item) => {
            let unknown = item.body.contact().is_none_or(|known| known.attempt.is_none());
            unknown.then(|| Change::replace(item, contact))
        }
    }
}
