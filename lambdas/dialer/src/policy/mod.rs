//! What is allowed, and how fast.

mod hours;
mod read;

pub use hours::{Holiday, Holidays, Hours, HoursError, Span, Spans};
pub use read::PolicyError;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Whether people are called again after they were reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Again and again: a check-in.
    #[default]
    Recurring,
    /// Once; the campaign ends when nobody is left.
    Once,
}

/// How closely the numbers of lists are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberCheck {
    /// Their country gives out such numbers.
    #[default]
    Valid,
    /// They have the form of E.164 and a country: for numbers of films and tests, of which some are not valid.
    Form,
}

/// What is allowed, and how fast. The defaults are those of a check-in.
///
/// All hours are in the zone of who is called; days of caps are in the dialer's own zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// When people may be called, by weekday: `mon-fri 09:00-17:00, sat 10:00-14:00`, `fri 22:00-02:00`, `always`.
    /// Default: every day 09:00-17:00. Variable `CALLING_HOURS`.
    pub hours: Hours,
    /// When nobody may be called on any day, whatever the hours say: `21:00-08:00, 12:00-13:00`. Default: never.
    /// Variable `QUIET_HOURS`.
    pub quiet: Spans,
    /// Days on which nobody is called: `2026-12-24, --12-25` (the latter every year). Default: none. Variable `HOLIDAYS`.
    pub holidays: Holidays,
    /// The dialer's own zone, in which its days begin. Default: `UTC`. Variable `TIME_ZONE`.
    pub zone: Zone,
    /// The zone of everyone whose row in a list names none, for lists of one place. Default: none, and the number tells, as
    /// far as numbers do. Variable `CALLEE_TIME_ZONE`.
    pub callee_zone: Option<Zone>,
    /// `recurring` or `once`. Default: recurring. Variable `REPEAT`.
    pub repeat: Repeat,
    /// Attempts in a period, 1 to 100. Default: 3. Variable `ATTEMPTS`.
    pub attempts: u32,
    /// The period in hours, 1 to 8,760. It begins with its first attempt. Default: 24. Variable `PERIOD_HOURS`.
    pub period_hours: u32,
    /// Attempts in all, after which a person has failed, 1 to 10,000. Default: where people are called once as many as
    /// `attempts`, else without end. Variable `ATTEMPTS_IN_ALL`.
    pub attempts_in_all: Option<u32>,
    /// Minutes from one attempt to the next, 1 to 10,080, for a person and for a number. Default: 5.
    /// Variable `MINUTES_BETWEEN_ATTEMPTS`.
    pub minutes_between: u32,
    /// By what the minutes grow with each attempt of a period, 1 to 10. Default: 1. Variable `BACKOFF`.
    pub backoff: f64,
    /// Hours after a success before the next call, 1 to 8,760. Default: 24. Variable `HOURS_AFTER_SUCCESS`.
    pub hours_after_success: u32,
    /// Calls for each free agent, 0.1 to 10. Default: 1. Variable `RATIO`.
    pub ratio: f64,
    /// Fewer free agents than that, and nobody is called, 0 to 10,000; 0: calls need no agents. Default: 1.
    /// Variable `MIN_FREE_AGENTS`.
    pub min_free_agents: u32,
    /// Seconds after an agent is free before a call is placed for them, 0 to 3,600. Default: 0. Variable `WRAP_UP_SECONDS`.
    pub wrap_up_seconds: u32,
    /// Calls at once, 1 to 100,000. Default: 10, which is an instance's quota. Variable `CONCURRENT_CALLS`.
    pub concurrent_calls: u32,
    /// Calls that are started in a second, 0.01 to 1,000. Default: 2, the quota of `StartOutboundVoiceContact`.
    /// Variable `CALLS_PER_SECOND`.
    pub calls_per_second: f64,
    /// Calls that are started at once, 1 to 1,000. Default: 5, the quota. Variable `BURST`.
    pub burst: u32,
    /// How many seconds it rings, 15 to 60. Default: 60. Variable `RING_SECONDS`.
    pub ring_seconds: u32,
    /// How many minutes a call lasts at most, 1 to 1,440; afterwards Connect is asked. Default: 60. Variable `TALK_MINUTES`.
    pub talk_minutes: u32,
    /// Of a day's answered calls, how many percent may be abandoned before the ratio is 1 for the rest of the day, 0 to 100.
    /// Default: 3. Variable `ABANDON_PERCENT`.
    pub abandon_percent: f64,
    /// The attribute of a person that must say yes. Default: none. Variable `CONSENT_FIELD`.
    pub consent_field: Option<String>,
    /// The attribute of a person that `do_not_call` is about. Default: `status`. Variable `STATUS_FIELD`.
    pub status_field: String,
    /// What that attribute says of people who must not be called, in any case of letters. Also dispositions that say so.
    /// Default: `NO_CALL, DO_NOT_CALL, DNC`. Variable `DO_NOT_CALL`.
    pub do_not_call: Vec<String>,
    /// The country of numbers without one: two letters. Default: none, and such numbers are refused. Variable `COUNTRY`.
    pub country: Option<String>,
    /// `valid` or `form`. Default: valid. Variable `NUMBER_CHECK`.
    pub number_check: NumberCheck,
    /// Calls of a number on a day, 1 to 100. Default: 10. Variable `CALLS_PER_NUMBER`.
    pub calls_per_number: u32,
    /// Calls on a day. Default: no limit. Variable `CALLS_PER_DAY`.
    pub calls_per_day: Option<u32>,
    /// Whether Connect listens for machines. Default: no, since the traffic type that it needs is a quota to be asked for.
    /// Variable `MACHINE_DETECTION` (`yes`, `no`).
    pub detect_machines: bool,
    /// What keys mean: `1=Happy, 2=Sad`. Default: that. Variable `MOODS`.
    pub moods: BTreeMap<String, String>,
    /// The key with which people ask not to be called again. Default: 9. Variable `STOP_KEY`; empty: none.
    pub stop_key: Option<String>,
    /// After how many days without being reached somebody has to look after a person, 1 to 365. Default: never.
    /// Variable `ESCALATE_AFTER_DAYS`.
    pub escalate_days: Option<u32>,
    /// After how many times in a row of the mood `Sad`, 1 to 100. Default: never. Variable `ESCALATE_AFTER_SAD`.
    pub escalate_sad: Option<u32>,
    /// Seconds between two counts of agents, 1 to 3,600. Default: 15. Variable `METRICS_SECONDS`.
    pub metrics_seconds: u32,
    /// Days for which calls are remembered, 1 to 3,650. Default: 400. Variable `REMEMBER_DAYS`.
    pub remember_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            hours: Hours::default(),
            quiet: Spans::default(),
            holidays: Holidays::default(),
            zone: Zone::default(),
            callee_zone: None,
            repeat: Repeat::Recurring,
            attempts: 3,
            period_hours: 24,
            attempts_in_all: None,
            minutes_between: 5,
            backoff: 1.0,
            hours_after_success: 24,
            ratio: 1.0,
            min_free_agents: 1,
            wrap_up_seconds: 0,
            concurrent_calls: 10,
            calls_per_second: 2.0,
            burst: 5,
            ring_seconds: 60,
            talk_minutes: 60,
            abandon_percent: 3.0,
            consent_field: None,
            status_field: text("status"),
            do_not_call: vec![text("NO_CALL"), text("DO_NOT_CALL"), text("DNC")],
            country: None,
            number_check: NumberCheck::Valid,
            calls_per_number: 10,
            calls_per_day: None,
            detect_machines: false,
            moods: BTreeMap::from([(text("1"), text("Happy")), (text("2"), text("Sad"))]),
            stop_key: Some(text("9")),
            escalate_days: None,
            escalate_sad: None,
            metrics_seconds: 15,
            remember_days: 400,
        }
    }
}

