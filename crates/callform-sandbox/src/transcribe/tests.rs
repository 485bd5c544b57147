use serde_json::{Map, Value, json};

use super::media::silence;
use super::*;
use crate::services::carrying::{Carrier, Step, time_of};
use crate::services::s3;
use crate::store::Store;

const BEGAN: u64 = 1_800_000_000_000;

/// An account with a bucket `calls` and some files in it.
struct Account {
    store: Store,
    folder: tempfile::TempDir,
}

impl Account {
    fn new() -> Self {
        let account = Self { store: Store::in_memory().unwrap(), folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(account.folder.path().join("s3")).unwrap();
        account.at(0, |environment| s3::bucket::create(environment, "calls")).unwrap();
        account.put("a.wav", &silence(2, 8000, 40));
        account
    }

    fn put(&self, key: &str, bytes: &[u8]) {
        self.at(0, |environment| s3::object::write(environment, "calls", key, bytes, "audio/wav")).unwrap();
    }

    /// Works so many milliseconds after the beginning.
    fn at<R>(&self, later: u64, work: impl FnOnce(&Environment) -> Result<R, AwsError>) -> Result<R, AwsError> {
        self.store.transaction(|tx| {
            work(&Environment {
                tx,
                account: "123456789012",
                region: "us-west-2",
                now: time_of(BEGAN + later),
                folder: self.folder.path(),
            })
        })
    }

    fn call(&self, operation: &str, input: &Value) -> Result<Value, AwsError> {
        self.at(0, |environment| call(environment, operation, &crate::input::object(input.clone())))
    }

    fn start(&self, change: &Value) -> Result<Value, AwsError> {
        let mut input = json!({
            "TranscriptionJobName": "job",
            "LanguageCode": "en-US",
            "Media": { "MediaFileUri": "s3://calls/a.wav" },
        });
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.call("StartTranscriptionJob", &input)
    }

    /// Does what is due until then.
    fn pass(&self, until: u64) {
        while self.at(until, |environment| Jobs.step(environment, "")).unwrap() == Step::Worked {}
    }

    fn job(&self) -> Value {
        self.call("GetTranscriptionJob", &json!({ "TranscriptionJobName": "job" })).unwrap()["TranscriptionJob"].clone()
    }

    fn failure(&self, change: &Value) -> String {
        self.start(change).unwrap();
        self.pass(60_000);
        let job = self.job();
        assert_eq!(job["TranscriptionJobStatus"], "FAILED", "{change}");
        self.call("DeleteTranscriptionJob", &json!({ "TranscriptionJobName": "job" })).unwrap();
        job["FailureReason"].as_str().unwrap().to_owned()
    }

    fn read(&self, key: &str) -> Value {
        let bytes = self.at(0, |environment| s3::object::read(environment, "calls", key, None)).unwrap().unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }
}

#[test]
fn a_job_goes_by_the_clock_and_the_length_of_its_audio() {
    let account = Account::new();
    let begun = account.start(&json!({ "OutputBucketName": "calls" })).unwrap();
    assert_eq!(begun["TranscriptionJob"]["TranscriptionJobStatus"], "QUEUED");
    let due = |later| account.at(later, |environment| Jobs.next_due(environment, "")).unwrap();
    assert_eq!(due(0), Some(time_of(BEGAN + 1000)));
    account.pass(999);
    assert_eq!(account.job()["TranscriptionJobStatus"], "QUEUED");
    account.pass(1000);
    let job = account.job();
    assert_eq!(job["TranscriptionJobStatus"], "IN_PROGRESS");
    assert_eq!((&job["MediaFormat"], &job["MediaSampleRateHertz"]), (&json!("wav"), &json!(8000)));
    let refused = account.call("DeleteTranscriptionJob", &json!({ "TranscriptionJobName": "job" })).unwrap_err();
    assert_eq!(refused.code, "BadRequestException");
    // 40 seconds take 10 more than the least.
    assert_eq!(due(1000), Some(time_of(BEGAN + 21_000)));
    account.pass(20_999);
    assert_eq!(account.job()["TranscriptionJobStatus"], "IN_PROGRESS");
    account.pass(100_000);
    let job = account.job();
    assert_eq!(job["TranscriptionJobStatus"], "COMPLETED");
    assert_eq!(job["CompletionTime"], 1_800_000_021.0, "at its time, however late it is noticed");
    assert_eq!(job["Transcript"]["TranscriptFileUri"], "https://s3.us-west-2.amazonaws.com/calls/job.json");
    assert_eq!(account.read("job.json")["results"]["transcripts"], json!([{ "transcript": "" }]));
    assert_eq!(due(100_000), None);
}

#[test]
fn a_job_has_a_name_of_its_own() {
    let account = Account::new();
    account.start(&json!({})).unwrap();
    assert_eq!(account.start(&json!({})).unwrap_err().code, "ConflictException");
    account.start(&json!({ "TranscriptionJobName": "other" })).unwrap();
    let absent = json!({ "TranscriptionJobName": "third" });
    assert_eq!(account.call("GetTranscriptionJob", &absent).unwrap_err().code, "NotFoundException");
    assert_eq!(account.call("DeleteTranscriptionJob", &absent).unwrap_err().code, "BadRequestException");
}

#[test]
fn audio_that_is_not_what_was_asked_for_fails() {
    let account = Account::new();
    account.put("text.wav", b"no audio at all");
    account.put("cut.wav", b"RIFF\0\0\0\0WAVEfmt ");
    account.put("many.wav", &silence(3, 8000, 1));
    account.put("high.wav", &silence(1, 96_000, 1));
    let media = |key: &str| json!({ "Media": { "MediaFileUri": format!("s3://calls/{key}") } });
    let mut many = media("many.wav");
    many["Settings"] = json!({ "ChannelIdentification": true });
    for (change, reason) in [
        (json!({ "MediaFormat": "mp3" }), "The media format provided does not match the detected media format."),
        (
            json!({ "MediaSampleRateHertz": 16_000 }),
            "The sample rate provided does not match the detected sample rate.",
        ),
        (media("text.wav"), "Unsupported media format."),
        (
            media("cut.wav"),
            "The data in your input media file isn't valid. Check the media file and try your request again.",
        ),
        (media("high.wav"), "Invalid sample rate for audio file."),
        (many, "Invalid number of channels: number of channels too large."),
    ] {
        assert_eq!(account.failure(&change), reason, "{change}");
    }
    account.start(&json!({})).unwrap();
    account.at(0, |environment| environment.tx.delete("s3/object", "calls", "a.wav")).unwrap();
    account.pass(1000);
    assert_eq!(account.job()["TranscriptionJobStatus"], "FAILED", "it went while the job was queued");
}

#[test]
fn channels_are_told_apart_as_far_as_there_are_some() {
    let account = Account::new();
    account.put("mono.wav", &silence(1, 8000, 1));
    let channels = |uri: &str, name: &str| {
        let settings = json!({ "ChannelIdentification": true });
        let change = json!({ "TranscriptionJobName": name, "OutputBucketName": "calls", "OutputKey": "out",
            "Settings": settings, "Media": { "MediaFileUri": uri } });
        account.start(&change).unwrap();
        account.pass(60_000);
        let labels = account.read(&format!("out/{name}.json"))["results"]["channel_labels"].clone();
        (labels["number_of_channels"].clone(), labels["channels"].as_array().unwrap().len())
    };
    assert_eq!(channels("s3://calls/a.wav", "two"), (json!(2), 2));
    assert_eq!(channels("https://calls.s3.us-west-2.amazonaws.com/mono.wav", "one"), (json!(1), 1));
}

#[test]
fn requests_have_to_fit_together() {
    let account = Account::new();
    for change in [
        json!({ "TranscriptionJobName": "a b" }),
        json!({ "TranscriptionJobName": "x".repeat(201) }),
        json!({ "LanguageCode": "xx-XX" }),
        json!({ "IdentifyLanguage": true }),
        json!({ "LanguageCode": null }),
        json!({ "LanguageOptions": ["en-US", "de-DE"] }),
        json!({ "MediaFormat": "aiff" }),
        json!({ "MediaSampleRateHertz": 7999 }),
        json!({ "Media": { "MediaFileUri": "s3://calls/absent.wav" } }),
        json!({ "Media": { "MediaFileUri": "s3://absent/a.wav" } }),
        json!({ "Media": {} }),
        json!({ "OutputBucketName": "absent" }),
        json!({ "OutputKey": "a" }),
        json!({ "OutputBucketName": "calls", "OutputKey": "a b" }),
        json!({ "Settings": { "ShowSpeakerLabels": true, "MaxSpeakerLabels": 2, "ChannelIdentification": true } }),
        json!({ "Settings": { "ShowSpeakerLabels": true } }),
        json!({ "Settings": { "MaxSpeakerLabels": 2 } }),
        json!({ "Settings": { "ShowSpeakerLabels": true, "MaxSpeakerLabels": 31 } }),
        json!({ "Settings": { "ShowAlternatives": true } }),
        json!({ "Settings": { "VocabularyName": "words" } }),
        json!({ "JobExecutionSettings": { "AllowDeferredExecution": true } }),
    ] {
        let refused = account.start(&change).expect_err(&change.to_string());
        assert_eq!(refused.code, "BadRequestException", "{change}: {refused}");
    }
    let refused = account.start(&json!({ "Subtitles": { "Formats": ["srt"] } })).unwrap_err();
    assert_eq!(refused.message, "The sandbox does not support Transcribe StartTranscriptionJob with Subtitles.");
    let refused = account.call("StartCallAnalyticsJob", &json!({})).unwrap_err();
    assert_eq!(refused.message, "The sandbox does not support Transcribe StartCallAnalyticsJob.");
    account
        .start(&json!({ "LanguageCode": null, "IdentifyLanguage": true, "LanguageOptions": ["de-DE", "en-US"] }))
        .unwrap();
    account.pass(1000);
    assert_eq!(account.job()["LanguageCode"], "de-DE");
}

#[test]
fn jobs_are_listed_by_state_and_name() {
    let account = Account::new();
    for name in ["one", "Two", "three"] {
        account.start(&json!({ "TranscriptionJobName": name })).unwrap();
    }
    account.start(&json!({ "TranscriptionJobName": "bad", "MediaFormat": "mp3" })).unwrap();
    account.pass(1000);
    let names = |input: Value| -> (Vec<String>, Value) {
        let answer = account.call("ListTranscriptionJobs", &input).unwrap();
        let summaries = answer["TranscriptionJobSummaries"].as_array().unwrap().iter();
        let names = summaries.map(|summary| summary["TranscriptionJobName"].as_str().unwrap().to_owned());
        (names.collect(), answer["NextToken"].clone())
    };
    assert_eq!(names(json!({ "Status": "FAILED" })).0, ["bad"]);
    assert_eq!(names(json!({ "JobNameContains": "TW" })).0, ["Two"]);
    let (first, next) = names(json!({ "Status": "IN_PROGRESS", "MaxResults": 2 }));
    assert_eq!((first.len(), next.is_string()), (2, true));
    let (rest, next) = names(json!({ "Status": "IN_PROGRESS", "MaxResults": 2, "NextToken": next }));
    assert_eq!((rest.len(), next), (1, Value::Null));
    assert!(account.call("ListTranscriptionJobs", &json!({ "Status": "DONE" })).is_err());
}

#[test]
fn what_was_said_in_a_recording_comes_back() {
    let account = Account::new();
    let turns = json!([
        { "speaker": "Customer", "text": "Hello there.", "start": 500, "end": 1500 },
        { "speaker": "Agent", "text": "Well, hi!", "start": 2000, "end": 3000 },
        { "speaker": "Customer", "text": "", "start": 3100, "end": 3200 },
    ]);
    account.at(0, |environment| environment.tx.put("connect/live-words", "calls", "a.wav", None, &turns)).unwrap();
    let settings = json!({ "ChannelIdentification": true });
    let change = json!({ "OutputBucketName": "calls", "OutputKey": "t/x.json", "Settings": settings });
    account.start(&change).unwrap();
    account.pass(60_000);
    let file = account.read("t/x.json");
    assert_eq!((&file["jobName"], &file["status"]), (&json!("job"), &json!("COMPLETED")));
    assert_eq!(file["results"]["transcripts"][0]["transcript"], "Hello there. Well, hi!");
    let words = |channel: usize| -> Vec<Value> {
        let items = file["results"]["channel_labels"]["channels"][channel]["items"].as_array().unwrap().iter();
        items.map(|item| item["alternatives"][0]["content"].clone()).collect()
    };
    assert_eq!(words(0), [json!("Hello"), json!("there"), json!(".")]);
    assert_eq!(words(1), [json!("Well"), json!(","), json!("hi"), json!("!")]);
}

#[test]
fn a_transcript_without_a_bucket_is_at_a_link() {
    let account = Account::new();
    account.start(&json!({})).unwrap();
    account.pass(60_000);
    let uri = account.job()["Transcript"]["TranscriptFileUri"].as_str().unwrap().to_owned();
    let path = "/aws-transcribe-us-west-2-prod/123456789012/job/1800000000000/asrOutput.json?X-Amz-Algorithm=";
    assert!(uri.contains(path), "{uri}");
    let empty: Map<String, Value> = Map::new();
    assert!(account.at(0, |environment| call(environment, "DeleteTranscriptionJob", &empty)).is_err());
    account.call("DeleteTranscriptionJob", &json!({ "TranscriptionJobName": "job" })).unwrap();
    let left = account.at(0, |environment| environment.tx.scopes("s3/own-object")).unwrap();
    assert_eq!(left, Vec::<String>::new());
}
