use std::io::Cursor;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::sample::{Recipe, Sample, duplicated, samples};
use crate::testing::contact_record;

struct Outcome {
    records: String,
    events: String,
    report: Report,
}

fn run_all(inputs: &[(&str, &[u8])], mode: Mode, keep: Keep) -> Outcome {
    run_within(MOST_IN_MEMORY, inputs, mode, keep)
}

/// With room in memory for so many versions.
fn run_within(most: usize, inputs: &[(&str, &[u8])], mode: Mode, keep: Keep) -> Outcome {
    let (mut records, mut events, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let inputs = inputs.iter().map(|(name, content)| Input { name: (*name).to_owned(), content: Box::new(*content) });
    let outputs = Outputs {
        records: &mut records,
        events: Some(&mut events),
        invalid: &mut |invalid: &InvalidRecord| told.push(invalid.clone()),
    };
    let report = dedup(inputs, mode, keep, &|| Ok(Cursor::new(Vec::new())), most, outputs).unwrap();
    assert_eq!(told.len() as u64, report.invalid, "each is told as it is found");
    assert!(told.starts_with(&report.named_invalid));
    Outcome { records: String::from_utf8(records).unwrap(), events: String::from_utf8(events).unwrap(), report }
}

fn run(content: &str, mode: Mode, keep: Keep) -> Outcome {
    run_all(&[("in", content.as_bytes())], mode, keep)
}

#[test]
fn the_current_version_of_each_contact_survives() {
    let [one, two, other] = [contact_record("c-1", 1), contact_record("c-1", 2), contact_record("c-2", 1)];
    let content = format!("{one}\n{two}\n{one}\n{other}\n{two}\n");
    let outcome = run(&content, Mode::Contact, Keep::Current);
    assert_eq!(outcome.records, format!("{two}\n{other}\n"));
    let Report { read, contact_records, kept, exact_duplicates, superseded, .. } = outcome.report;
    assert_eq!((read, contact_records, kept, exact_duplicates, superseded), (5, 5, 2, 2, 1));
}

#[test]
fn every_version_survives_once_where_that_is_asked_for() {
    let [one, two] = [contact_record("c-1", 1), contact_record("c-1", 2)];
    let outcome = run(&format!("{two}\n{one}\n{two}\n"), Mode::Contact, Keep::EveryVersion);
    assert_eq!(outcome.records, format!("{two}\n{one}\n"));
    assert_eq!((outcome.report.kept, outcome.report.exact_duplicates, outcome.report.superseded), (2, 1, 1));
}

#[test]
fn content_is_compared_in_mode_exact() {
    let [one, two] = [contact_record("c-1", 1), contact_record("c-1", 2)];
    let spaced =
        one.replace(':', " : ").replace("T23 : 59 : 59Z", "T23:59:59Z").replace("T00 : 00 : 01Z", "T00:00:01Z");
    assert_ne!(one, spaced);
    let outcome = run(&format!("{one}\n{spaced}\n{two}\n"), Mode::Exact, Keep::Current);
    assert_eq!(outcome.records, format!("{one}\n{two}\n"));
    assert_eq!((outcome.report.kept, outcome.report.exact_duplicates, outcome.report.superseded), (2, 1, 0));
}

#[test]
fn invalid_records_are_named_by_place_and_take_nothing_with_them() {
    let [one, two] = [contact_record("c-1", 1), contact_record("c-2", 1)];
    let content = format!("{one}\n{{\"ContactId\":\n{{}}\nHello\n{two}\n");
    let outcome = run(&content, Mode::Contact, Keep::Current);
    assert_eq!(outcome.records, format!("{one}\n{two}\n"));
    let places: Vec<_> =
        outcome.report.named_invalid.iter().map(|invalid| (invalid.line, invalid.offset, invalid.reason)).collect();
    let start = one.len() as u64 + 1;
    assert_eq!(
        places,
        [(2, start, Invalid::NotJson), (3, start + 14, Invalid::Unknown), (4, start + 17, Invalid::NotJson)]
    );
    assert_eq!((outcome.report.read, outcome.report.invalid), (5, 3));
}

#[test]
fn many_invalid_records_are_counted() {
    let outcome = run(&"?\n".repeat(1000), Mode::Contact, Keep::Current);
    assert_eq!((outcome.report.invalid, outcome.report.named_invalid.len()), (1000, 100));
}

#[test]
fn events_are_set_aside_once() {
    let event = r#"{"AgentARN":"a","EventType":"LOGIN","EventId":"e","EventTimestamp":"2026-02-01T00:00:00.001Z"}"#;
    let record = contact_record("c-1", 1);
    let outcome = run(&format!("{event}\n{record}\n{event}\n"), Mode::Contact, Keep::Current);
    assert_eq!((outcome.records, outcome.events), (format!("{record}\n"), format!("{event}\n")));
    assert_eq!((outcome.report.agent_events, outcome.report.exact_duplicates, outcome.report.kept), (2, 1, 1));
}

#[test]
fn what_firehose_put_aside_is_read_as_what_it_was() {
    let record = contact_record("c-1", 1);
    let failed = serde_json::json!({
        "attemptsMade": 4, "arrivalTimestamp": 1_767_225_600_000_u64, "errorCode": "Lambda.FunctionError",
        "errorMessage": "…", "rawData": STANDARD.encode(&record),
    });
    let outcome = run(&format!("{failed}\n"), Mode::Contact, Keep::Current);
    assert_eq!(outcome.records, format!("{record}\n"));
    let outcome = run(&failed.to_string().replace("rawData", "data"), Mode::Contact, Keep::Current);
    assert_eq!(outcome.report.invalid, 1);
}

#[test]
fn contacts_that_are_referred_to_and_absent_are_gaps() {
    let chain = |id: &str, previous: &str, next: &str| {
        contact_record(id, 1).replace(
            "\"Attributes\"",
            &format!("\"PreviousContactId\":{previous},\"NextContactId\":{next},\"Attributes\""),
        )
    };
    let content = [chain("c-1", "null", "\"c-2\""), chain("c-2", "\"c-1\"", "\"c-3\"")].join("\n");
    let report = run(&content, Mode::Contact, Keep::Current).report;
    assert_eq!((report.gaps, report.named_gaps), (1, vec![Gap { contact_id: "c-3".to_owned() }]));
}

#[test]
fn inputs_may_be_packed_and_are_one() {
    let [one, two] = [contact_record("c-1", 1), contact_record("c-1", 2)];
    // Firehose writes one gzip member after the other.
    let packed: Vec<u8> = [&two, &one]
        .iter()
        .flat_map(|text| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(text.as_bytes()).unwrap();
            packer.finish().unwrap()
        })
        .collect();
    let outcome = run_all(&[("a", one.as_bytes()), ("b.gz", &packed)], Mode::Contact, Keep::Current);
    assert_eq!(outcome.records, format!("{two}\n"));
    assert_eq!((outcome.report.exact_duplicates, outcome.report.superseded), (1, 1));
}

