//! A job as it is kept and shown.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::request::Wanted;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::s3;
use crate::signals;

/// Jobs by region and name.
const JOBS: &str = "transcribe/job";

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Status {
    Queued,
    InProgress,
    Failed,
    Completed,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::InProgress => "IN_PROGRESS",
            Self::Failed => "FAILED",
            Self::Completed => "COMPLETED",
        }
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) wanted: Wanted,
    pub(super) status: Status,
    /// When it was asked for, milliseconds since 1970.
    pub(super) created: u64,
    /// When it began.
    pub(super) started: Option<u64>,
    /// When it ended.
    pub(super) ended: Option<u64>,
    /// Why it failed.
    pub(super) failure: Option<String>,
    /// What was found out of the audio, as members of the job.
    pub(super) found: Map<String, Value>,
    /// How many channels the transcript tells apart, where it tells them apart.
    pub(super) channels: usize,
}

impl Job {
    pub(super) fn queued(wanted: Wanted, now: u64) -> Self {
        Self {
            wanted,
            status: Status::Queued,
            created: now,
            started: None,
            ended: None,
            failure: None,
            found: Map::new(),
            channels: 0,
        }
    }

    pub(super) fn find(environment: &Environment, name: &str) -> Result<Option<Self>, AwsError> {
        environment.tx.get(JOBS, environment.region, name)
    }

    pub(super) fn all(environment: &Environment) -> Result<Vec<Self>, AwsError> {
        Ok(environment.tx.list(JOBS, environment.region)?.into_iter().map(|(_, job)| job).collect())
    }

    pub(super) fn save(&self, environment: &Environment) -> Result<(), AwsError> {
        environment.tx.put(JOBS, environment.region, &self.wanted.name, None, self)
    }

    /// Deletes it, and its transcript where that is the service's own.
    pub(super) fn delete(&self, environment: &Environment) -> Result<(), AwsError> {
        s3::own::delete(environment.tx, &own_bucket(environment), &self.own_key(environment))?;
        environment.tx.delete(JOBS, environment.region, &self.wanted.name)?;
        Ok(())
    }

    /// Writes the transcript to where it belongs.
    pub(super) fn deliver(&self, environment: &Environment, file: &Value) -> Result<(), AwsError> {
        let bytes = file.to_string().into_bytes();
        match &self.wanted.output {
            Some(place) => s3::object::write(environment, &place.bucket, &place.key, &bytes, "application/json"),
            None => {
                s3::own::put(environment.tx, &own_bucket(environment), &self.own_key(environment), &file.to_string())
            }
        }
    }

    fn own_key(&self, environment: &Environment) -> String {
        format!("{}/{}/{}/asrOutput.json", environment.account, self.wanted.name, self.created)
    }

    /// The address of the transcript. One in the service's own bucket is a link that can be fetched.
    fn transcript(&self, environment: &Environment) -> Result<String, AwsError> {
        match &self.wanted.output {
            Some(place) => Ok(place.uri(environment.region)),
            None => signals::link(environment, &own_bucket(environment), &self.own_key(environment)),
        }
    }

    /// As `GetTranscriptionJob` shows it.
    pub(super) fn described(&self, environment: &Environment) -> Result<Value, AwsError> {
        let mut described = self.common();
        described.extend(self.wanted.shown.clone());
        described.extend(self.found.clone());
        if self.status == Status::Completed {
            let uri = self.transcript(environment)?;
            described.insert("Transcript".to_owned(), json!({ "TranscriptFileUri": uri }));
        }
        Ok(described.into())
    }

    /// As a list shows it.
    pub(super) fn summary(&self) -> Value {
        let mut summary = self.common();
        let of_all = self.wanted.shown.iter().chain(&self.found);
        let listed = [
            "LanguageCode",
            "IdentifyLanguage",
            "IdentifyMultipleLanguages",
            "IdentifiedLanguageScore",
            "LanguageCodes",
        ];
        let listed = of_all.filter(|(name, _)| listed.contains(&name.as_str()));
        summary.extend(listed.map(|(name, value)| (name.clone(), value.clone())));
        let place = if self.wanted.output.is_some() { "CUSTOMER_BUCKET" } else { "SERVICE_BUCKET" };
        summary.insert("OutputLocationType".to_owned(), place.into());
        summary.into()
    }

    fn common(&self) -> Map<String, Value> {
        let mut common = Map::new();
        common.insert("TranscriptionJobName".to_owned(), self.wanted.name.as_str().into());
        common.insert("TranscriptionJobStatus".to_owned(), self.status.name().into());
        let times = [("CreationTime", Some(self.created)), ("StartTime", self.started), ("CompletionTime", self.ended)];
        for (name, time) in times {
            if let Some(time) = time {
                common.insert(name.to_owned(), seconds(time).into());
            }
        }
        if let Some(failure) = &self.failure {
            common.insert("FailureReason".to_owned(), failure.as_str().into());
        }
        common
    }
}

/// Milliseconds since 1970 as seconds.
fn seconds(milliseconds: u64) -> f64 {
    crate::clock::epoch_seconds(crate::services::carrying::time_of(milliseconds))
}

/// The service's own bucket of a region.
fn own_bucket(environment: &Environment) -> String {
    s3::own::name(&format!("transcribe-{}", environment.region))
}
