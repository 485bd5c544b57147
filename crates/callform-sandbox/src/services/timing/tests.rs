//! Times of expressions, by hand and by the calendar.

use jiff::Timestamp;

use super::{Expression, Timing};

fn timing(expression: &str, zone: &str) -> Timing {
    Timing {
        expression: Expression::read(expression, true).unwrap(),
        zone: crate::clock::time_zone(zone).unwrap(),
        start: "2026-01-01T00:00:00Z".parse().unwrap(),
        end: None,
    }
}

fn next(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let timing = timing(expression, zone);
    let mut time: Timestamp = after.parse().unwrap();
    let mut times = Vec::new();
    for _ in 0..count {
        let Some(found) = timing.next(time) else { break };
        time = found;
        times.push(time.to_string());
    }
    times
}

#[test]
fn rates_count_from_their_start_and_days_have_24_hours() {
    assert_eq!(
        next("rate(90 minutes)", "UTC", "2025-12-31T23:59:00Z", 3),
        ["2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z", "2026-01-01T03:00:00Z"]
    );
    assert_eq!(next("rate(90 minutes)", "UTC", "2026-01-01T01:30:00Z", 1), ["2026-01-01T03:00:00Z"]);
    // Clocks go forward on 29 March in Berlin.
    assert_eq!(
        next("rate(1 day)", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
        ["2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"]
    );
}

#[test]
fn cron_expressions_of_every_form() {
    let cases: &[(&str, &[&str])] = &[
        ("cron(0 8 ? * MON-FRI *)", &["2026-11-02T08:00", "2026-11-03T08:00", "2026-11-04T08:00"]),
        // 31 October 2026 is a Saturday.
        ("cron(0 8 ? * FRI-MON *)", &["2026-11-01T08:00", "2026-11-02T08:00", "2026-11-06T08:00"]),
        ("cron(30 22-2 * * ? *)", &["2026-10-31T22:30", "2026-10-31T23:30", "2026-11-01T00:30"]),
        ("cron(0 22-2/2 * * ? *)", &["2026-10-31T22:00", "2026-11-01T00:00", "2026-11-01T02:00"]),
        ("cron(0 0 L * ? *)", &["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-31T00:00"]),
        ("cron(0 0 LW * ? *)", &["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-29T00:00"]),
        ("cron(0 0 15W * ? *)", &["2026-11-16T00:00", "2026-12-15T00:00", "2027-01-15T00:00"]),
        ("cron(0 0 ? * 2#1 *)", &["2026-11-02T00:00", "2026-12-07T00:00", "2027-01-04T00:00"]),
        ("cron(0 0 ? * 6L *)", &["2026-11-27T00:00", "2026-12-25T00:00", "2027-01-29T00:00"]),
        // The last day of a week is Saturday.
        ("cron(0 0 ? * L *)", &["2026-11-07T00:00", "2026-11-14T00:00", "2026-11-21T00:00"]),
        ("cron(0/20 12 * * ? *)", &["2026-11-01T12:00", "2026-11-01T12:20", "2026-11-01T12:40"]),
        ("cron(0 12 29 2 ? *)", &["2028-02-29T12:00", "2032-02-29T12:00", "2036-02-29T12:00"]),
        ("cron(0 12 1 1 ? 2027)", &["2027-01-01T12:00"]),
        ("cron(0 12 1 1 ? 2020)", &[]),
    ];
    for (expression, expected) in cases {
        let found = next(expression, "UTC", "2026-10-31T20:00:00Z", 3);
        let expected: Vec<String> = expected.iter().map(|time| format!("{time}:00Z")).collect();
        assert_eq!(found, expected, "{expression}");
    }
}

#[test]
fn what_the_wall_clock_leaves_out_is_left_out_and_what_it_shows_twice_happens_once() {
    // New York: 2026-03-08 02:30 does not exist, 2026-11-01 01:30 exists twice.
    assert_eq!(
        next("cron(30 2 * * ? *)", "America/New_York", "2026-03-07T12:00:00Z", 2),
        ["2026-03-09T06:30:00Z", "2026-03-10T06:30:00Z"]
    );
    assert_eq!(
        next("cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00:00Z", 2),
        ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
    );
    // From within the second time around, the next one is of the next hour.
    assert_eq!(
        next("cron(0/30 * * * ? *)", "America/New_York", "2026-11-01T06:10:00Z", 2),
        ["2026-11-01T07:00:00Z", "2026-11-01T07:30:00Z"]
    );
    // Data of 2026: no winter time in Vancouver any more.
    assert_eq!(next("cron(0 8 * * ? *)", "America/Vancouver", "2026-12-01T00:00:00Z", 1), ["2026-12-01T15:00:00Z"]);
}

#[test]
fn once_and_between_two_times() {
    assert_eq!(next("at(2026-11-01T08:00:00)", "Asia/Tokyo", "2026-01-01T00:00:00Z", 2), ["2026-10-31T23:00:00Z"]);
    let mut some = timing("cron(0 0 * * ? *)", "UTC");
    some.start = "2026-05-01T00:00:00Z".parse().unwrap();
    some.end = Some("2026-05-02T00:00:00Z".parse().unwrap());
    let first = some.next(Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(first, some.start, "the start is within");
    let second = some.next(first).unwrap();
    assert_eq!(Some(second), some.end, "the end is within");
    assert_eq!(some.next(second), None);
}

#[test]
fn the_last_time_is_found_however_long_ago() {
    let until: Timestamp = "2026-11-30T10:20:30Z".parse().unwrap();
    let start: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    for (expression, expected) in [
        ("cron(* * * * ? *)", "2026-11-30T10:20:00Z"),
        ("cron(0 8 * * ? *)", "2026-11-30T08:00:00Z"),
        ("cron(0 8 1 * ? *)", "2026-11-01T08:00:00Z"),
        ("cron(0 8 29 2 ? *)", "2024-02-29T08:00:00Z"),
    ] {
        let timing = Timing { start, ..timing(expression, "UTC") };
        assert_eq!(timing.last(start, until).unwrap().to_string(), expected, "{expression}");
    }
    assert_eq!(timing("cron(0 8 1 1 ? 2020)", "UTC").last(start, until), None);
}

#[test]
fn what_is_no_expression_is_refused() {
    for wrong in [
        "",
        "5 minutes",
        "rate(5 minute)",
        "rate(1 minutes)",
        "rate(0 minutes)",
        "rate(5  minutes)",
        "cron(0 8 * * *)",
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(60 8 ? * MON *)",
        "cron(0 24 ? * MON *)",
        "cron(0 8 0 * ? *)",
        "cron(0 8 1 13 ? *)",
        "cron(? 8 ? * MON *)",
        "cron(0 8 ? * 2#6 *)",
        "cron(0 8 L-2 * ? *)",
        "cron(0, 8 ? * MON *)",
        "at(2027-02-29T08:00:00)",
        "at(2027-01-01T08:00:00Z)",
    ] {
        assert!(Expression::read(wrong, true).is_err(), "{wrong}");
    }
    assert!(Expression::read("at(2027-01-01T08:00:00)", false).is_err());
}
