//! Hours of operation: whether they are open at a time.

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// When somebody is there.
#[derive(Clone, Debug)]
pub struct Schedule {
    zone: TimeZone,
    open: Vec<Slot>,
    exceptions: Vec<Exception>,
}

/// A time of a weekday, in minutes since midnight; the end is no longer part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    day: Weekday,
    start: i32,
    end: i32,
}

/// Days on which other hours hold.
#[derive(Clone, Debug)]
struct Exception {
    kind: ExceptionKind,
    from: Date,
    till: Date,
    open: Vec<Slot>,
    recurrence: Option<Recurrence>,
}

/// What an exception does to a day, in the order in which several of one day count (?): the service does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ExceptionKind {
    /// Its hours hold in the place of the usual ones.
    Standard,
    /// Its hours are open, too.
    Open,
    /// Its hours are closed.
    Closed,
}

/// On which days between the first and the last an exception holds.
#[derive(Clone, Debug)]
struct Recurrence {
    frequency: Frequency,
    interval: i32,
    months: Vec<i64>,
    month_days: Vec<i64>,
    occurrences: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Weekly,
    Monthly,
    Yearly,
}

impl Schedule {
    /// Reads the properties that CloudFormation and the API have: `TimeZone`, `Config`, `HoursOfOperationOverrides`.
    /// `None` where the time zone is unknown.
    pub fn read(properties: &Value) -> Option<Self> {
        let zone = TimeZoneDatabase::bundled().get(properties.get("TimeZone")?.as_str()?).ok()?;
        let exceptions = list(properties, "HoursOfOperationOverrides").filter_map(Exception::read).collect();
        Some(Self { zone, open: slots(properties, "Config"), exceptions })
    }

    /// Adds the exceptions of other hours, which these inherit.
    pub fn inherit(&mut self, other: &Self) {
        self.exceptions.extend(other.exceptions.iter().cloned());
    }

    /// The time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether they are open. `closing_minute` says that the minute in which they close is.
    pub fn is_open(&self, at: Timestamp, closing_minute: bool) -> bool {
        let local = at.to_zoned_datetime(self.zone.clone());
        let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
        let last = i32::from(closing_minute);
        self.of_day(local.date()).iter().any(|(start, end)| (*start..*end + last).contains(&minute))
    }

    /// The open times of a day, in minutes.
    fn of_day(&self, day: Date) -> Vec<(i32, i32)> {
        let weekday = day.weekday();
        let mut holding: Vec<&Exception> = self.exceptions.iter().filter(|each| each.holds(day)).collect();
        holding.sort_by_key(|each| each.kind);
        let of = |slots: &[Slot]| -> Vec<(i32, i32)> {
            slots.iter().filter(|slot| slot.day == weekday).map(|slot| (slot.start, slot.end)).collect()
        };
        let mut open = of(&self.open);
        let mut replaced = false;
        for each in holding {
            match each.kind {
                // The first of several of one kind counts.
                ExceptionKind::Standard if replaced => {}
                ExceptionKind::Standard => {
                    open = of(&each.open);
                    replaced = true;
                }
                ExceptionKind::Open => open.extend(of(&each.open)),
                ExceptionKind::Closed => {
                    for closed in of(&each.open) {
                        open = open.into_iter().flat_map(|span| without(span, closed)).collect();
                    }
                }
            }
        }
        open
    }
}

/// What is left of a span without another.
fn without((start, end): (i32, i32), (from, to): (i32, i32)) -> impl Iterator<Item = (i32, i32)> {
    [(start, end.min(from)), (start.max(to), end)].into_iter().filter(|(start, end)| start < end)
}

impl Exception {
    fn read(json: &Value) -> Option<Self> {
        let date = |name: &str| json.get(name)?.as_str()?.parse().ok();
        let kind = match json.get("OverrideType").and_then(Value::as_str) {
            Some("OPEN") => ExceptionKind::Open,
            Some("CLOSED") => ExceptionKind::Closed,
            _ => ExceptionKind::Standard,
        };
        let recurrence = json.get("RecurrenceConfig").and_then(|config| config.get("RecurrencePattern"));
        Some(Self {
            kind,
            from: date("EffectiveFrom")?,
            till: date("EffectiveTill")?,
            open: slots(json, "OverrideConfig"),
            recurrence: recurrence.map(Recurrence::read),
        })
    }

