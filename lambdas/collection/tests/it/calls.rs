//! Whole calls: PINs, consent, talk, events, records, recordings; and what they come to.

use std::time::Duration;

use collection::evidence::Evidence;
use collection::item::{Mode, Person, Slot, State, Why};
use collection::moment::Moment;
use collection::outside::Stored;
use collection::work::{Entered, Reply, Taken};
use serde_json::Value;

use crate::world::{Figures, InWorld, World, bot, event, location, measured, record};

/// How a call goes on behind the PINs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Good,
    Short,
    Declines,
    /// Hangs up before anybody takes the call.
    HangsUp,
    Clipped,
    /// Its recording never comes.
    Lost,
}

impl Call {
    pub(crate) const ALL: [Self; 6] =
        [Self::Good, Self::Short, Self::Declines, Self::HangsUp, Self::Clipped, Self::Lost];

    pub(crate) fn comes_to(self, mode: &Mode) -> (State, Option<Why>) {
        match self {
            Self::Good => (State::Complete, None),
            Self::Short => (State::Short, None),
            Self::Declines => (State::Rejected, Some(Why::NoConsent)),
            Self::HangsUp if *mode == Mode::Human => (State::Abandoned, None),
            // Who talks to a bot has somebody to talk to from the start.
            Self::HangsUp => (State::Short, None),
            Self::Clipped => (State::Rejected, Some(Why::Quality)),
            Self::Lost => (State::Rejected, Some(Why::NoRecording)),
        }
    }
}

pub(crate) fn entered(contact: &str, number: &str, digits: &str) -> Entered {
    Entered { contact: contact.into(), number: Some(number.to_owned()), digits: digits.to_owned() }
}

/// Gives both PINs.
pub(crate) async fn pins(work: &InWorld<'_>, contact: &str, person: &Person, pin: &str) -> Option<Reply> {
    let number = format!("+1555{}", &contact.len());
    let user = person.pin.as_ref().unwrap().as_str();
    match work.check_user(&entered(contact, &number, user)).await {
        Ok(Reply::Known) => work.check_conversation(&entered(contact, &number, pin)).await.ok(),
        Ok(other) => Some(other),
        Err(_) => None,
    }
}

/// What arrives of a call in the end, in the order in which it happens.
#[derive(Clone, Debug)]
pub(crate) enum Arrives {
    Consent(bool),
    Event(Value),
    Record(Value),
    Recording(collection::evidence::Measured),
}

pub(crate) fn arrivals(contact: &str, mode: &Mode, call: Call, began: Moment) -> Vec<Arrives> {
    let after = |seconds| began + Duration::from_secs(seconds);
    let talks = !matches!(call, Call::Declines | Call::HangsUp);
    let joined = (talks && *mode == Mode::Human).then(|| after(20));
    let ended = match call {
        Call::Short | Call::HangsUp | Call::Declines => after(25),
        _ => after(90),
    };
    let recorded = talks && call != Call::Lost;
    let times = (began, joined, ended);
    let mut all = vec![
        Arrives::Event(event(contact, "INITIATED", began, None)),
        Arrives::Consent(call != Call::Declines),
        Arrives::Event(event(contact, "QUEUED", after(15), None)),
    ];
    all.extend(joined.map(|at| Arrives::Event(event(contact, "CONNECTED_TO_AGENT", at, Some(at)))));
    all.push(Arrives::Event(event(contact, "DISCONNECTED", ended, joined)));
    all.push(Arrives::Record(record(contact, mode, times, after(120), false)));
    if recorded {
        let fault = (call == Call::Clipped).then_some("clipping");
        let length = ended.since(joined.unwrap_or(after(10))).as_secs();
        all.push(Arrives::Recording(measured(length, fault)));
        all.push(Arrives::Record(record(contact, mode, times, after(180), true)));
    }
    all
}

/// Takes in what arrives; again, where somebody died or did not answer.
pub(crate) fn take(world: &World, contact: &str, mode: &Mode, arrives: &Arrives) {
    for _ in 0..200 {
        let work = world.work();
        let done = world.run(async {
            match arrives {
                Arrives::Consent(agrees) => {
                    let key = if *agrees { "1" } else { "2" };
                    work.consent(&contact.into(), *agrees, "v1", key).await.is_ok()
                }
                Arrives::Event(event) => work.contact_event(event).await.is_ok(),
                Arrives::Record(record) => work.contact_record(record).await.is_ok(),
                Arrives::Recording(measured) => {
                    let place = location(contact, mode);
                    world.stored.borrow_mut().insert(Stored { location: place.clone(), version: None });
                    work.recording_arrived(&Figures(measured.clone()), &place).await.is_ok()
                }
            }
        });
        if done == Some(true) {
            return;
        }
    }
    panic!("{arrives:?} never gets through");
}

