use serde_json::{Map, json};

use super::*;
use crate::evidence::{Consent, Evidence};
use crate::pin::{Draw, Pin, PinKind};
use crate::testing::Counting;

fn at() -> Moment {
    Moment::from_milliseconds(1_795_000_000_123)
}

fn pin() -> Pin {
    Draw::new(&Counting::default(), 6).next(&Counting::default()).unwrap()
}

fn collection() -> Collection {
    Collection {
        id: "c".into(),
        title: String::new(),
        mode: Mode::Bot("hotel".to_owned()),
        goal: 3,
        state: Status::Running,
        accepted: 1,
        reserved: 1,
        live: 0,
        seated: 0,
        counts: [(State::Complete, 1)].into(),
        lease: Some(Lease { queue: "q".into(), profile: "r".into(), since: at() }),
        pin: pin(),
        owner_pin: pin(),
        least_seconds: None,
        wrong: Tries::default(),
        created: at(),
        started: Some(at()),
        reached: None,
        ended: None,
        due: Some(at()),
    }
}

fn bodies() -> Vec<(Key, Body)> {
    let expires = Moment::from_seconds(1_800_000_000);
    let mut conversation = Conversation::new("k".into(), at(), expires);
    conversation.collection = Some("c".into());
    conversation.person = Some("p-1".into());
    conversation.evidence = Evidence {
        consent: Some(Consent { at: at(), text: "v1".to_owned(), key: "1".to_owned() }),
        ..Evidence::default()
    };
    let person = Person {
        id: "p-1".into(),
        name: "Ana".to_owned(),
        role: Role::Agent,
        collections: ["c".into()].into(),
        pin: Some(pin()),
        account: Some(Account { username: "ana".to_owned(), user: None, seat: None }),
        wrong: Tries::default(),
        created: at(),
        standing: Standing::Creating,
        due: Some(at()),
    };
    let record = PinRecord {
        pin: pin(),
        opens: PinKind::User,
        collection: None,
        person: Some("p-1".into()),
        created: at(),
        retired: false,
        expires,
    };
    let queue = PoolQueue { queue: "q".into(), profile: "r".into(), since: at(), lease: None, leaving: false };
    let recording = Recording {
        location: "b/k".to_owned(),
        contact: Some("k".into()),
        since: at(),
        known: crate::evidence::Recorded::default(),
        erased: false,
        expires: None,
    };
    let turn = Turn {
        contact: "k".into(),
        nth: 1,
        said_at: at(),
        heard: "two nights".to_owned(),
        by: "Speech".to_owned(),
        intent: "book".to_owned(),
        state: "InProgress".to_owned(),
        slots: [("nights".to_owned(), "2".to_owned())].into(),
    };
    vec![
        (Key::Line, Line { salt: "00".to_owned(), drawn: at(), wrong: Tries::default() }.into()),
        (Key::Collection("c".into()), collection().into()),
        (Key::Conversation("k".into()), conversation.into()),
        (Key::Person("p-1".into()), person.into()),
        (Key::Pin(PinKind::User, pin()), record.into()),
        (Key::Queue("q".into()), queue.into()),
        (Key::Caller("h".to_owned()), Caller { wrong: Tries::default(), expires }.into()),
        (Key::Recording("b/a#k.wav".to_owned()), recording.into()),
        (Key::Turn("k".into(), "1-x".to_owned()), turn.into()),
    ]
}

#[test]
fn items_are_read_as_they_are_written_and_what_is_unknown_is_kept() {
    for (key, body) in bodies() {
        let extra = json!({ "note": "by hand" }).as_object().unwrap().clone();
        let item = Item { key, version: 3, body, extra };
        let record = item.to_attributes();
        assert!(!serde_json::to_string(&record).unwrap().contains("null"), "{record:?}");
        assert_eq!(Item::from_attributes(record), Ok(item));
    }
}

#[test]
fn an_item_is_at_most_once_in_each_index() {
    for (key, body) in bodies() {
        let item = Item { key, version: 1, body, extra: Map::new() };
        let mut names: Vec<&str> =
            Collecting::indexed(&item).iter().map(|(part, _)| Collecting::index(part).name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{:?}", item.key);
    }
}

#[test]
fn messages_and_debug_output_hold_no_pin() {
    let (key, body) = bodies().swap_remove(4);
    let pin = pin();
    assert!(key.to_string().contains(pin.as_str()));
    assert!(!format!("{key:?} {body:?}").contains(pin.as_str()));
}
