//! Why somebody is called, or not, at a moment; and when they are called next.

use serde::{Deserialize, Serialize};

use crate::admission::{Refusal, number_ready, person_ready};
use crate::ids::PersonId;
use crate::item::{Campaign, NumberRecord, Person, Standing};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::report::words;
use crate::transition;

/// Why somebody is called, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Whom.
    pub person: PersonId,
    /// At which moment, in RFC 3339.
    pub at: String,
    /// Whether they would be called then, were it their turn.
    pub called: bool,
    /// What speaks against it, each a sentence's end; what is about them before what is about everybody.
    pub reasons: Vec<String>,
    /// Where they are: pending, live, done, failed, waiting, blocked.
    pub standing: Standing,
    /// When they are called next, as far as it is about them; nothing where they are not called any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What is known of them, in sentences.
    pub facts: Vec<String>,
}

/// Explains. `number` is the record of [`Person::number`], where there is one.
pub fn why(policy: &Policy, campaign: &Campaign, person: &Person, number: Option<&NumberRecord>, at: Moment) -> Why {
    let mut refusals: Vec<Refusal> = person_ready(policy, person, at).err().into_iter().collect();
    match (person.number(), number) {
        (None, _) => refusals.push(Refusal::NoNumber),
        (Some(_), Some(record)) => {
            let own = |refusal: &Refusal| !matches!((refusal, &person.lease), (Refusal::NumberLive { .. }, Some(_)));
            refusals.extend(number_ready(policy, record, at).err().filter(own));
        }
        (Some(_), None) => {}
    }
    refusals.extend(campaign.pace(policy, at).err());
    let mut then = person.clone();
    transition::settle(policy, &mut then, at);
    Why {
        person: person.id.clone(),
        at: at.to_string(),
        called: refusals.is_empty(),
        reasons: refusals.iter().map(words).collect(),
        standing: person.standing,
        next: then.due.max(person.due.filter(|_| then.due.is_some())).map(|due| due.to_string()),
        facts: facts(policy, person),
    }
}

fn facts(policy: &Policy, person: &Person) -> Vec<String> {
    let mut facts = Vec::new();
    let zones = if person.zones.is_empty() { "no time zone is known".to_owned() } else { person.zones.join(", ") };
    facts.push(format!("time zones: {zones}"));
    facts.push(format!(
        "{} of {} attempts in this period, {} in all",
        person.attempts, policy.attempts, person.attempts_ever
    ));
    if let Some(last) = person.last_attempt {
        let outcome = person.outcome.map_or("unknown", |outcome| outcome.word());
        facts.push(format!("last called at {last}: {outcome}"));
    }
    if let Some(success) = person.last_success {
        facts.push(format!("last reached at {success}"));
    }
    if let Some(mood) = &person.mood {
        facts.push(format!("last said: {mood}"));
    }
    if let Some(reason) = &person.reason {
        facts.push(format!("reason: {reason}"));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Number;
    use crate::item::{Agents, State};

    fn person() -> Person {
        let number = Number::from_e164("+12125550123").unwrap();
        Person {
            id: "A".into(),
            numbers: vec![number],
            zones: vec!["America/New_York".to_owned()],
            enabled: true,
            ..Person::default()
        }
    }

    fn campaign() -> Campaign {
        let agents = Agents { available: 2, at: Some(Moment::default()), ..Agents::default() };
        Campaign { state: State::Running, agents, ..Campaign::default() }
    }

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn whoever_may_be_called_is_called() {
        let why = why(&Policy::default(), &campaign(), &person(), None, at("2026-11-30T15:00:00Z"));
        assert!(why.called && why.reasons.is_empty(), "{why:?}");
    }

    #[test]
    fn all_that_speaks_against_it_is_said() {
        let campaign = Campaign { state: State::Paused, ..campaign() };
        let why = why(&Policy::default(), &campaign, &person(), None, at("2026-11-30T03:00:00Z"));
        assert_eq!(
            why.reasons,
            [
                "not before 2026-11-30T14:00:00Z: hours, quiet hours or a holiday where they are",
                "the campaign is paused"
            ]
        );
        assert_eq!(why.next.as_deref(), Some("2026-11-30T14:00:00Z"));
    }

    #[test]
    fn the_next_call_is_told_for_every_rule() {
        let policy = Policy::default();
        let now = at("2026-11-30T15:00:00Z");
        let mut called = person();
        called.last_attempt = Some(now);
        called.attempts = 1;
        let next = |person: &Person| why(&policy, &campaign(), person, None, now).next;
        assert_eq!(next(&called).as_deref(), Some("2026-11-30T15:05:00Z"));
        called.attempts = 3;
        called.period = Some(now);
        assert_eq!(next(&called).as_deref(), Some("2026-12-01T15:00:00Z"));
        let reached = Person { last_success: Some(now), ..person() };
        assert_eq!(next(&reached).as_deref(), Some("2026-12-01T15:00:00Z"));
        let nowhere = Person { zones: Vec::new(), ..person() };
        assert_eq!(next(&nowhere), None);
        let why = why(&policy, &campaign(), &nowhere, None, now);
        assert!(why.reasons[0].contains("time zone"), "{why:?}");
    }
}
