//! What is heard of calls: contact records of a stream, contact events, and the clock.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_lambda::{Aws, Environment, Error, Invocation};
use serde_json::{Value, json};

use super::settings::Settings;
use crate::aws::{Connect, DynamoDb, S3, Services};
use crate::work::{Taken, Work};

/// Items that one tick looks after.
const MOST: usize = 100;

/// The function that hears of calls.
#[derive(Debug)]
pub struct Records {
    aws: Aws,
    settings: Settings,
}

type OnAws<'a> = Work<'a, DynamoDb<'a>, Connect<'a>, S3<'a>, Services<'a>>;

impl Records {
    /// Reads `TABLE`, `INSTANCE`, and the variables of the policy.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Self::on(environment, Aws::unhurried())
    }

    /// As [`Self::from_environment`], with calls of one's own.
    pub fn on(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        environment.required("INSTANCE")?;
        Ok(Self { aws, settings: Settings::read(environment)? })
    }

    /// Takes in a batch of a stream, a contact event, or `{"action": "tick"}`.
    pub async fn handle(&self, event: Value, _: Invocation) -> Result<Value, Error> {
        let calls = self.aws.calls().await;
        let settings = &self.settings;
        let (store, rim) = (DynamoDb::new(calls, &settings.table), Services(calls));
        let directory = Connect { calls, instance: settings.instance_id(), security_profiles: &[] };
        let objects = S3(calls);
        let work =
            Work { store: &store, directory: &directory, objects: &objects, rim: &rim, policy: &settings.policy };
        if event["action"] == "tick" {
            let swept = work.tick(MOST).await?;
            if swept.due > 0 {
                tracing::info!(
                    due = swept.due,
                    asked = swept.asked,
                    given_up = swept.given_up,
                    "looked after what was due"
                );
            }
            return Ok(json!({ "due": swept.due }));
        }
        if event["source"] == "aws.connect" {
            let taken = work.contact_event(&event).await?;
            return Ok(json!({ "new": taken == Taken::New }));
        }
        match event["Records"].as_array() {
            Some(records) => Self::stream(&work, records).await,
            None => Err(
                "the event is none that is known here: `{\"action\": \"tick\"}`, contact events, batches of Kinesis"
                    .into(),
            ),
        }
    }

    /// Record by record. One that cannot be read is passed over (S9); where the table does not answer, that record and those
    /// after it come again.
    async fn stream(work: &OnAws<'_>, records: &[Value]) -> Result<Value, Error> {
        let (mut unreadable, mut failures) = (0_u32, Vec::new());
        for record in records {
            let bytes = BASE64.decode(record["kinesis"]["data"].as_str().unwrap_or_default()).unwrap_or_default();
            let Ok(content) = serde_json::from_slice::<Value>(&bytes) else {
                unreadable += 1;
                continue;
            };
            match work.contact_record(&content).await {
                Ok(Taken::Unreadable) => unreadable += 1,
                Ok(Taken::New | Taken::Known | Taken::Foreign) => {}
                Err(error) => {
                    tracing::warn!(%error, "a record comes again");
                    failures.push(json!({ "itemIdentifier": record["kinesis"]["sequenceNumber"] }));
                    break;
                }
            }
        }
        if unreadable > 0 {
            tracing::info!(records = unreadable, "passed over what is no contact record");
        }
        Ok(json!({ "batchItemFailures": failures }))
    }
}
