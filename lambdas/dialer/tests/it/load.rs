//! Lists that are taken in: exactly, again, after deaths, and large ones.

use std::fmt::Write as _;

use dialer::ids::Number;
use dialer::item::{Campaign, Existing, Key, Load, RowCounts};
use dialer::list::{Place, RowReport, Verdict};
use dialer::policy::{NumberCheck, Policy};
use dialer::work::{Chunk, LoadError};

use crate::world::{Faults, World, now, within};

fn policy() -> Policy {
    Policy { number_check: NumberCheck::Form, country: Some("US".to_owned()), ..Policy::default() }
}

fn world() -> World {
    World::new(1, policy(), Faults::default(), 1)
}

fn chunk(world: &World, list: &str, from: Option<Place>, most: usize) -> Result<Chunk, LoadError> {
    let rest = &list.as_bytes()[from.map_or(0, |place| usize::try_from(place.offset).unwrap())..];
    now(world.work().load_chunk(&"l1".into(), Existing::Keep, rest, from, most))
}

fn whole(world: &World, list: &str, most: usize) -> (Vec<RowReport>, RowCounts) {
    let (mut rows, mut from) = (Vec::new(), None);
    loop {
        let chunk = chunk(world, list, from, most).unwrap();
        rows.extend(chunk.rows);
        match chunk.next {
            Some(next) => from = Some(next),
            None => return (rows, chunk.counts),
        }
    }
}

fn campaign(world: &World) -> Campaign {
    world.table.read(&Key::Campaign).unwrap().body.campaign().unwrap().clone()
}

fn load(world: &World) -> Load {
    world.table.read(&Key::Load("l1".into())).unwrap().body.load().unwrap().clone()
}

/// Five customers, the first of them with two numbers.
const SAMPLE: &str =
    "custID,phone\nK71,+15550140\nK71,+15550141\nK72,+15550142\nK73,+15550143\nK74,+15550144\nK75,+15550145\n";

#[test]
fn the_sample_is_five_people_with_six_numbers() {
    let world = world();
    let (rows, counts) = whole(&world, SAMPLE, 100);
    assert_eq!((rows.len(), counts.accepted), (6, 6));
    assert_eq!(campaign(&world).counts.total(), 5);
    // Numbers of films are in no zone, and nobody said in which people are.
    assert_eq!(campaign(&world).counts.waiting, 5);
    let person = world.person("K71");
    assert_eq!(person.numbers.iter().map(Number::as_str).collect::<Vec<_>>(), ["+15550140", "+15550141"]);
    assert_eq!(person.lines, [2, 3]);
}

#[test]
fn the_same_list_again_changes_nothing() {
    let world = world();
    whole(&world, SAMPLE, 100);
    let before = world.table.items();
    let rest = SAMPLE.as_bytes();
    let again = now(world.work().load_chunk(&"l2".into(), Existing::Keep, rest, None, 100)).unwrap();
    assert!(again.rows.iter().all(|row| row.verdict == Verdict::Unchanged));
    let people = |items: Vec<dialer::item::Item>| {
        items.into_iter().filter(|item| item.body.load().is_none()).collect::<Vec<_>>()
    };
    assert_eq!(people(world.table.items()), people(before));
}

#[test]
fn an_update_takes_names_over_and_nothing_of_calls() {
    let world = world();
    whole(&world, "custID,phone,firstName\nA,+12025550191,Jo\n", 10);
    let update =
        "custID,phone,firstName,plan\nA,+12025550192,Joan,gold\nB,+12025550193,Bo,\nA,+12025550192,Joan,gold\n";
    let (work, id) = (world.work(), "l2".into());
    let done = work.load_chunk(&id, Existing::Update, update.as_bytes(), None, 10);
    let verdicts: Vec<Verdict> = now(done).unwrap().rows.iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Verdict::Updated, Verdict::Accepted, Verdict::Unchanged]);
    let person = world.person("A");
    assert_eq!((person.first_name.as_deref(), person.numbers.len()), (Some("Joan"), 2));
    assert_eq!(person.attributes["plan"], "gold");
}

/// A zone that a row named stays, whatever numbers come later.
#[test]
fn a_zone_that_was_named_stays() {
    let world = world();
    whole(&world, "custID,phone,zone\nA,+12125550123,Europe/Berlin\nA,+12125550124,\n", 10);
    assert_eq!((world.person("A").zones, world.person("A").numbers.len()), (vec!["Europe/Berlin".to_owned()], 2));
    let update = "custID,phone\nA,+12125550125\n";
    now(world.work().load_chunk(&"l2".into(), Existing::Update, update.as_bytes(), None, 10)).unwrap();
    assert_eq!((world.person("A").zones, world.person("A").numbers.len()), (vec!["Europe/Berlin".to_owned()], 3));
}