/// The mood that escalates.
pub const SAD: &str = "Sad";

impl Policy {
    /// How long it rings.
    pub fn ring(&self) -> Duration {
        Duration::from_secs(self.ring_seconds.into())
    }

    /// From one attempt to the next, after as many attempts of a period.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most a year, of which a second more or less does not matter"
    )]
    pub fn between(&self, attempts: u32) -> Duration {
        let first = f64::from(self.minutes_between) * 60.0;
        let grown = first * self.backoff.powi(i32::try_from(attempts.saturating_sub(1)).unwrap_or(i32::MAX));
        Duration::from_secs(grown.min(YEAR.as_secs() as f64) as u64)
    }

    /// The period.
    pub fn period(&self) -> Duration {
        hours(self.period_hours)
    }

    /// From a success to the next call.
    pub fn after_success(&self) -> Duration {
        hours(self.hours_after_success)
    }

    /// How long a call lasts at most, from its claim: it is placed, rings, is talked.
    pub fn longest(&self) -> Duration {
        PLACING + self.ring() + Duration::from_secs(u64::from(self.talk_minutes) * 60) + PLACING
    }

    /// Attempts in all, after which a person has failed.
    pub fn attempts_in_all(&self) -> Option<u32> {
        match self.repeat {
            Repeat::Once => Some(self.attempts_in_all.unwrap_or(self.attempts)),
            Repeat::Recurring => self.attempts_in_all,
        }
    }

    /// What a key means: its word, or itself.
    pub fn mood(&self, key: &str) -> String {
        self.moods.get(key).map_or_else(|| key.to_owned(), Clone::clone)
    }

    /// Whether a status or a disposition says that somebody must not be called.
    pub fn forbids(&self, status: &str) -> bool {
        let status = status.trim();
        self.do_not_call.iter().any(|word| word.eq_ignore_ascii_case(status))
    }

    /// How long calls are remembered.
    pub fn remember(&self) -> Duration {
        Duration::from_hours(24) * self.remember_days
    }
}

/// How long a claim may wait before its call is placed; afterwards others take it for dead.
pub const PLACING: Duration = Duration::from_secs(20);

const YEAR: Duration = Duration::from_hours(24 * 365);

fn hours(hours: u32) -> Duration {
    Duration::from_secs(u64::from(hours) * 3600)
}

/// A time zone by its IANA name.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// One that there is.
    pub fn get(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(|zone| Self { name: name.to_owned(), zone })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For calendars.
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
}

impl Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::get(&name).ok_or_else(|| serde::de::Error::custom("it must be a time zone, such as Europe/Berlin"))
    }
}
