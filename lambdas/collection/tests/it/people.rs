//! Customers and agents: no half account, no stored password.

use collection::item::{Mode, Role, Standing};
use collection::outside::DirectoryError;
use collection::work::{NewAgent, PeopleError};

use crate::sessions::agent;
use crate::world::{User, World, bot, new};

/// S6: a password is random, told once, and nowhere in the table; with SAML there is none.
#[test]
fn s6_no_password_is_stored() {
    let world = World::new(31);
    world.pool(1);
    world.running("c", Mode::Human, 1);
    let added = world.now(world.work().add_agent(&agent("ines", "c"))).unwrap();
    assert_eq!(added.password, None);
    let one_time = NewAgent { saml: false, ..agent("jon", "c") };
    let added = world.now(world.work().add_agent(&one_time)).unwrap();
    let password = added.password.unwrap();
    assert_eq!(*world.passwords.borrow(), std::slice::from_ref(&password));
    assert!(password.len() == 24 && !password.contains("jon"));
    let text = format!("{:?}", world.table.items());
    assert!(text.contains("jon") && !text.contains(&password), "{text}");
    let other = NewAgent { saml: false, ..agent("lena", "c") };
    assert_ne!(world.now(world.work().add_agent(&other)).unwrap().password, Some(password));
}

/// S11: agents come to collections only that are not over.
#[test]
fn s11_nobody_comes_to_a_collection_that_is_over() {
    let world = World::new(32);
    world.running("c", bot(), 1);
    world.now(world.work().stop(&"c".into())).unwrap();
    let over = Err(PeopleError::Over("c".into()));
    assert_eq!(world.now(world.work().add_agent(&agent("ines", "c"))).map(|_| ()), over);
    assert_eq!(world.now(world.work().add_customer("Ana", &["c".into()])).map(|_| ()), over);
    assert_eq!(
        world.now(world.work().add_agent(&agent("ines", "x"))).map(|_| ()),
        Err(PeopleError::NoCollection("x".into()))
    );
    assert!(world.users.borrow().is_empty());
    let ana = world.now(world.work().add_customer("Ana", &[])).unwrap();
    assert_eq!(world.now(world.work().allow(&ana.id, &"c".into())).map(|_| ()), over);
}

/// S12: whoever dies at whatever step, and whatever does not answer, no account is left without its person and no person
/// without their account.
#[test]
fn s12_no_half_account_is_left() {
    let history = |dies_at: Option<u64>, silent: usize, seed: u64| {
        let world = World::new(seed);
        world.pool(1);
        world.running("c", Mode::Human, 1);
        world.steps.set(0);
        world.dies_at.set(dies_at);
        world.faults.set(crate::world::Faults { outside: silent, table: silent, crash: 0 });
        let added = world.run(world.work().add_agent(&agent("ines", "c")));
        world.steps.set(world.steps.get().max(1_000_000));
        world.settle(10);
        if let Some(Ok(added)) = &added {
            let person = world.table.read(&collection::item::Key::Person(added.person.id.clone()));
            assert!(person.is_some(), "{dies_at:?}: who was added is there");
        }
        world.faults.set(crate::world::Faults::default());
        world.settle(10);
        agree(&world, dies_at);
        let people: Vec<_> = world.now(world.work().people(10, None)).unwrap().items;
        for person in &people {
            world.steps.set(0);
            world.dies_at.set(dies_at);
            let _gone = world.run(world.work().remove(&person.id));
            world.steps.set(1_000_000);
            world.settle(10);
            let _gone = world.run(world.work().remove(&person.id));
        }
        agree(&world, dies_at);
        assert!(world.users.borrow().is_empty(), "{dies_at:?}: {:?}", world.users.borrow());
        added.is_some()
    };
    for step in 1..=40 {
        history(Some(step), 0, 33);
    }
    let mut answered = 0;
    for seed in 0..200 {
        answered += usize::from(history(None, 150, seed));
    }
    assert_eq!(answered, 200);
}

/// Users and people are the same.
fn agree(world: &World, dies_at: Option<u64>) {
    world.check();
    let items = world.table.items();
    let people: Vec<_> = items.iter().filter_map(|item| item.body.person()).collect();
    for person in &people {
        assert_eq!((person.role, person.standing), (Role::Agent, Standing::Ready), "{dies_at:?}: {person:?}");
        let account = person.account.as_ref().unwrap();
        let users = world.users.borrow();
        let user = users.get(&account.username).map(|user| user.id.clone());
        assert_eq!(user, account.user, "{dies_at:?}: {person:?}");
    }
    assert_eq!(people.len(), world.users.borrow().len(), "{dies_at:?}: {people:?} {:?}", world.users.borrow());
}

/// A name that somebody else has is told; their account stays.
#[test]
fn somebody_elses_account_is_left_alone() {
    let world = World::new(34);
    world.pool(1);
    world.running("c", Mode::Human, 1);
    let theirs = User { id: "u-0".into(), mark: None, profile: "sales".into() };
    world.users.borrow_mut().insert("ines".to_owned(), theirs.clone());
    let taken = world.now(world.work().add_agent(&agent("ines", "c"))).map(|_| ());
    assert_eq!(taken, Err(PeopleError::Directory(DirectoryError::Taken)));
    assert_eq!(world.users.borrow()["ines"], theirs);
    agree_nobody(&world);
}

fn agree_nobody(world: &World) {
    assert!(world.now(world.work().people(10, None)).unwrap().items.is_empty());
    world.check();
}

#[test]
fn agents_who_were_added_before_the_start_get_the_queue_at_the_start() {
    let world = World::new(35);
    world.pool(1);
    world.now(world.work().create(&new("c", Mode::Human, 1))).unwrap();
    world.now(world.work().add_agent(&agent("ines", "c"))).unwrap();
    assert_eq!(world.users.borrow()["ines"].profile, "idle".into());
    world.now(world.work().start(&"c".into())).unwrap();
    assert_eq!(world.users.borrow()["ines"].profile, "r0".into());
    assert_eq!(world.now(world.work().show(&"c".into())).unwrap().unwrap().agents.len(), 1);
    world.check();
}

#[test]
fn a_customer_who_goes_leaves_a_pin_that_opens_nothing() {
    let world = World::new(36);
    let collection = world.running("c", bot(), 1);
    let ana = world.now(world.work().add_customer("Ana", &["c".into()])).unwrap();
    world.now(world.work().remove(&ana.id)).unwrap();
    let reply = world.now(crate::calls::pins(&world.work(), "k", &ana, collection.pin.as_str()));
    assert_eq!(reply, Some(collection::work::Reply::Wrong));
    assert_eq!(world.now(world.work().remove(&ana.id)), Err(PeopleError::Unknown(ana.id.clone())));
    let text = format!("{:?}", world.table.items());
    assert!(!text.contains("Ana") && !text.contains(ana.id.as_str()), "{text}");
}
