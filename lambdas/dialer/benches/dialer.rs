//! How fast decisions are made, lists are read and days are simulated.

#![expect(clippy::unwrap_used, reason = "a model that cannot be made is a broken benchmark")]
#![expect(clippy::print_stderr, reason = "criterion does not print what was counted")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use dialer::admission::{admit, take};
use dialer::ids::{AttemptId, Number};
use dialer::item::{Agents, Campaign, NumberRecord, Person, State};
use dialer::list::Reader;
use dialer::moment::Moment;
use dialer::policy::{Policy, Repeat};
use dialer::simulate::{Model, Rates, Shift, simulate};
use dialer::transition;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    decisions(&mut criterion);
    lists(&mut criterion);
    days(&mut criterion);
    criterion.final_summary();
}

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

fn policy() -> Policy {
    Policy {
        repeat: Repeat::Once,
        minutes_between: 60,
        concurrent_calls: 2000,
        calls_per_second: 20.0,
        burst: 40,
        ratio: 1.2,
        ..Policy::default()
    }
}

fn person() -> (Person, NumberRecord) {
    let number = Number::from_e164("+442079460123").unwrap();
    let person = Person {
        id: "A0001".into(),
        numbers: vec![number.clone()],
        zones: vec!["Europe/London".to_owned()],
        enabled: true,
        ..Person::default()
    };
    (person, NumberRecord::new(number))
}

/// Whether somebody is called: the campaign's pace, the person's rules and hours, the number's; and the claim itself.
fn decisions(criterion: &mut Criterion) {
    let policy = policy();
    let agents = Agents { available: 500, at: Some(Moment::default()), ..Agents::default() };
    let campaign = Campaign { state: State::Running, agents, ..Campaign::default() };
    let (person, number) = person();
    let now = at("2026-11-30T10:00:00Z");
    let mut group = criterion.benchmark_group("decisions");
    group.throughput(Throughput::Elements(1));
    group.bench_function("may be called", |bencher| {
        bencher.iter(|| {
            let pace = black_box(&campaign).pace(&policy, now);
            (pace, admit(&policy, black_box(&person), Some(&number), now))
        });
    });
    let night = at("2026-11-30T22:00:00Z");
    group.bench_function("not before nine", |bencher| {
        bencher.iter(|| admit(&policy, black_box(&person), Some(&number), night).unwrap_err());
    });
    group.bench_function("claimed and settled", |bencher| {
        let id = AttemptId::from("attempt");
        bencher.iter(|| {
            let (mut campaign, mut person, mut number) = (campaign.clone(), person.clone(), number.clone());
            let attempt = take(&policy, &mut campaign, &mut person, &mut number, now, id.clone());
            person.lease = None;
            transition::stand(&policy, &mut campaign, &mut person, now);
            (attempt, person)
        });
    });
    group.finish();
}

fn lists(criterion: &mut Criterion) {
    let policy = policy();
    let mut list = "custID,phone,plan\n".to_owned();
    for row in 0..1000 {
        writeln!(list, "A{row:05},+1212555{row:04},gold").unwrap();
    }
    let mut group = criterion.benchmark_group("lists");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("rows", |bencher| {
        bencher.iter(|| {
            let mut reader = Reader::start(list.as_bytes(), &policy).unwrap();
            let mut valid = 0;
            while let Some(row) = reader.next_row().unwrap() {
                valid += u32::from(row.entry.is_ok());
            }
            valid
        });
    });
    group.finish();
    let number = Number::from_e164("+12125550123").unwrap();
    criterion.bench_function("zones of a number", |bencher| bencher.iter(|| dialer::zone::of(black_box(&number))));
}

/// A day of 500 agents and 50,000 people.
fn days(criterion: &mut Criterion) {
    let start = at("2026-11-30T08:00:00Z");
    let model = Model {
        seed: 7,
        start,
        hours: 24,
        people: 50_000,
        zones: vec!["Europe/London".to_owned()],
        shifts: vec![Shift { from: start, agents: 500 }],
        rates: Rates::default(),
    };
    let policy = policy();
    eprintln!("{}", simulate(&policy, &model));
    let mut group = criterion.benchmark_group("simulate");
    group.sample_size(10);
    group.bench_function("500 agents, 50,000 people", |bencher| bencher.iter(|| simulate(&policy, &model)));
    group.finish();
}
