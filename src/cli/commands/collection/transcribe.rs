//! `callform collection transcribe`

use std::collections::BTreeMap;
use std::time::Duration;

use callform_signed::{ErrorKind, Service, SignedCalls};
use clap::Args;
use collection::item::{Conversation, State};
use collection::outside::Location;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::table::{Live, failed, open};
use super::{CollectionArgs, conversations};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// How often a job that failed is begun again.
const TRIES: u32 = 3;
/// Jobs that go on at once. Amazon Transcribe runs 250 of an account, and queues no more unless it is told to.
const AT_ONCE: usize = 100;

/// `callform collection transcribe`
#[derive(Debug, Args)]
pub(crate) struct TranscribeArgs {
    /// Which collection.
    #[command(flatten)]
    pub of: CollectionArgs,
    /// The language that is spoken.
    #[arg(long, value_name = "TAG", default_value = "en-US")]
    pub language: String,
    /// Do not wait for the ends of jobs.
    #[arg(long)]
    pub no_wait: bool,
}

/// A recording that is to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Job {
    name: String,
    recording: Location,
    channels: u64,
    to: String,
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    None,
    Running,
    Done,
    Failed(String),
}

/// Has recordings written down.
pub(super) async fn run(ui: &Ui, args: &TranscribeArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.of.center).await?;
    let done = transcribe(ui, args, &live).await;
    live.account.close().await;
    done
}

async fn transcribe(ui: &Ui, args: &TranscribeArgs, live: &Live) -> Result<Exit, Exit> {
    let all = conversations::of(ui, live, &args.of.collection).await?;
    let complete = || all.iter().filter(|one| one.state == State::Complete);
    let jobs: Vec<Job> = complete().filter_map(|one| job(args, one)).collect();
    let Some(bucket) = &live.bucket else {
        ui.error("the collections have no bucket for transcripts");
        return Err(Exit::Failed);
    };
    let work = Jobs { calls: live.account.gateway.calls(), bucket, language: &args.language };
    let (mut waiting, mut running, mut tries) = (jobs.clone(), Vec::<Job>::new(), BTreeMap::<String, u32>::new());
    let mut lost = Vec::new();
    let bar = progress(ui, jobs.len());
    loop {
        while running.len() < AT_ONCE
            && let Some(job) = waiting.pop()
        {
            work.begin(&job).await.map_err(|error| failed(ui, &error))?;
            running.push(job);
        }
        if args.no_wait && waiting.is_empty() {
            bar.finish_and_clear();
            ui.say(&format!("{} jobs were begun; run it again to see how they ended", jobs.len()));
            return Ok(Exit::Success);
        }
        let mut still = Vec::new();
        for job in running {
            match work.standing(&job.name).await.map_err(|error| failed(ui, &error))? {
                Standing::Done => bar.inc(1),
                Standing::Failed(why) => {
                    let tried = tries.entry(job.name.clone()).or_insert(1);
                    if *tried < TRIES {
                        *tried += 1;
                        work.forget(&job.name).await.map_err(|error| failed(ui, &error))?;
                        waiting.push(job);
                    } else {
                        lost.push((job.name, why));
                    }
                }
                Standing::Running | Standing::None => still.push(job),
            }
        }
        running = still;
        if running.is_empty() && waiting.is_empty() {
            break;
        }
        tokio::time::sleep(live.account.pace().max(Duration::from_millis(200))).await;
    }
    bar.finish_and_clear();
    for (name, why) in &lost {
        ui.error(&format!("{name}: {why}"));
    }
    let transcribed = complete().filter(|one| !one.evidence.transcripts.is_empty()).count();
    ui.say(&format!("{} transcripts are new, {transcribed} were there", jobs.len() - lost.len()));
    Ok(if lost.is_empty() { Exit::Success } else { Exit::Failed })
}

/// The job for a conversation; nothing where it has a transcript, or nothing to write down.
fn job(args: &TranscribeArgs, conversation: &Conversation) -> Option<Job> {
    let evidence = &conversation.evidence;
    if !evidence.transcripts.is_empty() {
        return None;
    }
    let mut recordings: Vec<_> =
        evidence.recordings.iter().filter_map(|(at, of)| Some((at, of.part, of.measured.as_ref()?))).collect();
    recordings.sort_by_key(|(at, part, _)| (*part != collection::evidence::Part::Talk, (*at).clone()));
    let (at, _, measured) = recordings.first()?;
    let channels = measured.figures.get("channels").and_then(Value::as_array).map_or(1, Vec::len);
    let (id, contact) = (&args.of.collection, &conversation.id);
    Some(Job {
        name: format!("callform-{id}-{contact}"),
        recording: Location::read(at)?,
        channels: channels as u64,
        to: format!("collections/{id}/{contact}/transcripts/transcript.json"),
    })
}

/// The calls.
struct Jobs<'a> {
    calls: &'a SignedCalls,
    bucket: &'a str,
    language: &'a str,
}

impl Jobs<'_> {
    /// Begins a job, unless one of its name is there: names are unique in an account, so that nothing is written down twice.
    async fn begin(&self, job: &Job) -> Result<(), callform_signed::CallError> {
        let Location { bucket, key } = &job.recording;
        let mut request = json!({
            "TranscriptionJobName": job.name,
            "LanguageCode": self.language,
            "MediaFormat": "wav",
            "Media": { "MediaFileUri": format!("s3://{bucket}/{key}") },
            "OutputBucketName": self.bucket,
            "OutputKey": job.to,
        });
        // With one channel there is nothing to tell apart, and the service refuses to try.
        if job.channels > 1 {
            request["Settings"] = json!({ "ChannelIdentification": true });
        }
        let answer = self.calls.json(Service::Transcribe, "Transcribe StartTranscriptionJob", &request).await;
        match answer {
            Err(error) if error.code.as_deref() != Some("ConflictException") => Err(error),
            _ => Ok(()),
        }
    }

    async fn standing(&self, name: &str) -> Result<Standing, callform_signed::CallError> {
        let request = json!({ "TranscriptionJobName": name });
        let answer = self.calls.json(Service::Transcribe, "Transcribe GetTranscriptionJob", &request).await;
        let answer = match answer {
            Err(error) if error.kind == ErrorKind::Refused && error.code.as_deref() == Some("NotFoundException") => {
                return Ok(Standing::None);
            }
            other => other?,
        };
        let job = &answer["TranscriptionJob"];
        Ok(match job["TranscriptionJobStatus"].as_str() {
            Some("COMPLETED") => Standing::Done,
            Some("FAILED") => Standing::Failed(job["FailureReason"].as_str().unwrap_or("it failed").to_owned()),
            _ => Standing::Running,
        })
    }

    async fn forget(&self, name: &str) -> Result<(), callform_signed::CallError> {
        let request = json!({ "TranscriptionJobName": name });
        self.calls.json(Service::Transcribe, "Transcribe DeleteTranscriptionJob", &request).await.map(|_| ())
    }
}

fn progress(ui: &Ui, jobs: usize) -> ProgressBar {
    let target = if ui.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(jobs as u64), target);
    if let Ok(style) = ProgressStyle::with_template("transcribing {bar:30} {pos} of {len}, {eta}") {
        bar.set_style(style);
    }
    bar
}
