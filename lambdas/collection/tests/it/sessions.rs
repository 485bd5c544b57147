//! Collections from their start to their end, and the pool of queues.

use std::time::Duration;

use collection::item::{Mode, Status};
use collection::work::{NewAgent, PoolEntry, Reply, SessionError};

use crate::calls::{Arrives, Call, call, pins, take};
use crate::world::{World, bot, event, new};

pub(crate) fn agent(username: &str, of: &str) -> NewAgent {
    NewAgent {
        username: username.to_owned(),
        first_name: "Ines".to_owned(),
        last_name: "Costa".to_owned(),
        collection: of.into(),
        saml: true,
    }
}

#[test]
fn a_collection_goes_from_its_start_to_its_end() {
    let world = World::new(21);
    world.pool(1);
    let work = world.work();
    let made = world.now(work.create(&new("c", Mode::Human, 2))).unwrap();
    assert_eq!((made.state, made.lease.is_none()), (Status::New, true));
    assert_eq!(world.now(work.create(&new("c", bot(), 2))), Err(SessionError::Taken("c".into())));
    let ana = world.now(work.add_customer("Ana", &["c".into()])).unwrap();
    assert_eq!(world.now(pins(&work, "early", &ana, made.pin.as_str())), Some(Reply::Closed));
    let running = world.now(work.start(&"c".into())).unwrap();
    assert_eq!((running.state, running.lease.unwrap().queue), (Status::Running, "q0".into()));
    assert_eq!(world.now(work.pause(&"c".into())).unwrap().state, Status::Paused);
    assert_eq!(world.now(pins(&work, "paused", &ana, made.pin.as_str())), Some(Reply::Closed));
    assert_eq!(world.now(work.start(&"c".into())).unwrap().state, Status::Running);
    assert!(matches!(call(&world, "k", &ana, "c", Call::Good), Some(Reply::Welcome(_))));
    let ended = world.now(work.stop(&"c".into())).unwrap();
    assert_eq!((ended.state, ended.accepted, ended.lease), (Status::Ended, 1, None));
    assert!(matches!(world.now(work.start(&"c".into())), Err(SessionError::Over(_, Status::Ended, _))));
    assert_eq!(world.now(work.stop(&"c".into())).unwrap().state, Status::Ended);
    assert_eq!(world.now(work.start(&"x".into())), Err(SessionError::Unknown("x".into())));
    world.check();
}

/// S3: the queue is given back only after the last contact has ended and the agents have been moved.
#[test]
fn s3_the_queue_stays_until_the_last_call_is_over() {
    let world = World::new(22);
    world.pool(1);
    let work = world.work();
    world.running("c", Mode::Human, 1);
    world.now(work.add_agent(&agent("ines", "c"))).unwrap();
    let ana = world.now(work.add_customer("Ana", &["c".into()])).unwrap();
    let pin = world.collection("c").pin.to_string();
    world.now(pins(&work, "k", &ana, &pin));
    take(&world, "k", &Mode::Human, &Arrives::Consent(true));
    let profile = || world.users.borrow()["ines"].profile.to_string();
    assert_eq!(profile(), "r0");
    assert_eq!(world.now(work.stop(&"c".into())).unwrap().state, Status::Stopping);
    world.now(work.create(&new("next", Mode::Human, 1))).unwrap();
    assert_eq!(world.now(work.start(&"next".into())), Err(SessionError::NoFreeQueue));
    world.settle(5);
    assert_eq!(world.collection("c").state, Status::Stopping, "somebody still talks");
    assert_eq!(profile(), "r0", "who was let in and waits still comes to an agent");
    let over = event("k", "DISCONNECTED", world.now.get(), Some(world.now.get()));
    take(&world, "k", &Mode::Human, &Arrives::Event(over));
    world.settle(2);
    assert_eq!((world.collection("c").state, profile().as_str()), (Status::Ended, "idle"));
    assert!(world.now(work.start(&"next".into())).is_ok());
    assert_eq!(profile(), "idle", "the agents of the one do not get the calls of the next");
    world.check();
}

/// S3: while Connect does not say that an agent was moved, the queue is not given back.
#[test]
fn s3_agents_are_moved_before_the_queue_goes() {
    let world = World::new(23);
    world.pool(1);
    let work = world.work();
    world.running("c", Mode::Human, 1);
    world.now(work.add_agent(&agent("ines", "c"))).unwrap();
    world.faults.set(crate::world::Faults { outside: 1000, ..Default::default() });
    assert_eq!(world.now(work.stop(&"c".into())).unwrap().state, Status::Stopping);
    world.settle(10);
    let collection = world.collection("c");
    assert_eq!((collection.state, collection.seated, collection.lease.is_some()), (Status::Stopping, 1, true));
    world.faults.set(crate::world::Faults::default());
    world.settle(3);
    assert_eq!(world.collection("c").state, Status::Ended);
    assert_eq!(world.users.borrow()["ines"].profile, "idle".into());
    world.check();
}

