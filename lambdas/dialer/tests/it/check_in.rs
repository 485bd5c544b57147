//! The check-in dialer's defects that this one must not have, by their names: R1 to R14, but R11 and R12, which are a
//! portal's.

use std::time::Duration;

use dialer::evidence::{Evidence, Said};
use dialer::ids::Number;
use dialer::item::{AttemptState, EscalationReason, Key, Person, Standing, State};
use dialer::outcome::Outcome;
use dialer::phone::PlaceError;
use dialer::policy::Policy;
use dialer::work::{Answer, Taken};

use crate::model::{campaign, start};
use crate::world::{Callee, Faults, World, now, within};

fn policy() -> Policy {
    Policy {
        ring_seconds: 30,
        talk_minutes: 5,
        burst: 50,
        calls_per_second: 50.0,
        concurrent_calls: 100,
        ..Policy::default()
    }
}

fn world(policy: Policy, agents: usize) -> World {
    World::new(1, policy, Faults::default(), agents)
}

fn number(person: u32) -> String {
    format!("+1555{person:07}")
}

fn residents(world: &World, people: u32, callee: Callee) {
    for person in 0..people {
        world.add(&format!("R{person:03}"), &[&number(person)], callee);
    }
    start(world);
}

fn key(contact: &str, attempt: Option<&str>, key: &str) -> Answer {
    Answer {
        contact: Some(contact.into()),
        attempt: attempt.map(Into::into),
        number: Number::from_e164(&number(0)),
        key: Some(key.to_owned()),
        disposition: None,
    }
}

/// 20 are eligible, and 20 agents free. The original returned with 20 calls placed and none recorded.
#[test]
fn r1_every_call_is_recorded_before_the_round_returns() {
    let world = world(policy(), 20);
    residents(&world, 20, Callee::Silent);
    let round = now(world.work().round(100)).unwrap();
    assert_eq!(round.placed, 20);
    let attempts = world.attempts();
    assert!(attempts.len() == 20 && attempts.iter().all(|attempt| attempt.state == AttemptState::Placed));
    assert_eq!(now(world.work().round(100)).unwrap().placed, 0);
}

/// Whoever dies between claim and call, and whoever comes at the same time: nobody is called twice.
#[test]
fn r2_a_claim_comes_before_the_call() {
    for steps in 0..60 {
        let world = world(policy(), 1);
        residents(&world, 1, Callee::Silent);
        let dead = within(world.work().round(10), steps);
        let round = now(world.work().round(10)).unwrap();
        assert!(world.calls.borrow().len() <= 1, "death after {steps} steps: {round:?}");
        world.pass(Duration::from_secs(100));
        now(world.work().sweep(10)).unwrap();
        world.wait(60);
        world.pass(Duration::from_secs(290));
        now(world.work().round(10)).unwrap();
        let calls = world.calls.borrow();
        assert!(
            !calls.is_empty() && world.person("R000").attempts_ever < 3,
            "death after {steps} steps: nobody is forgotten"
        );
        if let [first, second] = &calls[..] {
            assert!(second.started.since(first.started) >= Duration::from_mins(5));
        }
        if dead.is_some() {
            return;
        }
    }
    panic!("the round never came to its end");
}

#[test]
fn r3_one_free_agent_is_one_call_and_fewer_than_wanted_are_none() {
    let one = world(policy(), 1);
    residents(&one, 1000, Callee::Silent);
    assert_eq!(now(one.work().round(1000)).unwrap().placed, 1);
    let five = world(Policy { min_free_agents: 5, ..policy() }, 4);
    residents(&five, 10, Callee::Silent);
    assert_eq!(now(five.work().round(1000)).unwrap().placed, 0);
    five.staff(5);
    five.pass(Duration::from_secs(16));
    assert_eq!(now(five.work().round(1000)).unwrap().placed, 5);
}

/// Nobody signed in is no error, and periods end all the same.
#[test]
fn r4_nobody_signed_in_is_nobody_free() {
    let world = world(policy(), 0);
    residents(&world, 3, Callee::Silent);
    let round = now(world.work().round(10)).unwrap();
    assert_eq!((round.placed, round.counted), (0, true));
    world.staff(3);
    world.pass(Duration::from_secs(20));
    assert_eq!(now(world.work().round(10)).unwrap().placed, 3);
}

