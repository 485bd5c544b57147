//! How a campaign stands, and what became of each call: for people, and as files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::admission::Refusal;
use crate::ids::{AgentId, AttemptId, ContactId, Number, PersonId};
use crate::item::{Attempt, Campaign, Counts, State, Today};
use crate::moment::Moment;
use crate::outcome::Outcome;
use crate::policy::Policy;

/// How a campaign stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Whether calls are placed.
    pub state: State,
    /// How many persons are where.
    pub counts: Counts,
    /// All persons.
    pub total: u64,
    /// Calls that are with an agent.
    pub with_agent: u64,
    /// Agents who could be given a call now.
    pub free_agents: u32,
    /// Agents who are signed in, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents_online: Option<u32>,
    /// Calls that may be placed now.
    pub room: u32,
    /// Why none may be placed, in words; nothing where some may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Calls for each free agent now.
    pub ratio: f64,
    /// Calls until now.
    pub calls: u64,
    /// The current day.
    pub today: Today,
    /// Of the day's answered calls, the percentage that was abandoned; nothing where none was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abandoned_percent: Option<f64>,
    /// How many calls ended how.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Since when it runs, or ran last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// When it was done or stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

impl Status {
    /// Of a campaign at a moment.
    #[expect(clippy::cast_precision_loss, reason = "calls of a day")]
    pub fn of(policy: &Policy, campaign: &Campaign, now: Moment) -> Self {
        let pace = campaign.pace(policy, now);
        let today = &campaign.today;
        let share = today.abandoned as f64 * 100.0 / today.answered.max(1) as f64;
        Self {
            state: campaign.state,
            counts: campaign.counts,
            total: campaign.counts.total(),
            with_agent: campaign.with_agent,
            free_agents: campaign.agents.free(now),
            agents_online: campaign.agents.online,
            room: *pace.as_ref().unwrap_or(&0),
            waits_for: pace.err().map(|refusal| words(&refusal)),
            ratio: campaign.ratio(policy, now),
            calls: campaign.calls,
            today: *today,
            abandoned_percent: (today.answered > 0).then_some(share),
            outcomes: campaign.outcomes.clone(),
            started: campaign.started.map(|at| at.to_string()),
            ended: campaign.ended.map(|at| at.to_string()),
        }
    }
}

/// A refusal in words, as the end of a sentence that begins with who is meant.
pub fn words(refusal: &Refusal) -> String {
    let words = match refusal {
        Refusal::NotRunning(state) => return format!("the campaign is {}", state.word()),
        Refusal::Trouble(trouble) => {
            return format!("calls are not permitted ({trouble}): look at the instance, then resume");
        }
        Refusal::FewAgents { free, least } => return format!("{free} agents are free, and there must be {least}"),
        Refusal::AgentsBusy { free, calls } => {
            return format!("{calls} calls are under way for the {free} agents who are free");
        }
        Refusal::Slow { until } => return format!("the next call of the API may be made at {until}"),
        Refusal::Live { until } => return format!("a call is going on, until {until} at the latest"),
        Refusal::NotBefore { at, why } => return format!("not before {at}: {}", wait(*why)),
        Refusal::NumberLive { until } => {
            return format!("the number is being called for somebody else, until {until} at the latest");
        }
        Refusal::NumberNotBefore(at) => return format!("the number was called not long ago; not before {at}"),
        Refusal::NumberDay { until } => {
            return format!("the number was called as often as may be on a day; not before {until}");
        }
        Refusal::NumberBlocked(why) => return format!("the number must not be called ({why})"),
        Refusal::Over(standing) => {
            return format!("they are not called any more ({standing:?})").to_lowercase();
        }
        Refusal::Closed => "the queue is disabled, or out of its hours",
        Refusal::NoCount => "nobody has counted the agents yet",
        Refusal::Concurrency => "as many calls as may be are going on",
        Refusal::Day => "as many calls as may be on a day were placed",
        Refusal::Disabled => "they are disabled",
        Refusal::DoNotCall => "their status says not to call them",
        Refusal::NoConsent => "their consent is missing",
        Refusal::NoZone => {
            "nobody knows in which time zone they are; give one in the list, or for all with CALLEE_TIME_ZONE"
        }
        Refusal::NoHour => {
            "there is no hour that is allowed in all time zones they may be in; give their zone in the list"
        }
        Refusal::NoNumber => "they have no number that may be called",
    };
    words.to_owned()
}

