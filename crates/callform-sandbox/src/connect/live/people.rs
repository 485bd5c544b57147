//! The people of a sandbox: who is called or calls in and what they do, which agents are at work. They are in `people.json` in its
//! folder; without that file nobody answers.

mod caller;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::time_zone;
use crate::error::AwsError;

pub use caller::{Caller, HangsUp, Numbers};
pub use values::{Choice, Keys, Span};

/// Name of the file in the sandbox's folder.
pub const FILE: &str = "people.json";

/// Key of the callees, and of the agents, that have no entry of their own.
const DEFAULT: &str = "default";
pub(super) const ALL: &str = "all";

/// How long it takes until keys are pressed, and until somebody gives up, where nothing is said.
const AFTER: Span = Span::Exactly(3);
const PATIENCE: Span = Span::Exactly(300);

/// Everybody that contacts of a sandbox meet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    /// What all chance comes from.
    pub seed: u64,
    /// Who is called, by number in E.164; `default` for all others, and for what an entry does not say.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub callees: BTreeMap<String, Callee>,
    /// Who calls in, by whatever name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub callers: BTreeMap<String, Caller>,
    /// How many words a minute prompts are spoken with; 0 for prompts that take no time. Where it is not said, callers hear
    /// 150, and who is called hears everything in no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words_a_minute: Option<u32>,
    /// When they were given, where the sandbox notes it: the same people can be given again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// Who takes contacts, by username; `all` for every user without an entry. Users that neither names take none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub agents: BTreeMap<String, Agent>,
    /// How numbers begin that may not be called. Source of what holds without it: Amazon Connect Administrator Guide,
    /// service quotas ("blocked until a quota increase is requested").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_allowed: Option<Vec<String>>,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody picks up.
    Answered,
    /// It rings until the time for that is up.
    NoAnswer,
    /// The line is busy.
    Busy,
    /// An answering machine picks up.
    Machine,
    /// There is no such number.
    Invalid,
    /// The network fails.
    Failed,
}

/// Somebody who is called. What an entry leaves out is as in `default`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Callee {
    /// What becomes of a call, by weight, or one call after the other; the last of a list holds for all that follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Choice<Outcome>>,
    /// Seconds until somebody or something answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rings: Option<Span>,
    /// Keys for each question of a flow, by weight, or one question after the other; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presses: Option<Choice<Keys>>,
    /// Seconds until the keys are pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// Seconds in a queue, or in front of a bot, before giving up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<Span>,
    /// Seconds until the callee ends the conversation with an agent, where the agent does not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub talk: Option<Span>,
    /// What is said: to bots, one sentence each time they listen, and what is left of it to the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<Vec<String>>,
    /// Seconds of a machine's greeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<Span>,
    /// Whether a machine beeps after its greeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beep: Option<bool>,
    /// Seconds that a machine records before it hangs up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<Span>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Agent {
    /// The status that is taken at login, by name.
    pub status: String,
    /// Seconds until a contact is taken that rings.
    pub answers: Span,
    /// How many of a hundred contacts are missed.
    pub misses: u32,
    /// Seconds until the agent ends a conversation.
    pub talk: Span,
    /// Seconds of after-contact work.
    pub work: Span,
    /// What the agent says in a conversation, one sentence after the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// When the agent is logged in; always where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Shift>,
    /// Time zone of shifts that come every day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            status: "Available".to_owned(),
            answers: Span::Exactly(2),
            misses: 0,
            talk: Span::Exactly(120),
            work: Span::Exactly(10),
            says: Vec::new(),
            shifts: Vec::new(),
            time_zone: None,
        }
    }
}

/// A time at work: both of a day, such as `09:00`, or both moments, such as `2026-12-01T09:00:00Z`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// When the agent logs in.
    pub login: String,
    /// When the agent logs out; of a day before the login it is one of the next day.
    pub logout: String,
}

