//! Hours of the day, by weekday, and days on which nobody is called. All of it is in local time.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A part of a day in minutes since midnight; where `to` is not after `from`, it ends on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    from: u16,
    to: u16,
}

const DAY: u16 = 24 * 60;

impl Span {
    /// Whether a minute of the day on which the span begins is within it.
    fn has(self, minute: u16) -> bool {
        minute >= self.from && (minute < self.to || self.to <= self.from)
    }

    /// Whether a minute of the day after the one on which it begins is within it.
    fn has_next(self, minute: u16) -> bool {
        self.to <= self.from && minute < self.to
    }
}

/// Spans of every day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// Whether a minute of a day is within one.
    pub fn has(&self, minute: u16) -> bool {
        self.0.iter().any(|span| span.has(minute) || span.has_next(minute))
    }

    /// Where one begins or ends.
    pub(crate) fn edges(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().flat_map(|span| [span.from, span.to])
    }
}

/// Hours by weekday, Monday first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours([Spans; 7]);

impl Default for Hours {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Spans(vec![Span { from: 9 * 60, to: 17 * 60 }])))
    }
}

impl Hours {
    /// Whether a minute is within a span that begins on its day.
    pub fn has(&self, day: Weekday, minute: u16) -> bool {
        self.day(day).0.iter().any(|span| span.has(minute))
    }

    /// Whether a minute is within a span that began on the day before; `before` is that day.
    pub fn has_from(&self, before: Weekday, minute: u16) -> bool {
        self.day(before).0.iter().any(|span| span.has_next(minute))
    }

    /// Where spans of a day begin or end.
    pub(crate) fn edges(&self, day: Weekday) -> impl Iterator<Item = u16> + '_ {
        self.day(day).edges()
    }

    fn day(&self, day: Weekday) -> &Spans {
        &self.0[usize::from(day.to_monday_zero_offset().unsigned_abs()) % 7]
    }
}

/// A day on which nobody is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holiday {
    /// Once.
    On(Date),
    /// Every year; the 29th of February where there is one.
    Yearly {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
    },
}

/// Days on which nobody is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(Vec<Holiday>);

impl Holidays {
    /// Whether a day is one.
    pub fn has(&self, date: Date) -> bool {
        self.0.iter().any(|holiday| match *holiday {
            Holiday::On(day) => day == date,
            Holiday::Yearly { month, day } => month == date.month() && day == date.day(),
        })
    }
}

/// Hours or days that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// No span of time.
    #[error("a span of time must be like 09:00-17:00")]
    Span,
    /// No day of the week.
    #[error("days must be like mon, mon-fri or daily")]
    Days,
    /// No date.
    #[error("a holiday must be like 2026-12-24, or --12-25 for every year")]
    Holiday,
}

fn time(text: &str) -> Result<u16, HoursError> {
    let (hour, minute) = text.split_once(':').ok_or(HoursError::Span)?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return Err(HoursError::Span);
    }
    let read = |text: &str| text.parse::<u16>().map_err(|_| HoursError::Span);
    let (hour, minute) = (read(hour)?, read(minute)?);
    let at = hour * 60 + minute;
    if minute < 60 && at <= DAY { Ok(at) } else { Err(HoursError::Span) }
}

impl FromStr for Span {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) = text.trim().split_once('-').ok_or(HoursError::Span)?;
        let span = Self { from: time(from.trim())?, to: time(to.trim())? };
        // An empty span is more likely a mistake than a whole day.
        if span.from == span.to || span.from == DAY { Err(HoursError::Span) } else { Ok(span) }
    }
}

