//! What can be set.

use std::time::Duration;

use crate::claim::Late;

/// What makes two records the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The same contact and the same last update; for events the same identifier.
    #[default]
    Contact,
    /// The same content: SHA-256 of the canonical JSON.
    Exact,
}

/// How records are told apart and remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What makes two records the same.
    pub mode: Mode,
    /// What to do with versions that come late.
    pub late: Late,
    /// How long a contact is remembered after its last new version. Connect may send a record again for 24 months.
    pub remember_records: Duration,
    /// How long an event is remembered.
    pub remember_events: Duration,
    /// How many writes may be under way at once.
    pub concurrency: usize,
}

const DAY: Duration = Duration::from_hours(24);

impl Default for Settings {
    fn default() -> Self {
        // 25 months of 31 days; a stream keeps what it holds for 7 days at most unless it is asked for more.
        Self {
            mode: Mode::Contact,
            late: Late::Drop,
            remember_records: DAY * 775,
            remember_events: DAY * 8,
            concurrency: 32,
        }
    }
}

/// A setting that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} is `{value}`; it must be {expected}")]
pub struct SettingError {
    name: &'static str,
    value: String,
    expected: &'static str,
}

/// The variable that names the table. It has the key `RecordKey` (text); its time to live is in `ExpiresAt`.
pub const TABLE: &str = "TABLE";

impl Settings {
    /// Reads `DEDUP_MODE` (`contact`, `exact`), `LATE_VERSIONS` (`drop`, `deliver`), `REMEMBER_DAYS`, `REMEMBER_EVENTS_DAYS` and
    /// `CONCURRENT_WRITES`; those that are not set have their defaults.
    pub fn from_variables<'a>(variable: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, SettingError> {
        let default = Self::default();
        let read = |name, expected, read: &dyn Fn(&str) -> Option<u64>| match variable(name) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(number) => Ok(Some(number)),
                None => Err(SettingError { name, value: value.to_owned(), expected }),
            },
        };
        let word = |words: [&'static str; 2]| {
            move |value: &str| words.iter().position(|word| *word == value).map(|at| at as u64)
        };
        let number = |most: u64| move |value: &str| value.parse().ok().filter(|number| (1..=most).contains(number));
        let days = "a number of days from 1 to 36500";
        Ok(Self {
            mode: match read("DEDUP_MODE", "contact or exact", &word(["contact", "exact"]))? {
                Some(1) => Mode::Exact,
                _ => default.mode,
            },
            late: match read("LATE_VERSIONS", "drop or deliver", &word(["drop", "deliver"]))? {
                Some(1) => Late::Deliver,
                _ => default.late,
            },
            remember_records: read("REMEMBER_DAYS", days, &number(36_500))?.map_or(default.remember_records, in_days),
            remember_events: read("REMEMBER_EVENTS_DAYS", days, &number(36_500))?
                .map_or(default.remember_events, in_days),
            concurrency: read("CONCURRENT_WRITES", "a number from 1 to 1000", &number(1000))?
                .and_then(|number| usize::try_from(number).ok())
                .unwrap_or(default.concurrency),
        })
    }
}

fn in_days(days: u64) -> Duration {
    DAY * u32::try_from(days).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &'static str)]) -> Result<Settings, SettingError> {
        Settings::from_variables(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        assert_eq!(read(&[]), Ok(Settings::default()));
    }

    #[test]
    fn everything_can_be_set() {
        let variables = [
            ("DEDUP_MODE", "exact"),
            ("LATE_VERSIONS", "deliver"),
            ("REMEMBER_DAYS", "30"),
            ("REMEMBER_EVENTS_DAYS", "1"),
            ("CONCURRENT_WRITES", "7"),
        ];
        let expected = Settings {
            mode: Mode::Exact,
            late: Late::Deliver,
            remember_records: DAY * 30,
            remember_events: DAY,
            concurrency: 7,
        };
        assert_eq!(read(&variables), Ok(expected));
    }

    #[test]
    fn nonsense_is_refused() {
        for (name, value) in [
            ("DEDUP_MODE", "Contact"),
            ("LATE_VERSIONS", "keep"),
            ("REMEMBER_DAYS", "0"),
            ("REMEMBER_EVENTS_DAYS", "-1"),
            ("CONCURRENT_WRITES", "1001"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
