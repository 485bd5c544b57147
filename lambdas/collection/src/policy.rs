//! What is allowed, and how long what is waited for.

use std::time::Duration;

use crate::ids::ProfileId;
use crate::pin::MOST_DIGITS;

/// What is allowed, and how long what is waited for. Functions read it from their variables, see [`Policy::from_variables`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Digits of a collection's PIN for its owner, before the check digit.
    pub owner_digits: u32,
    /// Digits of a collection's PIN for its callers, before the check digit.
    pub conversation_digits: u32,
    /// Digits of a customer's PIN, before the check digit.
    pub user_digits: u32,
    /// Days for which PINs open anything.
    pub pin_days: u32,
    /// Wrong PINs in one call.
    pub tries_in_call: u32,
    /// Wrong PINs of one caller in an hour.
    pub tries_of_caller: u32,
    /// Wrong conversation PINs behind one customer's PIN in a day.
    pub tries_of_person: u32,
    /// Wrong guesses that touch one collection in an hour: right PINs of people who may not take part in it.
    pub tries_of_collection: u32,
    /// Wrong guesses of all callers in an hour.
    pub tries_of_line: u32,
    /// The least length of a conversation, in seconds.
    pub least_seconds: u32,
    /// How long a call lasts at most, in minutes; afterwards Connect is asked.
    pub most_minutes: u32,
    /// How long records and recordings are waited for after a call, in hours.
    pub wait_hours: u32,
    /// Days after which a collection that has reached its goal is stopped.
    pub stop_after_days: u32,
    /// The routing profile of agents whose collection does not run.
    pub idle_profile: Option<ProfileId>,
    /// Where transcripts and other results are: the bucket, under `collections/COLLECTION/CONTACT/`.
    pub bucket: Option<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            owner_digits: 11,
            conversation_digits: 6,
            user_digits: 7,
            pin_days: 90,
            tries_in_call: 3,
            tries_of_caller: 6,
            tries_of_person: 10,
            tries_of_collection: 30,
            tries_of_line: 60,
            least_seconds: 30,
            most_minutes: 60,
            wait_hours: 24,
            stop_after_days: 14,
            idle_profile: None,
            bucket: None,
        }
    }
}

/// A variable that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable {name} must be a whole number from {from} to {to}")]
pub struct BadVariable {
    /// Its name.
    pub name: &'static str,
    /// The least it may be.
    pub from: u32,
    /// The most it may be.
    pub to: u32,
}

impl Policy {
    /// Reads `OWNER_DIGITS` (9 to 18), `CONVERSATION_DIGITS` and `USER_DIGITS` (5 to 18), `PIN_DAYS`, `TRIES_IN_CALL`, `TRIES_OF_CALLER`,
    /// `TRIES_OF_PERSON`, `TRIES_OF_COLLECTION`, `TRIES_OF_LINE`, `LEAST_SECONDS`, `MOST_MINUTES`, `WAIT_HOURS`, `STOP_AFTER_DAYS`,
    /// `IDLE_PROFILE` (an id, or an ARN that ends in one) and `BUCKET`; what is not set is the default.
    pub fn from_variables<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Result<Self, BadVariable> {
        let mut policy = Self::default();
        let numbers: [(&'static str, &mut u32, u32, u32); 13] = [
            ("OWNER_DIGITS", &mut policy.owner_digits, 9, MOST_DIGITS),
            ("CONVERSATION_DIGITS", &mut policy.conversation_digits, 5, MOST_DIGITS),
            ("USER_DIGITS", &mut policy.user_digits, 5, MOST_DIGITS),
            ("PIN_DAYS", &mut policy.pin_days, 1, 3650),
            ("TRIES_IN_CALL", &mut policy.tries_in_call, 1, 10),
            ("TRIES_OF_CALLER", &mut policy.tries_of_caller, 1, 1000),
            ("TRIES_OF_PERSON", &mut policy.tries_of_person, 1, 1000),
            ("TRIES_OF_COLLECTION", &mut policy.tries_of_collection, 1, 10_000),
            ("TRIES_OF_LINE", &mut policy.tries_of_line, 1, 10_000),
            ("LEAST_SECONDS", &mut policy.least_seconds, 1, 3600),
            ("MOST_MINUTES", &mut policy.most_minutes, 1, 720),
            ("WAIT_HOURS", &mut policy.wait_hours, 1, 720),
            ("STOP_AFTER_DAYS", &mut policy.stop_after_days, 1, 365),
        ];
        for (name, field, from, to) in numbers {
            let Some(text) = variable(name).filter(|text| !text.is_empty()) else { continue };
            let number = text.trim().parse().ok().filter(|number| (from..=to).contains(number));
            *field = number.ok_or(BadVariable { name, from, to })?;
        }
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        policy.idle_profile = variable("IDLE_PROFILE").filter(|text| !text.is_empty()).map(|text| last(text).into());
        policy.bucket = variable("BUCKET").filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(policy)
    }

    /// How long wrong PINs of callers, collections and the line are counted together.
    pub const fn hour(&self) -> Duration {
        Duration::from_hours(1)
    }

    /// How long wrong PINs of a person are counted together, and how long a salt is used.
    pub const fn day(&self) -> Duration {
        Duration::from_hours(24)
    }

    /// How long PINs open anything.
    pub fn pin_life(&self) -> Duration {
        self.day() * self.pin_days
    }

    /// How long marks and calls of strangers are remembered: longer than events and records of them may come.
    pub fn remember(&self) -> Duration {
        self.day() * 40
    }

    /// How long a call lasts at most.
    pub fn longest(&self) -> Duration {
        Duration::from_mins(u64::from(self.most_minutes))
    }

    /// How long records and recordings are waited for after a call.
    pub fn patience(&self) -> Duration {
        self.hour() * self.wait_hours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_and_bounded() {
        let policy = Policy::from_variables(|name| match name {
            "LEAST_SECONDS" => Some("5"),
            "IDLE_PROFILE" => Some("arn:aws:connect:us-west-2:012345678901:instance/i/routing-profile/r-1"),
            _ => None,
        });
        let policy = policy.unwrap();
        assert_eq!((policy.least_seconds, policy.idle_profile), (5, Some("r-1".into())));
        // Short PINs could be guessed within the tries that are allowed.
        let error = Policy::from_variables(|name| (name == "USER_DIGITS").then_some("3")).unwrap_err();
        assert_eq!(error.to_string(), "the variable USER_DIGITS must be a whole number from 5 to 18");
    }
}