#[test]
fn every_row_has_a_verdict() {
    let list = "custID,phone,time zone\nA,+12125550123,\nA,+12125550123,\nB,4.4E+11,\nC,+12125550123,Europe/Berlin\nD,+18005550123,\n,+12125550124,\n";
    let world = world();
    let (rows, counts) = whole(&world, list, 2);
    let verdicts: Vec<(u64, Verdict)> = rows.iter().map(|row| (row.line, row.verdict)).collect();
    let expected = [
        (2, Verdict::Accepted),
        (3, Verdict::Duplicate),
        (4, Verdict::Invalid),
        (5, Verdict::Accepted),
        (6, Verdict::Accepted),
        (7, Verdict::Invalid),
    ];
    assert_eq!(verdicts, expected);
    assert_eq!((counts.accepted, counts.duplicate, counts.invalid), (3, 1, 2));
    assert_eq!(world.person("A").zones, ["America/New_York"]);
    assert_eq!(world.person("C").zones, ["Europe/Berlin"]);
    // Toll-free numbers are anywhere.
    assert_eq!(campaign(&world).counts.waiting, 1);
}

fn long_list(rows: u32) -> String {
    let mut list = "custID,phone,note\n".to_owned();
    for row in 0..rows {
        match row % 10 {
            7 => writeln!(list, "P{row},not a number,").unwrap(),
            8 => writeln!(list, "P{},+1212555{:04},again", row - 1, row % 10_000).unwrap(),
            9 => writeln!(list, "P{},+1212555{:04},", row - 4, (row - 4) % 10_000).unwrap(),
            _ => writeln!(list, "P{row},+1212555{:04},\"a, \"\"b\"\"\"", row % 10_000).unwrap(),
        }
    }
    list
}

/// Dies at every step in the middle of a chunk, and goes on: the same people, the same counters, the same report.
#[test]
fn whoever_dies_while_loading_the_counters_are_exact() {
    let list = long_list(130);
    let once = world();
    let (report, counts) = whole(&once, &list, 1000);
    for steps in (0..).step_by(7) {
        let world = world();
        let id = "l1".into();
        let work = world.work();
        let dead = within(work.load_chunk(&id, Existing::Keep, list.as_bytes(), None, 1000), steps);
        let (again, counts_again) = whole(&world, &list, 1000);
        assert_eq!((&again, counts_again), (&report, counts), "death after {steps} steps");
        assert_eq!(campaign(&world).counts, campaign(&once).counts);
        assert_eq!(load(&world), load(&once));
        if dead.is_some() {
            break;
        }
    }
}

/// Two who load the same list at once do not double it.
#[test]
fn chunks_of_any_size_come_to_the_same() {
    let list = long_list(300);
    let (all, one_by_one) = (world(), world());
    let (report, counts) = whole(&all, &list, 1000);
    let (report_of_chunks, counts_of_chunks) = whole(&one_by_one, &list, 17);
    assert_eq!((report_of_chunks, counts_of_chunks), (report, counts));
    assert_eq!(all.table.items().len(), one_by_one.table.items().len());
}

#[test]
fn another_list_under_the_same_name_is_refused() {
    let world = world();
    whole(&world, SAMPLE, 2);
    assert!(matches!(chunk(&world, "phone\n+12025550191\n", None, 10), Err(LoadError::List(_))));
    let unknown = Place { offset: 10, line: 2 };
    let error = now(world.work().load_chunk(&"l9".into(), Existing::Keep, &b""[..], Some(unknown), 10));
    assert_eq!(error.unwrap_err(), LoadError::NotBegun);
}

/// A list that is made while it is read, and of which nothing is kept: 100,000 rows, of which every hundredth has a number.
#[test]
fn a_hundred_thousand_rows_are_read_row_by_row() {
    struct Made {
        row: u32,
        left: Vec<u8>,
    }
    impl std::io::Read for Made {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.left.is_empty() && self.row < 100_000 {
                let number = if self.row.is_multiple_of(100) {
                    format!("+1212{:07}", 2_000_000 + self.row)
                } else {
                    "TRUE".to_owned()
                };
                self.left = format!("P{},{number}\n", self.row).into_bytes();
                self.row += 1;
            }
            let taken = self.left.len().min(buffer.len());
            buffer[..taken].copy_from_slice(&self.left[..taken]);
            self.left.drain(..taken);
            Ok(taken)
        }
    }
    let policy = policy();
    let list = Made { row: 0, left: b"custID,phone\n".to_vec() };
    let mut reader = dialer::list::Reader::start(list, &policy).unwrap();
    let (mut rows, mut valid) = (0, 0);
    while let Some(row) = reader.next_row().unwrap() {
        valid += u32::from(row.entry.is_ok());
        rows += 1;
    }
    assert_eq!((rows, valid), (100_000, 1000));
}
