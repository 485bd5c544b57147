//! Cron expressions as EventBridge writes them, by a crate for cron expressions in general.
//!
//! Source: EventBridge Scheduler User Guide, "Schedule types"; EventBridge User Guide, "Setting a schedule pattern". The
//! crate knows `L`, `W`, `#`, years and steps. What it does not know is written otherwise: ranges that go round the end
//! (`FRI-MON`, `22-2`) as lists, a lone `L` as the last day of the week. `L-2` is refused.

use chrono::{DateTime, NaiveDateTime};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// A field: its name, least and most value, words for them from the least on.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 6] = [
    Field { name: "minutes", least: 0, most: 59, words: &[] },
    Field { name: "hours", least: 0, most: 23, words: &[] },
    Field { name: "day of the month", least: 1, most: 31, words: &[] },
    Field { name: "month", least: 1, most: 12, words: &MONTHS },
    Field { name: "day of the week", least: 1, most: 7, words: &DAYS },
    Field { name: "year", least: 1970, most: 2199, words: &[] },
];
const DAY_OF_MONTH: usize = 2;
const DAY_OF_WEEK: usize = 4;

impl Field {
    fn number(&self, text: &str) -> Option<u32> {
        let word = self.words.iter().zip(self.least..).find(|(word, _)| word.eq_ignore_ascii_case(text));
        let number = word.map_or_else(|| text.parse().ok(), |(_, number)| Some(number));
        number.filter(|number| (self.least..=self.most).contains(number))
    }

    /// An item of the field's list, as the crate takes it.
    fn rewritten(&self, item: &str) -> String {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let ends = range.split_once('-').and_then(|(from, to)| Some((self.number(from)?, self.number(to)?)));
        let Some((from, to)) = ends.filter(|(from, to)| from > to) else { return item.to_owned() };
        let step = step.and_then(|step| step.parse().ok()).filter(|step| *step > 0).unwrap_or(1);
        let round: Vec<String> =
            (from..=self.most).chain(self.least..=to).step_by(step).map(|number| number.to_string()).collect();
        round.join(",")
    }
}

/// Reads the six fields of a cron expression; the error says what is wrong with it.
pub(super) fn read(fields: &str) -> Result<Cron, String> {
    let parts: Vec<&str> = fields.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        return Err(format!("it has {} fields instead of six: {}", parts.len(), names.join(", ")));
    }
    let open = [DAY_OF_MONTH, DAY_OF_WEEK].map(|index| parts.get(index) == Some(&"?"));
    if open[0] == open[1] {
        return Err("exactly one of the day of the month and the day of the week is `?`".to_owned());
    }
    let rewritten: Result<Vec<String>, String> =
        FIELDS.iter().zip(&parts).enumerate().map(|(index, (field, part))| rewrite(index, field, part)).collect();
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build();
    parser.parse(&format!("0 {}", rewritten?.join(" "))).map_err(|error| error.to_string())
}

fn rewrite(index: usize, field: &Field, part: &str) -> Result<String, String> {
    if part == "?" && index != DAY_OF_MONTH && index != DAY_OF_WEEK {
        return Err(format!("`?` is no {}", field.name));
    }
    let items = part.split(',').map(|item| match item {
        "" => Err(format!("the list of {} has an empty item", field.name)),
        "L" | "l" if index == DAY_OF_WEEK => Ok("7".to_owned()),
        _ if index == DAY_OF_MONTH && item.to_ascii_uppercase().starts_with("L-") => {
            Err(format!("the sandbox cannot reckon days before the last of the month: `{item}`"))
        }
        _ => Ok(field.rewritten(item)),
    });
    items.collect::<Result<Vec<_>, _>>().map(|items| items.join(","))
}

/// Seconds since 1970 of the next time after another one at which it is so; both are times on a wall, as if of UTC.
pub(super) fn next(cron: &Cron, after: i64) -> Option<i64> {
    let after: NaiveDateTime = DateTime::from_timestamp(after, 0)?.naive_utc();
    cron.find_next_occurrence(&after, false).ok().map(|next| next.and_utc().timestamp())
}
