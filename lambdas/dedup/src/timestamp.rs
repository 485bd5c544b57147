//! Points in time, as records write them.

use std::fmt;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};

/// A point in time; later ones are greater.
///
/// Connect writes whole seconds in records and milliseconds in events. All digits down to a nanosecond count, so that no
/// two versions become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The start of 1970: stands for the version of what has only one.
    pub const ZERO: Self = Self(0);

    /// Reads a timestamp such as `2026-01-31T23:59:59Z`; `None` for anything else, and outside of the years 1678 to 2261.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt().map(Self)
    }

    /// The point in time so many nanoseconds after the start of 1970.
    pub fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// Nanoseconds since the start of 1970.
    pub fn nanoseconds(self) -> i64 {
        self.0
    }

    /// The day it lies in, in UTC.
    pub fn day(self) -> Day {
        let date = self.date();
        #[expect(
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            reason = "the year is between 1677 and 2262"
        )]
        Day { year: date.year() as u16, month: date.month() as u8, day: date.day() as u8 }
    }

    fn date(self) -> DateTime<Utc> {
        DateTime::from_timestamp_nanos(self.0)
    }
}

/// Always of the same width, so that texts sort as the times do.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.date().to_rfc3339_opts(SecondsFormat::Nanos, true))
    }
}

/// A day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// The year, such as 2026.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_a_second_and_offsets_count() {
        let parse = |text| Timestamp::parse(text).unwrap();
        assert!(parse("2026-01-31T23:59:59Z") < parse("2026-01-31T23:59:59.001Z"));
        assert!(parse("2026-01-31T23:59:59.999Z") < parse("2026-02-01T00:00:00Z"));
        assert_eq!(parse("2026-01-31T23:59:59Z"), parse("2026-02-01T00:59:59.000+01:00"));
        assert_eq!(parse("2026-02-01T00:30:00+01:00").day(), Day { year: 2026, month: 1, day: 31 });
    }

    #[test]
    fn texts_sort_as_times_do() {
        let texts =
            ["1969-12-31T23:59:59.9Z", "2026-01-31T23:59:59Z", "2026-01-31T23:59:59.001Z", "2026-01-31T23:59:59.01Z"];
        let shown: Vec<_> = texts.iter().map(|text| Timestamp::parse(text).unwrap().to_string()).collect();
        assert!(shown.is_sorted(), "{shown:?}");
        assert_eq!(shown[1], "2026-01-31T23:59:59.000000000Z");
    }

    #[test]
    fn anything_else_is_no_timestamp() {
        for text in
            ["", "2026-01-31", "1769903999", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-31T23:59:59"]
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
