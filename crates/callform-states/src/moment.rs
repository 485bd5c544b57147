//! Times: milliseconds since 1970 inside, RFC 3339 outside.

use jiff::Timestamp;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Moment = i64;

/// Reads a timestamp of the RFC 3339 profile that the language takes: with an upper-case `T`, with `Z` or an offset.
pub fn read(text: &str) -> Option<Moment> {
    let is_profile = text.as_bytes().get(10) == Some(&b'T') && !text.ends_with(']') && !text.contains(['t', 'z']);
    let stamp = is_profile.then(|| text.parse::<Timestamp>().ok())??;
    Some(stamp.as_millisecond())
}

/// Nanoseconds of a timestamp, to compare two of them.
pub fn precise(text: &str) -> Option<i128> {
    read(text)?;
    Some(text.parse::<Timestamp>().ok()?.as_nanosecond())
}

/// `2026-11-30T10:00:00.000Z`; times beyond the calendar are its ends.
pub fn write(moment: Moment) -> String {
    let stamp = Timestamp::from_millisecond(moment).unwrap_or(Timestamp::MAX);
    format!("{stamp:.3}")
}

/// So many seconds later, however many they are.
pub(crate) fn after(moment: Moment, seconds: f64) -> Moment {
    #[expect(clippy::cast_possible_truncation, reason = "such a cast stops at the ends of the type")]
    let milliseconds = (seconds * 1000.0).round() as i64;
    moment.saturating_add(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_of_the_profile_are_read() {
        assert_eq!(read("1970-01-01T00:00:01Z"), Some(1000));
        assert_eq!(read("1970-01-01T01:00:00.25+01:00"), Some(250));
        assert_eq!(read("1970-01-01 00:00:01Z"), None);
        assert_eq!(read("1970-01-01t00:00:01z"), None);
        assert_eq!(read("1970-01-01T00:00:01"), None);
        assert_eq!(read("2026-02-30T00:00:01Z"), None);
        assert_eq!(write(1250), "1970-01-01T00:00:01.250Z");
        assert_eq!(precise("1970-01-01T00:00:00.0000001Z"), Some(100));
        assert_eq!(after(5, f64::INFINITY), i64::MAX);
    }
}