    fn holds(&self, day: Date) -> bool {
        (self.from..=self.till).contains(&day)
            && self.recurrence.as_ref().is_none_or(|recurrence| recurrence.is_on(self.from, day))
    }
}

impl Recurrence {
    fn read(json: &Value) -> Self {
        let numbers = |name: &str| list(json, name).filter_map(Value::as_i64).collect();
        Self {
            frequency: match json.get("Frequency").and_then(Value::as_str) {
                Some("WEEKLY") => Frequency::Weekly,
                Some("MONTHLY") => Frequency::Monthly,
                _ => Frequency::Yearly,
            },
            interval: json
                .get("Interval")
                .and_then(Value::as_i64)
                .and_then(|it| it.try_into().ok())
                .unwrap_or(1)
                .max(1),
            months: numbers("ByMonth"),
            month_days: numbers("ByMonthDay"),
            occurrences: numbers("ByWeekdayOccurrence"),
        }
    }

    /// A weekly one counts from the week of the first day, a monthly or yearly one from its month or year (?).
    fn is_on(&self, first: Date, date: Date) -> bool {
        let day = i64::from(date.day());
        let last = i64::from(date.days_in_month());
        let one_of = |numbers: &[i64], holds: &dyn Fn(i64) -> bool| {
            numbers.is_empty() || numbers.iter().any(|number| holds(*number))
        };
        let is_day = one_of(&self.months, &|month| month == i64::from(date.month()))
            && one_of(&self.month_days, &|number| number == day || (number == -1 && day == last))
            && one_of(&self.occurrences, &|which| which == (day - 1) / 7 + 1 || (which == -1 && day + 7 > last));
        let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
        let passed = match self.frequency {
            Frequency::Weekly => weeks(first, date),
            Frequency::Monthly => months(date) - months(first),
            Frequency::Yearly => i32::from(date.year()) - i32::from(first.year()),
        };
        is_day && passed % self.interval == 0
    }
}

/// Weeks between the Mondays of two days.
fn weeks(first: Date, date: Date) -> i32 {
    let monday = |date: Date| date.saturating_sub(i32::from(date.weekday().to_monday_zero_offset()).days());
    (monday(date) - monday(first)).get_days() / 7
}

fn list<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    json.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn slots(json: &Value, name: &str) -> Vec<Slot> {
    list(json, name).filter_map(slot).collect()
}

