//! What is counted while a model runs, and what comes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::admission::Refusal;
use crate::item::{Attempt, Campaign, Counts, State};
use crate::moment::Moment;
use crate::outcome::Outcome;
use crate::policy::Policy;
use crate::simulate::model::Model;

/// One hour of a simulation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    /// Calls that were placed.
    pub calls: u64,
    /// People who were reached.
    pub reached: u64,
    /// Calls that were abandoned.
    pub abandoned: u64,
    /// Agents times seconds at work.
    pub staffed_seconds: u64,
    /// Agents times seconds in a talk or after-call work.
    pub busy_seconds: u64,
}

impl Hour {
    /// Of the agents' time, the percentage in talks and after-call work; 0 where nobody works.
    pub fn utilization(&self) -> u64 {
        (self.busy_seconds * 100).checked_div(self.staffed_seconds).unwrap_or(0)
    }
}

/// What is counted on the way.
#[derive(Debug)]
pub(super) struct Tally {
    start: Moment,
    hours: Vec<Hour>,
    since: Moment,
    staffed: u64,
    busy: u64,
    claims: u64,
    not_placed: u64,
    learned: u64,
    waits: u64,
    waited: Duration,
    longest: Duration,
    most_live: u64,
    second: (i64, u64),
    most_in_second: u64,
    refusal: Option<(&'static str, Moment)>,
    held: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn new(start: Moment) -> Self {
        Self {
            start,
            hours: Vec::new(),
            since: start,
            staffed: 0,
            busy: 0,
            claims: 0,
            not_placed: 0,
            learned: 0,
            waits: 0,
            waited: Duration::ZERO,
            longest: Duration::ZERO,
            most_live: 0,
            second: (0, 0),
            most_in_second: 0,
            refusal: None,
            held: BTreeMap::new(),
        }
    }

    pub(super) fn claims(&self) -> u64 {
        self.claims
    }

    fn hour(&mut self, at: Moment) -> &mut Hour {
        let hour = usize::try_from(at.since(self.start).as_secs() / 3600).unwrap_or(0);
        if self.hours.len() <= hour {
            self.hours.resize(hour + 1, Hour::default());
        }
        &mut self.hours[hour]
    }

    pub(super) fn claimed(&mut self, now: Moment, live: u64) {
        self.claims += 1;
        self.most_live = self.most_live.max(live);
        self.hour(now).calls += 1;
        self.second =
            if self.second.0 == now.seconds() { (self.second.0, self.second.1 + 1) } else { (now.seconds(), 1) };
        self.most_in_second = self.most_in_second.max(self.second.1);
        self.placed(now);
    }

    pub(super) fn not_placed(&mut self) {
        self.not_placed += 1;
    }

    pub(super) fn learned(&mut self) {
        self.learned += 1;
    }

    pub(super) fn ended(&mut self, attempt: &Attempt) {
        let Some((outcome, over)) = attempt.outcome.zip(attempt.over) else { return };
        let hour = self.hour(over);
        hour.reached += u64::from(outcome.is_success());
        hour.abandoned += u64::from(outcome.is_abandon());
    }

    pub(super) fn waited(&mut self, waited: Duration, _answered: bool) {
        self.waits += 1;
        self.waited += waited;
        self.longest = self.longest.max(waited);
    }

    /// Agents times seconds until now, hour by hour.
    fn advance(&mut self, now: Moment) {
        while self.since < now {
            let into = self.since.since(self.start).as_millis() % 3_600_000;
            let left = Duration::from_millis(u64::try_from(3_600_000 - into).unwrap_or(1));
            let until = (self.since + left).min(now);
            let milliseconds = u64::try_from(until.since(self.since).as_millis()).unwrap_or(0);
            let (staffed, busy) = (self.staffed.max(self.busy), self.busy);
            let since = self.since;
            let hour = self.hour(since);
            // In thousandths until the end.
            hour.staffed_seconds += staffed * milliseconds;
            hour.busy_seconds += busy * milliseconds;
            self.since = until;
        }
    }

    pub(super) fn staffed(&mut self, agents: usize, now: Moment) {
        self.advance(now);
        self.staffed = agents as u64;
    }

    /// A talk begins (1); its after-call work follows it (-1) and is busy as well.
    pub(super) fn talking(&mut self, change: i8, now: Moment) {
        self.advance(now);
        self.busy += u64::from(change > 0);
    }

    pub(super) fn wrapped(&mut self, now: Moment) {
        self.advance(now);
        self.busy = self.busy.saturating_sub(1);
    }

    /// Somebody is due, and cannot be called.
    pub(super) fn refused(&mut self, refusal: &Refusal, now: Moment) {
        let word = match refusal {
            Refusal::Slow { .. } => "api_quota",
            Refusal::AgentsBusy { .. } | Refusal::FewAgents { .. } | Refusal::NoCount => "agents",
            Refusal::Concurrency => "concurrent_calls",
            Refusal::Day => "calls_per_day",
            _ => "other",
        };
        if self.refusal.is_some_and(|(before, _)| before != word) {
            self.placed(now);
        }
        self.refusal.get_or_insert((word, now));
    }

    fn placed(&mut self, now: Moment) {
        if let Some((word, since)) = self.refusal.take() {
            *self.held.entry(word).or_default() += u64::try_from(now.since(since).as_millis()).unwrap_or(0);
        }
    }

    pub(super) fn close(&mut self, now: Moment) {
        self.placed(now);
        self.advance(now);
        for hour in &mut self.hours {
            hour.staffed_seconds /= 1000;
            hour.busy_seconds /= 1000;
        }
    }
}

/// Why nobody was called in a simulation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nobody {
    /// There were fewer agents than have to be free.
    Agents {
        /// How many have to be free.
        needed: u32,
    },
    /// The rules allow no call before a moment, in RFC 3339, which comes after the end.
    Before(String),
    /// It is not known in which time zone people are, or the rules never allow a call.
    Never,
}

