//! Overrides that recur, and those that add to the usual hours or take from them.

use callform_source::{Diagnostic, Spanned};
use chrono::{Datelike as _, Days, NaiveDate};

use super::Override;
use super::overrides::Dated;
use super::times::{Slot, config, parse_day, weekdays};
use crate::blueprint::Texts;
use crate::model::members::Members;
use crate::model::{Resolver, Value, naming};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Occurrences of a day of the week in a month. Source: `RecurrencePattern` of the Amazon Connect API reference.
const OCCURRENCES: [(&str, i64); 5] = [("1st", 1), ("2nd", 2), ("3rd", 3), ("4th", 4), ("last", -1)];
const HELP: &str = "Write `25 december`, `last monday of may`, `2nd tuesday of the month` or `15th of the month`.";

/// When an override recurs. The service takes one month, day or occurrence each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Recurrence {
    /// 1 is January; every month without.
    month: Option<i64>,
    on: On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    /// A day of the month.
    Date(i64),
    /// A day of the week (0 is Monday) and which of those in the month, -1 for the last.
    Weekday(u32, i64),
}

impl Recurrence {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let month = |name: &str| {
            let index =
                MONTHS.iter().position(|month| *month == name || (name.len() >= 3 && month.starts_with(name)))?;
            i64::try_from(index + 1).ok()
        };
        let date = |text: &str| {
            let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
            digits.parse().ok().filter(|day| (1..=31).contains(day))
        };
        let occurrence = |text: &str| OCCURRENCES.iter().find(|(word, _)| *word == text).map(|(_, number)| *number);
        Some(match words.as_slice() {
            [day, name] => Self { month: Some(month(name)?), on: On::Date(date(day)?) },
            ["last", "day", "of", "the", "month"] => Self { month: None, on: On::Date(-1) },
            [day, "of", "the", "month"] => Self { month: None, on: On::Date(date(day)?) },
            [which, day, "of", "the", "month"] => {
                Self { month: None, on: On::Weekday(parse_day(day.get(..3)?)?, occurrence(which)?) }
            }
            [which, day, "of", name] => {
                Self { month: Some(month(name)?), on: On::Weekday(parse_day(day.get(..3)?)?, occurrence(which)?) }
            }
            _ => return None,
        })
    }

    fn members(self) -> Members {
        let list = |number: i64| vec![Value::Integer(number)];
        let pattern = Members::new()
            .with("Frequency", if self.month.is_some() { "YEARLY" } else { "MONTHLY" })
            .with("Interval", 1_u32)
            .with_some("ByMonth", self.month.map(list));
        let pattern = match self.on {
            On::Date(day) => pattern.with("ByMonthDay", list(day)),
            On::Weekday(_, occurrence) => pattern.with("ByWeekdayOccurrence", list(occurrence)),
        };
        Members::new().with("RecurrencePattern", pattern)
    }

    /// Whether it happens on a day.
    fn falls_on(self, day: NaiveDate) -> bool {
        let next_week = day.checked_add_days(Days::new(7));
        let in_month = self.month.is_none_or(|month| month == i64::from(day.month()));
        let is_last = |next: Option<NaiveDate>| next.is_none_or(|next| next.month() != day.month());
        in_month
            && match self.on {
                On::Date(-1) => is_last(day.succ_opt()),
                On::Date(date) => date == i64::from(day.day()),
                On::Weekday(weekday, -1) => weekday == day.weekday().num_days_from_monday() && is_last(next_week),
                On::Weekday(weekday, which) => {
                    weekday == day.weekday().num_days_from_monday() && which == i64::from((day.day() - 1) / 7 + 1)
                }
            }
    }

    /// The days of the week it can fall on.
    fn days(self) -> Vec<u32> {
        match self.on {
            On::Date(_) => (0..7).collect(),
            On::Weekday(day, _) => vec![day],
        }
    }
}

