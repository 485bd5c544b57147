//! What follows from what is learned of a call.
//!
//! All of it changes records in place, is pure, and may be done again: an attempt that is over is not over a second time,
//! and evidence that comes late corrects what was counted instead of adding to it.

use std::time::Duration;

use crate::admission::{Refusal, barred, earliest};
use crate::calendar::Zones;
use crate::evidence::Evidence;
use crate::ids::{AttemptId, ContactId};
use crate::item::{Attempt, AttemptState, Campaign, EscalationReason, Lease, NumberRecord, Person, Standing, State};
use crate::moment::Moment;
use crate::outcome::Outcome;
use crate::phone::PlaceError;
use crate::policy::{PLACING, Policy, Repeat, SAD};

/// After ringing, how long events may take before Connect is asked what became of a call.
pub const GRACE: Duration = Duration::from_secs(15);

/// The records that a call concerns. Person and number may have been deleted meanwhile.
#[derive(Debug)]
pub struct Concerned<'a> {
    /// The campaign.
    pub campaign: &'a mut Campaign,
    /// The call.
    pub attempt: &'a mut Attempt,
    /// Whom.
    pub person: Option<&'a mut Person>,
    /// On which number.
    pub number: Option<&'a mut NumberRecord>,
}

/// Why a claim came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPlaced {
    /// The phone said so. [`PlaceError::Unknown`] is not one of these.
    Said(PlaceError),
    /// Whoever claimed it never placed it, as Connect says.
    NeverStarted,
}

impl NotPlaced {
    const fn word(self) -> &'static str {
        match self {
            Self::NeverStarted => "never_started",
            Self::Said(PlaceError::Throttled) => "throttled",
            Self::Said(PlaceError::Unavailable | PlaceError::Unknown) => "unavailable",
            Self::Said(PlaceError::NotAllowed) => "not_allowed",
            Self::Said(PlaceError::Invalid) => "invalid",
            Self::Said(PlaceError::NotPermitted) => "not_permitted",
        }
    }
}

/// Connect took the call.
pub fn placed(policy: &Policy, attempt: &mut Attempt, contact: ContactId, now: Moment) {
    attempt.contact.get_or_insert(contact);
    if attempt.state == AttemptState::Claimed {
        attempt.began = attempt.began.min(now);
        attempt.state = AttemptState::Placed;
        attempt.due = Some(ask_at(policy, attempt));
    }
}

/// When Connect is to be asked of a call that goes on: soon after it should have been answered, else when it is too long.
fn ask_at(policy: &Policy, attempt: &Attempt) -> Moment {
    if attempt.evidence.answered.is_some() {
        attempt.claimed + policy.longest()
    } else {
        attempt.claimed + PLACING + policy.ring() + GRACE
    }
}

/// No call was placed: what was taken for it is given back, and no attempt is counted. False where the call is over already.
pub fn not_placed(policy: &Policy, on: &mut Concerned<'_>, why: NotPlaced, now: Moment) -> bool {
    if on.attempt.state == AttemptState::Over {
        return false;
    }
    on.attempt.state = AttemptState::Over;
    on.attempt.over = Some(now);
    on.attempt.due = None;
    on.attempt.refused = Some(why.word().to_owned());
    let campaign = &mut *on.campaign;
    campaign.calls = campaign.calls.saturating_sub(1);
    if campaign.today.day == on.attempt.day {
        campaign.today.calls = campaign.today.calls.saturating_sub(1);
    }
    match why {
        NotPlaced::Said(PlaceError::Throttled | PlaceError::Unavailable | PlaceError::Unknown) => {
            slow_down(campaign, &on.attempt.id, now);
        }
        NotPlaced::Said(PlaceError::NotPermitted) => campaign.trouble = Some(why.word().to_owned()),
        NotPlaced::Said(PlaceError::NotAllowed | PlaceError::Invalid) => {
            if let Some(number) = on.number.as_deref_mut() {
                number.blocked.get_or_insert_with(|| why.word().to_owned());
            }
            if let Some(person) = on.person.as_deref_mut() {
                person.bad.insert(on.attempt.number.clone(), why.word().to_owned());
            }
        }
        NotPlaced::NeverStarted => {}
    }
    release(policy, on, true, now);
    true
}

