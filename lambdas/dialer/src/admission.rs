//! Who may be called now, and how many.
//!
//! All of it is pure: it reads records, and says what is to be written together, or why not. Two rules hold together
//! because of how it is written: whatever is decided is committed with the versions of everything that was read, so no
//! limit is passed by two at once, and nobody who may not be called is called because somebody asked for it.

use crate::calendar::Zones;
use crate::ids::AttemptId;
use crate::item::{
    Agents, Attempt, AttemptState, Bucket, Campaign, Counted, Item, Key, Lease, NumberRecord, Person, Standing, State,
};
use crate::moment::Moment;
use crate::policy::{PLACING, Policy};
use crate::store::Change;
use std::time::Duration;

/// Why a call is not placed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The campaign does not run.
    NotRunning(State),
    /// No call at all is permitted before a person has looked at it.
    Trouble(String),
    /// The queue is disabled, or out of its hours.
    Closed,
    /// Nobody knows yet how many agents are free.
    NoCount,
    /// Fewer agents are free than the policy wants.
    FewAgents {
        /// Who are free.
        free: u32,
        /// How many there must be.
        least: u32,
    },
    /// For all free agents calls are under way.
    AgentsBusy {
        /// Who are free.
        free: u32,
        /// Calls under way for them.
        calls: u64,
    },
    /// As many calls as may be are going on.
    Concurrency,
    /// The quota of API calls is used up, or Connect asked to slow down.
    Slow {
        /// When the next may be placed.
        until: Moment,
    },
    /// As many calls as may be on a day were placed.
    Day,

    /// The person is disabled.
    Disabled,
    /// The person's status says so.
    DoNotCall,
    /// The person's attribute does not say yes.
    NoConsent,
    /// The person has been called to the end: reached, or failed.
    Over(Standing),
    /// A call to the person is going on, or may be.
    Live {
        /// Until when, at the latest.
        until: Moment,
    },
    /// Not yet: too soon after the last call, as often as may be in a period, or out of hours.
    NotBefore {
        /// When they may be called.
        at: Moment,
        /// Which rule says so.
        why: Wait,
    },
    /// Nobody knows in which zone they are.
    NoZone,
    /// There is no hour at which it is allowed in all zones they may be in.
    NoHour,
    /// They have no number.
    NoNumber,

    /// A call to the number is going on, or may be, for somebody else.
    NumberLive {
        /// Until when, at the latest.
        until: Moment,
    },
    /// The number was called too short a while ago.
    NumberNotBefore(Moment),
    /// The number was called as often as may be on a day.
    NumberDay {
        /// When they may be called again.
        until: Moment,
    },
    /// The number must not be called: `do_not_call`, `invalid`, `not_allowed`.
    NumberBlocked(String),
}

/// Which rule makes a person wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// They were reached not long ago.
    Success,
    /// They were called not long ago.
    Between,
    /// They were called as often as may be in a period.
    Period,
    /// Hours, quiet hours, holidays where they are.
    Hours,
    /// Something else: they were put off.
    Due,
}

impl Refusal {
    /// Whether it is about everybody, so that nobody else needs to be looked at.
    pub fn of_everybody(&self) -> bool {
        matches!(
            self,
            Self::NotRunning(_)
                | Self::Trouble(_)
                | Self::Closed
                | Self::NoCount
                | Self::FewAgents { .. }
                | Self::AgentsBusy { .. }
                | Self::Concurrency
                | Self::Slow { .. }
                | Self::Day
        )
    }
}

impl Bucket {
    /// Tokens now.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds between two calls")]
    pub fn level(&self, policy: &Policy, now: Moment) -> f64 {
        let burst = f64::from(policy.burst);
        match self.at {
            None => burst,
            Some(at) => {
                let filled = now.since(at).as_millis() as f64 / 1000.0 * policy.calls_per_second;
                (self.tokens + filled).min(burst)
            }
        }
    }

    /// When a token is there.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of milliseconds")]
    fn ready(&self, policy: &Policy, now: Moment) -> Moment {
        let missing = (1.0 - self.level(policy, now)).max(0.0);
        let filled = now + Duration::from_millis((missing / policy.calls_per_second * 1000.0).ceil() as u64);
        self.hold.map_or(filled, |hold| hold.max(filled))
    }

    /// Takes a token.
    pub(crate) fn take(&mut self, policy: &Policy, now: Moment) {
        self.tokens = (self.level(policy, now) - 1.0).max(0.0);
        self.at = Some(self.at.map_or(now, |at| at.max(now)));
    }
}

impl Agents {
    /// How many could be given a call now: those who are free and have rested.
    pub fn free(&self, now: Moment) -> u32 {
        let resting = self.resting.iter().filter(|until| **until > now).count();
        u32::try_from(self.available - i64::try_from(resting).unwrap_or(i64::MAX)).unwrap_or(0)
    }
}

