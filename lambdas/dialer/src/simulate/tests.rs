use super::*;
use crate::policy::Repeat;

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

fn model(people: u32, agents: u32) -> Model {
    Model {
        seed: 1,
        start: moment("2026-11-30T08:00:00Z"),
        hours: 24,
        people,
        zones: vec!["Europe/London".to_owned()],
        shifts: vec![Shift { from: moment("2026-11-30T08:00:00Z"), agents }],
        rates: Rates::default(),
    }
}

fn policy() -> Policy {
    Policy {
        repeat: Repeat::Once,
        minutes_between: 30,
        concurrent_calls: 2000,
        calls_per_second: 20.0,
        burst: 40,
        ..Policy::default()
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let run = |seed| {
        let simulation = simulate(&policy(), &Model { seed, ..model(500, 20) });
        (serde_json::to_string(&simulation).unwrap(), simulation.to_string())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn everybody_ends_somewhere() {
    let simulation = simulate(&policy(), &model(2000, 40));
    assert!(simulation.finished, "{simulation}");
    assert_eq!(simulation.counts.done + simulation.counts.failed, 2000);
    assert_eq!(simulation.outcomes.values().sum::<u64>(), simulation.calls);
    let reached: u64 = simulation.hours.iter().map(|hour| hour.reached).sum();
    assert_eq!(reached, simulation.counts.done);
    assert_eq!(simulation.hours.iter().map(|hour| hour.calls).sum::<u64>(), simulation.calls);
}

#[test]
fn with_a_call_for_each_agent_nobody_waits_and_with_more_the_cap_holds() {
    let one = simulate(&policy(), &model(3000, 30));
    assert_eq!((one.longest_wait_ms, one.abandoned_basis_points), (0, 0), "{one}");
    let many = simulate(&Policy { ratio: 3.0, ..policy() }, &model(3000, 30));
    assert!(many.utilization > one.utilization, "{many}");
    // The cap is looked at before calls that may be abandoned are placed; those under way are not taken back.
    let capped = many.abandoned_basis_points;
    let free = simulate(&Policy { ratio: 3.0, abandon_percent: 100.0, ..policy() }, &model(3000, 30));
    assert!(capped < 400 && free.abandoned_basis_points > capped, "{many}{free}");
}

#[test]
fn quotas_hold_and_are_said_to_be_what_people_wait_for() {
    let slow = Policy { calls_per_second: 0.5, burst: 2, ..policy() };
    let simulation = simulate(&slow, &model(500, 200));
    assert!(simulation.most_calls_in_a_second <= 3, "{simulation}");
    assert!(simulation.held_seconds["api_quota"] > 600, "{simulation}");
    let narrow = simulate(&Policy { concurrent_calls: 7, ..policy() }, &model(500, 200));
    assert_eq!(narrow.most_live, 7);
}

#[test]
fn agents_who_come_and_go_are_followed() {
    let at = |hour: u64, agents| Shift { from: moment("2026-11-30T08:00:00Z") + Duration::from_hours(hour), agents };
    let shifts = vec![at(1, 2), at(2, 10), at(3, 0)];
    let simulation = simulate(&policy(), &Model { shifts, ..model(5000, 0) });
    let staffed: Vec<u64> = simulation.hours[..4].iter().map(|hour| hour.staffed_seconds / 3600).collect();
    // Who is in a call when their shift ends finishes it.
    assert_eq!(staffed, [0, 2, 10, 0]);
    let calls: Vec<u64> = simulation.hours[..4].iter().map(|hour| hour.calls).collect();
    assert!(calls[0] == 0 && calls[2] > 3 * calls[1] && calls[3] <= 1, "{simulation}");
}

#[test]
fn hours_are_those_of_the_people() {
    let zones = vec!["America/Los_Angeles".to_owned()];
    let simulation = simulate(&policy(), &Model { zones, ..model(100, 100) });
    // From 08:00 in London to 17:00 there is 09:00 in Los Angeles.
    assert!(simulation.hours[..9].iter().all(|hour| hour.calls == 0), "{simulation}");
    assert!(simulation.hours[9].calls > 0, "{simulation}");
}

#[test]
fn why_nobody_was_called_is_said() {
    let busy = simulate(&policy(), &model(10, 5));
    assert_eq!(busy.nobody, None, "{busy}");
    let alone = simulate(&policy(), &model(10, 0));
    assert_eq!(alone.nobody, Some(Nobody::Agents { needed: 1 }), "{alone}");
    assert!(alone.to_string().contains("\nnobody was called: 1 agent has to be free\n"), "{alone}");
    let zones = vec!["Pacific/Auckland".to_owned()];
    let asleep = simulate(&policy(), &Model { zones, hours: 2, ..model(10, 5) });
    // In Auckland it is 21:00 when it is 08:00 in London, and 09:00 comes at 20:00 there.
    assert_eq!(asleep.nobody, Some(Nobody::Before("2026-11-30T20:00:00Z".to_owned())), "{asleep}");
}