fn wait(why: crate::admission::Wait) -> &'static str {
    use crate::admission::Wait;
    match why {
        Wait::Success => "they were reached not long ago",
        Wait::Between => "they were called not long ago",
        Wait::Period => "they were called as often as may be in a period",
        Wait::Hours => "hours, quiet hours or a holiday where they are",
        Wait::Due => "they were put off",
    }
}

/// One call, as a row of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRow {
    /// The call.
    pub attempt: AttemptId,
    /// Whom.
    pub person: PersonId,
    /// On which number.
    pub phone: Number,
    /// Which attempt of the person's period, from 1.
    pub nth: u32,
    /// When it was claimed, in RFC 3339.
    pub claimed: String,
    /// How it ended: an outcome; `not_placed` where no call was made, `live` while it goes on.
    pub outcome: String,
    /// Whether the person was reached.
    pub reached: bool,
    /// Why no call was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Seconds with an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub talk_seconds: Option<u64>,
    /// Who talked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// The key that was pressed, as its word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mood: Option<String>,
    /// The disposition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
}

impl ResultRow {
    /// Of a call.
    pub fn of(policy: &Policy, attempt: &Attempt) -> Self {
        let evidence = &attempt.evidence;
        let outcome = match (attempt.outcome, &attempt.refused) {
            (Some(outcome), _) => outcome.word(),
            (None, Some(_)) => "not_placed",
            (None, None) => "live",
        };
        let talk = evidence.talked.as_ref().zip(evidence.ended).map(|(talked, ended)| ended.since(talked.since));
        let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
        Self {
            attempt: attempt.id.clone(),
            person: attempt.person.clone(),
            phone: attempt.number.clone(),
            nth: attempt.nth,
            claimed: attempt.claimed.to_string(),
            outcome: outcome.to_owned(),
            reached: attempt.outcome.is_some_and(Outcome::is_success),
            refused: attempt.refused.clone(),
            contact: attempt.contact.clone(),
            answered: text(evidence.answered),
            ended: text(evidence.ended),
            talk_seconds: talk.map(|talk| talk.as_secs()),
            agent: attempt.agent().cloned(),
            mood: evidence.key.as_ref().map(|key| policy.mood(&key.what)),
            disposition: evidence.disposition.as_ref().map(|said| said.what.clone()),
        }
    }

    /// As a line of NDJSON, with its end.
    pub fn to_ndjson(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    /// As fields of CSV, in the order of [`CSV_HEADER`]. Texts that a spreadsheet would run are disarmed with an apostrophe.
    pub fn to_csv(&self) -> [String; 15] {
        let optional = |text: Option<&str>| safe(text.unwrap_or_default());
        [
            safe(self.attempt.as_str()),
            safe(self.person.as_str()),
            self.phone.to_string(),
            self.nth.to_string(),
            self.claimed.clone(),
            self.outcome.clone(),
            self.reached.to_string(),
            optional(self.refused.as_deref()),
            optional(self.contact.as_ref().map(ContactId::as_str)),
            optional(self.answered.as_deref()),
            optional(self.ended.as_deref()),
            self.talk_seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
            optional(self.agent.as_ref().map(AgentId::as_str)),
            optional(self.mood.as_deref()),
            optional(self.disposition.as_deref()),
        ]
    }
}

/// The header of results as CSV.
pub const CSV_HEADER: [&str; 15] = [
    "attempt",
    "person",
    "phone",
    "nth",
    "claimed",
    "outcome",
    "reached",
    "refused",
    "contact",
    "answered",
    "ended",
    "talk_seconds",
    "agent",
    "mood",
    "disposition",
];

fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Results as CSV, with a header.
pub fn csv(rows: &[ResultRow]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    let written = writer
        .write_record(CSV_HEADER)
        .and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row.to_csv())));
    match (written, writer.into_inner()) {
        (Ok(()), Ok(bytes)) => String::from_utf8(bytes).unwrap_or_default(),
        _ => String::new(),
    }
}