impl Campaign {
    /// The ratio now: that of the policy, or 1 where too many of the day's answered calls were abandoned.
    #[expect(clippy::cast_precision_loss, reason = "calls of a day")]
    pub fn ratio(&self, policy: &Policy, now: Moment) -> f64 {
        let today = self.today.day == now.day(policy.zone.time_zone());
        let abandoned = self.today.abandoned as f64 * 100.0;
        let over = today && abandoned > policy.abandon_percent * self.today.answered as f64;
        if policy.ratio > 1.0 && over { 1.0 } else { policy.ratio }
    }

    /// How many calls may be placed now; an error where it is none.
    pub fn pace(&self, policy: &Policy, now: Moment) -> Result<u32, Refusal> {
        if self.state != State::Running {
            return Err(Refusal::NotRunning(self.state));
        }
        if let Some(trouble) = &self.trouble {
            return Err(Refusal::Trouble(trouble.clone()));
        }
        let mut room = u64::from(policy.concurrent_calls).saturating_sub(self.counts.live);
        if room == 0 {
            return Err(Refusal::Concurrency);
        }
        if let Some(most) = policy.calls_per_day {
            let calls = if self.today.day == now.day(policy.zone.time_zone()) { self.today.calls } else { 0 };
            room = room.min(u64::from(most).saturating_sub(calls));
            if room == 0 {
                return Err(Refusal::Day);
            }
        }
        if policy.min_free_agents > 0 {
            room = room.min(self.room_for_agents(policy, now)?);
        }
        let until = self.bucket.ready(policy, now);
        if until > now {
            return Err(Refusal::Slow { until });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to the burst")]
        let tokens = self.bucket.level(policy, now) as u64;
        Ok(u32::try_from(room.min(tokens.max(1))).unwrap_or(u32::MAX))
    }

    fn room_for_agents(&self, policy: &Policy, now: Moment) -> Result<u64, Refusal> {
        if self.agents.closed {
            return Err(Refusal::Closed);
        }
        if self.agents.at.is_none() {
            return Err(Refusal::NoCount);
        }
        let free = self.agents.free(now);
        if free < policy.min_free_agents {
            return Err(Refusal::FewAgents { free, least: policy.min_free_agents });
        }
        // Calls that are with an agent need none any more; all others may.
        let calls = self.counts.live.saturating_sub(self.with_agent);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "agents times at most 10")]
        let wanted = (f64::from(free) * self.ratio(policy, now)) as u64;
        match wanted.saturating_sub(calls) {
            0 => Err(Refusal::AgentsBusy { free, calls }),
            room => Ok(room),
        }
    }
}

/// Why a person must not be called at all, short of hours: `disabled`, `do_not_call`, `no_consent`.
pub fn barred(policy: &Policy, person: &Person) -> Option<Refusal> {
    if !person.enabled {
        return Some(Refusal::Disabled);
    }
    let attribute = |name: &str| person.attributes.get(name).map_or("", |value| value.trim());
    if policy.forbids(attribute(&policy.status_field))
        || person.disposition.as_deref().is_some_and(|disposition| policy.forbids(disposition))
    {
        return Some(Refusal::DoNotCall);
    }
    match &policy.consent_field {
        Some(field) if !says_yes(attribute(field)) => Some(Refusal::NoConsent),
        _ => None,
    }
}

fn says_yes(value: &str) -> bool {
    ["yes", "y", "true", "1", "x"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}

/// When the rules about earlier calls let a person be called, and which of them says so; hours are not looked at.
pub fn earliest(policy: &Policy, person: &Person) -> Option<(Moment, Wait)> {
    let mut earliest = None;
    let mut at_least = |at: Moment, why| {
        if earliest.is_none_or(|(before, _)| at > before) {
            earliest = Some((at, why));
        }
    };
    if let Some(success) = person.last_success {
        at_least(success + policy.after_success(), Wait::Success);
    }
    if let Some(last) = person.last_attempt {
        at_least(last + policy.between(person.attempts), Wait::Between);
    }
    if let Some(period) = person.period
        && person.attempts >= policy.attempts
    {
        at_least(period + policy.period(), Wait::Period);
    }
    earliest
}

/// Whether a person may be called now, as far as it is about them.
pub fn person_ready(policy: &Policy, person: &Person, now: Moment) -> Result<(), Refusal> {
    if let Some(barred) = barred(policy, person) {
        return Err(barred);
    }
    if let Some(lease) = &person.lease {
        return Err(Refusal::Live { until: lease.until });
    }
    if matches!(person.standing, Standing::Done | Standing::Failed) {
        return Err(Refusal::Over(person.standing));
    }
    if let Some((at, why)) = earliest(policy, person)
        && at > now
    {
        return Err(Refusal::NotBefore { at, why });
    }
    let zones = Zones::get(&person.zones).ok_or(Refusal::NoZone)?;
    if !zones.allow(policy, now) {
        let at = zones.next(policy, now).ok_or(Refusal::NoHour)?;
        return Err(Refusal::NotBefore { at, why: Wait::Hours });
    }
    if let Some(at) = person.due
        && at > now
    {
        return Err(Refusal::NotBefore { at, why: Wait::Due });
    }
    Ok(())
}

/// Whether a number may be called now, whoever it is for.
pub fn number_ready(policy: &Policy, number: &NumberRecord, now: Moment) -> Result<(), Refusal> {
    if let Some(why) = &number.blocked {
        return Err(Refusal::NumberBlocked(why.clone()));
    }
    if let Some(lease) = &number.lease {
        return Err(Refusal::NumberLive { until: lease.until });
    }
    if let Some(last) = number.last_attempt {
        let at = last + policy.between(1);
        if at > now {
            return Err(Refusal::NumberNotBefore(at));
        }
    }
    let today = now.day(policy.zone.time_zone());
    if number.today == today && number.calls >= policy.calls_per_number {
        return Err(Refusal::NumberDay { until: tomorrow(policy, now) });
    }
    Ok(())
}

fn tomorrow(policy: &Policy, now: Moment) -> Moment {
    let zone = policy.zone.time_zone();
    let day = zone.to_datetime(now.timestamp()).date().tomorrow();
    let start = day.ok().and_then(|day| zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().ok());
    start.map_or(now + Duration::from_hours(24), Moment::from)
}

/// A claim that was decided and is not yet committed.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The call.
    pub attempt: Attempt,
    /// What is to be committed.
    pub changes: Vec<Change>,
}