impl Resolver<'_> {
    /// An override that recurs, or that changes the usual hours instead of replacing them.
    pub(super) fn other_override(&mut self, key: &Spanned<String>, entry: &Override) -> Option<Value> {
        let given = [&entry.open, &entry.also_open, &entry.closed].into_iter().flatten();
        if given.count() > 1 {
            self.wrong_recurrence(
                key,
                "an override does one thing",
                "Give one of `open:`, `also_open:` and `closed:`.",
            );
            return None;
        }
        let recurrence = match &entry.every {
            Some(every) => Some(Recurrence::parse(every).or_else(|| {
                self.wrong_recurrence(every, "this is no recurrence", HELP);
                None
            })?),
            None => None,
        };
        if recurrence.is_some() && entry.on.is_some() {
            self.wrong_recurrence(
                key,
                "what recurs does so between two days",
                "Give `from:` and `till:` instead of `on:`.",
            );
            return None;
        }
        let whole = Override { open: None, ..entry.clone() };
        let Dated { name: _, first, last, .. } = self.one_override(key, &whole)?;
        if let (Some(recurrence), Some(every)) = (recurrence, &entry.every)
            && !first.iter_days().take_while(|day| *day <= last).any(|day| recurrence.falls_on(day))
        {
            let title = format!("there is no such day between {first} and {last}");
            self.wrong_recurrence(every, &title, "Correct the day, or `from:` and `till:`; or remove the override.");
            return None;
        }
        let days = recurrence.map_or_else(|| weekdays(first, last), Recurrence::days);
        let (kind, written) = match (&entry.open, &entry.also_open, &entry.closed) {
            (Some(open), ..) => ("STANDARD", Some(open)),
            (None, Some(more), _) => ("OPEN", Some(more)),
            (None, None, less) => ("CLOSED", less.as_ref()),
        };
        let slots = self.slots_of(key, written, &days);
        Some(
            Members::new()
                .with(
                    "OverrideName",
                    entry.name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone()),
                )
                .with_some("OverrideDescription", entry.description.as_ref())
                .with("OverrideType", kind)
                .with("EffectiveFrom", first.to_string())
                .with("EffectiveTill", last.to_string())
                .with("OverrideConfig", config(&slots))
                .with_some("RecurrenceConfig", recurrence.map(Recurrence::members))
                .into(),
        )
    }

    /// The times of an override on its days; all of them where it does not say.
    fn slots_of(&mut self, key: &Spanned<String>, written: Option<&Spanned<Texts>>, days: &[u32]) -> Vec<Slot> {
        let Some(written) = written else { return days.iter().map(|&day| Slot { day, start: 0, end: 0 }).collect() };
        let mut slots = Vec::new();
        for range in self.ranges(written) {
            if range.end < range.start && range.end > 0 {
                let help = "End it at 24:00, and write another for the day behind.";
                self.wrong_recurrence(key, "this override cannot run past midnight", help);
            }
            slots.extend(days.iter().flat_map(|&day| range.slots(day)).filter(|slot| days.contains(&slot.day)));
        }
        slots.sort_unstable();
        slots
    }

    fn wrong_recurrence(&mut self, at: &Spanned<String>, title: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error("invalid-recurrence", title).at(at.span, "").help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_recur() {
        let falls = |text: &str, day: &str| Recurrence::parse(text).unwrap().falls_on(day.parse().unwrap());
        for (text, day) in [
            ("25 december", "2027-12-25"),
            ("29 february", "2028-02-29"),
            ("last day of the month", "2027-02-28"),
            ("last monday of may", "2027-05-31"),
            ("4th thursday of november", "2027-11-25"),
            ("1st tue of the month", "2027-06-01"),
        ] {
            assert!(falls(text, day), "{text} {day}");
        }
        for (text, day) in [
            ("25 december", "2027-11-25"),
            ("last day of the month", "2028-02-28"),
            ("last monday of may", "2027-05-24"),
            ("4th thursday of november", "2027-11-18"),
            ("1st tue of the month", "2027-06-08"),
        ] {
            assert!(!falls(text, day), "{text} {day}");
        }
    }

    #[test]
    fn recurrences() {
        let parsed = |text| Recurrence::parse(text).map(|it| (it.month, it.on));
        assert_eq!(parsed("25 december"), Some((Some(12), On::Date(25))));
        assert_eq!(parsed("1st jan"), Some((Some(1), On::Date(1))));
        assert_eq!(parsed("last Monday of May"), Some((Some(5), On::Weekday(0, -1))));
        assert_eq!(parsed("4th thursday of november"), Some((Some(11), On::Weekday(3, 4))));
        assert_eq!(parsed("2nd tue of the month"), Some((None, On::Weekday(1, 2))));
        assert_eq!(parsed("15th of the month"), Some((None, On::Date(15))));
        assert_eq!(parsed("last day of the month"), Some((None, On::Date(-1))));
        for wrong in ["", "december", "32 december", "5th monday of may", "25 decembre", "monday", "every day", "0 may"]
        {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
