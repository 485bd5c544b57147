//! How long a ranking takes: criterion's estimates of single numbers, and median, p99 and the worst of many.

#![expect(clippy::unwrap_used, reason = "numbers that cannot be read are a broken benchmark")]
#![expect(clippy::print_stderr, reason = "criterion has no percentiles")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use vanity::company::Company;
use vanity::number::Number;
use vanity::{Preferences, rank};

const NUMBERS: u64 = 1_000_000;

/// How many of the slowest are looked at again, and how often: most were slow because the machine did something else.
const SLOWEST: usize = 2_000;
const AGAIN: usize = 9;

fn main() {
    let before = Instant::now();
    black_box(rank(&Number::read("+18002228453").unwrap(), &Company::new("AABuild").into()));
    eprintln!("first ranking, with everything that is set up once: {:?}", before.elapsed());
    let mut criterion = Criterion::default().configure_from_args();
    single(&mut criterion);
    criterion.final_summary();
    distribution();
}

fn single(criterion: &mut Criterion) {
    let cases = [
        ("a name", "+18002228453", "AABuild"),
        ("words", "+12003872266", ""),
        ("no words", "+15550100134", ""),
        ("all sevens", "+17777777777", ""),
        ("all nines", "+19999999999", ""),
        ("all twos", "+12222222222", ""),
        ("many words", "+14663466346", "Go Home Good Hood Inc"),
    ];
    for (name, number, company) in cases {
        let number = Number::read(number).unwrap();
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| rank(black_box(&number), &Company::new(black_box(company)).into()));
        });
    }
}

fn distribution() {
    let company = Company::new("KWGlobal").into();
    let mut seed = 1_u64;
    let mut times: Vec<(Duration, Number)> = (0..NUMBERS)
        .map(|_| {
            // Knuth's MMIX generator; its high bits are good enough to choose numbers.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = 2_000_000_000 + (seed >> 20) % 8_000_000_000;
            let number = Number::read(&digits.to_string()).unwrap();
            (time(&number, &company), number)
        })
        .collect();
    times.sort_by_key(|(time, _)| *time);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].0;
    eprintln!("{NUMBERS} numbers: median {:?}, p99 {:?}", at(50), at(99));
    let mut slowest: Vec<(Duration, String)> = times[times.len() - SLOWEST..]
        .iter()
        .map(|(_, number)| ((0..AGAIN).map(|_| time(number, &company)).min().unwrap_or_default(), number.e164()))
        .collect();
    slowest.sort();
    for (time, number) in slowest.iter().rev().take(3) {
        eprintln!("worst: {number} {time:?}, the best of {AGAIN} runs");
    }
}

fn time(number: &Number, company: &Preferences) -> Duration {
    let before = Instant::now();
    black_box(rank(black_box(number), company));
    before.elapsed()
}