/// A whole call, in order.
pub(crate) fn call(world: &World, contact: &str, person: &Person, of: &str, call: Call) -> Option<Reply> {
    let collection = world.collection(of);
    let reply = world.now(pins(&world.work(), contact, person, collection.pin.as_str()));
    if matches!(reply, Some(Reply::Welcome(_))) {
        for arrives in arrivals(contact, &collection.mode, call, world.now.get()) {
            take(world, contact, &collection.mode, &arrives);
        }
    }
    reply
}

fn customer(world: &World, of: &str) -> Person {
    world.now(world.work().add_customer("Ana", &[of.into()])).unwrap()
}

#[test]
fn calls_come_to_what_they_are() {
    for mode in [Mode::Human, bot()] {
        let world = World::new(1);
        world.pool(1);
        world.running("c", mode.clone(), 9);
        let ana = customer(&world, "c");
        for (nth, kind) in Call::ALL.into_iter().enumerate() {
            let contact = format!("k{nth}");
            let reply = call(&world, &contact, &ana, "c", kind);
            assert!(matches!(reply, Some(Reply::Welcome(_))), "{kind:?}: {reply:?}");
            world.check();
        }
        assert_eq!(world.collection("c").reserved, 1, "of the one whose recording is waited for");
        world.pass(Duration::from_hours(25));
        world.settle(2);
        world.check();
        for (nth, kind) in Call::ALL.into_iter().enumerate() {
            let conversation = world.conversation(&format!("k{nth}"));
            let comes_to = (conversation.state, conversation.why);
            assert_eq!(comes_to, kind.comes_to(&mode), "{mode:?} {kind:?} {conversation:?}");
        }
        let collection = world.collection("c");
        assert_eq!((collection.accepted, collection.reserved, collection.live), (1, 0, 0));
    }
}

/// S2: who hangs up, comes to nobody or is heard badly does not use up the goal; S1: no conversation is lost.
#[test]
fn s1_s2_only_good_conversations_count() {
    let world = World::new(2);
    world.running("c", bot(), 1);
    let ana = customer(&world, "c");
    for (nth, kind) in [Call::HangsUp, Call::Declines, Call::Short, Call::Clipped].into_iter().enumerate() {
        assert!(matches!(call(&world, &format!("k{nth}"), &ana, "c", kind), Some(Reply::Welcome(_))));
    }
    assert_eq!(world.collection("c").accepted, 0);
    assert!(matches!(call(&world, "good", &ana, "c", Call::Good), Some(Reply::Welcome(_))));
    assert_eq!(world.collection("c").accepted, 1);
    assert!(world.collection("c").reached.is_some());
    assert_eq!(call(&world, "late", &ana, "c", Call::Good), Some(Reply::Full));
    assert_eq!(world.conversations().len(), 6);
    world.check();
}

#[test]
fn a_hundred_callers_at_once_and_a_goal_of_ten_give_ten() {
    for seed in 0..3 {
        let world = World::new(seed);
        world.pool(1);
        world.running("c", Mode::Human, 10);
        let people: Vec<Person> = (0..100).map(|_| customer(&world, "c")).collect();
        let pin = world.collection("c").pin.to_string();
        let replies = std::cell::RefCell::new(Vec::new());
        let work = world.work();
        let all = people.iter().enumerate().map(|(nth, person)| {
            let (pin, replies) = (&pin, &replies);
            let one = async move {
                let contact = format!("k{nth}");
                let reply = pins(&work, &contact, person, pin).await;
                replies.borrow_mut().push((contact, reply));
            };
            Box::pin(one) as std::pin::Pin<Box<dyn Future<Output = ()>>>
        });
        world.together(all.collect());
        world.check();
        let welcome = |reply: &Option<Reply>| matches!(reply, Some(Reply::Welcome(_)));
        let replies = replies.into_inner();
        assert_eq!(replies.iter().filter(|(_, reply)| welcome(reply)).count(), 10);
        assert_eq!(replies.iter().filter(|(_, reply)| *reply == Some(Reply::Full)).count(), 90);
        for (contact, _) in replies.iter().filter(|(_, reply)| welcome(reply)) {
            for arrives in arrivals(contact, &Mode::Human, Call::Good, world.now.get()) {
                take(&world, contact, &Mode::Human, &arrives);
            }
        }
        let collection = world.collection("c");
        assert_eq!((collection.accepted, collection.reserved, collection.live), (10, 0, 0));
        // No orphan: whatever arrived belongs to a conversation that was accepted.
        for conversation in world.conversations() {
            let accepted = conversation.slot == Slot::Accepted;
            assert_eq!(conversation.evidence.recordings.len(), usize::from(accepted), "{conversation:?}");
        }
        assert_eq!(world.stored.borrow().len(), 10);
        world.check();
    }
}

