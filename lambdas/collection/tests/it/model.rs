//! Whatever workers do in whatever order, whoever dies, whatever does not answer or comes twice: the invariants hold, and every
//! goal is met.

use std::collections::BTreeMap;
use std::time::Duration;

use collection::item::{Mode, Person, Slot, State, Status};
use collection::work::Reply;

use crate::calls::{Arrives, Call, arrivals, pins, take};
use crate::sessions::agent;
use crate::world::{Chance, Faults, World, bot, new};

type Doing<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A call that goes on, and what of it has yet to arrive.
struct Live {
    contact: String,
    of: String,
    kind: Call,
    left: Vec<Arrives>,
}

fn kind(chance: &Chance) -> Call {
    if chance.per_mille(500) { Call::Good } else { Call::ALL[chance.below(Call::ALL.len())] }
}

/// Some of these people call at once, and somebody looks after what is due.
fn wave<'a>(
    world: &World,
    chance: &Chance,
    people: &'a [(Person, &'a str)],
    serial: &mut u32,
) -> Vec<(String, &'a str, Option<Reply>)> {
    let replies = std::cell::RefCell::new(Vec::new());
    let work = world.work();
    let mut all: Vec<Doing<'_>> = Vec::new();
    for (person, of) in people {
        // Now and then somebody calls who is not needed any more.
        let needed = world.collection(of).accepted < 6;
        if !chance.per_mille(if needed { 300 } else { 3 }) {
            continue;
        }
        *serial += 1;
        let (contact, replies) = (format!("k{serial}"), &replies);
        let pin = world.collection(of).pin.to_string();
        all.push(Box::pin(async move {
            let reply = pins(&work, &contact, person, &pin).await;
            replies.borrow_mut().push((contact, *of, reply));
        }));
    }
    all.push(Box::pin(async move {
        let _done = work.tick(20).await;
    }));
    world.together(all);
    replies.into_inner()
}

/// Callers in waves until every goal is met; each wave comes at once, and what is told of its calls arrives in any order, some
/// of it twice, while others call.
fn whole(seed: u64) {
    let mut world = World::new(seed);
    // Recordings that never come keep a place for so long.
    world.policy.wait_hours = 1;
    let world = world;
    world.pool(2);
    let chance = Chance::new(seed ^ 0xca11);
    let modes: BTreeMap<&str, Mode> = [("human", Mode::Human), ("bot", bot())].into();
    for (id, mode) in &modes {
        world.running(id, mode.clone(), 6);
    }
    let people: Vec<(Person, &str)> = (0..20)
        .map(|nth| {
            let of = if nth % 2 == 0 { "human" } else { "bot" };
            (world.now(world.work().add_customer("Ana", &[of.into()])).unwrap(), of)
        })
        .collect();
    world.now(world.work().add_agent(&agent("ines", "human"))).unwrap();
    world.faults.set(Faults { crash: 5, table: 5, outside: 30 });
    let mut live: Vec<Live> = Vec::new();
    let mut serial = 0;
    for _ in 0..400 {
        let replies = wave(&world, &chance, &people, &mut serial);
        world.check();
        for (contact, of, reply) in replies {
            // Who was let in talks; of whom the answer got lost, hangs up.
            let kind = if matches!(reply, Some(Reply::Welcome(_))) { kind(&chance) } else { Call::HangsUp };
            let mut left = arrivals(&contact, &modes[of], kind, world.now.get());
            if !matches!(reply, Some(Reply::Welcome(_))) {
                left.retain(|arrives| !matches!(arrives, Arrives::Consent(_)));
            }
            let again: Vec<Arrives> = left.iter().filter(|_| chance.per_mille(200)).cloned().collect();
            left.extend(again);
            chance.shuffle(&mut left);
            live.push(Live { contact, of: of.to_owned(), kind, left });
        }
        for call in &mut live {
            for _ in 0..chance.below(6) {
                if let Some(arrives) = call.left.pop() {
                    take(&world, &call.contact, &modes[&*call.of], &arrives);
                }
            }
        }
        world.check();
        world.pass(Duration::from_mins(7));
        let met = |id: &&str| world.collection(id).accepted == 6;
        if modes.keys().all(met) && live.iter().all(|call| call.left.is_empty()) {
            break;
        }
    }
    finish(&world, &live, &modes, seed);
}

