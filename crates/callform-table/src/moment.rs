//! Points in time.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A point in time, in milliseconds since the start of 1970 in UTC.
///
/// In a table it is a number of seconds, with a fraction where it has one, so that an index sorts by it and a table's time
/// to live understands it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// 9999-12-30T22:00:00Z in seconds, the last that a calendar knows here.
const LAST: i64 = 253_402_207_200;

impl Moment {
    /// The last there is.
    pub const LAST: Self = Self(LAST * 1000);

    /// From milliseconds since the start of 1970; clamped to the years 1970 to 9999.
    pub fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds.clamp(0, LAST * 1000))
    }

    /// From seconds since the start of 1970; clamped to the years 1970 to 9999.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.clamp(0, LAST) * 1000)
    }

    /// In milliseconds since the start of 1970.
    pub fn milliseconds(self) -> i64 {
        self.0
    }

    /// In whole seconds since the start of 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// For calendars.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX)
    }

    /// How long after `earlier` this is; nothing where it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The day it is on in a zone.
    pub fn day(self, zone: &TimeZone) -> Day {
        Day(zone.to_datetime(self.timestamp()).date())
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self::from_milliseconds(timestamp.as_millisecond())
    }
}

impl std::str::FromStr for Moment {
    type Err = jiff::Error;

    /// Reads RFC 3339: `2026-11-30T09:00:00.123Z`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Timestamp>().map(Self::from)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_milliseconds(self.0.saturating_add(milliseconds))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_milliseconds(self.0.saturating_sub(milliseconds))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(out)
    }
}

impl Serialize for Moment {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds until the year 9999 are below 2^53")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        if !(0.0..=253_402_207_200.0).contains(&seconds) {
            return Err(D::Error::custom(format_args!("{seconds} is no number of seconds since 1970")));
        }
        Ok(Self((seconds * 1000.0).round() as i64))
    }
}

/// A day of a calendar: `2026-11-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub jiff::civil::Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Default for Day {
    fn default() -> Self {
        Self(jiff::civil::date(1970, 1, 1))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::str::FromStr for Day {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_seconds_in_a_table() {
        for (milliseconds, text) in [(0, "0"), (1_795_000_000_000, "1795000000"), (1_795_000_000_123, "1795000000.123")]
        {
            let moment = Moment::from_milliseconds(milliseconds);
            assert_eq!(serde_json::to_string(&moment).unwrap(), text);
            assert_eq!(serde_json::from_str::<Moment>(text).unwrap(), moment);
        }
        assert!(serde_json::from_str::<Moment>("-1").is_err());
    }

    #[test]
    fn a_day_is_that_of_the_zone() {
        let moment: Moment = "2026-11-30T23:30:00Z".parse().unwrap();
        let day = |zone| moment.day(&TimeZone::get(zone).unwrap()).to_string();
        assert_eq!((day("UTC"), day("Europe/Berlin")), ("2026-11-30".to_owned(), "2026-12-01".to_owned()));
    }
}