/// A later rejection opens the goal again, and somebody else may call.
#[test]
fn revoked_consent_opens_the_goal_again() {
    let world = World::new(3);
    world.running("c", bot(), 1);
    let ana = customer(&world, "c");
    call(&world, "one", &ana, "c", Call::Good);
    assert_eq!(call(&world, "two", &ana, "c", Call::Good), Some(Reply::Full));
    assert_eq!(world.now(world.work().revoke(&"one".into())), Ok(true));
    let one = world.conversation("one");
    assert_eq!((one.state, one.why), (State::Rejected, Some(Why::Revoked)));
    assert_eq!(world.collection("c").reached, None);
    assert!(matches!(call(&world, "three", &ana, "c", Call::Good), Some(Reply::Welcome(_))));
    // Whatever of the first one comes again, it stays revoked.
    for arrives in arrivals("one", &bot(), Call::Good, world.now.get()) {
        take(&world, "one", &bot(), &arrives);
    }
    assert_eq!(world.conversation("one").state, State::Rejected);
    assert_eq!(world.collection("c").accepted, 1);
    world.check();
}

/// S7 and S9: completion needs no end of the flow; records that are early, late, older, doubled or of somebody else's calls,
/// recordings before or after them: in whatever order, it comes to the same.
#[test]
fn s7_s9_whatever_the_order_it_comes_to_the_same() {
    for mode in [Mode::Human, bot()] {
        for kind in Call::ALL {
            let outcome = |seed: u64| {
                let world = World::new(7);
                world.pool(1);
                world.running("c", mode.clone(), 3);
                let ana = customer(&world, "c");
                let pin = world.collection("c").pin.to_string();
                let mut all = arrivals("k", &mode, kind, world.now.get());
                let chance = crate::world::Chance::new(seed);
                let early = if seed == 0 { 0 } else { chance.below(3) };
                if seed > 0 {
                    let again: Vec<Arrives> = all.iter().filter(|_| chance.per_mille(400)).cloned().collect();
                    all.extend(again);
                    chance.shuffle(&mut all);
                }
                // Some comes before the PINs were right; consent cannot.
                let (before, after): (Vec<_>, Vec<_>) = all
                    .into_iter()
                    .enumerate()
                    .partition(|(nth, arrives)| *nth < early && !matches!(arrives, Arrives::Consent(_)));
                for (_, arrives) in before {
                    take(&world, "k", &mode, &arrives);
                }
                world.now(pins(&world.work(), "k", &ana, &pin));
                for (_, arrives) in after {
                    take(&world, "k", &mode, &arrives);
                }
                world.pass(Duration::from_hours(25));
                world.settle(2);
                world.check();
                let mut conversation = world.conversation("k");
                let counted = world.collection("c").counts;
                conversation.evidence.verified = None;
                (conversation.state, conversation.why, conversation.slot, conversation.evidence, counted)
            };
            let expected = outcome(0);
            assert_eq!((expected.0, expected.1), kind.comes_to(&mode));
            for seed in 1..60 {
                assert_eq!(outcome(seed), expected, "{mode:?} {kind:?}, seed {seed}");
            }
        }
    }
}

/// S9: what is about something else is passed over, and does not hold up what comes after it.
#[test]
fn s9_foreign_records_are_passed_over() {
    let world = World::new(4);
    let agent_event = serde_json::json!({ "AgentARN": "a", "EventType": "HEART_BEAT" });
    assert_eq!(world.now(world.work().contact_record(&agent_event)), Ok(Taken::Unreadable));
    let outbound = serde_json::json!({ "ContactId": "x", "InitiationMethod": "OUTBOUND", "Channel": "VOICE" });
    assert_eq!(world.now(world.work().contact_record(&outbound)), Ok(Taken::Foreign));
    assert!(world.table.items().is_empty());
}

