//! Jobs of Amazon Transcribe.
//!
//! Actions: `transcribe:ListTranscriptionJobs`, `transcribe:DeleteTranscriptionJob`.

use callform_signed::{CallError, Service, SignedCalls};
use serde_json::json;

use super::note;
use crate::outside::{Jobs, Silent};

/// Jobs of Amazon Transcribe.
#[derive(Clone, Copy, Debug)]
pub struct Transcribe<'a>(pub &'a SignedCalls);

impl Jobs for Transcribe<'_> {
    async fn list(&self, contains: &str, after: Option<String>) -> Result<(Vec<String>, Option<String>), Silent> {
        let mut input = json!({ "JobNameContains": contains, "MaxResults": 100 });
        if let Some(after) = after {
            input["NextToken"] = after.into();
        }
        let page = self.0.json(Service::Transcribe, "Transcribe ListTranscriptionJobs", &input).await;
        let page = page.map_err(|error| silent(&error))?;
        let jobs = page["TranscriptionJobSummaries"].as_array().into_iter().flatten();
        let names = jobs.filter_map(|job| job["TranscriptionJobName"].as_str()).map(str::to_owned).collect();
        Ok((names, page["NextToken"].as_str().map(str::to_owned)))
    }

    async fn delete(&self, name: &str) -> Result<(), Silent> {
        let input = json!({ "TranscriptionJobName": name });
        match self.0.json(Service::Transcribe, "Transcribe DeleteTranscriptionJob", &input).await {
            Ok(_) => Ok(()),
            // What the service says of a job that is not there.
            Err(error) if matches!(error.code.as_deref(), Some("NotFoundException")) => Ok(()),
            Err(error) => Err(silent(&error)),
        }
    }
}

fn silent(error: &CallError) -> Silent {
    note(error);
    Silent("Transcribe")
}
