//! The last callers, newest first.

use callform_lambda::{Aws, Environment, Error, Invocation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::store::{Item, Store};
use super::time::{Moment, days_back};

/// Most callers of one answer.
const MOST: usize = 100;
/// Most days that are looked through: each costs a query.
const MOST_DAYS: usize = 92;

/// What is asked: `{}`, or `{ "limit": 10, "days": 7 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callers {
    /// How many callers, 1 to 100.
    #[serde(default = "five")]
    limit: usize,
    /// How many days are looked through, today first: 1 to 92.
    #[serde(default = "a_month")]
    days: usize,
}

fn five() -> usize {
    5
}

fn a_month() -> usize {
    31
}

/// Why callers cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// A number out of its range.
    #[error("`{0}` must be between 1 and {1}")]
    OutOfRange(&'static str, usize),
    /// DynamoDB did not answer.
    #[error("the calls cannot be read: {0}")]
    Store(String),
}

/// One caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// When the call came in: `2026-11-24T15:04:05.678Z`.
    pub at: String,
    /// The contact.
    pub contact: String,
    /// The caller's number, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The company whose name counted, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// What became of it, see [`super::Status`].
    pub status: String,
    /// The vanity numbers the caller heard.
    pub options: Vec<String>,
}

/// Answers who called last.
#[derive(Debug)]
pub struct LastCallers {
    aws: Aws,
    calls: String,
}

impl LastCallers {
    /// Reads the environment: the table `CALLS_TABLE`.
    pub fn start(environment: &Environment) -> Result<Self, Error> {
        Self::with(environment, Aws::default())
    }

    /// As [`Self::start`], with clients of one's own.
    pub fn with(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        Ok(Self { aws, calls: environment.required("CALLS_TABLE")?.to_owned() })
    }

    /// The last callers, newest first. Day after day is asked, today first, until there are enough.
    pub async fn answer(&self, request: Callers, invocation: Invocation) -> Result<Vec<Caller>, Error> {
        for (name, value, most) in [("limit", request.limit, MOST), ("days", request.days, MOST_DAYS)] {
            if !(1..=most).contains(&value) {
                return Err(RequestError::OutOfRange(name, most).into());
            }
        }
        let store = Store { aws: self.aws.calls().await, numbers: "", calls: &self.calls };
        let mut callers: Vec<Caller> = Vec::new();
        for day in days_back(Moment::new(invocation.at, 0).day()).take(request.days) {
            let left = request.limit - callers.len();
            if left == 0 {
                break;
            }
            let mut of_day: Vec<Caller> =
                store.calls_of_day(&day, left).await.map_err(RequestError::Store)?.iter().map(caller).collect();
            // Calls of the same millisecond have no order in an index.
            of_day.sort_by(|one, other| (&other.at, &other.contact).cmp(&(&one.at, &one.contact)));
            callers.extend(of_day);
        }
        Ok(callers)
    }
}

fn caller(item: &Item) -> Caller {
    let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let options = item.get("options").and_then(Value::as_array).into_iter().flatten();
    Caller {
        at: text("at").unwrap_or_default(),
        contact: text("contact").unwrap_or_default(),
        phone: text("phone"),
        company: text("company"),
        status: text("status").unwrap_or_default(),
        options: options.filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