/// Everything about a callee, with what holds where nothing was said.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) outcomes: Choice<Outcome>,
    pub(super) rings: Span,
    pub(super) presses: Choice<Keys>,
    pub(super) after: Span,
    pub(super) patience: Span,
    pub(super) talk: Option<Span>,
    pub(super) says: Vec<String>,
    pub(super) greeting: Span,
    pub(super) beep: bool,
    pub(super) recording: Span,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            outcomes: Choice::InOrder(vec![Outcome::Answered]),
            rings: Span::Exactly(5),
            presses: Choice::InOrder(Vec::new()),
            after: AFTER,
            patience: PATIENCE,
            talk: None,
            says: Vec::new(),
            greeting: Span::Exactly(6),
            beep: true,
            recording: Span::Exactly(30),
        }
    }
}

impl People {
    /// Reads people from JSON, or what is wrong with it, everything at once.
    ///
    /// # Errors
    /// Each with the place of what is wrong.
    pub fn read(value: &Value) -> Result<Self, Vec<String>> {
        let Value::Object(members) = value else { return Err(vec!["people are a mapping".to_owned()]) };
        let mut problems = Vec::new();
        let mut rest: Map<String, Value> = members.clone();
        let callees = entries(rest.remove("callees"), "callees", &mut problems);
        let callers = entries(rest.remove("callers"), "callers", &mut problems);
        let agents = entries(rest.remove("agents"), "agents", &mut problems);
        let mut people = serde_json::from_value(rest.into()).unwrap_or_else(|error| {
            problems.push(error.to_string());
            Self::default()
        });
        people.callees = callees;
        people.callers = callers;
        people.agents = agents;
        problems.extend(people.problems());
        if problems.is_empty() { Ok(people) } else { Err(problems) }
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for number in self.callees.keys().filter(|key| *key != DEFAULT && !is_e164(key)) {
            problems.push(format!("callees.{number}: no number such as +15550100101, and not `{DEFAULT}`"));
        }
        for (name, caller) in &self.callers {
            caller.problems(name, &mut problems);
        }
        for (name, agent) in &self.agents {
            if agent.misses > 100 {
                problems.push(format!("agents.{name}.misses: {} of a hundred cannot be missed", agent.misses));
            }
            if let Some(zone) = agent.time_zone.as_deref().filter(|zone| time_zone(zone).is_none()) {
                problems.push(format!("agents.{name}.time_zone: no time zone is called `{zone}`"));
            }
            for shift in agent.shifts.iter().filter(|shift| shift.times().is_none()) {
                problems.push(format!(
                    "agents.{name}.shifts: from `{}` to `{}` is no time; write both as `09:00` or both as \
                     `2026-12-01T09:00:00Z`",
                    shift.login, shift.logout
                ));
            }
        }
        problems
    }

    /// The WAV files that entries of callers name: name of the entry, and of the file.
    pub fn recordings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.callers.iter().filter_map(|(name, caller)| Some((name.as_str(), caller.recording.as_deref()?)))
    }

    /// The people of a folder; `None` where it has no such file. A file that is not understood is an error.
    pub fn load(folder: &Path) -> Result<Option<Self>, AwsError> {
        let Some(text) = text(folder)? else { return Ok(None) };
        Self::parse(&text, folder).map(Some)
    }

    pub(super) fn parse(text: &[u8], folder: &Path) -> Result<Self, AwsError> {
        let wrong = |why: &str| {
            let message = format!("{} is not understood: {why}. Mend it, or remove it.", folder.join(FILE).display());
            AwsError::new(400, "SandboxPeopleInvalid", message)
        };
        let value: Value = serde_json::from_slice(text).map_err(|error| wrong(&error.to_string()))?;
        Self::read(&value).map_err(|problems| wrong(&problems.join("; ")))
    }

    /// Writes them into a folder, in place of any there.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        let new = folder.join(format!("{FILE}.{}", std::process::id()));
        std::fs::write(&new, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(new, folder.join(FILE))
    }

    /// Who is at a number.
    pub(super) fn person(&self, number: &str) -> Person {
        fn of<T: Clone>(both: [Option<&Callee>; 2], field: fn(&Callee) -> &Option<T>) -> Option<T> {
            both.into_iter().flatten().find_map(|callee| field(callee).clone())
        }
        let both = [self.callees.get(number), self.callees.get(DEFAULT)];
        let other = Person::default();
        Person {
            outcomes: of(both, |it| &it.outcomes).unwrap_or(other.outcomes),
            rings: of(both, |it| &it.rings).unwrap_or(other.rings),
            presses: of(both, |it| &it.presses).unwrap_or(other.presses),
            after: of(both, |it| &it.after).unwrap_or(other.after),
            patience: of(both, |it| &it.patience).unwrap_or(other.patience),
            talk: of(both, |it| &it.talk),
            says: of(both, |it| &it.says).unwrap_or(other.says),
            greeting: of(both, |it| &it.greeting).unwrap_or(other.greeting),
            beep: of(both, |it| &it.beep).unwrap_or(other.beep),
            recording: of(both, |it| &it.recording).unwrap_or(other.recording),
        }
    }

    /// The agent that a user is, if it is one.
    pub(super) fn agent(&self, username: &str) -> Option<&Agent> {
        self.agents.get(username).or_else(|| self.agents.get(ALL))
    }

    /// Whether a number may be called.
    pub(super) fn may_call(&self, number: &str) -> bool {
        const BLOCKED: [&str; 4] = ["+447", "+8170", "+8180", "+8190"];
        match &self.not_allowed {
            Some(prefixes) => !prefixes.iter().any(|prefix| number.starts_with(prefix.as_str())),
            None => !BLOCKED.iter().any(|prefix| number.starts_with(prefix)),
        }
    }
}

