//! The hours that hold on some dates: a day's own, changed by what overrides there are.
//!
//! Overrides of parents count as the hours' own do. Where several hold on a date, one of other hours comes first, then
//! those that open, then those that close: the service does not document its order (?).

use chrono::{Datelike as _, NaiveDate, Weekday};
use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{Document, find, text};
use super::error::invalid_parameter;
use super::hours::parent_ids;
use super::hours_overrides::of_hours;
use super::input::Input;
use super::operation::{Operation, Shape, operation, required_query};
use super::resource::HOURS;

const DATE: Shape = Shape::Text(10, 10);
/// The longest time that is answered at once: a year with its leap day. The service's limit is not documented.
const MOST_DAYS: usize = 366;
const MINUTES_OF_DAY: u32 = 24 * 60;

pub(super) const OPERATIONS: &[Operation] = &[operation(
    "GetEffectiveHoursOfOperations",
    "GET",
    "/effective-hours-of-operations/{InstanceId}/{HoursOfOperationId}",
    &[required_query("fromDate", "FromDate", DATE), required_query("toDate", "ToDate", DATE)],
    effective,
)];

/// A time of a day from one minute to another, the second of which is no longer part of it.
type Span = (u32, u32);

fn effective(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let hours = find(environment, &HOURS, input.instance(), input.need("HoursOfOperationId")?)?;
    let (from, to) = (date(input.need("FromDate")?)?, date(input.need("ToDate")?)?);
    let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= to).take(MOST_DAYS + 1).collect();
    if days.is_empty() || days.len() > MOST_DAYS {
        return Err(invalid_parameter(format!("FromDate to ToDate must be 1 to {MOST_DAYS} days")));
    }
    let mut overrides = of_hours(environment, input.instance(), text(&hours, "HoursOfOperationId"))?;
    for parent in parent_ids(&hours) {
        overrides.extend(of_hours(environment, input.instance(), &parent)?);
    }
    let (mut effective, mut changed) = (Vec::new(), Vec::new());
    for day in days {
        let holding = holding(&overrides, day);
        let open = holding.iter().fold(spans(&hours, day.weekday()), |open, other| apply(open, other, day.weekday()));
        let open: Vec<Value> = open.into_iter().map(slice).collect();
        effective.push(json!({ "Date": day.to_string(), "OperationalHours": open }));
        if !holding.is_empty() {
            let hours: Vec<Value> = holding.iter().flat_map(|other| override_hours(other, day.weekday())).collect();
            changed.push(json!({ "Date": day.to_string(), "OverrideHours": hours }));
        }
    }
    Ok(json!({
        "EffectiveHoursOfOperationList": effective,
        "EffectiveOverrideHoursList": changed,
        "TimeZone": text(&hours, "TimeZone"),
    }))
}

fn date(text: &str) -> Result<NaiveDate, AwsError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| invalid_parameter(format!("{text} is not a date")))
}

/// The overrides that hold on a day, in the order in which they count.
fn holding(overrides: &[Document], date: NaiveDate) -> Vec<&Document> {
    let day = date.to_string();
    let mut holding = Vec::new();
    for other in overrides {
        if !(text(other, "EffectiveFrom")..=text(other, "EffectiveTill")).contains(&day.as_str()) {
            continue;
        }
        if !recurs_on(other, date) {
            continue;
        }
        holding.push(other);
    }
    holding.sort_by_key(|other| {
        ["STANDARD", "OPEN", "CLOSED"].iter().position(|kind| *kind == text(other, "OverrideType"))
    });
    holding
}

