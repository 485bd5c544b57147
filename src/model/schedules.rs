//! Expressions of EventBridge that say when: `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)`, `at(2027-01-01T08:00:00)`.
//!
//! Source: Amazon EventBridge User Guide, "Creating a rule that runs on a schedule" and "Schedule types in EventBridge
//! Scheduler".

use jiff::civil::DateTime;

const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// A field of a cron expression.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    words: &'static [&'static str],
    /// True for days of the month, which take `L` and `W`.
    is_day: bool,
    /// True for days of the week, which take `L` and `#`.
    is_weekday: bool,
}

const fn field(name: &'static str, least: u32, most: u32) -> Field {
    Field { name, least, most, words: &[], is_day: false, is_weekday: false }
}

const FIELDS: [Field; 6] = [
    field("minutes", 0, 59),
    field("hours", 0, 23),
    Field { is_day: true, ..field("day of the month", 1, 31) },
    Field { words: &MONTHS, ..field("month", 1, 12) },
    Field { words: &DAYS, is_weekday: true, ..field("day of the week", 1, 7) },
    field("year", 1970, 2199),
];

/// What is wrong with an expression; `once` allows `at(…)`.
pub(crate) fn fault(expression: &str, once: bool) -> Option<String> {
    let inside = |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(inside) = inside("rate") {
        return rate(inside);
    }
    if let Some(inside) = inside("cron") {
        return cron(inside);
    }
    match inside("at").filter(|_| once) {
        Some(time) if time.len() == 19 && time.contains('T') && time.parse::<DateTime>().is_ok() => None,
        Some(_) => Some("a time is written like `at(2027-01-31T08:00:00)`".to_owned()),
        None if once => Some("it is none of `rate(…)`, `cron(…)` and `at(…)`".to_owned()),
        None => Some("it is neither `rate(…)` nor `cron(…)`".to_owned()),
    }
}

fn rate(inside: &str) -> Option<String> {
    let parts: Vec<&str> = inside.split(' ').collect();
    let wrong = || Some("a rate is written like `rate(1 minute)` or `rate(5 hours)`".to_owned());
    let [number, unit] = parts[..] else { return wrong() };
    let Some(number) = number.parse::<u32>().ok().filter(|number| *number > 0) else { return wrong() };
    let is_unit = match number {
        1 => matches!(unit, "minute" | "hour" | "day"),
        _ => matches!(unit, "minutes" | "hours" | "days"),
    };
    if is_unit { None } else { wrong() }
}

fn cron(inside: &str) -> Option<String> {
    let parts: Vec<&str> = inside.split(' ').collect();
    if parts.len() != FIELDS.len() {
        let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        return Some(format!("it has {} fields instead of six: {}", parts.len(), names.join(", ")));
    }
    for (field, part) in FIELDS.iter().zip(&parts) {
        if !field.takes(part) {
            return Some(format!("`{part}` is no {}", field.name));
        }
    }
    let open = [parts.get(2), parts.get(4)].iter().filter(|part| **part == Some(&"?")).count();
    (open != 1).then(|| "one of the day of the month and the day of the week is `?`, and the other is not".to_owned())
}

impl Field {
    fn takes(&self, text: &str) -> bool {
        if text == "?" {
            return self.is_day || self.is_weekday;
        }
        text.split(',').all(|item| self.takes_item(item))
    }

    fn takes_item(&self, item: &str) -> bool {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0 && step <= self.most)) {
            return false;
        }
        if range == "*" {
            return true;
        }
        if step.is_none() && self.is_special(item) {
            return true;
        }
        match range.split_once('-') {
            Some((from, to)) => self.number(from) && self.number(to),
            None => self.number(range),
        }
    }

    /// `L` is the last one, `15W` the working day nearest to it, `2#1` the first Monday.
    fn is_special(&self, item: &str) -> bool {
        if self.is_day {
            let day = |text: &str| text == "L" || self.number(text);
            return item == "L"
                || item.strip_suffix('W').is_some_and(day)
                || item.strip_prefix("L-").is_some_and(|before| self.number(before));
        }
        let of_month = |(day, which): (&str, &str)| self.number(day) && matches!(which, "1" | "2" | "3" | "4" | "5");
        self.is_weekday
            && (item.split_once('#').is_some_and(of_month)
                || item == "L"
                || item.strip_suffix('L').is_some_and(|day| self.number(day)))
    }

    fn number(&self, text: &str) -> bool {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let in_range = text.parse::<u32>().is_ok_and(|number| (self.least..=self.most).contains(&number));
        (is_number && in_range) || self.words.iter().any(|word| word.eq_ignore_ascii_case(text))
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn what_eventbridge_takes_passes() {
        for right in [
            "rate(1 minute)",
            "rate(12 hours)",
            "cron(0 8 ? * MON-FRI *)",
            "cron(0/15 8-17 1,15 * ? 2027)",
            "cron(0 10 L * ? *)",
            "cron(0 10 15W JAN-MAR ? *)",
            "cron(0 10 ? * 2#1 *)",
            "cron(0 22-2 ? * 6L 2026-2030)",
        ] {
            assert_eq!(fault(right, false), None, "{right}");
        }
        assert_eq!(fault("at(2028-02-29T08:00:00)", true), None);
    }

    #[test]
    fn what_eventbridge_refuses_is_told() {
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
            "cron(0 8 ? * 0 *)",
            "cron(0 8 ? * 2#6 *)",
            "cron(0/0 8 ? * MON *)",
            "cron(? 8 ? * MON *)",
            "cron(0 8 ? * MON 1969)",
            "at(2027-01-01T08:00:00)",
        ] {
            assert!(fault(wrong, false).is_some(), "{wrong}");
        }
        for wrong in
            ["at(2027-02-29T08:00:00)", "at(2027-01-01)", "at(2027-01-01 08:00:00)", "at(2027-01-01T08:00:00Z)"]
        {
            assert!(fault(wrong, true).is_some(), "{wrong}");
        }
    }
}