/// True of bytes that are a WAV file.
pub fn is_wave(bytes: &[u8]) -> bool {
    super::wave::is_wave(bytes)
}

/// The file of a folder.
pub(super) fn text(folder: &Path) -> Result<Option<Vec<u8>>, AwsError> {
    let file = folder.join(FILE);
    match std::fs::read(&file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(crate::error::own_file(&file, &error)),
    }
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn entries<T: DeserializeOwned>(value: Option<Value>, what: &str, problems: &mut Vec<String>) -> BTreeMap<String, T> {
    let entries = match value {
        None | Some(Value::Null) => return BTreeMap::new(),
        Some(Value::Object(entries)) => entries,
        Some(_) => {
            problems.push(format!("{what}: a mapping of entries by name"));
            return BTreeMap::new();
        }
    };
    let mut read = BTreeMap::new();
    for (name, entry) in entries {
        match serde_json::from_value(entry) {
            Ok(entry) => drop(read.insert(name, entry)),
            Err(error) => problems.push(format!("{what}.{name}: {error}")),
        }
    }
    read
}

enum Times {
    Moments(Timestamp, Timestamp),
    Daily(Time, Time),
}

impl Shift {
    fn times(&self) -> Option<Times> {
        if let (Ok(login), Ok(logout)) = (self.login.parse::<Timestamp>(), self.logout.parse::<Timestamp>()) {
            return (login < logout).then_some(Times::Moments(login, logout));
        }
        let (login, logout) = (self.login.parse::<Time>().ok()?, self.logout.parse::<Time>().ok()?);
        (login != logout).then_some(Times::Daily(login, logout))
    }

    /// The times around a moment: of the day before, that day and the next.
    fn around(&self, now: Timestamp, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
        match self.times() {
            None => Vec::new(),
            Some(Times::Moments(login, logout)) => vec![(login, logout)],
            Some(Times::Daily(login, logout)) => {
                let today = zone.to_datetime(now).date();
                let days = [today.yesterday(), Ok(today), today.tomorrow()];
                let at = |day: jiff::civil::Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
                let of = |day: jiff::civil::Date| {
                    let last = if login < logout { day } else { day.tomorrow().ok()? };
                    Some((at(day, login)?, at(last, logout)?))
                };
                days.into_iter().filter_map(Result::ok).filter_map(of).collect()
            }
        }
    }
}

impl Agent {
    /// Whether the agent is at work at a moment, and when that changes next.
    pub(super) fn at_work(&self, now: Timestamp) -> (bool, Option<Timestamp>) {
        if self.shifts.is_empty() {
            return (true, None);
        }
        let zone = self.time_zone.as_deref().and_then(time_zone).unwrap_or(TimeZone::UTC);
        let times: Vec<_> = self.shifts.iter().flat_map(|shift| shift.around(now, &zone)).collect();
        let works = times.iter().any(|(login, logout)| *login <= now && now < *logout);
        let changes = times.iter().flat_map(|(login, logout)| [*login, *logout]).filter(|time| *time > now);
        (works, changes.min())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_all_at_once_and_with_its_place() {
        let problems = People::read(&json!({
            "sead": 1,
            "callees": {
                "default": { "outcomes": { "answerd": 1 } },
                "5550100": {},
                "+15550100103": { "outcomes": { "busy": 0 } },
                "+15550100104": { "presses": [12] },
                "+15550100101": { "rings": [9, 3], "presses": [1] },
                "+15550100102": { "presses": ["one"] },
            },
            "callers": { "a": { "from": "+15550100150" }, "b": { "from": "+15550100150", "to": "+15550100100", "at": "1d" } },
            "agents": {
                "mary": { "misses": 101, "time_zone": "Mars", "shifts": [{ "login": "09:00", "logout": "noon" }] },
            },
        }))
        .unwrap_err();
        for part in [
            "sead",
            "callees.default: ",
            "answerd",
            "callees.5550100: ",
            "[9,3] is no length of time",
            "`one` are no keys",
            "agents.mary.misses",
            "`Mars`",
            "from `09:00` to `noon`",
            "`busy` has a weight of 0",
            "write the keys 12 in quotes",
            "callers.a: says neither `to`",
            "callers.b: \"1d\" is no length of time",
        ] {
            assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:#?}");
        }
    }

    #[test]
    fn entries_have_what_they_say_and_else_what_the_default_says() {
        let people = People::read(&json!({
            "callees": {
                "default": { "outcomes": ["busy"], "rings": 9 },
                "+15550100101": { "rings": [1, 2], "presses": [1, "2#"] },
            },
            "callers": {
                "early": { "from": "+15550100150", "to": "+15550100100", "at": "5m", "count": 3, "keys": ["0123#"], "says": ["yes"] },
            },
        }))
        .unwrap();
        let person = people.person("+15550100101");
        assert_eq!(person.outcomes, Choice::InOrder(vec![Outcome::Busy]));
        assert_eq!(person.rings, Span::Between([1, 2]));
        assert_eq!(person.presses, Choice::InOrder(vec![Keys("1".to_owned()), Keys("2#".to_owned())]));
        assert_eq!(people.person("+15550100102").rings, Span::Exactly(9));
        let early = &people.callers["early"];
        assert_eq!((early.at, early.person().after), (Span::Exactly(300), AFTER));
        // What is written can be read again.
        assert_eq!(People::read(&serde_json::to_value(&people).unwrap()).unwrap(), people);
        assert!(!people.may_call("+447700900101") && people.may_call("+15550100101"));
    }

    #[test]
    fn shifts_say_when_agents_come_and_go() {
        let agent: Agent = serde_json::from_value(json!({
            "time_zone": "America/Los_Angeles",
            "shifts": [{ "login": "22:00", "logout": "06:00" }, { "login": "2026-12-05T20:00:00Z", "logout": "2026-12-05T21:00:00Z" }],
        }))
        .unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // 22:00 in Los Angeles is 06:00 in UTC in winter.
        assert_eq!(agent.at_work(at("2026-12-01T05:59:59Z")), (false, Some(at("2026-12-01T06:00:00Z"))));
        assert_eq!(agent.at_work(at("2026-12-01T06:00:00Z")), (true, Some(at("2026-12-01T14:00:00Z"))));
        assert_eq!(agent.at_work(at("2026-12-01T14:00:00Z")), (false, Some(at("2026-12-02T06:00:00Z"))));
        assert_eq!(agent.at_work(at("2026-12-05T20:30:00Z")), (true, Some(at("2026-12-05T21:00:00Z"))));
        assert_eq!(Agent::default().at_work(at("2026-12-01T05:59:59Z")), (true, None));
    }
}
