//! What becomes of jobs as time goes by.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::job::{Job, Status};
use super::media::{self, Audio, Format, Unread};
use super::result::{self, Labels, Utterance};
use crate::clock::epoch_milliseconds;
use crate::connect::live::words::{Speaker, Turn, words_of};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::services::carrying::{Carrier, Step, time_of};
use crate::services::events;
use crate::store::Tx;

/// When something is next due with which job: `<milliseconds since 1970>/<name>`, by region.
const DUE: &str = "transcribe/due";

/// How long a job waits before it begins, and how long it takes beside a part of the audio's length (?), in milliseconds.
const QUEUE: u64 = 1000;
const LEAST: u64 = 10_000;
/// Which part of the audio's length it takes (?).
const PART: f64 = 0.25;
/// Longest audio, in seconds, and largest file, in bytes: service quotas of Amazon Transcribe.
const LONGEST: f64 = 4.0 * 3600.0;
const LARGEST: u64 = 2 << 30;

const UNREADABLE: &str =
    "The data in your input media file isn't valid. Check the media file and try your request again.";
const GONE: &str =
    "The S3 object that you specified can't be accessed. Make sure that it is there and try your request again.";

/// Jobs, as work that nobody asks for.
pub(crate) struct Jobs;

/// Lets a job begin when its time comes.
pub(super) fn queue(environment: &Environment, job: &Job) -> Result<(), AwsError> {
    due(environment, job.created + QUEUE, &job.wanted.name)
}

fn due(environment: &Environment, at: u64, name: &str) -> Result<(), AwsError> {
    environment.tx.put(DUE, environment.region, &format!("{at:020}/{name}"), None, &Value::Null)
}

/// What is due first: its key, when, and of which job.
fn first(environment: &Environment) -> Result<Option<(String, u64, String)>, AwsError> {
    let first = environment.tx.first::<Value>(DUE, environment.region)?;
    Ok(first.and_then(|(key, _)| {
        let (at, name) = key.split_once('/')?;
        let (at, name) = (at.parse().ok()?, name.to_owned());
        Some((key, at, name))
    }))
}

impl Carrier for Jobs {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        Ok(tx.scopes(DUE)?.into_iter().map(|region| (region, String::new())).collect())
    }

    fn step(&self, environment: &Environment, _: &str) -> Result<Step, AwsError> {
        let now = epoch_milliseconds(environment.now);
        let Some((key, at, name)) = first(environment)?.filter(|(_, at, _)| *at <= now) else { return Ok(Step::Idle) };
        environment.tx.delete(DUE, environment.region, &key)?;
        // However late it is noticed, it happens at its time.
        let environment = Environment { now: time_of(at), ..*environment };
        if let Some(job) = Job::find(&environment, &name)? {
            match job.status {
                Status::Queued => begin(&environment, job, at)?,
                Status::InProgress => complete(&environment, job, at)?,
                Status::Failed | Status::Completed => {}
            }
        }
        Ok(Step::Worked)
    }

    fn next_due(&self, environment: &Environment, _: &str) -> Result<Option<SystemTime>, AwsError> {
        Ok(first(environment)?.map(|(_, at, _)| time_of(at)))
    }
}

/// A job begins: its audio is looked at.
fn begin(environment: &Environment, mut job: Job, now: u64) -> Result<(), AwsError> {
    job.started = Some(now);
    let read = job.wanted.media.beginning(environment, media::BEGINNING).unwrap_or_default();
    let Some((beginning, size)) = read else { return fail(environment, job, GONE, now) };
    let audio = match media::read(&beginning, size) {
        Ok(audio) => audio,
        Err(Unread::UnknownFormat) => return fail(environment, job, "Unsupported media format.", now),
        Err(Unread::Invalid) => return fail(environment, job, UNREADABLE, now),
    };
    if let Some(why) = refused(&job.wanted.shown, &audio, size) {
        return fail(environment, job, why, now);
    }
    job.status = Status::InProgress;
    job.channels = channels(&job.wanted.shown, &audio);
    job.found = found(&job.wanted.shown, &audio);
    job.save(environment)?;
    due(environment, now + LEAST + part(audio.seconds), &job.wanted.name)
}

/// How long the work on so many seconds takes, in milliseconds.
fn part(seconds: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a file of hours at most, never negative"
    )]
    let milliseconds = (seconds * PART * 1000.0) as u64;
    milliseconds
}

