//! Starts and stops that cross.

use dialer::item::{Existing, State};
use dialer::policy::{NumberCheck, Policy, Repeat, Zone};
use dialer::work::Started;

use crate::world::{Faults, World, now};

fn world() -> World {
    let policy = Policy {
        number_check: NumberCheck::Form,
        callee_zone: Zone::get("UTC"),
        repeat: Repeat::Once,
        ..Policy::default()
    };
    let world = World::new(1, policy, Faults::default(), 1);
    let list = "id,phone\nA,+15550100101\nB,+15550100102\n";
    now(world.work().load_chunk(&"l".into(), Existing::Keep, list.as_bytes(), None, 10)).unwrap();
    world
}

/// The state machine begins some time after whoever started it; who stops the campaign in between has stopped it.
#[test]
fn a_stop_holds_against_a_start_that_comes_late() {
    let world = world();
    let work = world.work();
    assert_eq!(now(work.start(None)), Ok(State::Running));
    assert_eq!(now(work.stop()), Ok(State::Stopped));
    assert_eq!(now(work.start_for("one", true)), Ok(Started::Waited));
    let finish = now(work.finish()).unwrap().unwrap();
    assert_eq!(
        (finish.state, finish.task_token.as_deref()),
        (State::Stopped, Some("one")),
        "it is told the end at once"
    );
}

#[test]
fn one_state_machine_waits_for_a_campaign() {
    let world = world();
    let work = world.work();
    assert_eq!(now(work.start_for("one", false)), Ok(Started::Waited));
    assert_eq!(now(work.start_for("one", false)), Ok(Started::Waited), "the same again, as Lambda repeats it");
    assert_eq!(now(work.start_for("two", true)), Ok(Started::Taken));
    assert_eq!(now(work.campaign()).unwrap().task_token.as_deref(), Some("one"));
    now(work.stop()).unwrap();
    assert_eq!(now(work.start_for("two", false)), Ok(Started::Waited), "after the end another one may");
    assert_eq!(now(work.campaign()).unwrap().state, State::Running);
}
