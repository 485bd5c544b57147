//! What follows from what is known.

use std::time::Duration;

use callform_table::Moment;

use crate::evidence::{Evidence, Measured, Part};
use crate::item::{Collection, Conversation, Mode, Slot, State, Why};
use crate::policy::Policy;

/// What a conversation comes to, by what is known of it; `waited` says that nothing more is waited for. Whether there is room
/// for it is another question.
pub fn judge(mode: &Mode, least: Duration, evidence: &Evidence, waited: bool) -> (State, Option<Why>) {
    if evidence.verified.is_none() {
        return (if evidence.is_over() { State::Abandoned } else { State::Invited }, None);
    }
    if evidence.revoked.is_some() {
        return (State::Rejected, Some(Why::Revoked));
    }
    let Some(consent) = &evidence.consent else {
        return match (evidence.declined, evidence.ended) {
            (Some(_), _) => (State::Rejected, Some(Why::NoConsent)),
            (None, Some(_)) => (State::Abandoned, None),
            (None, None) => (State::Verified, None),
        };
    };
    // A bot is there from the moment of consent, an agent when they take the call.
    let talk = match mode {
        Mode::Human => evidence.joined.as_ref().map(|joined| joined.since),
        Mode::Bot(_) => Some(consent.at),
    };
    let Some(ended) = evidence.ended else {
        return (if talk.is_some() { State::Recording } else { State::Verified }, None);
    };
    let Some(since) = talk else {
        // That an agent took the call may be told later than its end, but not later than its contact record.
        let known = evidence.record.is_some() || waited;
        return (if known { State::Abandoned } else { State::Recording }, None);
    };
    let part = if *mode == Mode::Human { Part::Talk } else { Part::Automated };
    let Some(best) = best(evidence, part) else {
        return if ended.since(since) < least {
            (State::Short, None)
        } else if waited {
            (State::Rejected, Some(Why::NoRecording))
        } else {
            (State::Recording, None)
        };
    };
    if Duration::from_millis(best.milliseconds) < least {
        (State::Short, None)
    } else if best.is_good() {
        (State::Complete, None)
    } else {
        (State::Rejected, Some(Why::Quality))
    }
}

/// Of several recordings of the talk the longest that is good, or the longest there is.
fn best(evidence: &Evidence, part: Part) -> Option<&Measured> {
    evidence.measured(part).max_by_key(|measured| (measured.is_good(), measured.milliseconds, &measured.tag))
}

/// Brings a conversation and its collection's counters to what is known, whatever they were.
pub fn settle(policy: &Policy, collection: &mut Collection, conversation: &mut Conversation, now: Moment) {
    let least = collection.least_seconds.unwrap_or(policy.least_seconds);
    let least = Duration::from_secs(u64::from(least));
    let (state, why) = match conversation.erased {
        Some(_) => (State::Erased, None),
        None => judge(&collection.mode, least, &conversation.evidence, conversation.waited),
    };
    let wanted = match state {
        State::Complete => Slot::Accepted,
        State::Verified | State::Recording => Slot::Reserved,
        _ => Slot::None,
    };
    (conversation.state, conversation.why) =
        if take(collection, conversation, wanted) { (state, why) } else { (State::Rejected, Some(Why::Surplus)) };
    count(collection, conversation);
    conversation.due = due(policy, conversation, now);
    collection.reached = if collection.accepted >= collection.goal { collection.reached.or(Some(now)) } else { None };
    if collection.state.is_open() {
        collection.due = collection.reached.map(|reached| reached + policy.day() * policy.stop_after_days);
    }
}

/// Gives a conversation the part of the goal that it is to have. False where there is no room for it any more.
fn take(collection: &mut Collection, conversation: &mut Conversation, wanted: Slot) -> bool {
    match conversation.slot {
        Slot::Reserved => collection.reserved = collection.reserved.saturating_sub(1),
        Slot::Accepted => collection.accepted = collection.accepted.saturating_sub(1),
        Slot::None => {}
    }
    let had = conversation.slot != Slot::None;
    // Nobody else saw the place that was given back above: who had one finds it again.
    let room = had || collection.has_room();
    conversation.slot = if room { wanted } else { Slot::None };
    match conversation.slot {
        Slot::Reserved => collection.reserved += 1,
        Slot::Accepted => collection.accepted += 1,
        Slot::None => {}
    }
    room || wanted == Slot::None
}

fn count(collection: &mut Collection, conversation: &mut Conversation) {
    if conversation.counted != Some(conversation.state) {
        if let Some(before) = conversation.counted.replace(conversation.state)
            && let Some(count) = collection.counts.get_mut(&before)
        {
            *count = count.saturating_sub(1);
        }
        *collection.counts.entry(conversation.state).or_default() += 1;
        collection.counts.retain(|_, count| *count > 0);
    }
    let evidence = &conversation.evidence;
    let live = evidence.verified.is_some() && !evidence.is_over() && conversation.erased.is_none();
    if live != conversation.live {
        conversation.live = live;
        collection.live = if live { collection.live + 1 } else { collection.live.saturating_sub(1) };
    }
}