#[test]
fn an_input_that_cannot_be_read_is_named() {
    let inputs =
        [Input { name: "broken.gz".to_owned(), content: Box::new(&[0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9][..]) }];
    let outputs = Outputs { records: &mut Vec::new(), events: None, invalid: &mut |_| {} };
    let temporary = || Ok(Cursor::new(Vec::new()));
    let error = dedup(inputs, Mode::Contact, Keep::Current, &temporary, MOST_IN_MEMORY, outputs).unwrap_err();
    assert!(error.to_string().starts_with("cannot read `broken.gz`: "), "{error}");
}

fn lines(samples: &[Sample]) -> String {
    samples.iter().flat_map(|sample| [sample.json.as_str(), "\n"]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Copies and order change which lines come first, and nothing else.
    #[test]
    fn copies_and_order_change_nothing(seed: u64, copies in 1_usize..4) {
        let recipe = Recipe { seed, contacts: 40, versions: 4, contacts_per_event: 5 };
        let all: Vec<_> = samples(recipe).collect();
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        let plain = run(&lines(&all), Mode::Contact, Keep::Current);
        let shuffled = run(&lines(&duplicated(&all, copies, seed)), Mode::Contact, Keep::Current);
        prop_assert_eq!(plain.report.kept, 40);
        prop_assert_eq!(plain.report.gaps, 0);
        prop_assert_eq!(sorted(&plain.records), sorted(&shuffled.records));
        prop_assert_eq!(sorted(&plain.events), sorted(&shuffled.events));
        prop_assert_eq!(shuffled.report.superseded, plain.report.superseded);
        prop_assert_eq!(shuffled.report.exact_duplicates, (all.len() * (copies - 1)) as u64);
        let every = run(&lines(&duplicated(&all, copies, seed)), Mode::Contact, Keep::EveryVersion);
        prop_assert_eq!(every.report.kept, plain.report.kept + plain.report.superseded);
    }

    /// Whatever memory has room for, the same is written in the same order, and the same is told.
    #[test]
    fn memory_changes_nothing(seed: u64, most in 0_usize..60, copies in 1_usize..4, choice in 0_usize..3, cut in 1_usize..30) {
        let recipe = Recipe { seed, contacts: 40, versions: 4, contacts_per_event: 5 };
        let all = duplicated(&samples(recipe).collect::<Vec<_>>(), copies, seed);
        // Some records are not there, so that there are gaps.
        let some: Vec<_> = all.into_iter().enumerate().filter(|(place, _)| place % 30 != cut).map(|(_, sample)| sample).collect();
        let (mode, keep) = [
            (Mode::Contact, Keep::Current),
            (Mode::Contact, Keep::EveryVersion),
            (Mode::Exact, Keep::Current),
        ][choice];
        let text = lines(&some);
        let plain = run(&text, mode, keep);
        let parted = run_within(most, &[("in", text.as_bytes())], mode, keep);
        prop_assert_eq!(&parted.records, &plain.records);
        prop_assert_eq!(&parted.events, &plain.events);
        prop_assert_eq!(parted.report, plain.report);
    }
}

/// A split makes parts of about the same size, so that a few of them are enough whatever there is.
#[test]
fn parts_are_split_until_they_have_room() {
    let setup = parts::Setup { temporary: &|| Ok(Cursor::new(Vec::new())), most: 10, keep_latest: true };
    let mut seen = Seen::default();
    for number in 0..1000_u32 {
        seen.insert(seen::digest(&Key::of_contact("", &number.to_string())), crate::Timestamp::ZERO);
    }
    let parts = setup.split(&seen, None, 0).unwrap();
    let sizes: Vec<usize> = parts
        .into_iter()
        .map(|part| {
            let (mut part, mut line, mut count) = (part.read().unwrap(), Vec::new(), 0);
            while part.next(&mut line).unwrap().is_some() {
                count += 1;
            }
            count
        })
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), 1000);
    assert!(sizes.iter().all(|size| (1..40).contains(size)), "{sizes:?}");
    assert!(setup.is_full(&seen, 0));
}