/// What a claim is decided on, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The item `campaign`.
    pub campaign: &'a Item,
    /// The item of the person.
    pub person: &'a Item,
    /// The item of [`Person::number`], where there is one.
    pub number: Option<&'a Item>,
}

/// Decides whether a person is called now, and what is to be committed before the call is placed: the campaign, the
/// person, the number and the attempt, in one transaction.
pub fn claim(policy: &Policy, read: Read<'_>, now: Moment, id: AttemptId) -> Result<Claim, Refusal> {
    let (Some(campaign), Some(person)) = (read.campaign.body.campaign(), read.person.body.person()) else {
        return Err(Refusal::NoNumber);
    };
    campaign.pace(policy, now)?;
    let number = person.number().ok_or(Refusal::NoNumber)?;
    let record = read.number.and_then(|item| item.body.number());
    admit(policy, person, record, now)?;
    let mut campaign = campaign.clone();
    let mut person = person.clone();
    let mut record = record.cloned().unwrap_or_else(|| NumberRecord::new(number.clone()));
    let attempt = take(policy, &mut campaign, &mut person, &mut record, now, id);
    let number = match read.number {
        Some(item) => Change::replace(item, record),
        None => Change::create(Key::Number(attempt.number.clone()), record),
    };
    let changes = vec![
        Change::replace(read.campaign, campaign),
        Change::replace(read.person, person),
        number,
        Change::create(Key::Attempt(attempt.id.clone()), attempt.clone()),
    ];
    Ok(Claim { attempt, changes })
}

/// Whether a person may be called on their next number now; the campaign is not looked at.
pub fn admit(policy: &Policy, person: &Person, number: Option<&NumberRecord>, now: Moment) -> Result<(), Refusal> {
    person_ready(policy, person, now)?;
    if person.number().is_none() {
        return Err(Refusal::NoNumber);
    }
    number.map_or(Ok(()), |number| number_ready(policy, number, now))
}

/// Claims, in place: what [`claim`] commits. Everything must have been looked at before.
pub fn take(
    policy: &Policy,
    campaign: &mut Campaign,
    person: &mut Person,
    number: &mut NumberRecord,
    now: Moment,
    id: AttemptId,
) -> Attempt {
    let lease = Lease { attempt: id.clone(), until: now + policy.longest() };
    campaign.bucket.take(policy, now);
    campaign.agents.resting.retain(|until| *until > now);
    campaign.counts.moved(person.standing, Standing::Live);
    campaign.calls += 1;
    campaign.roll(policy, now);
    campaign.today.calls += 1;
    if person.period.is_some_and(|period| now >= period + policy.period()) {
        person.period = None;
        person.attempts = 0;
    }
    person.standing = Standing::Live;
    person.due = None;
    person.lease = Some(lease.clone());
    number.lease = Some(lease);
    Attempt {
        id,
        person: person.id.clone(),
        number: number.number.clone(),
        state: AttemptState::Claimed,
        claimed: now,
        day: campaign.today.day,
        not_after: now + PLACING,
        began: now + PLACING,
        // Not before whoever claimed it has surely given up.
        due: Some(now + PLACING + policy.ring().max(PLACING)),
        contact: None,
        nth: person.attempts + 1,
        evidence: crate::evidence::Evidence::default(),
        outcome: None,
        refused: None,
        over: None,
        counted: Counted::default(),
        asked: 0,
        expires: Moment::from_seconds((now + policy.remember()).seconds()),
    }
}

impl Campaign {
    /// Begins a new day, where it is one.
    pub(crate) fn roll(&mut self, policy: &Policy, now: Moment) {
        let day = now.day(policy.zone.time_zone());
        if self.today.day != day {
            self.today = crate::item::Today { day, ..crate::item::Today::default() };
        }
    }
}
