//! A policy from variables.

use std::str::FromStr;

use crate::policy::{NumberCheck, Policy, Repeat, Zone};

/// A variable that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} is `{value}`; it must be {expected}")]
pub struct PolicyError {
    name: &'static str,
    value: String,
    expected: String,
}

struct Variables<F>(F);

impl<'a, F: Fn(&'static str) -> Option<&'a str>> Variables<F> {
    fn read<T>(
        &self,
        name: &'static str,
        into: &mut T,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<(), PolicyError> {
        if let Some(value) = (self.0)(name) {
            *into = read(value.trim()).ok_or_else(|| PolicyError {
                name,
                value: value.to_owned(),
                expected: expected.to_owned(),
            })?;
        }
        Ok(())
    }

    fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, name: &'static str, into: &mut T) -> Result<(), PolicyError> {
        if let Some(value) = (self.0)(name) {
            *into = value.parse().map_err(|error: T::Err| PolicyError {
                name,
                value: value.to_owned(),
                expected: format!("as this says: {error}"),
            })?;
        }
        Ok(())
    }

    fn number(&self, name: &'static str, into: &mut u32, least: u32, most: u32) -> Result<(), PolicyError> {
        let expected = format!("a whole number from {least} to {most}");
        self.read(name, into, &expected, |value| whole(value, least, most))
    }

    fn optional(&self, name: &'static str, into: &mut Option<u32>, most: u32) -> Result<(), PolicyError> {
        let expected = format!("a whole number from 1 to {most}");
        self.read(
            name,
            into,
            &expected,
            |value| {
                if value.is_empty() { Some(None) } else { whole(value, 1, most).map(Some) }
            },
        )
    }

    fn fraction(&self, name: &'static str, into: &mut f64, least: f64, most: f64) -> Result<(), PolicyError> {
        let expected = format!("a number from {least} to {most}");
        self.read(name, into, &expected, |value| {
            value.parse().ok().filter(|number: &f64| (least..=most).contains(number))
        })
    }
}

fn whole(value: &str, least: u32, most: u32) -> Option<u32> {
    value.parse().ok().filter(|number| (least..=most).contains(number))
}

