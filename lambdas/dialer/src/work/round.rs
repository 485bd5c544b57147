//! Places what may be placed.

use std::collections::BTreeMap;

use crate::admission::{self, Claim, Read, Refusal};
use crate::item::{Attempt, Campaign, Item, Key, PARTS, Person, Priority, Shard, Standing};
use crate::moment::Moment;
use crate::phone::{ATTEMPT_ATTRIBUTE, PERSON_ATTRIBUTE, Phone, PlaceError, Placing, Staffing};
use crate::store::{Change, CommitError, Cursor, Store};
use crate::transition::{self, NotPlaced};
use crate::work::{Deed, Rim, TRIES, Work, WorkError};
use std::time::Duration;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Calls that Connect took.
    pub placed: u32,
    /// Calls that it did not take.
    pub refused: u32,
    /// Calls of which it did not say.
    pub unknown: u32,
    /// People who were put off.
    pub postponed: u32,
    /// Whether agents were counted.
    pub counted: bool,
    /// What ended the round, where it was not that nobody is due.
    pub ended_by: Option<Refusal>,
}

/// How many keys are read from the index at once.
const PAGE: usize = 25;

/// The items that were read last, so that they need not be read again.
struct Known {
    campaign: Item,
}

enum Tried {
    Claimed(Box<Claim>),
    Postponed,
    /// Nothing to do: an index that is behind.
    Passed,
    Ended(Refusal),
}

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// Places calls until limits, agents or people are used up, or `most` calls were tried.
    pub async fn round(&self, most: u32) -> Result<Round, WorkError> {
        let mut round = Round { counted: self.count_agents().await?, ..Round::default() };
        let Some(campaign) = self.store.get(&Key::Campaign).await? else { return Ok(round) };
        let mut known = Known { campaign };
        if let Some(refusal) = self.pace(&known) {
            round.ended_by = Some(refusal);
            return Ok(round);
        }
        // Each round begins with another part, so that none is always last.
        let first = u8::try_from(self.rim.now().seconds() % i64::from(PARTS)).unwrap_or(0);
        for priority in [Priority::High, Priority::Normal] {
            for part in 0..PARTS {
                let shard = Shard::People(priority, (first + part) % PARTS);
                if self.shard(shard, most, &mut known, &mut round).await? {
                    return Ok(round);
                }
            }
        }
        Ok(round)
    }

    fn pace(&self, known: &Known) -> Option<Refusal> {
        known.campaign.body.campaign().and_then(|campaign| campaign.pace(self.policy, self.rim.now()).err())
    }

    /// Calls who is due in a shard; true where the round is over.
    async fn shard(&self, shard: Shard, most: u32, known: &mut Known, round: &mut Round) -> Result<bool, WorkError> {
        let mut after: Option<Cursor> = None;
        loop {
            let page = self.store.due(shard, self.rim.now(), PAGE, after).await?;
            for key in &page.keys {
                if round.placed + round.refused + round.unknown >= most {
                    return Ok(true);
                }
                match self.attempt(key, known).await? {
                    Tried::Passed => {}
                    Tried::Postponed => round.postponed += 1,
                    Tried::Ended(refusal) => {
                        round.ended_by = Some(refusal);
                        return Ok(true);
                    }
                    Tried::Claimed(claim) => self.place(&claim.attempt, round).await?,
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(false),
            }
        }
    }

    /// Claims a person, or puts them off.
    async fn attempt(&self, key: &Key, known: &mut Known) -> Result<Tried, WorkError> {
        for _ in 0..TRIES {
            let Some(item) = self.store.get(key).await? else { return Ok(Tried::Passed) };
            let Some(person) = item.body.person() else { return Ok(Tried::Passed) };
            let number = match person.number() {
                Some(number) => self.store.get(&Key::Number(number.clone())).await?,
                None => None,
            };
            let read = Read { campaign: &known.campaign, person: &item, number: number.as_ref() };
            let now = self.rim.now();
            let (changes, tried) = match admission::claim(self.policy, read, now, self.rim.attempt()) {
                Ok(claim) => (claim.changes.clone(), Tried::Claimed(Box::new(claim))),
                Err(refusal) if refusal.of_everybody() => return Ok(Tried::Ended(refusal)),
                Err(refusal) => match self.postpone(&known.campaign, &item, &refusal, now) {
                    Some(changes) => (changes, Tried::Postponed),
                    None => return Ok(Tried::Passed),
                },
            };
            let campaign = changes.iter().find_map(|change| match &change.becomes {
                crate::store::Becomes::Item(item) if change.key == Key::Campaign => Some(item.clone()),
                _ => None,
            });
            match self.store.commit(changes).await {
                Ok(()) => {
                    if let Some(campaign) = campaign {
                        known.campaign = campaign;
                    }
                    return Ok(tried);
                }
                Err(CommitError::Conflict) => {
                    let Some(campaign) = self.store.get(&Key::Campaign).await? else { return Ok(Tried::Passed) };
                    known.campaign = campaign;
                }
                Err(CommitError::Unavailable) => return Err(WorkError::Write),
            }
        }
        Err(WorkError::Contended)
    }

    /// Who may not be called now is not due now. Nothing where they are not due anyway: the index is behind.
    fn postpone(&self, campaign: &Item, item: &Item, refusal: &Refusal, now: Moment) -> Option<Vec<Change>> {
        let was = item.body.person()?;
        if matches!(refusal, Refusal::Live { .. } | Refusal::Over(_)) || was.due.is_none_or(|due| due > now) {
            return None;
        }
        let mut person = was.clone();
        let mut counts: Campaign = campaign.body.campaign()?.clone();
        put_off(self.policy, &mut counts, &mut person, refusal, now);
        if person == *was {
            return None;
        }
        let mut changes = vec![Change::replace(item, person)];
        if Some(&counts) != campaign.body.campaign() {
            changes.push(Change::replace(campaign, counts));
        }
        Some(changes)
    }

    /// Places a claimed call, and writes down what came of it.
    async fn place(&self, attempt: &Attempt, round: &mut Round) -> Result<(), WorkError> {
        let person = self.store.get(&Key::Person(attempt.person.clone())).await?;
        let person = person.as_ref().and_then(|item| item.body.person());
        if self.rim.now() > attempt.not_after {
            // Somebody else may take it for dead already; a sweep finds it.
            return Ok(());
        }
        let placing = Placing {
            attempt: attempt.id.clone(),
            number: attempt.number.clone(),
            attributes: attributes(attempt, person),
            ring: self.policy.ring(),
            detect_machines: self.policy.detect_machines,
            not_after: attempt.not_after,
        };
        let deed = match self.phone.place(&placing).await {
            Ok(contact) => {
                round.placed += 1;
                Deed::Placed(contact)
            }
            Err(PlaceError::Unknown) => {
                round.unknown += 1;
                return Ok(());
            }
            Err(error) => {
                round.refused += 1;
                Deed::NotPlaced(NotPlaced::Said(error))
            }
        };
        self.apply(&attempt.id, &deed).await?;
        Ok(())
    }

    /// Counts agents, where it is time: one worker at a time, once in an interval.
    async fn count_agents(&self) -> Result<bool, WorkError> {
        if self.policy.min_free_agents == 0 {
            return Ok(false);
        }
        let Some(item) = self.store.get(&Key::Campaign).await? else { return Ok(false) };
        let Some(campaign) = item.body.campaign() else { return Ok(false) };
        let now = self.rim.now();
        let interval = Duration::from_secs(self.policy.metrics_seconds.into());
        if campaign.agents.asked.is_some_and(|asked| now < asked + interval) {
            return Ok(false);
        }
        let mut asking = campaign.clone();
        asking.agents.asked = Some(now);
        match self.store.commit(vec![Change::replace(&item, asking)]).await {
            Ok(()) => {}
            // Whoever was first counts, or will when the next interval comes.
            Err(CommitError::Conflict) => return Ok(false),
            Err(CommitError::Unavailable) => return Err(WorkError::Write),
        }
        let Ok(staffing) = self.phone.agents().await else { return Ok(false) };
        let counted = self
            .decide(&[Key::Campaign], |items| {
                let item = items[0].as_ref()?;
                let mut campaign = item.body.campaign()?.clone();
                // Somebody counted later, and is done already.
                if campaign.agents.at.is_some_and(|at| at > now) {
                    return None;
                }
                counted(&mut campaign, staffing, now);
                Some((vec![Change::replace(item, campaign)], ()))
            })
            .await?;
        Ok(counted.is_some())
    }
}