#[test]
fn r5_a_failing_api_uses_no_attempt_and_what_is_not_allowed_is_flagged() {
    let world = world(policy(), 1);
    residents(&world, 1, Callee::Key('1'));
    for error in [PlaceError::Throttled, PlaceError::Unavailable, PlaceError::Throttled] {
        world.answers.borrow_mut().push_back(error);
        now(world.work().round(1)).unwrap();
        let person = world.person("R000");
        assert_eq!((person.attempts, person.attempts_ever, person.standing), (0, 0, Standing::Pending));
        world.pass(Duration::from_mins(1));
    }
    assert_eq!(now(world.work().round(1)).unwrap().placed, 1);

    let world = self::world(policy(), 1);
    residents(&world, 1, Callee::Forbidden);
    now(world.work().round(1)).unwrap();
    let person = world.person("R000");
    assert_eq!((person.attempts_ever, person.standing), (0, Standing::Failed));
    assert_eq!(person.reason.as_deref(), Some("not_allowed"));
}

/// Silence into a machine, and silence of a person, are no answer.
#[test]
fn r6_silence_is_never_success() {
    for (callee, outcome) in [(Callee::Machine, Outcome::Machine), (Callee::HangsUp, Outcome::HungUp)] {
        let world = world(policy(), 1);
        residents(&world, 1, callee);
        now(world.work().round(1)).unwrap();
        world.wait(60);
        let person = world.person("R000");
        assert_eq!((person.outcome, person.successes, person.last_success), (Some(outcome), 0, None));
        assert!(person.due.unwrap() < world.time() + Duration::from_mins(5));
    }
}

#[test]
fn r7_no_answer_and_busy_are_outcomes() {
    for (callee, outcome) in
        [(Callee::Silent, Outcome::NoAnswer), (Callee::Busy, Outcome::Busy), (Callee::Invalid, Outcome::Invalid)]
    {
        let world = world(policy(), 1);
        residents(&world, 1, callee);
        now(world.work().round(1)).unwrap();
        world.wait(60);
        assert_eq!(world.person("R000").outcome, Some(outcome));
        assert_eq!(campaign(&world).outcomes[&outcome], 1);
    }
}

/// Behind a first page that cannot be called there are others.
#[test]
fn r8_everybody_is_found_behind_the_first_page() {
    let policy = Policy { min_free_agents: 0, burst: 1000, concurrent_calls: 1000, ..policy() };
    let world = world(policy, 0);
    residents(&world, 700, Callee::Silent);
    assert_eq!(now(world.work().round(10_000)).unwrap().placed, 700);
}

#[test]
fn r9_the_same_answer_three_times_is_one_success_and_strangers_are_no_error() {
    let world = world(policy(), 1);
    residents(&world, 1, Callee::HangsUp);
    now(world.work().round(1)).unwrap();
    let call = world.calls.borrow()[0].clone();
    let answer = key(call.contact.as_str(), None, "2");
    let taken: Vec<Taken> = (0..3)
        .map(|_| {
            world.pass(Duration::from_secs(1));
            now(world.work().answer(&answer)).unwrap()
        })
        .collect();
    assert_eq!(taken, [Taken::New, Taken::Known, Taken::Known]);
    world.wait(60);
    let person = world.person("R000");
    assert_eq!((person.successes, person.sad, person.mood.as_deref()), (1, 1, Some("Sad")));
    assert_eq!(person.outcome, Some(Outcome::AnsweredByKey));
    let stranger = Answer { number: Number::from_e164("+15559999999"), ..key("c-9", None, "1") };
    assert_eq!(now(world.work().answer(&stranger)).unwrap(), Taken::Foreign);
}