fn text(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

impl Policy {
    /// Reads the variables that the members name; those that are not set have their defaults.
    pub fn from_variables<'a>(variable: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, PolicyError> {
        let mut policy = Self::default();
        let variables = Variables(variable);
        policy.read_when(&variables)?;
        policy.read_how_fast(&variables)?;
        policy.read_whom(&variables)?;
        Ok(policy)
    }

    fn read_when<'a, F>(&mut self, variables: &Variables<F>) -> Result<(), PolicyError>
    where
        F: Fn(&'static str) -> Option<&'a str>,
    {
        variables.parsed("CALLING_HOURS", &mut self.hours)?;
        variables.parsed("QUIET_HOURS", &mut self.quiet)?;
        variables.parsed("HOLIDAYS", &mut self.holidays)?;
        variables.read("TIME_ZONE", &mut self.zone, "a time zone, such as Europe/Berlin", Zone::get)?;
        variables.read("CALLEE_TIME_ZONE", &mut self.callee_zone, "a time zone, such as Europe/Berlin", |value| {
            if value.is_empty() { Some(None) } else { Zone::get(value).map(Some) }
        })?;
        variables.read("REPEAT", &mut self.repeat, "recurring or once", |value| match value {
            "recurring" => Some(Repeat::Recurring),
            "once" => Some(Repeat::Once),
            _ => None,
        })?;
        variables.number("ATTEMPTS", &mut self.attempts, 1, 100)?;
        variables.number("PERIOD_HOURS", &mut self.period_hours, 1, 8760)?;
        variables.optional("ATTEMPTS_IN_ALL", &mut self.attempts_in_all, 10_000)?;
        variables.number("MINUTES_BETWEEN_ATTEMPTS", &mut self.minutes_between, 1, 10_080)?;
        variables.fraction("BACKOFF", &mut self.backoff, 1.0, 10.0)?;
        variables.number("HOURS_AFTER_SUCCESS", &mut self.hours_after_success, 1, 8760)
    }

    fn read_how_fast<'a, F>(&mut self, variables: &Variables<F>) -> Result<(), PolicyError>
    where
        F: Fn(&'static str) -> Option<&'a str>,
    {
        variables.fraction("RATIO", &mut self.ratio, 0.1, 10.0)?;
        variables.number("MIN_FREE_AGENTS", &mut self.min_free_agents, 0, 10_000)?;
        variables.number("WRAP_UP_SECONDS", &mut self.wrap_up_seconds, 0, 3600)?;
        variables.number("CONCURRENT_CALLS", &mut self.concurrent_calls, 1, 100_000)?;
        variables.fraction("CALLS_PER_SECOND", &mut self.calls_per_second, 0.01, 1000.0)?;
        variables.number("BURST", &mut self.burst, 1, 1000)?;
        variables.number("RING_SECONDS", &mut self.ring_seconds, 15, 60)?;
        variables.number("TALK_MINUTES", &mut self.talk_minutes, 1, 1440)?;
        variables.fraction("ABANDON_PERCENT", &mut self.abandon_percent, 0.0, 100.0)?;
        variables.number("CALLS_PER_NUMBER", &mut self.calls_per_number, 1, 100)?;
        variables.optional("CALLS_PER_DAY", &mut self.calls_per_day, u32::MAX)?;
        variables.number("METRICS_SECONDS", &mut self.metrics_seconds, 1, 3600)?;
        variables.number("REMEMBER_DAYS", &mut self.remember_days, 1, 3650)
    }

    fn read_whom<'a, F>(&mut self, variables: &Variables<F>) -> Result<(), PolicyError>
    where
        F: Fn(&'static str) -> Option<&'a str>,
    {
        variables.read("CONSENT_FIELD", &mut self.consent_field, "the name of a column", |value| Some(text(value)))?;
        variables.read("STATUS_FIELD", &mut self.status_field, "the name of a column", text)?;
        variables.read("DO_NOT_CALL", &mut self.do_not_call, "words with commas between", |value| {
            Some(value.split(',').filter_map(|word| text(word.trim())).collect())
        })?;
        variables.read("COUNTRY", &mut self.country, "a country's two capital letters", |value| {
            let fits = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
            if value.is_empty() { Some(None) } else { fits.then(|| Some(value.to_owned())) }
        })?;
        variables.read("NUMBER_CHECK", &mut self.number_check, "valid or form", |value| match value {
            "valid" => Some(NumberCheck::Valid),
            "form" => Some(NumberCheck::Form),
            _ => None,
        })?;
        variables.read("MACHINE_DETECTION", &mut self.detect_machines, "yes or no", |value| match value {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })?;
        variables.read("MOODS", &mut self.moods, "keys and words, such as 1=Happy, 2=Sad", |value| {
            let pairs = value.split(',').filter(|pair| !pair.trim().is_empty()).map(|pair| {
                let (key, word) = pair.split_once('=')?;
                Some((text(key.trim())?, text(word.trim())?))
            });
            pairs.collect()
        })?;
        variables.read("STOP_KEY", &mut self.stop_key, "a key", |value| Some(text(value)))?;
        variables.optional("ESCALATE_AFTER_DAYS", &mut self.escalate_days, 365)?;
        variables.optional("ESCALATE_AFTER_SAD", &mut self.escalate_sad, 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &'static str)]) -> Result<Policy, PolicyError> {
        Policy::from_variables(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        assert_eq!(read(&[]), Ok(Policy::default()));
    }

    #[test]
    fn a_policy_survives_json() {
        let policy =
            read(&[("CALLING_HOURS", "mon-fri 08:00-20:00"), ("HOLIDAYS", "--12-25"), ("BACKOFF", "1.5")]).unwrap();
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    }

    /// Every variable with a value that differs from the default: each changes something, and nonsense is refused by name.
    #[test]
    fn everything_can_be_set_and_nonsense_is_refused() {
        let cases = [
            ("CALLING_HOURS", "always", "9-5"),
            ("QUIET_HOURS", "12:00-13:00", "noon"),
            ("HOLIDAYS", "--12-25", "christmas"),
            ("TIME_ZONE", "Europe/Berlin", "Berlin"),
            ("CALLEE_TIME_ZONE", "Europe/Berlin", "Berlin"),
            ("REPEAT", "once", "twice"),
            ("ATTEMPTS", "5", "0"),
            ("PERIOD_HOURS", "48", "0"),
            ("ATTEMPTS_IN_ALL", "7", "0"),
            ("MINUTES_BETWEEN_ATTEMPTS", "10", "0"),
            ("BACKOFF", "2", "0.5"),
            ("HOURS_AFTER_SUCCESS", "12", "x"),
            ("RATIO", "1.2", "11"),
            ("MIN_FREE_AGENTS", "5", "-1"),
            ("WRAP_UP_SECONDS", "10", "3601"),
            ("CONCURRENT_CALLS", "100", "0"),
            ("CALLS_PER_SECOND", "5", "NaN"),
            ("BURST", "10", "0"),
            ("RING_SECONDS", "15", "14"),
            ("TALK_MINUTES", "30", "0"),
            ("ABANDON_PERCENT", "1", "101"),
            ("CALLS_PER_NUMBER", "2", "0"),
            ("CALLS_PER_DAY", "1000", "0"),
            ("METRICS_SECONDS", "5", "0"),
            ("REMEMBER_DAYS", "30", "0"),
            ("STATUS_FIELD", "state", ""),
            ("COUNTRY", "DE", "Germany"),
            ("NUMBER_CHECK", "form", "no"),
            ("MACHINE_DETECTION", "yes", "maybe"),
            ("MOODS", "1=Good", "1"),
            ("ESCALATE_AFTER_DAYS", "2", "366"),
            ("ESCALATE_AFTER_SAD", "2", "x"),
        ];
        for (name, value, nonsense) in cases {
            assert_ne!(read(&[(name, value)]).unwrap(), Policy::default(), "{name}");
            let error = read(&[(name, nonsense)]).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        for (name, value) in [("CONSENT_FIELD", "consent"), ("DO_NOT_CALL", "never"), ("STOP_KEY", "")] {
            assert_ne!(read(&[(name, value)]).unwrap(), Policy::default(), "{name}");
        }
    }
}