impl FromStr for Spans {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn weekday(text: &str) -> Result<usize, HoursError> {
    DAYS.iter().position(|day| day.eq_ignore_ascii_case(text)).ok_or(HoursError::Days)
}

fn weekdays(text: &str) -> Result<Vec<usize>, HoursError> {
    if text.eq_ignore_ascii_case("daily") {
        return Ok((0..7).collect());
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (weekday(first)?, weekday(last)?);
    Ok((0..=(last + 7 - first) % 7).map(|days| (first + days) % 7).collect())
}

impl FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().eq_ignore_ascii_case("always") {
            return Ok(Self(std::array::from_fn(|_| Spans(vec![Span { from: 0, to: DAY }]))));
        }
        let mut hours = Self(std::array::from_fn(|_| Spans::default()));
        for part in text.split(',') {
            let mut words = part.split_whitespace();
            let days = weekdays(words.next().ok_or(HoursError::Days)?)?;
            let spans = words.map(str::parse).collect::<Result<Vec<Span>, _>>()?;
            if spans.is_empty() {
                return Err(HoursError::Span);
            }
            for day in days {
                hours.0[day].0.extend_from_slice(&spans);
            }
        }
        Ok(hours)
    }
}

impl FromStr for Holiday {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let date = |text: &str| text.parse::<Date>().map_err(|_| HoursError::Holiday);
        match text.strip_prefix("--") {
            // 2024 has a 29th of February.
            Some(day) => date(&format!("2024-{day}")).map(|date| Self::Yearly { month: date.month(), day: date.day() }),
            None => date(text).map(Self::On),
        }
    }
}

impl FromStr for Holidays {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, self.to / 60, self.to % 60)
    }
}

impl fmt::Display for Spans {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        join(out, ", ", &self.0)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for (name, spans) in DAYS.iter().zip(&self.0) {
            if !spans.0.is_empty() {
                let mut part = (*name).to_owned();
                for span in &spans.0 {
                    write!(part, " {span}")?;
                }
                parts.push(part);
            }
        }
        out.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Holiday {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date) => date.fmt(out),
            Self::Yearly { month, day } => write!(out, "--{month:02}-{day:02}"),
        }
    }
}

impl fmt::Display for Holidays {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        join(out, ", ", &self.0)
    }
}

fn join<T: fmt::Display>(out: &mut fmt::Formatter<'_>, between: &str, items: &[T]) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.write_str(between)?;
        }
        item.fmt(out)?;
    }
    Ok(())
}

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text!(Spans, Hours, Holidays);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_and_written() {
        for (text, written) in [
            (
                "mon-fri 09:00-17:00, sat 10:00-14:00",
                "mon 09:00-17:00, tue 09:00-17:00, wed 09:00-17:00, thu 09:00-17:00, fri 09:00-17:00, sat 10:00-14:00",
            ),
            ("sat-sun 22:00-02:00", "sat 22:00-02:00, sun 22:00-02:00"),
            ("Mon 09:00-12:00 13:00-17:00", "mon 09:00-12:00 13:00-17:00"),
        ] {
            assert_eq!(text.parse::<Hours>().unwrap().to_string(), written);
        }
        for text in [
            "",
            "mon",
            "09:00-17:00",
            "mon 9-17",
            "mon 09:00-09:00",
            "mon 09:60-10:00",
            "xyz 09:00-10:00",
            "mon 24:01-10:00",
        ] {
            assert!(text.parse::<Hours>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_over_midnight_belongs_to_its_first_day() {
        let hours: Hours = "fri 22:00-02:00".parse().unwrap();
        assert!(hours.has(Weekday::Friday, 22 * 60) && hours.has(Weekday::Friday, DAY - 1));
        assert!(!hours.has(Weekday::Friday, 60) && !hours.has(Weekday::Saturday, 60));
        assert!(hours.has_from(Weekday::Friday, 119) && !hours.has_from(Weekday::Friday, 120));
    }

    #[test]
    fn holidays_are_once_or_every_year() {
        let holidays: Holidays = "2026-12-24, --12-25, --02-29".parse().unwrap();
        let has = |text: &str| holidays.has(text.parse().unwrap());
        assert!(has("2026-12-24") && has("2026-12-25") && has("2031-12-25") && has("2028-02-29"));
        assert!(!has("2027-12-24") && !has("2026-12-26"));
        assert!("12-25".parse::<Holidays>().is_err() && "--13-01".parse::<Holidays>().is_err());
    }

    #[test]
    fn quiet_hours_are_of_every_day() {
        let quiet: Spans = "21:00-08:00".parse().unwrap();
        assert!(quiet.has(21 * 60) && quiet.has(0) && quiet.has(479) && !quiet.has(480) && !quiet.has(20 * 60));
    }
}