/// Whoever calls in and presses a key was reached as well, once for each contact.
#[test]
fn r9_residents_who_call_in_are_reached() {
    let world = world(policy(), 1);
    let list = format!("custID,number,time zone\nR000,{},America/New_York\n", number(0));
    let policy = Policy { number_check: dialer::policy::NumberCheck::Form, ..policy() };
    let work = dialer::work::Work { policy: &policy, ..world.work() };
    now(work.load_chunk(&"l".into(), dialer::item::Existing::Keep, list.as_bytes(), None, 10)).unwrap();
    let taken = |contact| now(work.answer(&key(contact, None, "1"))).unwrap();
    assert_eq!([taken("in-1"), taken("in-1"), taken("in-2")], [Taken::New, Taken::Known, Taken::New]);
    let person = world.person("R000");
    assert_eq!((person.successes, person.attempts_ever, person.mood.as_deref()), (2, 0, Some("Happy")));
    assert!(person.due.unwrap() >= world.time() + Duration::from_hours(23));
}

/// A list's every row ends in a verdict, and one bad row does not take others with it.
#[test]
fn r10_a_list_is_taken_in_row_by_row() {
    let world = world(policy(), 1);
    let list = "firstName,lastName,number\nJoe,Bloggs,+12125550123\nEve,Bloggs,no\n\nAnn,Smith,+12125550124\nJoe,Bloggs,+12125550123\n";
    let load = |id: &str| {
        now(world.work().load_chunk(&id.into(), dialer::item::Existing::Keep, list.as_bytes(), None, 100)).unwrap()
    };
    let first = load("my list.csv");
    assert_eq!(first.rows.len(), 4);
    assert_eq!((first.counts.accepted, first.counts.invalid, first.counts.duplicate), (2, 1, 1));
    let again = load("again");
    assert_eq!((again.counts.accepted, again.counts.unchanged), (0, 3));
}

/// Each resident is called in the hours where they are; 9 ends all calls; nothing that is logged holds a number.
#[test]
fn r13_hours_are_the_residents_and_9_stops() {
    let world = world(policy(), 9);
    for (id, zone) in [("east", "America/New_York"), ("west", "America/Los_Angeles"), ("berlin", "Europe/Berlin")] {
        let number = Number::from_e164(&format!("+1555000{:04}", id.len())).unwrap();
        let person = Person {
            id: id.into(),
            numbers: vec![number],
            zones: vec![zone.to_owned()],
            enabled: true,
            created: world.time(),
            ..Person::default()
        };
        world.callees.borrow_mut().insert(id.into(), Callee::HangsUp);
        world.add_person(person);
    }
    start(&world);
    // 15:00 in UTC: 10 in New York, 7 in Los Angeles, 16 in Berlin.
    let round = now(world.work().round(10)).unwrap();
    let called: Vec<String> = world.calls.borrow().iter().map(|call| call.person.to_string()).collect();
    assert_eq!((round.placed, called.contains(&"west".to_owned())), (2, false));
    assert!(!format!("{round:?}").contains("+1555"));
    let call = world.calls.borrow()[0].clone();
    now(world.work().answer(&key(call.contact.as_str(), Some(call.attempt.as_str()), "9"))).unwrap();
    world.wait(60);
    let person = world.person(call.person.as_str());
    assert_eq!((person.standing, person.reason.as_deref(), person.due), (Standing::Blocked, Some("do_not_call"), None));
}

/// Agents are counted, and attempts compared as numbers: 10 is not less than 3.
#[test]
fn r14_agents_are_counted_and_attempts_are_numbers() {
    let world = world(Policy { attempts: 12, minutes_between: 1, calls_per_number: 20, ..policy() }, 3);
    residents(&world, 1, Callee::Silent);
    for attempt in 1..=12 {
        assert_eq!(now(world.work().round(1)).unwrap().placed, 1, "attempt {attempt}");
        world.wait(200);
    }
    assert_eq!(now(world.work().round(1)).unwrap().placed, 0);
    assert_eq!(world.person("R000").attempts, 12);
    assert!(!world.counted.borrow().is_empty());
}

