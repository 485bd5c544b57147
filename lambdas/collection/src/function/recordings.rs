//! Recordings and transcripts that arrive in S3.

use std::io::{BufReader, Seek as _};

use callform_lambda::{Aws, Environment, Error, Invocation};
use callform_signed::SignedCalls;
use serde_json::{Value, json};

use super::settings::Settings;
use crate::aws::{DynamoDb, FetchError, S3, Services, fetch};
use crate::events::{object_created, part_of};
use crate::evidence::Measured;
use crate::outside::{Location, Measure, MeasureError, Nothing};
use crate::work::{Taken, Work};

/// The function that measures recordings.
#[derive(Debug)]
pub struct Recordings {
    aws: Aws,
    settings: Settings,
}

/// Measures objects of S3: by way of a file, so that an hour of sound needs little memory.
#[derive(Clone, Copy, Debug)]
struct InS3<'a>(&'a SignedCalls);

impl Measure for InS3<'_> {
    async fn measure(&self, location: &Location) -> Result<Measured, MeasureError> {
        let unavailable = |_| MeasureError::Unavailable;
        let mut file = tempfile::tempfile().map_err(unavailable)?;
        let (bytes, tag) = fetch(self.0, location, &mut file).await.map_err(|error| match error {
            FetchError::Call(error) if error.is_not_found() || error.code.as_deref() == Some("NoSuchKey") => {
                MeasureError::Gone
            }
            _ => MeasureError::Unavailable,
        })?;
        file.rewind().map_err(unavailable)?;
        crate::measure::measure(BufReader::new(file), part_of(location), bytes, &tag)
    }
}

impl Recordings {
    /// Reads `TABLE`, and the variables of the policy.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Self::on(environment, Aws::unhurried())
    }

    /// As [`Self::from_environment`], with calls of one's own.
    pub fn on(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        Ok(Self { aws, settings: Settings::read(environment)? })
    }

    /// Takes in an event of S3, as EventBridge hands it over.
    pub async fn handle(&self, event: Value, _: Invocation) -> Result<Value, Error> {
        let location = object_created(&event).ok_or("the event is none of an object that was put")?;
        let calls = self.aws.calls().await;
        let (store, rim) = (DynamoDb::new(calls, &self.settings.table), Services(calls));
        let policy = &self.settings.policy;
        let work = Work { store: &store, directory: &Nothing, objects: &S3(calls), rim: &rim, policy };
        let taken = if location.key.starts_with("collections/") {
            work.transcript_arrived(&location).await?
        } else if location.key.to_ascii_lowercase().ends_with(".wav") {
            Box::pin(work.recording_arrived(&InS3(calls), &location)).await?
        } else {
            Taken::Foreign
        };
        tracing::info!(new = taken == Taken::New, "an object arrived");
        Ok(json!({ "new": taken == Taken::New }))
    }
}
