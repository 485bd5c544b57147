use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::contact_record;

fn input(text: &[u8]) -> Input<'_> {
    Input { name: "in".to_owned(), content: Box::new(text) }
}

fn of_contact(id: &str) -> Subject {
    let mut subject = Subject::default();
    subject.add_contact(id).unwrap();
    subject
}

fn of_number(number: &str) -> Subject {
    let mut subject = Subject::default();
    subject.add_number(number).unwrap();
    subject
}

/// What is left of a text, and what was found in it. Nothing is found in what is left.
#[track_caller]
fn erased(subject: &Subject, text: &str) -> (String, Look) {
    let look = subject.look(input(text.as_bytes())).unwrap();
    let mut out = Vec::new();
    rewrite(text.as_bytes(), &look.cuts, &mut out).unwrap();
    let left = subject.look(input(&out)).unwrap();
    assert!(left.is_clean(), "{left:?}");
    assert!(!subject.is_named_in_bytes(&out), "{}", String::from_utf8_lossy(&out));
    assert_eq!(left.read, look.read - look.removed, "nothing else goes");
    (String::from_utf8(out).unwrap(), look)
}

const ONE: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const TWO: &str = "bbbbbbbb-0000-4000-8000-000000000002";

#[test]
fn c10_every_version_of_a_contact_goes_and_no_other_record() {
    let lines = [contact_record(ONE, 1), contact_record(TWO, 1), contact_record(ONE, 2), "{} nonsense".to_owned()];
    let (left, look) = erased(&of_contact(ONE), &(lines.join("\n") + "\n"));
    assert_eq!(left, format!("{}\n{{}} nonsense\n", lines[1]));
    assert_eq!((look.read, look.removed, look.blanked), (5, 2, 0));
    let keys: Vec<&str> = look.keys.iter().map(String::as_str).collect();
    assert_eq!(keys[0], format!("contact/{ONE}"));
    assert_eq!(keys.len(), 3, "{keys:?}: and the content of each");
    assert!(keys[1..].iter().all(|key| key.starts_with("sha256/")));
}

#[test]
fn c10_a_number_goes_with_all_its_contacts_and_versions() {
    let caller = |id: &str, version, number: &str| contact_record(id, version).replace("+15550100100", number);
    // A later version lost the number; it is the person's all the same.
    let bare = caller(ONE, 2, "").replace("\"Address\":\"\"", "\"Address\":null");
    let event = json!({ "detail-type": "Amazon Connect Contact Event", "id": "e-1", "time": "2026-02-01T00:00:00Z",
        "detail": { "contactId": ONE, "eventType": "QUEUED" } });
    let lines = [caller(ONE, 1, "+15550100134"), bare, caller(TWO, 1, "+15550100135"), event.to_string()];
    let text = lines.join("\n");
    let mut subject = of_number("+15550100134");
    assert!(subject.has_number());
    subject.contacts_of(input(text.as_bytes())).unwrap();
    assert_eq!(subject.contacts().iter().collect::<Vec<_>>(), [ONE]);
    let (left, look) = erased(&subject, &text);
    assert_eq!(left, format!("{}\n", lines[2]));
    assert_eq!(look.removed, 3);
    assert!(look.keys.contains("event/e-1"), "{:?}", look.keys);
}

#[test]
fn c10_contacts_of_odd_identifiers_go_too() {
    let text = format!("{}\n{}\n", contact_record("c-1", 1), contact_record("c-12", 1).replace("+15550100100", "c-1"));
    let mut subject = of_number("+15550100100");
    subject.contacts_of(input(text.as_bytes())).unwrap();
    let (left, look) = erased(&subject, &text);
    assert_eq!((look.removed, look.blanked), (1, 0));
    assert!(left.contains("c-12"), "{left}");
}

#[test]
fn c10_records_of_others_lose_only_what_names_the_person() {
    let other = contact_record(TWO, 1).replace(
        "\"Attributes\":{}",
        &format!("\"PreviousContactId\":\"{ONE}\",\"Attributes\":{{\"for\":\"call {ONE}\"}}"),
    );
    let agent = json!({ "AgentARN": "a", "EventType": "STATE_CHANGE", "EventId": "e", "EventTimestamp": "2026-02-01T00:00:00.001Z",
        "CurrentAgentSnapshot": { "Contacts": [{ "ContactId": ONE, "State": "CONNECTED" }] } });
    let text = format!("{other}\n{agent}\n");
    let (left, look) = erased(&of_contact(ONE), &text);
    assert_eq!((look.removed, look.blanked), (0, 2));
    let expected = text.replace(&format!("\"{ONE}\""), "null").replace(&format!("\"call {ONE}\""), "null");
    assert_eq!(left, expected);
}