/// S4: an empty pool is told; two never get the same queue; none is lost.
#[test]
fn s4_queues_are_leased_once() {
    let world = World::new(24);
    world.pool(3);
    let work = world.work();
    for nth in 0..8 {
        world.now(work.create(&new(&format!("c{nth}"), Mode::Human, 1))).unwrap();
    }
    let results = std::cell::RefCell::new(Vec::new());
    let all = (0..8).map(|nth| {
        let results = &results;
        let one = async move {
            let result = work.start(&format!("c{nth}").as_str().into()).await;
            results.borrow_mut().push(result.map(|collection| collection.lease));
        };
        Box::pin(one) as std::pin::Pin<Box<dyn Future<Output = ()>>>
    });
    world.together(all.collect());
    world.check();
    let results = results.into_inner();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    let refused = |result: &&Result<_, SessionError>| matches!(result, Err(SessionError::NoFreeQueue));
    assert_eq!(results.iter().filter(refused).count(), 5);
    // Paused or given up, a queue comes back when its collection is stopped.
    for nth in 0..8 {
        world.now(work.stop(&format!("c{nth}").as_str().into())).unwrap();
    }
    assert!(world.now(work.pool()).unwrap().iter().all(|queue| queue.lease.is_none()));
}

/// S4: a lease whose collection is gone, as nobody but a person with the table could leave it, is found.
#[test]
fn s4_a_lease_of_nobody_is_found() {
    let world = World::new(25);
    world.pool(1);
    world.running("c", Mode::Human, 1);
    let item = world.table.read(&collection::item::Key::Collection("c".into())).unwrap();
    world.table.write(vec![collection::store::Change::delete(&item)]).unwrap();
    world.settle(1);
    assert!(world.now(world.work().pool()).unwrap()[0].lease.is_none());
}

#[test]
fn a_queue_leaves_the_pool_when_nobody_has_it() {
    let world = World::new(26);
    world.pool(2);
    let leased = world.running("c", Mode::Human, 1).lease.unwrap().queue;
    let other = PoolEntry { queue: "new".into(), profile: "r9".into() };
    let pool = world.now(world.work().fill_pool(&[other])).unwrap();
    let names: Vec<&str> = pool.iter().map(|queue| queue.queue.as_str()).collect();
    assert!(names.contains(&"new") && names.contains(&leased.as_str()) && names.len() == 2, "{names:?}");
    world.now(world.work().stop(&"c".into())).unwrap();
    assert_eq!(world.now(world.work().pool()).unwrap().len(), 1);
    world.check();
}

#[test]
fn a_collection_that_has_long_reached_its_goal_is_stopped() {
    let world = World::new(27);
    world.running("c", bot(), 1);
    let ana = world.now(world.work().add_customer("Ana", &["c".into()])).unwrap();
    call(&world, "k", &ana, "c", Call::Good);
    world.pass(Duration::from_hours(24 * 13));
    world.settle(1);
    assert_eq!(world.collection("c").state, Status::Running);
    world.pass(Duration::from_hours(25));
    world.settle(2);
    assert_eq!(world.collection("c").state, Status::Ended);
    assert!(world.collection("c").ended.is_some());
}

#[test]
fn a_goal_may_change_but_not_below_what_there_is() {
    let world = World::new(28);
    world.running("c", bot(), 2);
    let ana = world.now(world.work().add_customer("Ana", &["c".into()])).unwrap();
    call(&world, "k", &ana, "c", Call::Good);
    let work = world.work();
    assert_eq!(world.now(work.change_goal(&"c".into(), 1)).unwrap().reached, Some(world.now.get()));
    assert_eq!(call(&world, "l", &ana, "c", Call::Good), Some(Reply::Full));
    assert_eq!(world.now(work.change_goal(&"c".into(), 3)).unwrap().reached, None);
    assert!(matches!(call(&world, "m", &ana, "c", Call::Good), Some(Reply::Welcome(_))));
    assert_eq!(world.now(work.change_goal(&"c".into(), 1)).unwrap().goal, 2);
    assert_eq!(world.now(work.change_goal(&"c".into(), 0)), Err(SessionError::Goal));
    world.check();
}

/// S16: everything is asked for in pages.
#[test]
fn s16_lists_have_pages() {
    let world = World::new(29);
    for nth in 0..7 {
        world.now(world.work().create(&new(&format!("c{nth}"), bot(), 1))).unwrap();
        world.pass(Duration::from_secs(1));
    }
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = world.now(world.work().collections(3, after)).unwrap();
        assert!(page.items.len() <= 3);
        names.extend(page.items.iter().map(|collection| collection.id.to_string()));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(names, ["c0", "c1", "c2", "c3", "c4", "c5", "c6"]);
}
