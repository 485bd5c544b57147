//! PINs: nobody gets two of the same, and nobody guesses one.

use std::collections::BTreeSet;
use std::time::Duration;

use collection::ids::CollectionId;
use collection::pin::{Draw, Pin};
use collection::policy::Policy;
use collection::work::{PinError, Reply, SessionError};

use crate::calls::{entered, pins};
use crate::world::{World, bot, new};

/// S5: a thousand PINs in a space of a thousand, drawn by many at once: all are different, and then there is none.
#[test]
fn s5_a_thousand_pins_in_a_space_of_a_thousand() {
    let mut world = World::new(11);
    world.policy.conversation_digits = 3;
    let world = world;
    let work = world.work();
    let one = |nth: usize| {
        let future = async move {
            work.create(&new(&format!("c{nth}"), bot(), 1)).await.unwrap();
        };
        Box::pin(future) as std::pin::Pin<Box<dyn Future<Output = ()>>>
    };
    for wave in 0..20 {
        assert_eq!(world.together((wave * 50..wave * 50 + 50).map(one).collect()), 0);
    }
    let items = world.table.items();
    let given: BTreeSet<&Pin> =
        items.iter().filter_map(|item| item.body.collection()).map(|collection| &collection.pin).collect();
    assert_eq!(given.len(), 1000);
    let none = world.now(work.create(&new("one-more", bot(), 1)));
    assert!(matches!(none, Err(SessionError::Pin(PinError::Exhausted(_)))), "{none:?}");
    // When they have expired they are free again, whether the table has forgotten them or not.
    world.pass(Duration::from_hours(24 * 91));
    assert!(world.now(work.create(&new("one-more", bot(), 1))).is_ok());
}

fn guess(world: &World) -> Pin {
    let mut draw = Draw::new(world, world.policy.user_digits);
    draw.next(world).unwrap()
}

/// S5: whoever tries is locked out, from one number and from ever others; then the right PIN opens nothing either.
#[test]
fn s5_brute_force_is_locked_out() {
    let world = World::new(12);
    world.running("c", bot(), 5);
    let ana = world.now(world.work().add_customer("Ana", &["c".into()])).unwrap();
    let right = ana.pin.unwrap();
    let mut looked_up = 0;
    for nth in 0..500 {
        let reply =
            world.now(world.work().check_user(&entered(&format!("k{nth}"), "+15550100", guess(&world).as_str())));
        looked_up += u32::from(reply.unwrap() != Reply::Locked);
    }
    assert_eq!(looked_up, world.policy.tries_of_caller);
    let same = world.now(world.work().check_user(&entered("k", "+15550100", right.as_str())));
    assert_eq!(same, Ok(Reply::Locked));
    let other = world.now(world.work().check_user(&entered("k", "+15550101", right.as_str())));
    assert_eq!(other, Ok(Reply::Known), "somebody else is not locked out by that");
    for nth in 0..2000 {
        let number = format!("+1555{nth:07}");
        let entered = entered(&format!("n{nth}"), &number, guess(&world).as_str());
        looked_up += u32::from(world.now(world.work().check_user(&entered)).unwrap() != Reply::Locked);
    }
    assert_eq!(looked_up, world.policy.tries_of_line, "changing caller IDs does not help");
    world.pass(Duration::from_mins(61));
    assert_eq!(world.now(world.work().check_user(&entered("h", "+15550100", right.as_str()))), Ok(Reply::Known));
}

/// S5: any valid user PIN opened any conversation. Here it opens those it is bound to, and behind it nobody guesses others.
#[test]
fn s5_a_user_pin_opens_only_its_own_collections() {
    let world = World::new(13);
    world.running("mine", bot(), 5);
    let other = world.running("other", bot(), 5);
    let ana = world.now(world.work().add_customer("Ana", &["mine".into()])).unwrap();
    assert_eq!(world.now(pins(&world.work(), "k", &ana, other.pin.as_str())), Some(Reply::Wrong));
    assert_eq!(world.collection("other").wrong.failed, 1);
    assert_eq!(world.collection("other").reserved, 0);
    // From ever other numbers, with her PIN: the person's own budget ends it.
    let mut answered = 0;
    for nth in 0..100 {
        let (contact, number) = (format!("g{nth}"), format!("+1555{nth:07}"));
        let user = ana.pin.as_ref().unwrap();
        world.now(world.work().check_user(&entered(&contact, &number, user.as_str()))).unwrap();
        let guess = Draw::new(&world, world.policy.conversation_digits).next(&world).unwrap();
        let reply = world.now(world.work().check_conversation(&entered(&contact, &number, guess.as_str())));
        answered += u32::from(reply.unwrap() != Reply::Locked);
    }
    assert_eq!(answered, world.policy.tries_of_person - 1);
}

#[test]
fn mistyped_digits_are_no_guess() {
    let world = World::new(14);
    world.running("c", bot(), 5);
    let ana = world.now(world.work().add_customer("Ana", &["c".into()])).unwrap();
    let mut wrong: Vec<u8> = ana.pin.as_ref().unwrap().as_str().bytes().collect();
    wrong[2] = if wrong[2] == b'9' { b'0' } else { wrong[2] + 1 };
    let wrong = String::from_utf8(wrong).unwrap();
    let check = |digits: &str| world.now(world.work().check_user(&entered("k", "+15550100", digits))).unwrap();
    assert_eq!(check(&wrong), Reply::Wrong);
    assert_eq!(check(&wrong), Reply::Wrong, "Connect repeats calls of functions: it counts once");
    assert_eq!(world.conversation("k").wrong.len(), 1);
    assert_eq!(check(""), Reply::Wrong);
    assert_eq!(check("no digits"), Reply::Locked, "the third of this call");
    assert_eq!(check(ana.pin.as_ref().unwrap().as_str()), Reply::Locked);
    let line = world.table.items().into_iter().find_map(|item| item.body.line().cloned()).unwrap();
    assert_eq!(line.wrong.failed, 0);
    // Nothing in the table holds the number.
    let text = format!("{:?}", world.table.items());
    assert!(!text.contains("5550100"), "{text}");
}

#[test]
fn pins_expire_and_are_retired() {
    let world = World::new(15);
    let collection = world.running("c", bot(), 5);
    let ana = world.now(world.work().add_customer("Ana", &["c".into()])).unwrap();
    let owner = collection.owner_pin.clone();
    assert_eq!(world.now(world.work().check_owner("web", owner.as_str())), Ok(Some("c".into())));
    assert_eq!(world.now(world.work().check_owner("web", collection.pin.as_str())), Ok(None), "of another kind");
    world.now(world.work().stop(&"c".into())).unwrap();
    assert_eq!(world.now(pins(&world.work(), "k", &ana, collection.pin.as_str())), Some(Reply::Wrong));
    assert_eq!(world.now(world.work().check_owner("web", owner.as_str())), Ok(Some("c".into())));
    world.pass(Duration::from_hours(24 * 91));
    assert_eq!(world.now(world.work().check_owner("web", owner.as_str())), Ok(None));
    assert_eq!(world.now(pins(&world.work(), "l", &ana, collection.pin.as_str())), Some(Reply::Wrong));
}

#[test]
fn pins_are_long_enough_for_what_is_allowed() {
    let policy = Policy::default();
    // In 90 days of nothing but guessing, of a thousand customers at once, one user PIN in less than one of fifty worlds.
    let guesses = u64::from(policy.tries_of_line) * 24 * u64::from(policy.pin_days);
    assert!(guesses * 50 < 10_u64.pow(policy.user_digits) * 1000);
    assert!(CollectionId::read("c").is_some());
}
