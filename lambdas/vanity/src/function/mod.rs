//! The Lambda functions: events in, answers out, and what is kept in DynamoDB.

mod answer;
mod call;
mod callers;
mod store;
mod time;

use callform_lambda::{Aws, Environment, Error, Invocation};
use serde_json::Value;
use thiserror::Error as ThisError;

use crate::company::NameError;
use crate::keypad::Keypad;
use crate::number::{NoNumber, Number};
use crate::own::{OwnWords, OwnWordsError};
use crate::{Preferences, Ranking, rank, version};

pub use answer::{Answer, SPOKEN, Status};
pub use call::{Call, CallError, Named};
pub use callers::{Caller, Callers, LastCallers, RequestError};
use store::{CallRecord, Store};
use time::Moment;

/// Answers a contact flow with the vanity numbers of its caller, and keeps them.
#[derive(Debug)]
pub struct Vanity {
    aws: Aws,
    numbers: String,
    calls: String,
    company: Named,
    own: OwnWords,
    keypad: Keypad,
    retention_days: u32,
}

/// What is wrong with the environment.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum SettingError {
    /// `COMPANY` cannot count.
    #[error("COMPANY: {0}")]
    Company(NameError),
    /// `WORDS` cannot be read.
    #[error("WORDS: {0}")]
    Words(OwnWordsError),
    /// `KEYPAD` is none.
    #[error("KEYPAD: there is no keypad `{0}`; there are e161, classic and qz-on-1")]
    Keypad(String),
}

impl Vanity {
    /// Reads the environment: the tables `NUMBERS_TABLE` and `CALLS_TABLE`, the name `COMPANY`, `WORDS` of one's own
    /// ([`OwnWords::read`]), the `KEYPAD` ([`Keypad`]), and `RETENTION_DAYS` (missing or 0: what is kept never expires). All
    /// but the tables may be missing.
    pub fn start(environment: &Environment) -> Result<Self, Error> {
        Self::with(environment, Aws::default())
    }

    /// As [`Self::start`], with clients of one's own.
    pub fn with(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        let retention_days = match environment.optional("RETENTION_DAYS") {
            Some(_) => environment.parsed("RETENTION_DAYS")?,
            None => 0,
        };
        let text = |name| environment.optional(name).unwrap_or_default();
        let keypad = match text("KEYPAD") {
            "" => Keypad::default(),
            name => Keypad::named(name).ok_or_else(|| SettingError::Keypad(name.to_owned()))?,
        };
        Ok(Self {
            aws,
            numbers: environment.required("NUMBERS_TABLE")?.to_owned(),
            calls: environment.required("CALLS_TABLE")?.to_owned(),
            company: Named::read(text("COMPANY")).map_err(SettingError::Company)?,
            own: OwnWords::read(text("WORDS")).map_err(SettingError::Words)?,
            keypad,
            retention_days,
        })
    }

    /// Answers one event of a contact flow.
    ///
    /// Whatever the caller's address is, there is an answer; `status` says which. The ranking costs less time than
    /// reading it would: the tables are a record, and when they cannot be written the caller hears the answer all the
    /// same. Both writes are conditional: the same contact again, as when Connect retries, changes nothing.
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Answer, Error> {
        let call = Call::read(&event)?;
        let Named { name, company } = call.company.clone().unwrap_or_else(|| self.company.clone());
        let preferences = Preferences { company, own: self.own.clone(), keypad: self.keypad };
        let number = Number::read(&call.address);
        let ranking = number.as_ref().map(|number| rank(number, &preferences)).map_err(|reason| *reason);
        let mut answer = Answer::new(&ranking);
        let at = Moment::new(invocation.at, self.retention_days);
        let record = CallRecord {
            contact: &call.contact,
            phone: phone(&call, &number),
            company: &name,
            answer: &answer,
            at: &at,
        };
        let stored = self.keep(number.as_ref().ok().zip(ranking.as_ref().ok()), &version(&preferences), &record).await;
        if let Err(error) = &stored {
            tracing::error!(contact = call.contact, error, "the call is answered, but could not be stored");
        }
        answer.set_stored(stored.is_ok());
        Ok(answer)
    }

    /// Writes the ranking and the call at once.
    async fn keep(
        &self,
        ranked: Option<(&Number, &Ranking)>,
        version: &str,
        record: &CallRecord<'_>,
    ) -> Result<(), String> {
        let store = Store { aws: self.aws.calls().await, numbers: &self.numbers, calls: &self.calls };
        let ranking = async {
            match ranked {
                Some((number, ranking)) => store.put_ranking(number, ranking, version, record).await,
                None => Ok(()),
            }
        };
        let (ranking, call) = tokio::join!(ranking, store.put_call(record));
        ranking.and(call)
    }
}

/// The number that a call is kept with; nothing is kept of an address that is no number.
fn phone(call: &Call, number: &Result<Number, NoNumber>) -> Option<String> {
    match number {
        Ok(number) => Some(number.e164()),
        Err(NoNumber::Foreign | NoNumber::Short) => Some(call.address.clone()),
        Err(NoNumber::Withheld | NoNumber::NotDialed | NoNumber::Unreadable) => None,
    }
}