/// Whether an override that recurs does so on a date; true for one that does not recur. A weekly one counts from the week
/// of its first day, a monthly or yearly one from its month or year (?).
fn recurs_on(other: &Document, date: NaiveDate) -> bool {
    let Some(pattern) = other.get("RecurrenceConfig").and_then(|config| config.get("RecurrencePattern")) else {
        return true;
    };
    let numbers = |name: &str| -> Vec<i64> {
        pattern.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect()
    };
    let one_of = |name: &str, holds: &dyn Fn(i64) -> bool| {
        let numbers = numbers(name);
        numbers.is_empty() || numbers.into_iter().any(holds)
    };
    let day = i64::from(date.day());
    let last = i64::from(last_day_of_month(date));
    let is_day = one_of("ByMonth", &|month| month == i64::from(date.month()))
        && one_of("ByMonthDay", &|number| number == day || (number == -1 && day == last))
        && one_of("ByWeekdayOccurrence", &|which| which == (day - 1) / 7 + 1 || (which == -1 && day + 7 > last));
    let interval = pattern.get("Interval").and_then(Value::as_i64).unwrap_or(1).max(1);
    let Ok(first) = NaiveDate::parse_from_str(text(other, "EffectiveFrom"), "%Y-%m-%d") else { return is_day };
    let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
    let passed = match pattern.get("Frequency").and_then(Value::as_str) {
        Some("WEEKLY") => {
            let monday = |date: NaiveDate| date - chrono::Days::new(date.weekday().num_days_from_monday().into());
            (monday(date) - monday(first)).num_weeks()
        }
        Some("MONTHLY") => months(date) - months(first),
        _ => i64::from(date.year() - first.year()),
    };
    is_day && passed % interval == 0
}

fn last_day_of_month(date: NaiveDate) -> u32 {
    (28..=31).rev().find(|day| date.with_day(*day).is_some()).unwrap_or(28)
}

/// What the configuration of hours or of an override says about a day of the week.
fn spans(body: &Document, day: Weekday) -> Vec<Span> {
    const NAMES: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    let name = NAMES.get(usize::try_from(day.num_days_from_monday()).unwrap_or_default()).copied();
    let entries = body.get("Config").and_then(Value::as_array).into_iter().flatten();
    let minute = |entry: &Value, member: &str| {
        let time = entry.get(member);
        let part = |part: &str| time.and_then(|time| time.get(part)).and_then(Value::as_u64).unwrap_or_default();
        u32::try_from(part("Hours") * 60 + part("Minutes")).unwrap_or_default()
    };
    let of_day = entries.filter(|entry| entry.get("Day").and_then(Value::as_str) == name);
    let spans = of_day.map(|entry| {
        let end = minute(entry, "EndTime");
        // Open until midnight ends at 00:00.
        (minute(entry, "StartTime"), if end == 0 { MINUTES_OF_DAY } else { end })
    });
    joined(spans.collect())
}

/// Spans in order, those that touch as one.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => joined.push((start, end)),
        }
    }
    joined
}

fn apply(open: Vec<Span>, other: &Document, day: Weekday) -> Vec<Span> {
    let spans = spans(other, day);
    match text(other, "OverrideType") {
        "OPEN" => joined([open, spans].concat()),
        "CLOSED" => spans.iter().fold(open, |open, (from, till)| {
            let rest = open.iter().flat_map(|(start, end)| [(*start, *from.min(end)), (*start.max(till), *end)]);
            rest.filter(|(start, end)| start < end).collect()
        }),
        _ => spans,
    }
}

fn slice((start, end): Span) -> Value {
    let time = |minute: u32| json!({ "Hours": minute / 60 % 24, "Minutes": minute % 60 });
    json!({ "Start": time(start), "End": time(end) })
}

fn override_hours(other: &Document, day: Weekday) -> Vec<Value> {
    let status = if text(other, "OverrideType") == "CLOSED" { "CLOSED" } else { "OPEN" };
    let mut hours: Vec<Value> = spans(other, day).iter().copied().map(slice).collect();
    for hour in &mut hours {
        if let Value::Object(hour) = hour {
            hour.insert("OverrideName".to_owned(), text(other, "Name").into());
            hour.insert("OperationalStatus".to_owned(), status.into());
        }
    }
    hours
}
