//! Erasing, and its proof.

use collection::item::{Key, Mode, Person, State};
use collection::outside::{Location, Stored};
use collection::work::{EraseError, Scope};

use crate::calls::{Arrives, Call, arrivals, call, take};
use crate::sessions::agent;
use crate::world::{Faults, World, bot, location, measured};

/// Two collections with everything that conversations can have.
fn world(seed: u64) -> (World, Person) {
    let world = World::new(seed);
    world.pool(2);
    let ana = world.now(world.work().add_customer("Ana", &[])).unwrap();
    for (id, mode) in [("human", Mode::Human), ("bot", bot())] {
        world.running(id, mode, 5);
        world.now(world.work().allow(&ana.id, &id.into())).unwrap();
        let ben = world.now(world.work().add_customer("Ben", &[id.into()])).unwrap();
        for (person, name) in [(&ana, "ana"), (&ben, "ben")] {
            let contact = format!("{id}-{name}");
            call(&world, &contact, person, id, Call::Good);
            let key = format!("collections/{id}/{contact}/transcripts/t.json");
            let place = Location { bucket: "results".to_owned(), key };
            // Two versions, as buckets with versions have them.
            for version in ["1", "2"] {
                world.stored.borrow_mut().insert(Stored { location: place.clone(), version: Some(version.to_owned()) });
            }
            world.now(world.work().transcript_arrived(&place)).unwrap();
            let job = collection::outside::job_name(&id.into(), &contact.as_str().into());
            world.jobs.borrow_mut().insert(job);
        }
    }
    let event = serde_json::json!({ "sessionId": "bot-ana", "inputTranscript": "a room", "sessionState": {} });
    let hooked = collection::events::hook(&event, world.now.get()).unwrap();
    world.now(world.work().turn_heard(&hooked)).unwrap();
    world.now(world.work().add_agent(&agent("ines", "human"))).unwrap();
    (world, ana)
}

/// S10: by collection. Everything of it goes, and nothing of the other one.
#[test]
fn s10_a_collection_is_erased_from_every_store() {
    let (world, ana) = world(41);
    let work = world.work();
    let scope = Scope::Collection("bot".into());
    let open = world.now(work.erase(&scope, &world));
    assert!(matches!(open, Err(EraseError::Open(..))), "{open:?}");
    world.now(work.stop(&"bot".into())).unwrap();
    let erased = world.now(work.erase(&scope, &world)).unwrap();
    let stores: std::collections::BTreeSet<&str> = erased.before.traces.iter().map(|trace| trace.store).collect();
    assert_eq!(stores, ["bucket", "table", "transcription jobs"].into(), "{:?}", erased.before);
    let had = |what: &str| erased.before.traces.iter().any(|trace| trace.what.contains(what));
    assert!(had("turn#bot-ana#") && had("recording#") && had("(version 1)") && had("collection#bot") && had("pin#"));
    assert!(erased.after.is_empty(), "{:?}", erased.after);
    assert_eq!(erased.after.marks, 4, "of two conversations and their recordings");
    assert!(erased.remains.iter().any(|text| text.contains("backups")));
    let text = format!("{:?} {:?}", world.stored.borrow(), world.jobs.borrow());
    assert!(!text.contains("bot-"), "{text}");
    // Ben took part in nothing else; Ana does.
    assert!(world.table.read(&Key::Person(ana.id)).is_some());
    assert_eq!(world.conversation("human-ana").state, State::Complete);
    assert_eq!(world.collection("human").accepted, 2);
    assert!(world.now(work.listing(&Scope::Collection("human".into()), &world)).unwrap().traces.len() > 10);
    let again = world.now(work.erase(&Scope::Collection("none".into()), &world));
    assert!(matches!(again, Err(EraseError::Unknown(_))));
}

/// S10: by person. Their conversations go in every collection; the goals are open again.
#[test]
fn s10_a_person_is_erased_from_every_store() {
    let (world, ana) = world(42);
    let erased = world.now(world.work().erase(&Scope::Person(ana.id.clone()), &world)).unwrap();
    assert!(erased.before.traces.len() > 10 && erased.after.is_empty(), "{:?}", erased.after);
    let text = format!("{:?} {:?} {:?}", world.table.items(), world.stored.borrow(), world.jobs.borrow());
    assert!(!text.contains(ana.id.as_str()) && !text.contains("Ana"), "{text}");
    for id in ["human", "bot"] {
        assert_eq!((world.collection(id).accepted, world.collection(id).count(State::Erased)), (1, 1));
    }
    world.check();
}

