//! Whatever workers do in whatever order, whoever dies, whatever is lost or comes twice: the invariants hold.

use std::collections::BTreeMap;
use std::time::Duration;

use dialer::item::{AttemptState, Campaign, Counts, Key, State};
use dialer::moment::Moment;
use dialer::policy::{Policy, Repeat};

use crate::world::{Callee, Chance, Faults, World};

fn policy(seed: u64) -> Policy {
    Policy {
        repeat: Repeat::Once,
        hours: "daily 08:00-20:00".parse().unwrap(),
        ring_seconds: 30,
        talk_minutes: 5,
        concurrent_calls: 12,
        // For some the quota of the API is what holds them up most.
        calls_per_second: if seed.is_multiple_of(3) { 0.5 } else { 3.0 },
        burst: if seed.is_multiple_of(3) { 2 } else { 5 },
        ratio: if seed.is_multiple_of(2) { 1.0 } else { 1.5 },
        calls_per_number: 100,
        ..Policy::default()
    }
}

fn callee(chance: &Chance) -> Callee {
    match chance.below(100) {
        0..30 => Callee::Silent,
        30..38 => Callee::Busy,
        38..50 => Callee::Machine,
        50..65 => Callee::Key(if chance.per_mille(500) { '1' } else { '2' }),
        65..85 => Callee::Agent,
        85..94 => Callee::HangsUp,
        94..97 => Callee::Invalid,
        _ => Callee::Forbidden,
    }
}

pub(crate) fn campaign(world: &World) -> Campaign {
    world.table.read(&Key::Campaign).unwrap().body.campaign().unwrap().clone()
}

pub(crate) fn start(world: &World) {
    let item = world.table.read(&Key::Campaign).unwrap();
    let mut campaign = item.body.campaign().unwrap().clone();
    campaign.state = State::Running;
    world.table.write(vec![dialer::store::Change::replace(&item, campaign)]).unwrap();
}

/// A campaign of so many people; a tenth of them share a number with somebody, some have two.
fn populated(seed: u64, people: u64, faults: Faults, agents: usize) -> World {
    let world = World::new(seed, policy(seed), faults, agents);
    let dice = Chance::new(seed ^ 0xd1ce);
    for person in 0..people {
        let number = |of: u64| format!("+1555{of:07}");
        let own = if person > 0 && dice.per_mille(100) { number(dice.below(person)) } else { number(person) };
        let second = number(1_000_000 + person);
        let numbers: &[&str] = if dice.per_mille(150) { &[&own, &second] } else { &[&own] };
        world.add(&format!("P{person:05}"), numbers, callee(&dice));
    }
    start(&world);
    world
}

/// What must hold of the history of calls and of the table, whenever nobody is at work.
fn check(world: &World, people: u64, seed: u64) {
    calls_keep_their_distance(world, seed);
    caps_hold(world, seed);
    let mut counts = Counts::default();
    let mut by_person: BTreeMap<String, u32> = BTreeMap::new();
    for attempt in world.attempts() {
        assert!(attempt.outcome.is_none() || attempt.state == AttemptState::Over);
        *by_person.entry(attempt.person.to_string()).or_default() += u32::from(attempt.outcome.is_some());
    }
    for item in world.table.items() {
        let Some(person) = item.body.person() else { continue };
        counts.add(person.standing);
        let made = by_person.get(person.id.as_str()).copied().unwrap_or_default();
        assert_eq!(person.attempts_ever, made, "seed {seed}: {} has as many attempts as calls", person.id);
        assert_eq!(person.lease.is_some(), person.standing == dialer::item::Standing::Live);
    }
    let campaign = campaign(world);
    assert_eq!(campaign.counts, counts, "seed {seed}: counters and people");
    assert_eq!(counts.total(), people, "seed {seed}: nobody is lost");
}

/// At most one live call for each number and person, and five minutes from one to the next.
fn calls_keep_their_distance(world: &World, seed: u64) {
    let mut last: BTreeMap<String, (Moment, Option<Moment>)> = BTreeMap::new();
    for call in world.calls.borrow().iter() {
        for who in [call.number.to_string(), call.person.to_string()] {
            if let Some((started, ended)) = last.get(&who) {
                assert!(
                    call.started.since(*started) >= Duration::from_mins(5),
                    "seed {seed}: {who} twice in five minutes"
                );
                assert!(ended.is_some_and(|ended| ended <= call.started), "seed {seed}: {who} has two live calls");
            }
            last.insert(who, (call.started, call.evidence.ended));
        }
    }
}