fn finish(world: &World, live: &[Live], modes: &BTreeMap<&str, Mode>, seed: u64) {
    for _ in 0..3 {
        world.pass(Duration::from_hours(25));
        world.settle(70);
    }
    for id in modes.keys() {
        let collection = world.collection(id);
        assert_eq!((collection.accepted, collection.reserved), (6, 0), "seed {seed}: {collection:?}");
    }
    for call in live {
        assert!(call.left.is_empty(), "seed {seed}: the goals were not met in time");
        let conversation = world.conversation(&call.contact);
        let good = call.kind == Call::Good;
        assert!(conversation.slot != Slot::Accepted || good, "seed {seed}: {:?} {conversation:?}", call.kind);
        assert!(conversation.state != State::Recording && !conversation.live, "seed {seed}: {conversation:?}");
    }
    world.faults.set(Faults::default());
    for id in modes.keys() {
        world.now(world.work().stop(&(*id).into())).unwrap();
    }
    world.settle(10);
    for id in modes.keys() {
        assert_eq!(world.collection(id).state, Status::Ended, "seed {seed}");
    }
    assert!(world.now(world.work().pool()).unwrap().iter().all(|queue| queue.lease.is_none()));
    assert!(world.users.borrow().values().all(|user| user.profile == "idle".into()), "seed {seed}");
    world.check();
}

#[test]
fn every_goal_is_met_whoever_dies() {
    for seed in 0..20 {
        whole(seed);
    }
}

/// A small history in which somebody dies at the nth step, for every n there is; whoever it was for tries again.
#[test]
fn whoever_dies_at_whatever_step_nothing_is_lost() {
    let history = |dies_at: Option<u64>| {
        let world = World::new(51);
        world.pool(1);
        world.steps.set(0);
        world.dies_at.set(dies_at);
        let work = world.work();
        if world.run(work.create(&new("c", Mode::Human, 1))).is_none() {
            let _there = world.run(work.create(&new("c", Mode::Human, 1)));
        }
        let _dead = world.run(work.add_agent(&agent("ines", "c")));
        while !matches!(world.run(work.start(&"c".into())), Some(Ok(_))) {
            world.pass(Duration::from_mins(1));
        }
        let added = world.run(work.add_customer("Ana", &["c".into()])).and_then(Result::ok);
        let ana = added.unwrap_or_else(|| world.now(work.add_customer("Ana", &["c".into()])).unwrap());
        let pin = world.collection("c").pin.to_string();
        let mut reply = None;
        for _ in 0..3 {
            reply = reply.or_else(|| world.run(pins(&work, "k", &ana, &pin)).flatten());
        }
        assert!(matches!(reply, Some(Reply::Welcome(_))), "{dies_at:?}: {reply:?}");
        for arrives in arrivals("k", &Mode::Human, Call::Good, world.now.get()) {
            take(&world, "k", &Mode::Human, &arrives);
        }
        assert_eq!(world.collection("c").accepted, 1, "{dies_at:?}");
        if world.run(work.stop(&"c".into())).is_none() {
            let _again = world.run(work.stop(&"c".into()));
        }
        world.settle(6);
        let steps = world.steps.get();
        world.dies_at.set(None);
        world.check();
        let collection = world.collection("c");
        assert_eq!((collection.state, collection.live, collection.seated), (Status::Ended, 0, 0), "{dies_at:?}");
        assert!(world.now(work.pool()).unwrap()[0].lease.is_none(), "{dies_at:?}");
        let users = world.users.borrow();
        let people = world.now(work.people(10, None)).unwrap().items;
        let agents = people.iter().filter(|person| person.account.is_some()).count();
        assert_eq!(agents, users.len(), "{dies_at:?}: {people:?} {users:?}");
        assert!(users.values().all(|user| user.profile == "idle".into()), "{dies_at:?}: {users:?}");
        steps
    };
    let steps = history(None);
    assert!(steps > 100, "{steps}");
    for step in 1..=steps {
        history(Some(step));
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let history = || {
        let world = World::new(3);
        world.running("c", bot(), 2);
        let ana = world.now(world.work().add_customer("Ana", &["c".into()])).unwrap();
        crate::calls::call(&world, "k", &ana, "c", Call::Good);
        format!("{:?}", world.table.items())
    };
    assert_eq!(history(), history());
}
