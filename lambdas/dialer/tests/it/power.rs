//! The power dialer's defects that this one must not have, by their names: P1 to P24, as far as they are the core's.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use dialer::admission::Refusal;
use dialer::item::{AttemptState, Existing, Key, Person, Priority, Standing, State};
use dialer::list::Verdict;
use dialer::outcome::Outcome;
use dialer::phone::PlaceError;
use dialer::policy::{NumberCheck, Policy, Repeat};
use dialer::report::ResultRow;
use dialer::work::{Answer, Taken};
use serde_json::json;

use crate::model::{campaign, start};
use crate::world::{Callee, Faults, World, now, within};

fn policy() -> Policy {
    Policy {
        repeat: Repeat::Once,
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

fn listed(world: &World, people: u32, callee: Callee) {
    for person in 0..people {
        world.add(&format!("A{person:04}"), &[&format!("+1555{person:07}")], callee);
    }
    start(world);
}

fn done(world: &World) -> bool {
    campaign(world).state == State::Done
}

/// Fewer people than agents: the original called none of them, and marked all.
#[test]
fn p1_the_tail_is_called() {
    let world = world(policy(), 5);
    listed(&world, 3, Callee::Agent);
    assert_eq!(now(world.work().round(100)).unwrap().placed, 3);
    assert!(world.run(1, Duration::from_hours(1), done));
    assert_eq!(campaign(&world).counts.done, 3);
}

/// Two who read the same list at once: whoever commits second is refused, at every interleaving of their steps.
#[test]
fn p2_two_workers_never_call_the_same_number() {
    for steps in 0..40 {
        let world = world(policy(), 5);
        listed(&world, 1, Callee::Silent);
        let work = world.work();
        let mut first = std::pin::pin!(work.round(1));
        let mut context = std::task::Context::from_waker(futures_util::task::noop_waker_ref());
        let mut finished = false;
        for _ in 0..steps {
            finished = finished || std::future::Future::poll(first.as_mut(), &mut context).is_ready();
        }
        now(work.round(1)).unwrap();
        if !finished {
            now(first).unwrap();
        }
        assert_eq!(world.calls.borrow().len(), 1, "after {steps} steps of the first");
    }
}

#[test]
fn p3_a_throttled_call_is_no_invalid_number() {
    let world = world(policy(), 1);
    listed(&world, 1, Callee::Agent);
    world.answers.borrow_mut().extend([PlaceError::Throttled, PlaceError::Unavailable, PlaceError::Throttled]);
    assert!(world.run(1, Duration::from_hours(1), done));
    let person = world.person("A0000");
    assert_eq!((person.standing, person.attempts_ever, world.calls.borrow().len()), (Standing::Done, 1, 1));
}

/// No event of any call ever comes. The original waited up to a year.
#[test]
fn p4_lost_events_block_nobody() {
    let world = World::new(1, policy(), Faults { lost: 1000, ..Faults::default() }, 2);
    listed(&world, 10, Callee::Silent);
    assert!(world.run(2, Duration::from_hours(3), done));
    assert_eq!(campaign(&world).counts.failed, 10);
    assert_eq!(campaign(&world).outcomes[&Outcome::NoAnswer], 30);
}

/// The call is over before whoever placed it has written that down.
#[test]
fn p5_an_event_that_comes_before_the_contact_is_known_is_kept() {
    let world = world(policy(), 1);
    listed(&world, 1, Callee::Silent);
    let steps = (1..1000).find(|steps| {
        let world = self::world(policy(), 1);
        listed(&world, 1, Callee::Silent);
        let _dead = within(world.work().round(1), *steps);
        world.calls.borrow().len() == 1
    });
    let _dead = within(world.work().round(1), steps.unwrap());
    let call = world.calls.borrow()[0].clone();
    let ended = world.time() + Duration::from_secs(3);
    let event = json!({ "detail": {
        "eventType": "DISCONNECTED", "contactId": call.contact, "channel": "VOICE", "initiationMethod": "API",
        "disconnectTimestamp": ended.to_string(),
    }});
    assert_eq!(now(world.work().contact_event(&event)).unwrap(), Taken::Kept);
    assert_eq!(now(world.work().contact_event(&event)).unwrap(), Taken::Known);
    // Whoever comes back finds both.
    let attempt = world.attempts().remove(0);
    assert_eq!(attempt.state, AttemptState::Claimed);
    world.pass(Duration::from_mins(1));
    now(world.work().sweep(10)).unwrap();
    let attempt = world.attempts().remove(0);
    assert_eq!((attempt.state, attempt.over), (AttemptState::Over, Some(ended)));
}

/// The same, and whoever placed the call goes on.
#[test]
fn p5_an_event_that_comes_before_its_call_is_written_down_is_taken_in() {
    let world = world(policy(), 1);
    listed(&world, 1, Callee::Silent);
    let work = world.work();
    let mut round = std::pin::pin!(work.round(1));
    let mut context = std::task::Context::from_waker(futures_util::task::noop_waker_ref());
    while world.calls.borrow().is_empty() {
        assert!(std::future::Future::poll(round.as_mut(), &mut context).is_pending());
    }
    let contact = world.calls.borrow()[0].contact.clone();
    let ended = world.time();
    let event = json!({ "detail": {
        "eventType": "DISCONNECTED", "contactId": contact, "channel": "VOICE", "initiationMethod": "API",
        "disconnectTimestamp": ended.to_string(), "disconnectReason": "TELECOM_PROBLEM",
    }});
    assert_eq!(now(work.contact_event(&event)).unwrap(), Taken::Kept);
    assert_eq!(now(round).unwrap().placed, 1);
    let attempt = world.attempts().remove(0);
    assert_eq!((attempt.outcome, attempt.over), (Some(Outcome::Failed), Some(ended)));
    assert_eq!(campaign(&world).counts.live, 0);
}

/// A record that is none spoils nothing but itself.
#[test]
fn p6_one_bad_record_fails_no_batch() {
    let world = world(policy(), 1);
    listed(&world, 1, Callee::Silent);
    for bad in [json!(null), json!("text"), json!({}), json!({ "AgentARN": 7 }), json!({ "contactId": [] })] {
        assert_eq!(now(world.work().agent_event(&bad, None)).unwrap(), Taken::Unreadable);
        assert_eq!(now(world.work().contact_event(&bad)).unwrap(), Taken::Unreadable);
        assert_eq!(now(world.work().contact_record(&bad)).unwrap(), Taken::Unreadable);
    }
}

#[test]
fn p7_agents_who_come_and_go_are_followed_at_once() {
    let policy = Policy { metrics_seconds: 3600, attempts: 1, ..policy() };
    let world = world(policy, 2);
    listed(&world, 100, Callee::Silent);
    let live = |world: &World| campaign(world).counts.live;
    now(world.work().round(100)).unwrap();
    assert_eq!(live(&world), 2);
    world.pass(Duration::from_secs(3));
    world.staff(10);
    world.wait(1);
    now(world.work().round(100)).unwrap();
    assert_eq!(live(&world), 10);
    world.staff(3);
    world.wait(40);
    now(world.work().round(100)).unwrap();
    assert_eq!((live(&world), world.counted.borrow().len()), (3, 1));
}

/// A day without agents, by 20 workers: agents are counted once an interval, and nothing grows.
#[test]
fn p8_idle_workers_ask_once_an_interval_and_nothing_grows() {
    let world = world(Policy { metrics_seconds: 60, hours: "always".parse().unwrap(), ..policy() }, 0);
    listed(&world, 5, Callee::Silent);
    let items = world.table.items().len();
    world.run(20, Duration::from_hours(24), |_| false);
    assert!(world.counted.borrow().len() <= 24 * 60 + 1, "{}", world.counted.borrow().len());
    assert_eq!(world.table.items().len(), items);
}

/// Who was reached, and what became of the others.
#[test]
fn p9_every_attempt_has_its_outcome() {
    let world = world(Policy { attempts: 1, ..policy() }, 9);
    let callees = [
        (Callee::Agent, "answered_by_agent"),
        (Callee::Key('1'), "answered_by_key"),
        (Callee::Machine, "machine"),
        (Callee::Silent, "no_answer"),
        (Callee::Busy, "busy"),
        (Callee::Invalid, "invalid"),
        (Callee::HangsUp, "hung_up"),
        (Callee::Forbidden, "not_placed"),
    ];
    for (person, (callee, _)) in callees.iter().enumerate() {
        world.add(&format!("A{person}"), &[&format!("+155500001{person:02}")], *callee);
    }
    start(&world);
    assert!(world.run(1, Duration::from_hours(1), done));
    let (rows, next) = now(world.work().results(world.time().day(&jiff::tz::TimeZone::UTC), 100, None)).unwrap();
    assert!(next.is_none());
    let outcome = |person: &str| rows.iter().find(|row| row.person.as_str() == person).unwrap().outcome.clone();
    for (person, (_, word)) in callees.iter().enumerate() {
        assert_eq!(outcome(&format!("A{person}")), *word);
    }
    assert_eq!(rows.iter().filter(|row| row.reached).count(), 2);
    let csv = dialer::report::csv(&rows);
    assert_eq!((csv.lines().count(), csv.lines().next().unwrap().split(',').count()), (9, 15));
}

#[test]
fn p10_blank_and_short_rows_stop_no_list() {
    let world = world(Policy { number_check: NumberCheck::Form, ..policy() }, 1);
    let list = "custID,phone\nA0001,+15550100\n\nA0002\nA0003,+15550103\n";
    let chunk = now(world.work().load_chunk(&"l".into(), Existing::Keep, list.as_bytes(), None, 100)).unwrap();
    let verdicts: Vec<(u64, Verdict)> = chunk.rows.iter().map(|row| (row.line, row.verdict)).collect();
    assert_eq!(verdicts, [(2, Verdict::Accepted), (4, Verdict::Invalid), (5, Verdict::Accepted)]);
}

/// A setting that cannot be read is said by its name, before anything runs.
#[test]
fn p11_settings_are_read_strictly() {
    let error = Policy::from_variables(|name| (name == "CONCURRENT_CALLS").then_some("ten")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment variable CONCURRENT_CALLS is `ten`; it must be a whole number from 1 to 100000"
    );
}

/// Each time Connect asks to slow down, the dialer waits longer, and workers differ.
#[test]
fn p12_the_dialer_slows_down_when_it_is_asked_to() {
    let world = world(policy(), 1);
    listed(&world, 1, Callee::Agent);
    let mut waits = Vec::new();
    for _ in 0..6 {
        world.answers.borrow_mut().push_back(PlaceError::Throttled);
        now(world.work().round(1)).unwrap();
        let until = campaign(&world).bucket.hold.unwrap();
        assert_eq!(
            now(world.work().round(1)).unwrap().ended_by.map(|refusal| matches!(refusal, Refusal::Slow { .. })),
            Some(true)
        );
        waits.push(until.since(world.time()).as_millis());
        world.pass(until.since(world.time()) + Duration::from_secs(1));
    }
    assert!(waits[5] > 8 * waits[0] && waits[5] <= 16_000, "{waits:?}");
    assert_eq!(now(world.work().round(1)).unwrap().placed, 1);
}

/// Whatever Connect answers, nobody is lost.
#[test]
fn p13_no_failure_loses_anybody() {
    use PlaceError::{Invalid, NotAllowed, Throttled, Unavailable, Unknown};
    for error in [Throttled, Unavailable, Unknown, NotAllowed, Invalid] {
        let world = world(policy(), 1);
        world.add("A", &["+15550000001", "+15550000002"], Callee::Agent);
        start(&world);
        world.answers.borrow_mut().push_back(error);
        assert!(world.run(1, Duration::from_hours(2), done), "{error:?}");
        assert_eq!(world.person("A").standing, Standing::Done, "{error:?}");
    }
    let world = world(policy(), 1);
    listed(&world, 2, Callee::Agent);
    world.answers.borrow_mut().push_back(PlaceError::NotPermitted);
    now(world.work().round(5)).unwrap();
    assert!(matches!(now(world.work().round(5)).unwrap().ended_by, Some(Refusal::Trouble(_))));
    assert_eq!(campaign(&world).counts.pending, 2);
    now(world.work().resume()).unwrap();
    assert!(world.run(1, Duration::from_hours(1), done));
}

#[test]
fn p14_who_has_priority_is_called_first_and_nobody_is_stranded() {
    let world = world(Policy { attempts: 1, ..policy() }, 1);
    listed(&world, 30, Callee::Silent);
    for person in 0..5 {
        let person = Person {
            priority: Priority::High,
            id: format!("H{person}").into(),
            ..world.person(&format!("A{person:04}"))
        };
        let number = dialer::ids::Number::from_e164(&format!(
            "+1555900{:04}",
            person.id.as_str().len() * 10 + usize::from(person.id.as_str().as_bytes()[1])
        ))
        .unwrap();
        world.callees.borrow_mut().insert(person.id.clone(), Callee::Silent);
        world.add_person(Person { numbers: vec![number], due: None, standing: Standing::Pending, ..person });
    }
    assert!(world.run(2, Duration::from_hours(3), done));
    let order: Vec<String> = world.calls.borrow().iter().map(|call| call.person.to_string()).collect();
    assert_eq!(order.len(), 35);
    assert!(order[..5].iter().all(|person| person.starts_with('H')), "{order:?}");
}

#[test]
fn p15_more_than_ten_at_once() {
    let world = world(policy(), 40);
    listed(&world, 60, Callee::Silent);
    assert_eq!(now(world.work().round(100)).unwrap().placed, 40);
}

#[test]
fn p16_do_not_call_is_not_called() {
    let world =
        world(Policy { number_check: NumberCheck::Form, consent_field: Some("consent".to_owned()), ..policy() }, 9);
    let list = "custID,phone,status,consent,time zone\nA,+15550100,no_call,yes,Europe/London\nB,+15550101,,False,Europe/London\nC,+15550102,active,YES,Europe/London\nD,+15550103,,,Europe/London\n";
    now(world.work().load_chunk(&"l".into(), Existing::Keep, list.as_bytes(), None, 100)).unwrap();
    world.callees.borrow_mut().insert("C".into(), Callee::Silent);
    start(&world);
    assert_eq!(now(world.work().round(100)).unwrap().placed, 1);
    let reasons: Vec<Option<String>> = ["A", "B", "C", "D"].map(|id| world.person(id).reason).into();
    let word = |word: &str| Some(word.to_owned());
    assert_eq!(reasons, [word("do_not_call"), word("no_consent"), None, word("no_consent")]);
    assert_eq!(campaign(&world).counts.blocked, 3);
}

#[test]
fn p17_a_duplicate_rejects_only_itself() {
    let world = world(Policy { number_check: NumberCheck::Form, ..policy() }, 1);
    let mut list = "Address,UserId\n".to_owned();
    for row in [1, 2, 3, 4, 4, 5, 6, 7, 8, 9] {
        writeln!(list, "+1555010{row},U{row}").unwrap();
    }
    let chunk = now(world.work().load_chunk(&"l".into(), Existing::Keep, list.as_bytes(), None, 100)).unwrap();
    assert_eq!((chunk.counts.accepted, chunk.counts.duplicate), (9, 1));
}

/// Its own sample loads, and a country is put in front of national numbers only.
#[test]
fn p18_numbers_with_a_country_keep_it() {
    let world = world(Policy { country: Some("US".to_owned()), ..policy() }, 1);
    let list = "custID,phone\nA,+442079460123\nB,(202) 555-0191\nC,12025550192\n";
    now(world.work().load_chunk(&"l".into(), Existing::Keep, list.as_bytes(), None, 100)).unwrap();
    let number = |id: &str| world.person(id).numbers[0].to_string();
    assert_eq!([number("A"), number("B"), number("C")], ["+442079460123", "+12025550191", "+12025550192"]);
}

/// A token whose contact has ended starts a new call: so before anything else Connect is asked, and every claim has a token
/// of its own.
#[test]
fn p19_connect_is_asked_before_a_second_call() {
    let world = world(policy(), 1);
    listed(&world, 1, Callee::Silent);
    world.answers.borrow_mut().push_back(PlaceError::Unknown);
    now(world.work().round(1)).unwrap();
    assert_eq!((world.person("A0000").standing, world.looked_up.get()), (Standing::Live, 0));
    assert!(world.run(1, Duration::from_hours(2), done));
    assert!(world.looked_up.get() >= 1);
    let attempts = world.attempts();
    let ids: BTreeSet<&str> = attempts.iter().map(|attempt| attempt.id.as_str()).collect();
    assert_eq!(ids.len(), attempts.len());
    assert_eq!(world.asked.get(), attempts.len() as u64);
}

/// An agent is free when after-call work is over, and not when the call is: nobody is called for them before.
#[test]
fn p20_nobody_is_called_before_after_call_work_is_over() {
    let world = world(Policy { metrics_seconds: 3600, ..policy() }, 1);
    listed(&world, 5, Callee::Agent);
    world.run(3, Duration::from_hours(1), done);
    assert_eq!(campaign(&world).counts.done, 5);
    let calls = world.calls.borrow();
    for pair in calls.windows(2) {
        let ended = pair[0].evidence.ended.unwrap();
        // After-call work takes five seconds at least.
        assert!(pair[1].started.since(ended) >= Duration::from_secs(5), "{pair:?}");
    }
    assert!(!campaign(&world).outcomes.contains_key(&Outcome::Abandoned));
}

/// Whoever is to be called for the first time does not wait behind others' second and third attempts for ever.
#[test]
fn no_part_of_the_people_is_always_last() {
    let policy = Policy { repeat: Repeat::Recurring, attempts: 100, calls_per_number: 100, ..policy() };
    let world = world(policy, 3);
    listed(&world, 60, Callee::Silent);
    world.run(1, Duration::from_hours(1), |_| false);
    let called: BTreeSet<String> = world.calls.borrow().iter().map(|call| call.person.to_string()).collect();
    assert_eq!(called.len(), 60, "{} calls", world.calls.borrow().len());
}

/// Two calls of the API a second, five at once.
#[test]
fn the_quota_of_the_api_is_kept() {
    let policy = Policy { calls_per_second: 2.0, burst: 5, min_free_agents: 0, ..policy() };
    let world = world(policy, 0);
    listed(&world, 50, Callee::Silent);
    let claims = |world: &World| world.attempts().len();
    let round = now(world.work().round(100)).unwrap();
    assert!(matches!(round.ended_by, Some(Refusal::Slow { .. })));
    let (first, at) = (claims(&world), world.time());
    assert!((5..=9).contains(&first), "{first} at once");
    world.pass(Duration::from_secs(10));
    now(world.work().round(100)).unwrap();
    let seconds = world.time().since(at).as_secs_f64();
    assert!(f64::from(u32::try_from(claims(&world) - first).unwrap()) <= 5.0 + 2.0 * (seconds - 10.0) + 0.01);
}

/// More agents than calls at once are allowed: the dialer goes on at the limit, without barriers.
#[test]
fn p21_more_agents_than_the_cap_are_no_restart() {
    let world = world(Policy { concurrent_calls: 4, attempts: 1, ..policy() }, 20);
    listed(&world, 40, Callee::Silent);
    assert!(world.run(1, Duration::from_hours(1), done));
    let calls = world.calls.borrow();
    let took = calls[39].started.since(calls[0].started);
    // Ten times four calls of 30 s, and some seconds for each look.
    assert!(took < Duration::from_mins(7), "{took:?}");
    assert_eq!(campaign(&world).state, State::Done);
}

#[test]
fn p22_hours_over_midnight_and_days_without_hours() {
    let world = world(Policy { hours: "mon 22:00-02:00".parse().unwrap(), ..policy() }, 1);
    listed(&world, 1, Callee::Silent);
    // 10:00 on a Monday in New York; it begins at 03:00 UTC on Tuesday.
    assert_eq!(world.person("A0000").due.unwrap().to_string(), "2026-12-01T03:00:00Z");
    world.pass(Duration::from_hours(15));
    assert_eq!(now(world.work().round(1)).unwrap().placed, 1);
}

#[test]
fn p23_dispositions_belong_to_contacts_and_results_are_lines() {
    let world = world(policy(), 1);
    listed(&world, 1, Callee::Agent);
    now(world.work().round(1)).unwrap();
    let call = world.calls.borrow()[0].clone();
    world.wait(300);
    let disposition = Some("DNC".to_owned());
    let answer = Answer { contact: Some(call.contact), disposition, ..Answer::default() };
    let taken: Vec<Taken> = (0..2).map(|_| now(world.work().answer(&answer)).unwrap()).collect();
    assert_eq!(taken, [Taken::New, Taken::Known]);
    assert_eq!(world.person("A0000").disposition.as_deref(), Some("DNC"));
    // It is the number that must not be called, whoever else has it.
    let number = world.table.read(&Key::Number(call.number)).unwrap();
    assert_eq!(number.body.number().unwrap().blocked.as_deref(), Some("do_not_call"));
    let row = ResultRow::of(&world.policy, &world.attempts()[0]);
    let line = row.to_ndjson();
    assert!(line.ends_with("}\n") && line.matches('\n').count() == 1);
    let read: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((read["phone"].as_str(), read["disposition"].as_str()), (Some("+15550000000"), Some("DNC")));
}

/// One call of the API for each call that is placed, and nothing else while events come.
#[test]
fn p24_a_call_is_one_call_of_the_api() {
    let world = world(Policy { attempts: 1, ..policy() }, 20);
    listed(&world, 50, Callee::Silent);
    assert!(world.run(1, Duration::from_hours(1), done));
    assert_eq!((world.asked.get(), world.looked_up.get()), (50, 0));
}

/// Too many abandoned calls: for the rest of the day there is one call for each agent.
#[test]
fn the_abandon_cap_makes_the_ratio_one() {
    let world = world(Policy { ratio: 3.0, ..policy() }, 2);
    listed(&world, 30, Callee::Agent);
    let mut campaign = campaign(&world);
    campaign.agents.available = 2;
    campaign.agents.at = Some(world.time());
    assert_eq!(campaign.pace(&world.policy, world.time()), Ok(6));
    campaign.today =
        dialer::item::Today { day: world.time().day(&jiff::tz::TimeZone::UTC), calls: 50, answered: 33, abandoned: 1 };
    assert_eq!(campaign.pace(&world.policy, world.time()), Ok(2));
    campaign.today.answered = 34;
    assert_eq!(campaign.pace(&world.policy, world.time()), Ok(6));
    campaign.today.answered = 33;
    assert_eq!(campaign.pace(&world.policy, world.time() + Duration::from_hours(24)), Ok(6), "a new day");
}

/// Paused, resumed, stopped: calls that are going on go on.
#[test]
fn a_campaign_is_paused_resumed_and_stopped() {
    let world = world(policy(), 2);
    listed(&world, 10, Callee::Agent);
    let work = world.work();
    now(work.start(Some("token"))).unwrap();
    now(work.round(10)).unwrap();
    assert_eq!(now(work.pause()).unwrap(), State::Paused);
    assert_eq!(now(work.round(10)).unwrap().ended_by, Some(Refusal::NotRunning(State::Paused)));
    assert_eq!(now(work.resume()).unwrap(), State::Running);
    assert_eq!(now(work.stop()).unwrap(), State::Stopping);
    assert_eq!(now(work.finish()).unwrap(), None);
    world.wait(600);
    let finish = now(work.finish()).unwrap().unwrap();
    assert_eq!((finish.state, finish.task_token.as_deref()), (State::Stopped, Some("token")));
    now(work.finished("token")).unwrap();
    assert_eq!(now(work.finish()).unwrap().unwrap().task_token, None);
    assert_eq!(campaign(&world).counts.pending, 8);
    assert!(world.table.read(&Key::Campaign).is_some());
}