/// When somebody has to look after a conversation: a call that should have ended, or one whose recording should have come.
fn due(policy: &Policy, conversation: &Conversation, now: Moment) -> Option<Moment> {
    let evidence = &conversation.evidence;
    if conversation.live {
        let since = evidence.verified.unwrap_or(now);
        return Some(since + policy.longest() * (conversation.asked + 1));
    }
    let open = matches!(conversation.state, State::Verified | State::Recording);
    (open && !conversation.waited).then(|| evidence.ended.unwrap_or(now) + policy.patience())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Consent, Joined, Recorded};

    const LEAST: Duration = Duration::from_secs(30);

    fn at(second: i64) -> Moment {
        Moment::from_seconds(1_795_000_000 + second)
    }

    fn recorded(part: Part, seconds: u64, fault: Option<&str>) -> Evidence {
        let measured = Measured {
            bytes: seconds * 16_000,
            tag: format!("{seconds}"),
            milliseconds: seconds * 1000,
            faults: fault.into_iter().map(str::to_owned).collect(),
            figures: serde_json::Map::new(),
        };
        let recordings = [(format!("b/{part:?}{seconds}"), Recorded { part, measured: Some(measured) })].into();
        Evidence { recordings, ..Evidence::default() }
    }

    fn with(base: &Evidence, more: &[Evidence]) -> Evidence {
        let mut all = base.clone();
        for more in more {
            all.merge(more);
        }
        all
    }

    #[test]
    fn a_conversation_comes_to_what_is_known_of_it() {
        let human = Mode::Human;
        let bot = Mode::Bot("hotel".to_owned());
        let verified = Evidence { verified: Some(at(0)), ..Evidence::default() };
        let consent = Some(Consent { at: at(5), text: "v1".to_owned(), key: "1".to_owned() });
        let agreed = Evidence { consent, ..verified.clone() };
        let ended = |second| Evidence { ended: Some(at(second)), ..Evidence::default() };
        let joined =
            |second| Evidence { joined: Some(Joined { since: at(second), agent: "a".into() }), ..Evidence::default() };
        let record = Evidence { record: Some(at(99)), ..Evidence::default() };
        let good = recorded(Part::Talk, 60, None);
        let bad = recorded(Part::Talk, 61, Some("clipping"));
        let automated = recorded(Part::Automated, 70, None);
        let revoked = Evidence { revoked: Some(at(500)), ..Evidence::default() };
        let declined = Evidence { declined: Some(at(5)), ..verified.clone() };
        let talked = with(&agreed, &[joined(10), ended(80)]);
        for (mode, evidence, waited, expected) in [
            (&human, Evidence::default(), false, (State::Invited, None)),
            (&human, ended(3), false, (State::Abandoned, None)),
            (&human, verified.clone(), false, (State::Verified, None)),
            (&human, with(&verified, &[ended(3)]), false, (State::Abandoned, None)),
            (&human, declined, false, (State::Rejected, Some(Why::NoConsent))),
            (&human, agreed.clone(), false, (State::Verified, None)),
            (&bot, agreed.clone(), false, (State::Recording, None)),
            (&human, with(&agreed, &[joined(10)]), false, (State::Recording, None)),
            // Nobody has said yet that nobody took the call.
            (&human, with(&agreed, &[ended(80)]), false, (State::Recording, None)),
            (&human, with(&agreed, &[ended(80), record]), false, (State::Abandoned, None)),
            (&human, with(&agreed, &[ended(80)]), true, (State::Abandoned, None)),
            (&human, with(&agreed, &[joined(60), ended(80)]), false, (State::Short, None)),
            (&human, talked.clone(), false, (State::Recording, None)),
            (&human, talked.clone(), true, (State::Rejected, Some(Why::NoRecording))),
            (&human, with(&talked, std::slice::from_ref(&good)), false, (State::Complete, None)),
            (&human, with(&talked, std::slice::from_ref(&good)), true, (State::Complete, None)),
            (&human, with(&talked, std::slice::from_ref(&bad)), false, (State::Rejected, Some(Why::Quality))),
            (&human, with(&talked, &[bad.clone(), good.clone()]), false, (State::Complete, None)),
            (&human, with(&talked, &[recorded(Part::Unknown, 7, None)]), false, (State::Short, None)),
            // What the caller said to the flow is no conversation with an agent.
            (&human, with(&talked, std::slice::from_ref(&automated)), false, (State::Recording, None)),
            (&bot, with(&agreed, &[ended(80), automated]), false, (State::Complete, None)),
            (&bot, with(&agreed, &[ended(80), good.clone()]), false, (State::Recording, None)),
            (&human, with(&talked, &[good, revoked]), false, (State::Rejected, Some(Why::Revoked))),
        ] {
            assert_eq!(judge(mode, LEAST, &evidence, waited), expected, "{mode:?} {waited} {evidence:?}");
        }
    }
}
