//! The Lambda functions: events in, answers out, and what is kept in DynamoDB.

mod answer;
mod call;
mod callers;
mod store;
mod time;

use callform_lambda::{Aws, Environment, Error, Invocation};
use serde_json::Value;

use crate::company::Company;
use crate::number::{NoNumber, Number};
use crate::{Ranking, rank, version};

pub use answer::{Answer, SPOKEN, Status};
pub use call::{Call, CallError};
pub use callers::{Caller, Callers, LastCallers, RequestError};
use store::{CallRecord, Store};
use time::Moment;

/// Answers a contact flow with the vanity numbers of its caller, and keeps them.
#[derive(Debug)]
pub struct Vanity {
    aws: Aws,
    numbers: String,
    calls: String,
    company: String,
    retention_days: u32,
}

impl Vanity {
    /// Reads the environment: the tables `NUMBERS_TABLE` and `CALLS_TABLE`, the name `COMPANY` (may be missing), and
    /// `RETENTION_DAYS` (missing or 0: what is kept never expires).
    pub fn start(environment: &Environment) -> Result<Self, Error> {
        Self::with(environment, Aws::default())
    }

    /// As [`Self::start`], with clients of one's own.
    pub fn with(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        let retention_days = match environment.optional("RETENTION_DAYS") {
            Some(_) => environment.parsed("RETENTION_DAYS")?,
            None => 0,
        };
        Ok(Self {
            aws,
            numbers: environment.required("NUMBERS_TABLE")?.to_owned(),
            calls: environment.required("CALLS_TABLE")?.to_owned(),
            company: environment.optional("COMPANY").unwrap_or_default().to_owned(),
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
        let company = call.company.as_deref().unwrap_or(&self.company);
        let number = Number::read(&call.address);
        let ranking = number.as_ref().map(|number| rank(number, &Company::new(company))).map_err(|reason| *reason);
        let mut answer = Answer::new(&ranking);
        let at = Moment::new(invocation.at, self.retention_days);
        let record = CallRecord { contact: &call.contact, phone: phone(&call, &number), answer: &answer, at: &at };
        let stored = self.keep(number.as_ref().ok().zip(ranking.as_ref().ok()), &version(company), &record).await;
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
        let store = Store { client: self.aws.dynamodb().await, numbers: &self.numbers, calls: &self.calls };
        let ranking = async {
            match ranked {
                Some((number, ranking)) => store.put_ranking(number, ranking, version, record.at).await,
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