fn caps_hold(world: &World, seed: u64) {
    let calls = world.calls.borrow();
    for call in calls.iter() {
        let live = calls.iter().filter(|other| {
            other.started <= call.started && other.evidence.ended.is_none_or(|ended| ended > call.started)
        });
        assert!(live.count() <= world.policy.concurrent_calls as usize, "seed {seed}: too many calls at once");
        let local = jiff::tz::TimeZone::get("America/New_York").unwrap().to_datetime(call.started.timestamp());
        assert!((8..20).contains(&local.hour()), "seed {seed}: a call at {local}");
    }
    // Of the API: in any stretch of time no more claims than the bucket holds and gains meanwhile.
    let mut claims: Vec<Moment> = world.attempts().iter().map(|attempt| attempt.claimed).collect();
    claims.sort_unstable();
    for first in 0..claims.len() {
        for last in first..claims.len().min(first + 60) {
            let seconds = claims[last].since(claims[first]).as_secs_f64();
            let most = f64::from(world.policy.burst) + seconds * world.policy.calls_per_second + 0.01;
            assert!(
                f64::from(u32::try_from(last - first + 1).unwrap()) <= most,
                "seed {seed}: too many calls of the API"
            );
        }
    }
    let counted = world.counted.borrow();
    let hours = counted.last().map_or(Duration::ZERO, |last| last.since(counted[0]));
    let most = hours.as_secs() / u64::from(world.policy.metrics_seconds) + 2;
    assert!(counted.len() as u64 <= most, "seed {seed}: agents were counted {} times in {hours:?}", counted.len());
}

fn whole(seed: u64, people: u64, workers: usize) {
    // In some worlds Connect hardly ever knows, and more is lost.
    let faults = if seed % 4 == 1 { Faults { unknown: 800, lost: 300, ..Faults::MANY } } else { Faults::MANY };
    let world = populated(seed, people, faults, 6);
    for (hour, agents) in [(1, 10), (2, 3), (3, 8)] {
        world.staff_later(hour * 1200, agents);
    }
    let ended = world.run(workers, Duration::from_hours(24 * 9), |world| campaign(world).state == State::Done);
    check(&world, people, seed);
    let campaign = campaign(&world);
    assert!(ended, "seed {seed}, {workers} workers: the campaign does not end: {campaign:?}");
    let counts = campaign.counts;
    assert_eq!(counts.done + counts.failed, people, "seed {seed}: {counts:?}");
    assert_eq!(counts.pending + counts.live + campaign.with_agent, 0);
    truth(&world, seed);
}

/// Who is done was reached, and who was not reached was called as often as may be, or cannot be called.
fn truth(world: &World, seed: u64) {
    for (id, callee) in world.callees.borrow().iter() {
        let person = world.person(id.as_str());
        let calls = world.calls.borrow();
        let reached = calls
            .iter()
            .any(|call| call.person == *id && (call.evidence.talked.is_some() || call.evidence.key.is_some()));
        let seen = person.successes > 0;
        assert!(!seen || reached, "seed {seed}: {id} ({callee:?}) was never reached");
        let blocked = person.reason.as_deref().is_some_and(|reason| reason != "attempts");
        assert!(seen || blocked || person.attempts_ever == world.policy.attempts, "seed {seed}: {id}: {person:?}");
    }
}

/// 10,000 people in all: 40 campaigns of 250, by 1 to 50 workers.
macro_rules! campaigns {
    ($($name:ident: $from:literal;)*) => {$(
        #[test]
        fn $name() {
            for seed in $from..$from + 5 {
                let workers = [1, 2, 3, 7, 11, 17, 29, 50][usize::try_from(seed * 3 % 8).unwrap()];
                whole(seed, 250, workers);
            }
        }
    )*};
}

campaigns! {
    invariants_hold_0: 0;
    invariants_hold_1: 5;
    invariants_hold_2: 10;
    invariants_hold_3: 15;
    invariants_hold_4: 20;
    invariants_hold_5: 25;
    invariants_hold_6: 30;
    invariants_hold_7: 35;
}

/// A small campaign in which somebody dies at the nth step, for every n there is.
#[test]
fn whoever_dies_at_whatever_step_nothing_is_lost() {
    let history = |dies_at: Option<u64>| {
        let world = populated(7, 2, Faults::default(), 2);
        world.dies_at.set(dies_at);
        let ended = world.run(2, Duration::from_hours(48), |world| campaign(world).state == State::Done);
        assert!(ended, "death at {dies_at:?}: {:?}", campaign(&world));
        check(&world, 2, dies_at.unwrap_or_default());
        truth(&world, dies_at.unwrap_or_default());
        world.steps.get()
    };
    let steps = history(None);
    assert!(steps > 200, "{steps}");
    for step in 1..=steps.min(3000) {
        history(Some(step));
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let history = || {
        let world = populated(3, 40, Faults::MANY, 4);
        world.run(5, Duration::from_hours(24 * 5), |world| campaign(world).state == State::Done);
        format!("{:?}", world.table.items())
    };
    assert_eq!(history(), history());
}