fn counted(campaign: &mut Campaign, staffing: Staffing, at: Moment) {
    campaign.agents.available = staffing.available.into();
    campaign.agents.online = staffing.online;
    campaign.agents.closed = !staffing.open;
    campaign.agents.at = Some(at);
}

/// The contact's attributes: those of the person, and who they are.
fn attributes(attempt: &Attempt, person: Option<&Person>) -> BTreeMap<String, String> {
    let mut attributes = person.map(|person| person.attributes.clone()).unwrap_or_default();
    if let Some(person) = person {
        let names = [("first_name", &person.first_name), ("last_name", &person.last_name)];
        for (name, value) in names {
            if let Some(value) = value {
                attributes.insert(name.to_owned(), value.clone());
            }
        }
    }
    attributes.insert(ATTEMPT_ATTRIBUTE.to_owned(), attempt.id.to_string());
    attributes.insert(PERSON_ATTRIBUTE.to_owned(), attempt.person.to_string());
    attributes
}

/// How long people wait whose number is called for somebody else.
const NUMBER_TAKEN: Duration = Duration::from_mins(1);

/// Puts a person off by what refused them.
fn put_off(
    policy: &crate::policy::Policy,
    campaign: &mut Campaign,
    person: &mut Person,
    refusal: &Refusal,
    now: Moment,
) {
    let number = person.number().cloned();
    let not_before = match refusal {
        Refusal::NumberBlocked(why) => {
            if let Some(number) = number {
                person.bad.insert(number, why.clone());
            }
            now
        }
        Refusal::NumberLive { until } => (*until).min(now + NUMBER_TAKEN).max(now + Duration::from_secs(1)),
        Refusal::NumberNotBefore(at) => *at,
        Refusal::NumberDay { until } => *until,
        _ => now,
    };
    transition::stand(policy, campaign, person, now);
    if person.standing == Standing::Pending && not_before > now {
        let zones = crate::calendar::Zones::get(&person.zones);
        person.due = zones.and_then(|zones| zones.next(policy, not_before)).max(person.due);
    }
    transition::end(policy, campaign, now);
}