/// S10: calls that were not let in are of no collection, and name who called; they go with whoever goes.
#[test]
fn s10_calls_that_were_not_let_in_are_erased_as_well() {
    let world = World::new(45);
    let work = world.work();
    world.running("c", bot(), 1);
    let kim = world.now(work.add_customer("Kim", &["c".into()])).unwrap();
    call(&world, "in", &kim, "c", Call::Good);
    call(&world, "full", &kim, "c", Call::Good);
    world.now(work.pause(&"c".into())).unwrap();
    call(&world, "closed", &kim, "c", Call::Good);
    assert_eq!(world.conversation("full").person, Some(kim.id.clone()));
    world.now(work.stop(&"c".into())).unwrap();
    let scope = Scope::Collection("c".into());
    let erased = world.now(work.erase(&scope, &world)).unwrap();
    let had = |what: &str| erased.before.traces.iter().any(|trace| trace.what.contains(what));
    assert!(had("conversation#full") && had("conversation#closed") && had("pin#user#"), "{:?}", erased.before);
    assert!(erased.after.is_empty(), "{:?}", erased.after);
    let text = format!("{:?}", world.table.items());
    assert!(!text.contains(kim.id.as_str()) && !text.contains("Kim"), "{text}");
}

/// S10: an agent's account goes, and the conversations they took.
#[test]
fn s10_an_agent_is_erased() {
    let (world, _) = world(43);
    let person = world.now(world.work().show(&"human".into())).unwrap().unwrap().agents.remove(0);
    // The user whom the events of this world name.
    let item = world.table.read(&Key::Person(person.id.clone())).unwrap();
    let mut known = person.clone();
    known.account.as_mut().unwrap().user = Some("u-1".into());
    world.table.write(vec![collection::store::Change::replace(&item, known)]).unwrap();
    world.users.borrow_mut().get_mut("ines").unwrap().id = "u-1".into();
    let erased = world.now(world.work().erase(&Scope::Person(person.id), &world)).unwrap();
    assert!(erased.before.traces.iter().any(|trace| trace.store == "connect users"));
    assert!(erased.after.is_empty() && world.users.borrow().is_empty());
    assert_eq!(world.collection("human").accepted, 0);
    world.check();
}

/// What comes late of a conversation that was erased is refused, and its recordings are deleted when they come.
#[test]
fn nothing_comes_back() {
    for seed in 0..20 {
        let (world, _) = world(44);
        world.now(world.work().stop(&"human".into())).unwrap();
        world.now(world.work().erase(&Scope::Collection("human".into()), &world)).unwrap();
        let mut all = arrivals("human-ana", &Mode::Human, Call::Good, world.now.get());
        all.extend(arrivals("human-ana", &Mode::Human, Call::Good, world.now.get()));
        crate::world::Chance::new(seed).shuffle(&mut all);
        for arrives in all {
            take(&world, "human-ana", &Mode::Human, &arrives);
        }
        let left = world.now(world.work().listing(&Scope::Conversation("human-ana".into()), &world)).unwrap();
        assert!(left.is_empty(), "seed {seed}: {left:?}");
        let place = location("human-ana", &Mode::Human);
        assert!(!world.stored.borrow().iter().any(|stored| stored.location == place), "seed {seed}");
    }
}

/// Whoever dies at whatever step, the same again ends it.
#[test]
fn whoever_dies_while_erasing_somebody_else_goes_on() {
    let history = |dies_at: Option<u64>, outside: usize| {
        let (world, ana) = world(45);
        world.steps.set(0);
        world.dies_at.set(dies_at);
        world.faults.set(Faults { outside, ..Faults::default() });
        let scope = Scope::Person(ana.id.clone());
        let mut done = None;
        for _ in 0..200 {
            done = world.run(world.work().erase(&scope, &world));
            if matches!(done, Some(Ok(_) | Err(EraseError::Unknown(_)))) {
                break;
            }
            world.pass(std::time::Duration::from_mins(3));
        }
        let after = world.now.get();
        let steps = world.steps.get();
        world.dies_at.set(None);
        world.faults.set(Faults::default());
        let text = format!("{:?} {:?} {:?}", world.table.items(), world.stored.borrow(), world.jobs.borrow());
        assert!(!text.contains(ana.id.as_str()), "{dies_at:?} {done:?} at {after}: {text}");
        let left = world.now(world.work().listing(&Scope::Conversation("bot-ana".into()), &world)).unwrap();
        assert!(left.is_empty(), "{dies_at:?} {left:?}");
        world.check();
        steps
    };
    let steps = history(None, 0);
    assert!(steps > 100, "{steps}");
    for step in (1..=steps).step_by(3) {
        history(Some(step), 0);
    }
    history(None, 50);
}

#[test]
fn a_recording_that_nobody_asked_for_is_forgotten() {
    let world = World::new(46);
    take(&world, "x", &Mode::Human, &Arrives::Recording(measured(60, None)));
    let item = world.table.items().remove(0);
    assert!(item.body.recording().unwrap().expires.is_some());
}