/// Why audio is not what was asked for, in the words of the service.
fn refused(shown: &Map<String, Value>, audio: &Audio, size: u64) -> Option<&'static str> {
    let asked = Input::new(shown, "");
    let format = asked.text("MediaFormat").and_then(Format::named);
    let rate = asked.number("MediaSampleRateHertz");
    let is_other_rate = |rate: i64| audio.rate.is_some_and(|own| i64::from(own) != rate);
    let has_channels = asked.object("Settings").get("ChannelIdentification") == Some(&true.into());
    if format.is_some_and(|format| format != audio.format) {
        return Some("The media format provided does not match the detected media format.");
    }
    if audio.rate.is_some_and(|rate| !(8000..=48_000).contains(&rate)) {
        return Some("Invalid sample rate for audio file.");
    }
    if rate.is_some_and(is_other_rate) {
        return Some("The sample rate provided does not match the detected sample rate.");
    }
    if size > LARGEST || audio.seconds > LONGEST {
        return Some("Invalid file size: file size too large.");
    }
    let too_many = has_channels && audio.channels.is_some_and(|channels| channels > 2);
    too_many.then_some("Invalid number of channels: number of channels too large.")
}

/// How many channels are told apart. Of audio with one channel, that one is (?).
fn channels(shown: &Map<String, Value>, audio: &Audio) -> usize {
    let settings = Input::new(shown, "").object("Settings");
    let is_asked = settings.get("ChannelIdentification") == Some(&true.into());
    let own = audio.channels.and_then(|channels| usize::try_from(channels).ok()).unwrap_or(1);
    if is_asked { own } else { 0 }
}

/// What a job says of its audio. The language that is identified is the first that it may be.
fn found(shown: &Map<String, Value>, audio: &Audio) -> Map<String, Value> {
    let mut found = Map::new();
    found.insert("MediaFormat".to_owned(), audio.format.name().into());
    if let Some(rate) = audio.rate {
        found.insert("MediaSampleRateHertz".to_owned(), rate.into());
    }
    let asked = Input::new(shown, "");
    if let Some(given) = asked.value("MediaFormat") {
        found.insert("MediaFormat".to_owned(), given.clone());
    }
    let language = asked.texts("LanguageOptions").first().copied().unwrap_or("en-US");
    if asked.flag("IdentifyLanguage") {
        found.insert("LanguageCode".to_owned(), language.into());
        found.insert("IdentifiedLanguageScore".to_owned(), 1.0.into());
    }
    if asked.flag("IdentifyMultipleLanguages") {
        let spoken = json!([{ "LanguageCode": language, "DurationInSeconds": audio.seconds }]);
        found.insert("LanguageCodes".to_owned(), spoken);
    }
    found
}

/// A job ends well: what was said is written down.
fn complete(environment: &Environment, mut job: Job, now: u64) -> Result<(), AwsError> {
    let settings = Input::new(&job.wanted.shown, "").object("Settings");
    let most = settings.get("MaxSpeakerLabels").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
    let labels = match (job.channels, most) {
        (0, None) => Labels::None,
        (0, Some(most)) => Labels::Speakers(most),
        (channels, _) => Labels::Channels(channels),
    };
    let said = said(environment, &job)?;
    let file = result::file(&job.wanted.name, environment.account, &said, labels);
    // The bucket may be gone by now.
    let delivered = environment.tx.attempt(|| job.deliver(environment, &file))?;
    if let Err(error) = delivered {
        return fail(environment, job, &format!("The transcript can't be written: {}", error.message), now);
    }
    job.status = Status::Completed;
    end(environment, job, now)
}

fn fail(environment: &Environment, mut job: Job, why: &str, now: u64) -> Result<(), AwsError> {
    job.status = Status::Failed;
    job.failure = Some(why.to_owned());
    end(environment, job, now)
}

fn end(environment: &Environment, mut job: Job, now: u64) -> Result<(), AwsError> {
    job.ended = Some(now);
    job.save(environment)?;
    let detail = json!({
        "TranscriptionJobName": job.wanted.name,
        "TranscriptionJobStatus": job.status.name(),
    });
    events::emit(environment, "aws.transcribe", "Transcribe Job State Change", &[], &detail)
}

/// What was said in the audio, as far as the sandbox made it up.
fn said(environment: &Environment, job: &Job) -> Result<Vec<Utterance>, AwsError> {
    let media = &job.wanted.media;
    let turns = words_of(environment.tx, &media.bucket, &media.key)?.unwrap_or_default();
    let utterance = |turn: Turn| Utterance {
        speaker: match turn.speaker {
            Speaker::Customer => 0,
            Speaker::Agent => 1,
        },
        text: turn.text,
        start: turn.start,
        end: turn.end,
    };
    Ok(turns.into_iter().map(utterance).collect())
}