/// What a simulation came to. Shares are in whole percent or, where they matter, in hundredths of a percent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Simulation {
    /// When it began, in RFC 3339.
    pub start: String,
    /// When it ended: nobody was left to be called, or its time was over.
    pub end: String,
    /// Whether nobody was left to be called.
    pub finished: bool,
    /// Where nobody was called: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nobody: Option<Nobody>,
    /// How many persons are where.
    pub counts: Counts,
    /// Calls that were placed.
    pub calls: u64,
    /// How many calls ended how.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Of the agents' time, the percentage in talks and after-call work.
    pub utilization: u64,
    /// Of the calls that a person answered, hundredths of a percent that were abandoned.
    pub abandoned_basis_points: u64,
    /// How long people waited for an agent on average, in milliseconds; those who hung up among them.
    pub mean_wait_ms: u64,
    /// The longest wait, in milliseconds.
    pub longest_wait_ms: u64,
    /// The most calls at once.
    pub most_live: u64,
    /// The most calls that were started within one second of the clock.
    pub most_calls_in_a_second: u64,
    /// Calls of the API: starts, counts of agents.
    pub api_starts: u64,
    /// Calls of `GetCurrentMetricData`: one an interval.
    pub api_counts: u64,
    /// Write units of the table: 2 for each item of a transaction (all items are below 1 KB).
    pub write_units: u64,
    /// What kept people waiting who were due, in seconds: `agents`, `api_quota`, `concurrent_calls`, `calls_per_day`.
    pub held_seconds: BTreeMap<String, u64>,
    /// Hour by hour.
    pub hours: Vec<Hour>,
}

/// Items in a transaction: campaign, person, number, attempt.
const ITEMS_OF_CLAIM: u64 = 4;
/// Attempt and contact.
const ITEMS_OF_PLACED: u64 = 2;
/// The attempt; for a talk also the campaign and the agent, of whom an agent event writes two as well.
const ITEMS_OF_LEARNED: u64 = 3;

impl Simulation {
    pub(super) fn of(
        policy: &Policy,
        model: &Model,
        campaign: &Campaign,
        tally: Tally,
        end: Moment,
        due: Option<Moment>,
    ) -> Self {
        let sum = |of: fn(&Hour) -> u64| tally.hours.iter().map(of).sum::<u64>();
        let staffed = sum(|hour| hour.staffed_seconds);
        let of = |is: fn(Outcome) -> bool| {
            campaign.outcomes.iter().filter(|(outcome, _)| is(**outcome)).map(|(_, calls)| calls).sum::<u64>()
        };
        let (answered, abandoned) = (of(Outcome::was_answered), of(Outcome::is_abandon));
        let over: u64 = campaign.outcomes.values().sum();
        let items = tally.claims * (ITEMS_OF_CLAIM + ITEMS_OF_PLACED)
            + tally.learned * ITEMS_OF_LEARNED
            + (over + tally.not_placed) * ITEMS_OF_CLAIM;
        let seconds = end.since(model.start).as_secs();
        let counts = if policy.min_free_agents > 0 { seconds / u64::from(policy.metrics_seconds) } else { 0 };
        Self {
            start: model.start.to_string(),
            end: end.to_string(),
            finished: campaign.state == State::Done,
            nobody: (campaign.calls == 0 && model.people > 0).then(|| nobody(policy, model, due)),
            counts: campaign.counts,
            calls: campaign.calls,
            outcomes: campaign.outcomes.clone(),
            utilization: (sum(|hour| hour.busy_seconds) * 100).checked_div(staffed).unwrap_or(0),
            abandoned_basis_points: (abandoned * 10_000).checked_div(answered).unwrap_or(0),
            mean_wait_ms: u64::try_from(tally.waited.as_millis()).unwrap_or(0).checked_div(tally.waits).unwrap_or(0),
            longest_wait_ms: u64::try_from(tally.longest.as_millis()).unwrap_or(0),
            most_live: tally.most_live,
            most_calls_in_a_second: tally.most_in_second,
            api_starts: tally.claims,
            api_counts: counts,
            write_units: items * 2,
            held_seconds: tally.held.iter().map(|(word, held)| ((*word).to_owned(), held / 1000)).collect(),
            hours: tally.hours,
        }
    }
}

/// Why nobody was called, where the first is due at a moment or never.
fn nobody(policy: &Policy, model: &Model, due: Option<Moment>) -> Nobody {
    let end = model.start + Duration::from_hours(model.hours.into());
    match due {
        None => Nobody::Never,
        Some(due) if due >= end => Nobody::Before(due.to_string()),
        Some(_) => Nobody::Agents { needed: policy.min_free_agents.max(1) },
    }
}
