//! Days and times of opening, as they are written and as Connect takes them.

use chrono::{Datelike as _, Days, NaiveDate};

use crate::model::Value;
use crate::model::members::Members;

pub(super) const MINUTES_PER_DAY: u32 = 24 * 60;

/// A stretch of one day. `end` 0 means midnight at the end of the day, as in Connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// 0 is Monday.
    pub(super) day: u32,
    /// Minutes since midnight.
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A range of times as written: minutes since midnight, `end` up to 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Range {
    pub(super) const ALL_DAY: Range = Range { start: 0, end: MINUTES_PER_DAY };

    /// The slots of a range on one day: two where it runs past midnight.
    pub(super) fn slots(self, day: u32) -> Vec<Slot> {
        if self.start < self.end {
            return vec![Slot { day, start: self.start, end: self.end % MINUTES_PER_DAY }];
        }
        let mut slots = vec![Slot { day, start: self.start, end: 0 }];
        if self.end > 0 {
            slots.push(Slot { day: (day + 1) % 7, start: 0, end: self.end });
        }
        slots
    }
}

pub(super) fn config(slots: &[Slot]) -> Value {
    Value::List(
        slots
            .iter()
            .map(|slot| {
                Members::new()
                    .with("Day", day_word(slot.day))
                    .with("StartTime", time(slot.start))
                    .with("EndTime", time(slot.end))
                    .into()
            })
            .collect(),
    )
}

pub(super) fn time(minutes: u32) -> Members {
    Members::new().with("Hours", minutes / 60).with("Minutes", minutes % 60)
}

pub(super) fn day_word(day: u32) -> &'static str {
    match day {
        0 => "MONDAY",
        1 => "TUESDAY",
        2 => "WEDNESDAY",
        3 => "THURSDAY",
        4 => "FRIDAY",
        5 => "SATURDAY",
        _ => "SUNDAY",
    }
}

/// Reads `mon`, `mon-fri`, `fri-mon`, `sat,sun` or `daily`; 0 is Monday.
pub(super) fn parse_days(text: &str) -> Option<Vec<u32>> {
    if text == "daily" {
        return Some((0..7).collect());
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (parse_day(first.trim())?, parse_day(last.trim())?);
        days.push(day);
        while day != last {
            day = (day + 1) % 7;
            days.push(day);
        }
    }
    Some(days)
}

pub(super) fn parse_day(text: &str) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    let full = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let day = full.iter().position(|day| *day == text || day.get(..3) == Some(&text))?;
    u32::try_from(day).ok()
}

/// Reads `09:00-18:00` or `24h`; the error says what is wrong.
pub(super) fn parse_range(text: &str) -> Result<Range, String> {
    if text == "24h" {
        return Ok(Range::ALL_DAY);
    }
    let (start, end) = text.split_once('-').ok_or("no `-` between start and end")?;
    let start = parse_time(start.trim()).ok_or_else(|| format!("`{}` is no time of day", start.trim()))?;
    let end = parse_time(end.trim()).ok_or_else(|| format!("`{}` is no time of day", end.trim()))?;
    match (start, end) {
        (MINUTES_PER_DAY, _) => Err("a range cannot start at 24:00".to_owned()),
        (0, 0) => Ok(Range::ALL_DAY),
        _ if start == end => Err("it ends when it starts".to_owned()),
        _ => Ok(Range { start, end }),
    }
}

/// Reads `09:00` to `24:00` as minutes since midnight.
pub(super) fn parse_time(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        (lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let (hours, minutes): (u32, u32) = (digits(hours, 1..=2)?, digits(minutes, 2..=2)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= MINUTES_PER_DAY).then_some(total)
}

/// The days of the week between two dates, both included; 0 is Monday.
pub(super) fn weekdays(first: NaiveDate, last: NaiveDate) -> Vec<u32> {
    let mut days: Vec<u32> = (0..7)
        .filter_map(|offset| first.checked_add_days(Days::new(offset)))
        .filter(|date| *date <= last)
        .map(|date| date.weekday().num_days_from_monday())
        .collect();
    days.sort_unstable();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(parse_days("mon-fri"), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(parse_days("sat-mon"), Some(vec![5, 6, 0]));
        assert_eq!(parse_days("sat, Sunday"), Some(vec![5, 6]));
        assert_eq!(parse_days("daily").map(|days| days.len()), Some(7));
        for wrong in ["", "mo", "mon-", "weekday", "mon-fri-sat", "mon,,tue"] {
            assert_eq!(parse_days(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ranges() {
        assert_eq!(parse_range("09:00-18:30"), Ok(Range { start: 540, end: 1110 }));
        assert_eq!(parse_range("9:00 - 24:00"), Ok(Range { start: 540, end: 1440 }));
        assert_eq!(parse_range("00:00-00:00"), Ok(Range::ALL_DAY));
        assert_eq!(parse_range("24h"), Ok(Range::ALL_DAY));
        for wrong in ["", "9-18", "09:00", "25:00-26:00", "09:60-10:00", "09:00-09:00", "24:00-01:00", "9:0-10:0"] {
            assert!(parse_range(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nights_are_split_at_midnight() {
        let night = Range { start: 22 * 60, end: 6 * 60 };
        let expected = [Slot { day: 6, start: 1320, end: 0 }, Slot { day: 0, start: 0, end: 360 }];
        assert_eq!(night.slots(6), expected);
        assert_eq!(Range { start: 1320, end: 1440 }.slots(0), [Slot { day: 0, start: 1320, end: 0 }]);
        assert_eq!(Range { start: 1320, end: 0 }.slots(0), [Slot { day: 0, start: 1320, end: 0 }]);
        assert_eq!(Range::ALL_DAY.slots(2), [Slot { day: 2, start: 0, end: 0 }]);
    }

    #[test]
    fn days_of_an_override() {
        let date = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        assert_eq!(weekdays(date("2026-12-25"), date("2026-12-25")), [4]);
        assert_eq!(weekdays(date("2026-12-26"), date("2026-12-28")), [0, 5, 6]);
        assert_eq!(weekdays(date("2026-12-01"), date("2026-12-31")).len(), 7);
    }
}