fn slot(json: &Value) -> Option<Slot> {
    let minutes = |name: &str| {
        let part = |part: &str| i32::try_from(json.get(name)?.get(part)?.as_i64()?).ok();
        Some(part("Hours")? * 60 + part("Minutes")?)
    };
    let day = match json.get("Day")?.as_str()? {
        "MONDAY" => Weekday::Monday,
        "TUESDAY" => Weekday::Tuesday,
        "WEDNESDAY" => Weekday::Wednesday,
        "THURSDAY" => Weekday::Thursday,
        "FRIDAY" => Weekday::Friday,
        "SATURDAY" => Weekday::Saturday,
        "SUNDAY" => Weekday::Sunday,
        _ => return None,
    };
    let (start, end) = (minutes("StartTime")?, minutes("EndTime")?);
    // Midnight at the end is that of the next day.
    Some(Slot { day, start, end: if end == 0 { DAY } else { end } })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn time(hours: u32) -> Value {
        json!({ "Hours": hours, "Minutes": 0 })
    }

    fn slot(day: &str, from: u32, till: u32) -> Value {
        json!({ "Day": day, "StartTime": time(from), "EndTime": time(till) })
    }

    fn schedule(overrides: &Value) -> Schedule {
        let days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SUNDAY"];
        let config: Vec<Value> = days.iter().map(|day| slot(day, 9, if *day == "SUNDAY" { 0 } else { 18 })).collect();
        let json = json!({
            "TimeZone": "America/Los_Angeles", "Config": config, "HoursOfOperationOverrides": overrides,
        });
        Schedule::read(&json).unwrap()
    }

    fn is_open(schedule: &Schedule, at: &str) -> bool {
        schedule.is_open(at.parse().unwrap(), false)
    }

    #[test]
    fn hours_follow_the_zone_in_summer_and_winter() {
        let schedule = schedule(&json!([]));
        for (at, expected) in [
            ("2026-07-06T15:59:00Z", false),
            ("2026-07-06T16:00:00Z", true),
            ("2026-01-05T16:00:00Z", false),
            ("2026-01-05T17:00:00Z", true),
            ("2026-01-06T02:00:00Z", false),
            ("2026-01-06T01:59:59Z", true),
            ("2026-01-11T07:59:00Z", false),
            ("2026-01-12T07:59:00Z", true),
        ] {
            assert_eq!(is_open(&schedule, at), expected, "{at}");
        }
        assert!(schedule.is_open("2026-01-06T02:00:30Z".parse().unwrap(), true));
    }

    #[test]
    fn overrides_replace_add_and_take_away() {
        let day = |kind: &str, date: &str, hours: &Value| json!({ "OverrideType": kind, "EffectiveFrom": date, "EffectiveTill": date, "OverrideConfig": [hours] });
        let schedule = schedule(&json!([
            day("STANDARD", "2026-12-24", &slot("THURSDAY", 9, 12)),
            day("OPEN", "2026-12-26", &slot("SATURDAY", 10, 11)),
            day("CLOSED", "2026-12-28", &slot("MONDAY", 12, 13)),
        ]));
        for (at, expected) in [
            ("2026-12-24T19:59:00Z", true),
            ("2026-12-24T20:00:00Z", false),
            ("2026-12-26T18:30:00Z", true),
            ("2026-12-26T19:30:00Z", false),
            ("2026-12-28T19:59:00Z", true),
            ("2026-12-28T20:00:00Z", false),
            ("2026-12-28T21:00:00Z", true),
        ] {
            assert_eq!(is_open(&schedule, at), expected, "{at}");
        }
    }

    #[test]
    fn a_yearly_override_comes_back() {
        let schedule = schedule(&json!([{
            "OverrideType": "STANDARD", "EffectiveFrom": "2026-01-01", "EffectiveTill": "2030-12-31",
            "OverrideConfig": [],
            "RecurrenceConfig": { "RecurrencePattern": {
                "Frequency": "YEARLY", "Interval": 1, "ByMonth": [12], "ByMonthDay": [25],
            } },
        }]));
        assert!(!is_open(&schedule, "2026-12-25T20:00:00Z"));
        assert!(!is_open(&schedule, "2028-12-25T20:00:00Z"));
        assert!(is_open(&schedule, "2028-12-26T20:00:00Z"));
    }

    #[test]
    fn an_override_every_other_week_or_month_leaves_out_those_between() {
        let recurring = |frequency: &str, pattern: &Value| {
            let mut pattern = pattern.clone();
            pattern["Frequency"] = frequency.into();
            pattern["Interval"] = 2.into();
            schedule(&json!([{
                "OverrideType": "STANDARD", "EffectiveFrom": "2026-01-05", "EffectiveTill": "2026-12-31",
                "OverrideConfig": [], "RecurrenceConfig": { "RecurrencePattern": pattern },
            }]))
        };
        let weekly = recurring("WEEKLY", &json!({}));
        for (at, expected) in [
            ("2026-01-05T20:00:00Z", false),
            ("2026-01-09T20:00:00Z", false),
            ("2026-01-12T20:00:00Z", true),
            ("2026-01-19T20:00:00Z", false),
        ] {
            assert_eq!(is_open(&weekly, at), expected, "{at}");
        }
        // The last days of January, March, May and so on.
        let monthly = recurring("MONTHLY", &json!({ "ByMonthDay": [-1] }));
        for (at, expected) in [
            ("2026-03-31T20:00:00Z", false),
            ("2026-04-30T20:00:00Z", true),
            ("2026-07-31T20:00:00Z", false),
            ("2026-07-30T20:00:00Z", true),
        ] {
            assert_eq!(is_open(&monthly, at), expected, "{at}");
        }
    }
}