/// The four filters, at their bounds: 5 minutes, 3 attempts in 24 hours, 24 hours after success.
#[test]
fn the_filters_hold_to_the_second() {
    let policy = Policy { hours: "always".parse().unwrap(), min_free_agents: 0, ..policy() };
    let world = world(policy.clone(), 0);
    residents(&world, 1, Callee::Silent);
    let ready = |person: &Person, seconds: u64| {
        dialer::admission::person_ready(&policy, person, world.time() + Duration::from_secs(seconds)).is_ok()
    };
    let person = Person { due: None, ..world.person("R000") };
    let called = Person { last_attempt: Some(world.time()), attempts: 1, ..person.clone() };
    assert_eq!((ready(&called, 299), ready(&called, 300)), (false, true));
    let exhausted = Person { attempts: 3, period: Some(world.time()), ..called };
    assert_eq!((ready(&exhausted, 24 * 3600 - 1), ready(&exhausted, 24 * 3600)), (false, true));
    let reached = Person { last_success: Some(world.time()), ..person.clone() };
    assert_eq!((ready(&reached, 24 * 3600 - 1), ready(&reached, 24 * 3600)), (false, true));
    let disabled = Person { enabled: false, ..person.clone() };
    assert_eq!((ready(&person, 0), ready(&disabled, 0)), (true, false));
}

/// A simulated week: somebody is told of those who are sad twice, and of those who were not reached for two days.
#[test]
fn escalations_tell_of_the_sad_and_of_the_missed() {
    let policy = Policy { escalate_days: Some(2), escalate_sad: Some(2), hours_after_success: 20, ..policy() };
    let world = world(policy, 5);
    world.add("sad", &[&number(1)], Callee::Key('2'));
    world.add("happy", &[&number(2)], Callee::Key('1'));
    world.add("silent", &[&number(3)], Callee::Silent);
    start(&world);
    world.run(2, Duration::from_hours(24 * 7), |_| false);
    let escalations = now(world.work().escalations(100)).unwrap();
    let of = |id: &str| {
        let found = escalations.iter().filter(|(_, escalation)| escalation.person.as_str() == id);
        found.map(|(_, escalation)| escalation.why).collect::<Vec<_>>()
    };
    assert!(of("sad").len() >= 3 && of("sad").iter().all(|why| *why == EscalationReason::Mood), "{escalations:?}");
    assert_eq!(of("happy"), []);
    assert!(
        (2..=4).contains(&of("silent").len()) && of("silent")[0] == EscalationReason::NotReached,
        "{escalations:?}"
    );
    let (key, _) = &escalations[0];
    assert!(now(world.work().escalated(key, "task-1")).unwrap());
    assert!(!now(world.work().escalated(key, "task-2")).unwrap());
    assert_eq!(now(world.work().escalations(100)).unwrap().len(), escalations.len() - 1);
}

/// Nobody signs in for days: who should have been called is not forgotten.
#[test]
fn whoever_nobody_could_call_is_escalated() {
    let world = world(Policy { escalate_days: Some(2), ..policy() }, 0);
    residents(&world, 3, Callee::Silent);
    world.run(1, Duration::from_hours(47), |_| false);
    assert_eq!(now(world.work().escalations(10)).unwrap().len(), 0);
    world.run(1, Duration::from_hours(3), |_| false);
    assert_eq!(now(world.work().escalations(10)).unwrap().len(), 3);
    assert_eq!(world.calls.borrow().len(), 0);
}

/// A week of check-ins: who answers is called once a day, who does not three times, and nobody else.
#[test]
fn a_week_of_check_ins() {
    let world = world(Policy { hours_after_success: 20, ..policy() }, 5);
    world.add("answers", &[&number(1)], Callee::Key('1'));
    world.add("silent", &[&number(2)], Callee::Silent);
    start(&world);
    world.run(3, Duration::from_hours(24 * 7), |_| false);
    let calls = |id: &str| world.calls.borrow().iter().filter(|call| call.person.as_str() == id).count();
    // From Monday at 10 to the next Monday at 10.
    assert_eq!((calls("answers"), world.person("answers").successes), (8, 8));
    assert!((21..=24).contains(&calls("silent")), "{}", calls("silent"));
    assert_eq!(campaign(&world).state, State::Running);
}

