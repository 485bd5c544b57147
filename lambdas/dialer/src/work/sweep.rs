//! Looks after calls of which nothing was heard in time.

use std::time::Duration;

use crate::ids::AttemptId;
use crate::item::{Attempt, AttemptState, Escalation, Key, PARTS, Priority, Shard};
use crate::moment::Moment;
use crate::phone::{Looked, Phone};
use crate::store::{Change, Cursor, Store};
use crate::transition::{self, NotPlaced};
use crate::work::{Deed, Rim, Work, WorkError};

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Calls of which Connect was asked.
    pub asked: u32,
    /// Of these, calls that are over.
    pub ended: u32,
    /// Of these, calls that were never placed.
    pub never_started: u32,
    /// Of these, calls that go on.
    pub live: u32,
    /// Of these, calls of which Connect cannot say; they count as made.
    pub unknown: u32,
    /// People nobody could call for days, whom somebody has to look after.
    pub escalated: u32,
}

/// How long until the same call is asked about again.
const AGAIN: Duration = Duration::from_mins(1);

/// How often Connect may say that it does not know, before it is believed.
const ASK_AT_MOST: u32 = 3;

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// Asks Connect about calls that should have been heard of: at most so many.
    pub async fn sweep(&self, most: u32) -> Result<Swept, WorkError> {
        let mut swept = Swept::default();
        for part in 0..PARTS {
            let mut after: Option<Cursor> = None;
            loop {
                let page = self.store.due(Shard::Leases(part), self.rim.now(), 25, after).await?;
                for key in &page.keys {
                    if swept.asked >= most {
                        return Ok(swept);
                    }
                    self.look_after(key, &mut swept).await?;
                }
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        swept.escalated = self.look_for_neglected().await?;
        Ok(swept)
    }

    /// Who should have been called days ago, and was not, as no agents were there or nobody started the campaign: looked
    /// for once an hour, as it reads all of them.
    async fn look_for_neglected(&self) -> Result<u32, WorkError> {
        let Some(days) = self.policy.escalate_days else { return Ok(0) };
        let mine = self
            .decide(&[Key::Campaign], |items| {
                let item = items[0].as_ref()?;
                let mut campaign = item.body.campaign()?.clone();
                let now = self.rim.now();
                if campaign.looked_after.is_some_and(|last| now < last + Duration::from_hours(1)) {
                    return None;
                }
                campaign.looked_after = Some(now);
                Some((vec![Change::replace(item, campaign)], ()))
            })
            .await?;
        if mine.is_none() {
            return Ok(0);
        }
        let since = self.rim.now() - Duration::from_hours(24) * days;
        let mut escalated = 0;
        for priority in [Priority::High, Priority::Normal] {
            for part in 0..PARTS {
                let mut after = None;
                loop {
                    let page = self.store.due(Shard::People(priority, part), since, 100, after).await?;
                    for key in &page.keys {
                        escalated += u32::from(self.neglected(key).await?);
                    }
                    match page.next {
                        Some(next) => after = Some(next),
                        None => break,
                    }
                }
            }
        }
        Ok(escalated)
    }

    async fn neglected(&self, key: &Key) -> Result<bool, WorkError> {
        let Key::Person(id) = key else { return Ok(false) };
        let today = self.rim.now().day(self.policy.zone.time_zone());
        let escalation = Key::Escalation(today, id.clone());
        let done = self
            .decide(&[key.clone(), escalation.clone()], |items| {
                let (person, None) = (items[0].as_ref()?, &items[1]) else { return None };
                let mut next = person.body.person()?.clone();
                let now = self.rim.now();
                let why = transition::escalates(self.policy, &mut next, now)?;
                let expires = Moment::from_seconds((now + self.policy.remember()).seconds());
                let body = Escalation { person: id.clone(), why, at: now, delivered: None, expires };
                Some((vec![Change::replace(person, next), Change::create(escalation.clone(), body)], ()))
            })
            .await?;
        Ok(done.is_some())
    }

    async fn look_after(&self, key: &Key, swept: &mut Swept) -> Result<(), WorkError> {
        // Whoever moves the time at which it is due asks, and nobody else does meanwhile.
        let mine = self
            .decide(std::slice::from_ref(key), |items| {
                let item = items[0].as_ref()?;
                let mut attempt = item.body.attempt()?.clone();
                let now = self.rim.now();
                let due = attempt.state != AttemptState::Over && attempt.due.is_some_and(|due| due <= now);
                if !due {
                    return None;
                }
                attempt.due = Some(now + AGAIN);
                Some((vec![Change::replace(item, attempt.clone())], attempt))
            })
            .await?;
        let Some(attempt) = mine else { return Ok(()) };
        swept.asked += 1;
        let deed = match self.phone.look_up(&attempt).await {
            Err(_) => return Ok(()),
            Ok(Looked::Live { contact, evidence }) => {
                swept.live += 1;
                self.apply(&attempt.id, &Deed::Learned(Some(contact), evidence)).await?;
                Deed::Ask { at: self.rim.now() + AGAIN, asked: false }
            }
            Ok(Looked::Ended { contact, evidence }) => {
                swept.ended += 1;
                Deed::Learned(Some(contact), ended(evidence, self.rim.now()))
            }
            Ok(Looked::NeverStarted) if attempt.contact.is_none() => {
                swept.never_started += 1;
                Deed::NotPlaced(NotPlaced::NeverStarted)
            }
            Ok(Looked::NeverStarted | Looked::Unknown) => self.unknown(&attempt, swept),
        };
        self.apply(&attempt.id, &deed).await?;
        Ok(())
    }

    fn unknown(&self, attempt: &Attempt, swept: &mut Swept) -> Deed {
        let now = self.rim.now();
        // Before its longest time is over the call may still go on, and its number must not be called.
        let end = attempt.claimed + self.policy.longest();
        if now < end {
            return Deed::Ask { at: end, asked: false };
        }
        if attempt.asked + 1 < ASK_AT_MOST {
            return Deed::Ask { at: now + AGAIN, asked: true };
        }
        swept.unknown += 1;
        Deed::GivenUp
    }

    /// Escalations that nobody was told of: at most so many.
    pub async fn escalations(&self, most: usize) -> Result<Vec<(Key, Escalation)>, WorkError> {
        let page = self.store.due(Shard::Escalations, self.rim.now(), most, None).await?;
        let mut found = Vec::new();
        for key in page.keys {
            let item = self.store.get(&key).await?;
            if let Some(escalation) = item.as_ref().and_then(|item| item.body.escalation())
                && escalation.delivered.is_none()
            {
                found.push((key, escalation.clone()));
            }
        }
        Ok(found)
    }

    /// Somebody was told; `proof` says where to see it. False where somebody else wrote that down before.
    pub async fn escalated(&self, key: &Key, proof: &str) -> Result<bool, WorkError> {
        let done = self
            .decide(std::slice::from_ref(key), |items| {
                let item = items[0].as_ref()?;
                let mut escalation = item.body.escalation()?.clone();
                if escalation.delivered.is_some() {
                    return None;
                }
                escalation.delivered = Some(proof.to_owned());
                Some((vec![Change::replace(item, escalation)], ()))
            })
            .await?;
        Ok(done.is_some())
    }

    /// As [`Work::sweep`], for one call, whenever it is due.
    pub async fn look_at(&self, attempt: &AttemptId) -> Result<Swept, WorkError> {
        let mut swept = Swept::default();
        self.look_after(&Key::Attempt(attempt.clone()), &mut swept).await?;
        Ok(swept)
    }
}

fn ended(mut evidence: crate::evidence::Evidence, now: Moment) -> crate::evidence::Evidence {
    evidence.ended.get_or_insert(now);
    evidence
}