#[test]
fn c10_what_firehose_put_aside_is_looked_into() {
    let aside = |inner: &[u8]| json!({ "attemptsMade": 4, "errorCode": "Lambda.FunctionError", "rawData": STANDARD.encode(inner) });
    let agent = json!({ "AgentARN": "a", "EventType": "LOGIN", "x": ONE }).to_string();
    let lines = [
        aside(contact_record(ONE, 1).as_bytes()).to_string(),
        aside(format!("broken {ONE}").as_bytes()).to_string(),
        aside(agent.as_bytes()).to_string(),
        aside(contact_record(TWO, 1).as_bytes()).to_string(),
        format!("broken \"{ONE}\" {{"),
    ];
    let (left, look) = erased(&of_contact(ONE), &lines.join("\n"));
    assert_eq!((look.removed, look.blanked), (3, 1));
    let agent = agent.replace(&format!("\"{ONE}\""), "null");
    assert_eq!(left, format!("{}\n{}\n", aside(agent.as_bytes()), lines[3]));
}

#[test]
fn c10_a_number_of_the_center_is_refused() {
    let record = contact_record(ONE, 1).replace("{}", "{},\"SystemEndpoint\":{\"Address\":\"+15550100199\"}");
    let mut subject = of_number("+15550100199");
    let error = subject.contacts_of(input(record.as_bytes())).unwrap_err();
    assert!(error.to_string().contains("everybody"), "{error}");
    assert!(!error.to_string().contains("5550100"), "{error}");
}

#[test]
fn c10_what_cannot_be_looked_through_is_named() {
    let error = of_contact(ONE).look(input(b"PAR1\x15\x04\x15")).unwrap_err();
    assert_eq!(error.to_string(), "`in` is Parquet: it cannot be looked through");
    let endless = vec![b'x'; crate::local::LARGEST + 1];
    let error = of_contact(ONE).look(input(&endless)).unwrap_err();
    assert!(error.to_string().contains("without an end at byte 0"), "{error}");
}

#[test]
fn c10_items_of_the_tables() {
    let subject = of_contact(ONE);
    let keys = BTreeSet::from(["sha256/00".to_owned()]);
    let fate = |key: &str, record: Option<&str>, data: Option<&[u8]>| subject.fate_of_item(key, record, data, &keys);
    assert_eq!(fate(&format!("arn:i/contact/{ONE}"), None, None), ItemFate::Remove);
    assert_eq!(fate("sha256/00", None, None), ItemFate::Remove);
    assert_eq!(fate(&format!("arn:i/contact/{TWO}"), None, None), ItemFate::Keep);
    assert_eq!(fate("invalid/shard:1", None, Some(format!("? {ONE}").as_bytes())), ItemFate::Remove);
    assert_eq!(fate("invalid/shard:1", None, Some(b"?")), ItemFate::Keep);
    let record = contact_record(TWO, 1).replace("{}", &format!("{{}},\"NextContactId\":\"{ONE}\""));
    let blanked = record.replace(&format!("\"{ONE}\""), "null");
    assert_eq!(fate(&format!("current/arn:i/contact/{TWO}"), Some(&record), None), ItemFate::Blank(blanked));
}

#[test]
fn what_was_packed_is_packed_again() {
    let lines = [contact_record(ONE, 1), contact_record(TWO, 1)];
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let look = of_contact(ONE).look(input(&packed)).unwrap();
    let mut out = Vec::new();
    rewrite(Cursor::new(packed), &look.cuts, &mut out).unwrap();
    let mut text = String::new();
    MultiGzDecoder::new(&out[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, format!("{}\n", lines[1]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the layout, exactly the person's records go and the others stay, byte for byte.
    #[test]
    fn c10_whatever_the_layout(people in proptest::collection::vec(any::<bool>(), 0..9), layout in 0..5) {
        let records: Vec<(bool, String)> = people
            .iter()
            .enumerate()
            .map(|(version, is_one)| (*is_one, contact_record(if *is_one { ONE } else { TWO }, u32::try_from(version).unwrap())))
            .collect();
        let shown = |text: &str| match layout {
            3 | 4 => serde_json::to_string_pretty(&serde_json::from_str::<Value>(text).unwrap()).unwrap(),
            _ => text.to_owned(),
        };
        let texts: Vec<String> = records.iter().map(|(_, text)| shown(text)).collect();
        let text = match layout {
            0 => texts.join("\n"),
            1 => texts.concat(),
            2 => format!("[{}]\n", texts.join(", ")),
            3 => texts.iter().flat_map(|text| [text.as_str(), "\r\n"]).collect(),
            _ => format!("[\n{}\n]", texts.join(",\n")),
        };
        let (left, look) = erased(&of_contact(ONE), &text);
        let kept: Vec<&String> = texts.iter().zip(&records).filter(|(_, (is_one, _))| !is_one).map(|(text, _)| text).collect();
        prop_assert_eq!(look.removed, (texts.len() - kept.len()) as u64);
        let mut found = Vec::new();
        crate::local::each(input(left.as_bytes()), |json, _| found.push(json.unwrap().to_owned())).unwrap();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), kept);
        if layout == 2 || layout == 4 {
            let list: Vec<Value> = serde_json::from_str(&left).unwrap();
            prop_assert_eq!(list.len(), found.len());
        }
    }
}