/// A late contact record corrects the outcome and counts nothing twice.
#[test]
fn late_records_correct_and_do_not_double() {
    let world = world(policy(), 1);
    residents(&world, 1, Callee::HangsUp);
    now(world.work().round(1)).unwrap();
    let call = world.calls.borrow()[0].clone();
    world.wait(60);
    let before = campaign(&world);
    assert_eq!(before.outcomes[&Outcome::HungUp], 1);
    let record = serde_json::json!({
        "ContactId": call.contact,
        "ConnectedToSystemTimestamp": world.time().to_string(),
        "DisconnectTimestamp": world.time().to_string(),
        "AnsweringMachineDetectionStatus": "VOICEMAIL_BEEP",
        "Attributes": { "dialer_attempt": call.attempt, "disposition": "left a message" },
    });
    let taken: Vec<Taken> = (0..2).map(|_| now(world.work().contact_record(&record)).unwrap()).collect();
    assert_eq!(taken, [Taken::New, Taken::Known]);
    let after = campaign(&world);
    assert_eq!((after.outcomes[&Outcome::HungUp], after.outcomes[&Outcome::Machine]), (0, 1));
    assert_eq!((after.calls, after.counts), (before.calls, before.counts));
    let person = world.person("R000");
    assert_eq!((person.outcome, person.attempts_ever), (Some(Outcome::Machine), 1));
    assert_eq!(person.disposition.as_deref(), Some("left a message"));
}

/// While a call may go on, nobody gives it up, however often Connect does not know.
#[test]
fn a_call_that_may_go_on_is_not_given_up() {
    let faults = Faults { lost: 1000, unknown: 1000, ..Faults::default() };
    let world = World::new(1, policy(), faults, 1);
    residents(&world, 1, Callee::Silent);
    now(world.work().round(1)).unwrap();
    let longest = world.policy.longest();
    let claimed = world.attempts()[0].claimed;
    while world.attempts()[0].state != AttemptState::Over {
        world.pass(Duration::from_secs(30));
        now(world.work().sweep(10)).unwrap();
        assert!(world.time().since(claimed) < longest * 3, "never given up");
    }
    assert!(world.time().since(claimed) >= longest);
    assert_eq!(world.person("R000").outcome, Some(Outcome::Unknown));
}

/// Where Connect cannot say what became of a call, it counts as made, and only once it surely is over.
#[test]
fn what_nobody_knows_counts_as_a_call() {
    let world = World::new(1, policy(), Faults { lost: 1000, ..Faults::default() }, 1);
    residents(&world, 1, Callee::Silent);
    now(world.work().round(1)).unwrap();
    let attempt = world.attempts().remove(0);
    let mut on = (campaign(&world), attempt.clone(), world.person("R000"));
    let mut concerned = dialer::transition::Concerned {
        campaign: &mut on.0,
        attempt: &mut on.1,
        person: Some(&mut on.2),
        number: None,
    };
    assert!(dialer::transition::given_up(&world.policy, &mut concerned, world.time()));
    assert!(!dialer::transition::given_up(&world.policy, &mut concerned, world.time()), "once");
    assert_eq!((on.1.outcome, on.2.attempts_ever, on.2.standing), (Some(Outcome::Unknown), 1, Standing::Pending));
    assert!(on.2.due.unwrap() >= world.time() + Duration::from_mins(4));
    // What is learned later stands instead.
    let key = Some(Said { at: world.time(), what: "1".to_owned() });
    let evidence = Evidence { key, ended: Some(world.time()), ..Evidence::default() };
    let mut concerned = dialer::transition::Concerned {
        campaign: &mut on.0,
        attempt: &mut on.1,
        person: Some(&mut on.2),
        number: None,
    };
    assert!(dialer::transition::learned(&world.policy, &mut concerned, &evidence, world.time()));
    assert_eq!((on.2.successes, on.2.attempts_ever, on.0.outcomes[&Outcome::Unknown]), (1, 1, 0));
    assert!(world.table.read(&Key::Attempt(attempt.id)).is_some());
}