/// A call of which nothing is ever heard again: Connect is asked, and where it does not know either, the place is free again.
#[test]
fn calls_that_nobody_hears_of_do_not_keep_a_place_for_ever() {
    let world = World::new(5);
    world.running("c", bot(), 2);
    let ana = customer(&world, "c");
    let pin = world.collection("c").pin.to_string();
    for contact in ["gone", "asked"] {
        world.now(pins(&world.work(), contact, &ana, &pin));
        take(&world, contact, &bot(), &Arrives::Consent(true));
    }
    let ended = Some(world.now.get() + Duration::from_secs(90));
    let known = Evidence { ended, ..Evidence::default() };
    world.contacts.borrow_mut().insert("asked".into(), known);
    world.pass(Duration::from_mins(61));
    world.settle(1);
    assert!(!world.conversation("asked").live, "Connect knew");
    assert!(world.conversation("gone").live);
    world.settle(60 * 4);
    assert!(!world.conversation("gone").live);
    // The recording of the one may still come; then it is waited for no longer.
    world.pass(Duration::from_hours(25));
    world.settle(2);
    let collection = world.collection("c");
    assert_eq!((collection.reserved, collection.live, collection.count(State::Rejected)), (0, 0, 2));
    // It comes all the same, and there is room.
    let place = location("asked", &bot());
    let times = (world.now.get(), None, world.now.get());
    take(&world, "asked", &bot(), &Arrives::Recording(measured(60, None)));
    take(&world, "asked", &bot(), &Arrives::Record(record("asked", &bot(), times, world.now.get(), true)));
    assert_eq!(world.conversation("asked").state, State::Complete, "{place}");
    world.check();
}

/// S8: turns are rows of their own, told again they are the same, and nothing is deleted.
#[test]
fn s8_turns_are_kept_one_by_one() {
    let world = World::new(6);
    world.running("c", bot(), 1);
    let ana = customer(&world, "c");
    let pin = world.collection("c").pin.to_string();
    let told = |before: &str, heard: &str, source: &str| {
        let event = serde_json::json!({
            "sessionId": "k", "inputTranscript": heard, "inputMode": "Speech", "invocationSource": source,
            "sessionState": {
                "sessionAttributes": { "callform_turn": before },
                "intent": { "name": "Book", "state": "InProgress", "slots": {} },
            },
        });
        let hooked = collection::events::hook(&event, world.now.get()).unwrap();
        world.now(world.work().turn_heard(&hooked)).unwrap()
    };
    world.now(pins(&world.work(), "k", &ana, &pin));
    assert_eq!(told("0", "hello", "DialogCodeHook"), Taken::Foreign, "nobody agreed yet");
    take(&world, "k", &bot(), &Arrives::Consent(true));
    assert_eq!(told("0", "a room", "DialogCodeHook"), Taken::New);
    world.pass(Duration::from_secs(2));
    assert_eq!(told("0", "a room", "DialogCodeHook"), Taken::Known, "told again");
    // Two that claim to be the same turn are both kept.
    assert_eq!(told("1", "two nights", "DialogCodeHook"), Taken::New);
    world.pass(Duration::from_secs(2));
    assert_eq!(told("1", "three nights", "FulfillmentCodeHook"), Taken::New);
    let turns = world.now(world.work().turns(&"k".into())).unwrap();
    let heard: Vec<(u32, &str)> = turns.iter().map(|turn| (turn.nth, &*turn.heard)).collect();
    assert_eq!(heard, [(1, "a room"), (2, "two nights"), (2, "three nights")]);
    assert_eq!(world.conversation("k").evidence.bot.unwrap().intent, "Book");
}

/// As in the original: a report of a collection, and one of a conversation. Neither tells a PIN.
#[test]
fn reports_say_what_came_of_it() {
    let world = World::new(8);
    world.pool(1);
    let collection = world.running("c", Mode::Human, 2);
    let ana = customer(&world, "c");
    call(&world, "good", &ana, "c", Call::Good);
    call(&world, "short", &ana, "c", Call::Short);
    let text = collection::report::collection(&world.collection("c"));
    let expected = "collection              c\nabout                   Hotel bookings\nwith                    agents\n\
        state                   running\n";
    assert!(text.starts_with(expected), "{text}");
    for line in [
        "conversations to accept 2",
        "accepted                1",
        "short                   1",
        "goal reached            -",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{text}");
    }
    let report = collection::report::conversation(&world.conversation("good"), &[]);
    let recording = "recording               recordings/connect/CallRecordings/good.wav: 70.0 s, good";
    for line in
        ["state                   complete", "consent                 2026-11-18T11:06:40Z to v1 with key 1", recording]
    {
        assert!(report.contains(&format!("\n{line}\n")), "{report}");
    }
    assert!(!text.contains(collection.pin.as_str()) && !report.contains(ana.pin.unwrap().as_str()));
}
