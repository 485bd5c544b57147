//! What 10,000 calls cost beside the telephone, against a dialer that keeps a loop of a state machine for each agent.
//!
//! Everything is counted, nothing is timed: a campaign by the real procedures on a table in memory, with callees and agents who
//! behave by chance. The same counts come out on every run.

#![expect(clippy::unwrap_used, reason = "a world that cannot be made is a broken benchmark")]
#![expect(clippy::print_stdout, reason = "the table is what this is for")]

#[expect(dead_code, reason = "the tests need more of the world")]
#[path = "../tests/it/world.rs"]
mod world;

use std::time::Duration;

use dialer::item::{Campaign, Existing, Key, State};
use dialer::list::Place;
use dialer::memory::Units;
use dialer::policy::{NumberCheck, Policy, Repeat};

use world::{Callee, Chance, Faults, World, now};

const PEOPLE: u64 = 1000;
const AGENTS: usize = 10;

/// US dollars for a million, by the public price lists of us-east-1 in 2026: DynamoDB on demand (write units, read units), Lambda
/// requests on arm64 together with 100 ms of 256 MB each, state transitions of standard workflows.
const WRITES: f64 = 0.625;
const READS: f64 = 0.125;
const INVOCATIONS: f64 = 0.2 + 0.1 * 0.25 * 13.3334;
const TRANSITIONS: f64 = 25.0;

/// What a number of calls took.
struct Taken {
    write_units: f64,
    read_units: f64,
    invocations: f64,
    transitions: f64,
}

impl Taken {
    fn dollars(&self) -> f64 {
        (self.write_units * WRITES
            + self.read_units * READS
            + self.invocations * INVOCATIONS
            + self.transitions * TRANSITIONS)
            / 1e6
    }

    fn times(&self, factor: f64) -> Self {
        Self {
            write_units: self.write_units * factor,
            read_units: self.read_units * factor,
            invocations: self.invocations * factor,
            transitions: self.transitions * factor,
        }
    }

    fn row(&self, what: &str) {
        println!(
            "{what:<40} {:>9.0} {:>9.0} {:>9.0} {:>9.0} {:>8.2}",
            self.write_units,
            self.read_units,
            self.invocations,
            self.transitions,
            self.dollars()
        );
    }
}

fn main() {
    loaded();
    println!("\n{:<40} {:>9} {:>9} {:>9} {:>9} {:>8}", "10,000 calls", "writes", "reads", "invoked", "states", "USD");
    called().row("this dialer");
    loops(10_000.0, 0.0).row("a loop for each agent");
    println!(
        "\n{:<40} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "an hour in which no agent is free", "writes", "reads", "invoked", "states", "USD"
    );
    idle().row("this dialer");
    #[expect(clippy::cast_precision_loss, reason = "a handful of agents")]
    loops(0.0, 3600.0 * AGENTS as f64).row("a loop for each of 10 agents");
}

fn policy() -> Policy {
    Policy {
        repeat: Repeat::Once,
        hours: "daily 00:00-24:00".parse().unwrap(),
        concurrent_calls: 100,
        number_check: NumberCheck::Form,
        ..Policy::default()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
fn taken(units: Units, before: Units, invocations: u64) -> Taken {
    Taken {
        write_units: (units.write - before.write) as f64,
        read_units: (units.read_halves - before.read_halves) as f64 / 2.0,
        invocations: invocations as f64,
        // Is there a list, run, drain, report; once for a campaign.
        transitions: 6.0,
    }
}

/// Units that a list takes.
fn loaded() {
    let world = World::new(1, policy(), Faults::default(), AGENTS);
    let list =
        (0..PEOPLE).fold("custID,phone\n".to_owned(), |list, row| list + &format!("A{row:05},+1212555{row:04}\n"));
    let mut from: Option<Place> = None;
    let (before, mut chunks) = (world.table.units(), 0);
    loop {
        let rest = &list.as_bytes()[from.map_or(0, |place| usize::try_from(place.offset).unwrap())..];
        let chunk = now(world.work().load_chunk(&"list".into(), Existing::Keep, rest, from, 100)).unwrap();
        chunks += 1;
        match chunk.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    let taken = taken(world.table.units(), before, chunks);
    println!("a list of {PEOPLE} rows: {:.0} write units, {:.0} read units", taken.write_units, taken.read_units);
}

fn campaign(world: &World) -> Campaign {
    world.table.read(&Key::Campaign).unwrap().body.campaign().unwrap().clone()
}

/// A campaign, scaled to 10,000 calls.
fn called() -> Taken {
    let world = World::new(1, policy(), Faults::default(), AGENTS);
    let dice = Chance::new(7);
    for person in 0..PEOPLE {
        let callee = match dice.below(100) {
            0..35 => Callee::Silent,
            35..40 => Callee::Busy,
            40..60 => Callee::Machine,
            60..65 => Callee::HangsUp,
            _ => Callee::Agent,
        };
        world.add(&format!("P{person:05}"), &[&format!("+1212555{person:04}")], callee);
    }
    now(world.work().start(None)).unwrap();
    let before = world.table.units();
    let ended = world.run(1, Duration::from_hours(24 * 3), |world| campaign(world).state == State::Done);
    assert!(ended, "the campaign does not end");
    let taken = taken(world.table.units(), before, world.events.get());
    #[expect(clippy::cast_precision_loss, reason = "some thousand calls")]
    taken.times(10_000.0 / world.calls.borrow().len() as f64)
}

/// An hour in which people wait to be called and no agent is there.
fn idle() -> Taken {
    let world = World::new(1, policy(), Faults::default(), 0);
    for person in 0..100 {
        world.add(&format!("P{person:05}"), &[&format!("+1212555{person:04}")], Callee::Agent);
    }
    now(world.work().start(None)).unwrap();
    let before = world.table.units();
    for _ in 0..60 {
        now(world.work().sweep(10)).unwrap();
        now(world.work().round(20)).unwrap();
        world.pass(Duration::from_mins(1));
    }
    Taken { transitions: 0.0, ..taken(world.table.units(), before, 60) }
}

/// A dialer in which a loop of a state machine dials for each agent. For a call it goes through its states once (dial; is the
/// dialer active, and its choice; are agents free, and its choice; the next contact, and its choice), with a function for four of
/// them and one for the event that ends the call; it writes contact, index, token and its end, and reads configuration and
/// contact. Without a free agent it asks every five seconds: two functions, two choices, a wait.
fn loops(calls: f64, seconds_without_agents: f64) -> Taken {
    let asked = seconds_without_agents / 5.0;
    Taken {
        write_units: calls * 4.0,
        read_units: calls * 5.0 + asked * 2.0,
        invocations: calls * 5.0 + asked * 2.0,
        transitions: calls * 7.0 + asked * 5.0,
    }
}