/// Nothing is placed for a while that doubles each time, from half a second to a minute, and differs between workers.
fn slow_down(campaign: &mut Campaign, attempt: &AttemptId, now: Moment) {
    let bucket = &mut campaign.bucket;
    let longest = 500_u64 << bucket.throttled.min(7);
    let chance = attempt.as_str().bytes().fold(17_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let wait = Duration::from_millis(longest / 2 + chance % (longest / 2 + 1));
    bucket.throttled = bucket.throttled.saturating_add(1);
    bucket.hold = Some(bucket.hold.map_or(now + wait, |hold| hold.max(now + wait)));
    bucket.tokens = 0.0;
    bucket.at = Some(now);
}

/// Takes in what is known of a call. True where anything changed.
pub fn learned(policy: &Policy, on: &mut Concerned<'_>, evidence: &Evidence, now: Moment) -> bool {
    let mut merged = on.attempt.evidence.clone();
    merged.merge(evidence);
    if merged == on.attempt.evidence && (on.attempt.state == AttemptState::Over) == merged.is_over() {
        return false;
    }
    on.attempt.evidence = merged;
    if on.attempt.refused.is_some() {
        revive(policy, on);
    }
    match (on.attempt.state, on.attempt.evidence.is_over()) {
        (AttemptState::Over, _) => correct(policy, on, now),
        (_, true) => over(policy, on, on.attempt.evidence.outcome(), now),
        (_, false) => {
            on.attempt.state = AttemptState::Placed;
            on.attempt.due = Some(ask_at(policy, on.attempt));
            if on.attempt.evidence.talked.is_some() && !on.attempt.counted.with_agent {
                on.attempt.counted.with_agent = true;
                on.campaign.with_agent += 1;
            }
        }
    }
    true
}

/// Connect cannot say what became of a call: it counts as made, so that nobody is called twice inside a window.
pub fn given_up(policy: &Policy, on: &mut Concerned<'_>, now: Moment) -> bool {
    if on.attempt.state == AttemptState::Over {
        return false;
    }
    let outcome =
        if on.attempt.evidence.outcome().is_success() { on.attempt.evidence.outcome() } else { Outcome::Unknown };
    over(policy, on, outcome, now);
    true
}

/// A call that was said never to have been placed was, after all.
fn revive(policy: &Policy, on: &mut Concerned<'_>) {
    on.attempt.refused = None;
    on.attempt.over = None;
    on.attempt.state = AttemptState::Placed;
    on.campaign.calls += 1;
    if on.campaign.today.day == on.attempt.day {
        on.campaign.today.calls += 1;
    }
    let lease = Lease { attempt: on.attempt.id.clone(), until: on.attempt.claimed + policy.longest() };
    if let Some(person) = on.person.as_deref_mut()
        && person.lease.is_none()
    {
        on.campaign.counts.moved(person.standing, Standing::Live);
        person.standing = Standing::Live;
        person.due = None;
        person.lease = Some(lease.clone());
    }
    if let Some(number) = on.number.as_deref_mut() {
        number.lease.get_or_insert(lease);
    }
}

fn over(policy: &Policy, on: &mut Concerned<'_>, outcome: Outcome, now: Moment) {
    let attempt = &mut *on.attempt;
    attempt.state = AttemptState::Over;
    attempt.over = Some(attempt.evidence.ended.unwrap_or(now));
    attempt.due = None;
    on.campaign.bucket.throttled = 0;
    if std::mem::take(&mut attempt.counted.with_agent) {
        on.campaign.with_agent = on.campaign.with_agent.saturating_sub(1);
    }
    count(on.campaign, attempt, outcome);
    if let Some(number) = on.number.as_deref_mut() {
        number.last_attempt = number.last_attempt.max(Some(attempt.began));
        if number.today < attempt.day {
            number.today = attempt.day;
            number.calls = 0;
        }
        number.calls += u32::from(number.today == attempt.day);
    }
    if let Some(person) = on.person.as_deref_mut() {
        if person.period.is_none_or(|period| attempt.claimed >= period + policy.period()) {
            person.period = Some(attempt.claimed);
            person.attempts = 0;
        }
        person.attempts += 1;
        person.attempts_ever += 1;
        person.last_attempt = person.last_attempt.max(Some(attempt.began));
        person.rotate(&attempt.number);
    }
    consequences(policy, on, None);
    release(policy, on, true, now);
}

/// Evidence came after the call was over.
fn correct(policy: &Policy, on: &mut Concerned<'_>, now: Moment) {
    let evidence = &on.attempt.evidence;
    let before = on.attempt.outcome;
    let outcome = evidence.outcome();
    // Short of its end only a success is sure.
    let outcome = if evidence.is_over() || outcome.is_success() { outcome } else { before.unwrap_or(Outcome::Unknown) };
    count(on.campaign, on.attempt, outcome);
    consequences(policy, on, before);
    release(policy, on, false, now);
}

/// Counts an outcome, instead of the one that was counted before.
fn count(campaign: &mut Campaign, attempt: &mut Attempt, outcome: Outcome) {
    let today = (campaign.today.day == attempt.day).then_some(&mut campaign.today);
    let before = attempt.counted.outcome.replace(outcome);
    attempt.outcome = Some(outcome);
    if let Some(count) = before.and_then(|before| campaign.outcomes.get_mut(&before)) {
        *count = count.saturating_sub(1);
    }
    *campaign.outcomes.entry(outcome).or_default() += 1;
    if let Some(today) = today {
        let was = |is: fn(Outcome) -> bool| before.is_some_and(is);
        let change = |count: &mut u64, was: bool, is: bool| {
            *count = (*count + u64::from(is)).saturating_sub(u64::from(was));
        };
        change(&mut today.answered, was(Outcome::was_answered), outcome.was_answered());
        change(&mut today.abandoned, was(Outcome::is_abandon), outcome.is_abandon());
    }
}

/// What the outcome means for person and number; `before` is the outcome that was taken for it until now.
fn consequences(policy: &Policy, on: &mut Concerned<'_>, before: Option<Outcome>) {
    let attempt = &*on.attempt;
    let Some(outcome) = attempt.outcome else { return };
    let stops = attempt.evidence.key.as_ref().is_some_and(|key| policy.stop_key.as_ref() == Some(&key.what));
    let forbids = attempt.evidence.disposition.as_ref().is_some_and(|said| policy.forbids(&said.what));
    let do_not_call = (stops || forbids).then_some("do_not_call");
    let block = if outcome == Outcome::Invalid { Some("invalid") } else { do_not_call };
    if let (Some(block), Some(number)) = (block, on.number.as_deref_mut()) {
        number.blocked.get_or_insert_with(|| block.to_owned());
    }
    let Some(person) = on.person.as_deref_mut() else { return };
    if let Some(block) = block {
        person.bad.insert(attempt.number.clone(), block.to_owned());
    }
    // An earlier call that is corrected says nothing of a later one.
    let latest = person.last_attempt == Some(attempt.began);
    let first_success = outcome.is_success() && !before.is_some_and(Outcome::is_success);
    if first_success {
        person.successes += 1;
        person.last_success = person.last_success.max(attempt.over);
        person.next_number = person.numbers.iter().position(|number| *number == attempt.number).unwrap_or(0);
    }
    if first_success && latest {
        person.attempts = 0;
        person.period = None;
    }
    if latest {
        person.outcome = Some(outcome);
        if let Some(disposition) = &attempt.evidence.disposition {
            person.disposition = Some(disposition.what.clone());
        }
        if let Some(key) = attempt.evidence.key.as_ref().filter(|_| !stops) {
            feel(person, policy.mood(&key.what), first_success);
        }
    }
    if stops {
        person.enabled = false;
        person.reason = Some("do_not_call".to_owned());
    }
}

/// The mood of a call. `first` where it is the call's first word; else it stands instead of the one before.
fn feel(person: &mut Person, mood: String, first: bool) {
    match (mood == SAD, person.mood.as_deref() == Some(SAD), first) {
        (true, _, true) | (true, false, false) => person.sad += 1,
        (true, true, false) => {}
        (false, ..) => person.sad = 0,
    }
    person.mood = Some(mood);
}

/// The leases of the call go, and its person stands where they belong.
fn release(policy: &Policy, on: &mut Concerned<'_>, was_live: bool, now: Moment) {
    let mine = |lease: &Option<Lease>| lease.as_ref().is_some_and(|lease| lease.attempt == on.attempt.id);
    if let Some(number) = on.number.as_deref_mut()
        && mine(&number.lease)
    {
        number.lease = None;
    }
    match on.person.as_deref_mut() {
        Some(person) => {
            if mine(&person.lease) {
                person.lease = None;
            }
            stand(policy, on.campaign, person, now);
        }
        // Deleted while they were called.
        None if was_live => on.campaign.counts.remove(Standing::Live),
        None => {}
    }
    end(policy, on.campaign, now);
}

/// Puts a person where they belong, and counts them there.
pub fn stand(policy: &Policy, campaign: &mut Campaign, person: &mut Person, now: Moment) {
    let before = person.standing;
    settle(policy, person, now);
    campaign.counts.moved(before, person.standing);
}

/// Puts a person where they belong by what is known of them: their standing, why, and when they are called next.
pub fn settle(policy: &Policy, person: &mut Person, now: Moment) {
    let (standing, reason, due) = place(policy, person, now);
    let asked_to_stop = standing == Standing::Blocked && person.reason.as_deref() == Some("do_not_call");
    person.standing = standing;
    person.due = due;
    if !asked_to_stop {
        person.reason = reason;
    }
}

fn place(policy: &Policy, person: &Person, now: Moment) -> (Standing, Option<String>, Option<Moment>) {
    let word = |word: &str| Some(word.to_owned());
    if person.lease.is_some() {
        return (Standing::Live, None, None);
    }
    if policy.repeat == Repeat::Once && person.successes > 0 {
        return (Standing::Done, None, None);
    }
    match barred(policy, person) {
        Some(Refusal::Disabled) => return (Standing::Blocked, word("disabled"), None),
        Some(Refusal::NoConsent) => return (Standing::Blocked, word("no_consent"), None),
        Some(_) => return (Standing::Blocked, word("do_not_call"), None),
        None => {}
    }
    if person.number().is_none() {
        let why = person.bad.values().next().map_or("invalid", String::as_str);
        let standing = if why == "do_not_call" { Standing::Blocked } else { Standing::Failed };
        return (standing, word(why), None);
    }
    if policy.attempts_in_all().is_some_and(|most| person.attempts_ever >= most) {
        return (Standing::Failed, word("attempts"), None);
    }
    let Some(zones) = Zones::get(&person.zones) else {
        return (Standing::Waiting, word("no_zone"), None);
    };
    let from = earliest(policy, person).map_or(now, |(at, _)| at.max(now));
    match zones.next(policy, from) {
        Some(due) => (Standing::Pending, None, Some(due)),
        None => (Standing::Waiting, word("no_hour"), None),
    }
}

/// Whether somebody has to look after a person now; whoever asks has to see to it.
pub fn escalates(policy: &Policy, person: &mut Person, now: Moment) -> Option<EscalationReason> {
    if person.standing == Standing::Blocked {
        return None;
    }
    if policy.escalate_sad.is_some_and(|times| person.sad >= times) {
        person.sad = 0;
        return Some(EscalationReason::Mood);
    }
    let days = policy.escalate_days?;
    let since = person.last_success.max(person.escalated).unwrap_or(person.created).max(person.created);
    let late = now >= since + Duration::from_hours(24) * days;
    late.then(|| {
        person.escalated = Some(now);
        EscalationReason::NotReached
    })
}

/// Ends the campaign where nothing is left to be waited for.
pub fn end(policy: &Policy, campaign: &mut Campaign, now: Moment) {
    if campaign.counts.live > 0 {
        return;
    }
    let end = match campaign.state {
        State::Stopping => State::Stopped,
        State::Running if policy.repeat == Repeat::Once && campaign.counts.pending == 0 => State::Done,
        _ => return,
    };
    campaign.state = end;
    campaign.ended = Some(now);
}

/// A person called in and pressed a key: they were reached, and no attempt was made.
pub fn called_in(policy: &Policy, campaign: &mut Campaign, person: &mut Person, key: &str, now: Moment) {
    if policy.stop_key.as_deref() == Some(key) {
        person.enabled = false;
        person.reason = Some("do_not_call".to_owned());
    } else {
        feel(person, policy.mood(key), true);
    }
    person.successes += 1;
    person.last_success = Some(now);
    person.attempts = 0;
    person.period = None;
    stand(policy, campaign, person, now);
    end(policy, campaign, now);
}
