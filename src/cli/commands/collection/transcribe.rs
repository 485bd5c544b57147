//! `callform collection transcribe`

use std::collections::BTreeMap;
use std::time::Duration;

use callform_signed::{CallError, Service, SignedCalls};
use clap::Args;
use collection::item::{Conversation, State};
use collection::outside::{Location, conversation_folder, job_name};
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
    let service = Transcribe { calls: live.account.gateway.calls(), bucket, language: &args.language };
    let bar = progress(ui, jobs.len());
    let pace = live.account.pace().max(Duration::from_millis(200));
    let pause = || tokio::time::sleep(pace);
    let ended = carry_out(&service, &jobs, args.no_wait, &bar, pause).await;
    bar.finish_and_clear();
    let Ended { lost, running } = ended.map_err(|error| failed(ui, &error))?;
    for (name, why) in &lost {
        ui.error(&format!("{name}: {why}"));
    }
    if running > 0 {
        ui.say(&format!("{running} jobs go on; run it again to see how they ended"));
    }
    let there = complete().filter(|one| !one.evidence.transcripts.is_empty()).count();
    ui.say(&format!("{} transcripts are new, {there} were there", jobs.len() - lost.len() - running));
    Ok(if lost.is_empty() { Exit::Success } else { Exit::Failed })
}

/// How jobs ended.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ended {
    /// Those that failed for good, and why.
    lost: Vec<(String, String)>,
    /// How many go on, where nobody waits.
    running: usize,
}

/// Begins jobs, so many at once, and waits for their ends. One that failed is begun again.
async fn carry_out<P: Future<Output = ()>>(
    service: &impl Jobs,
    jobs: &[Job],
    no_wait: bool,
    bar: &ProgressBar,
    pause: impl Fn() -> P,
) -> Result<Ended, CallError> {
    let mut ended = Ended::default();
    let mut tries: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut waiting, mut running): (Vec<&Job>, Vec<&Job>) = (jobs.iter().rev().collect(), Vec::new());
    loop {
        while (no_wait || running.len() < AT_ONCE)
            && let Some(job) = waiting.pop()
        {
            service.begin(job).await?;
            running.push(job);
        }
        let mut still = Vec::new();
        for job in running {
            match service.standing(&job.name).await? {
                Standing::Done => bar.inc(1),
                Standing::Failed(why) => {
                    let tried = tries.entry(&job.name).or_insert(1);
                    if *tried < TRIES {
                        *tried += 1;
                        service.forget(&job.name).await?;
                        waiting.push(job);
                    } else {
                        ended.lost.push((job.name.clone(), why));
                    }
                }
                Standing::Running => still.push(job),
            }
        }
        running = still;
        if waiting.is_empty() && (running.is_empty() || no_wait) {
            ended.running = running.len();
            return Ok(ended);
        }
        pause().await;
    }
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
        name: job_name(id, contact),
        recording: Location::read(at)?,
        channels: channels as u64,
        to: format!("{}transcripts/transcript.json", conversation_folder(id, contact)),
    })
}

/// Jobs of a service.
trait Jobs {
    /// Begins a job, unless one of its name is there: names are unique in an account, so that nothing is written down twice.
    async fn begin(&self, job: &Job) -> Result<(), CallError>;

    /// How a job stands. One that is not there (yet) goes on.
    async fn standing(&self, name: &str) -> Result<Standing, CallError>;

    /// Forgets a job, so that another one may have its name.
    async fn forget(&self, name: &str) -> Result<(), CallError>;
}

/// Amazon Transcribe.
struct Transcribe<'a> {
    calls: &'a SignedCalls,
    bucket: &'a str,
    language: &'a str,
}

/// What begins a job.
fn request(job: &Job, bucket: &str, language: &str) -> Value {
    let mut request = json!({
        "TranscriptionJobName": job.name,
        "LanguageCode": language,
        "MediaFormat": "wav",
        "Media": { "MediaFileUri": format!("s3://{}/{}", job.recording.bucket, job.recording.key) },
        "OutputBucketName": bucket,
        "OutputKey": job.to,
    });
    // With one channel there is nothing to tell apart, and the service refuses to try.
    if job.channels > 1 {
        request["Settings"] = json!({ "ChannelIdentification": true });
    }
    request
}

impl Jobs for Transcribe<'_> {
    async fn begin(&self, job: &Job) -> Result<(), CallError> {
        let request = request(job, self.bucket, self.language);
        match self.calls.json(Service::Transcribe, "Transcribe StartTranscriptionJob", &request).await {
            Err(error) if error.code.as_deref() != Some("ConflictException") => Err(error),
            _ => Ok(()),
        }
    }

    async fn standing(&self, name: &str) -> Result<Standing, CallError> {
        let request = json!({ "TranscriptionJobName": name });
        match self.calls.json(Service::Transcribe, "Transcribe GetTranscriptionJob", &request).await {
            Err(error) if error.code.as_deref() == Some("NotFoundException") => Ok(Standing::Running),
            answer => Ok(standing(&answer?["TranscriptionJob"])),
        }
    }

    async fn forget(&self, name: &str) -> Result<(), CallError> {
        let request = json!({ "TranscriptionJobName": name });
        self.calls.json(Service::Transcribe, "Transcribe DeleteTranscriptionJob", &request).await.map(|_| ())
    }
}

fn standing(job: &Value) -> Standing {
    match job["TranscriptionJobStatus"].as_str() {
        Some("COMPLETED") => Standing::Done,
        Some("FAILED") => Standing::Failed(job["FailureReason"].as_str().unwrap_or("it failed").to_owned()),
        _ => Standing::Running,
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn job(name: &str, channels: u64) -> Job {
        let recording = Location { bucket: "calls".to_owned(), key: format!("{name}.wav") };
        Job { name: name.to_owned(), recording, channels, to: "t.json".to_owned() }
    }

    /// A service whose jobs fail so many times.
    struct Failing {
        failures: u32,
        begun: RefCell<Vec<String>>,
        forgotten: RefCell<Vec<String>>,
    }

    impl Jobs for Failing {
        async fn begin(&self, job: &Job) -> Result<(), CallError> {
            self.begun.borrow_mut().push(job.name.clone());
            Ok(())
        }

        async fn standing(&self, name: &str) -> Result<Standing, CallError> {
            let begun = self.begun.borrow().iter().filter(|begun| *begun == name).count();
            let failed = begun <= self.failures as usize;
            Ok(if failed { Standing::Failed("too loud".to_owned()) } else { Standing::Done })
        }

        async fn forget(&self, name: &str) -> Result<(), CallError> {
            self.forgotten.borrow_mut().push(name.to_owned());
            Ok(())
        }
    }

    fn carried_out(failures: u32) -> (Ended, usize, usize) {
        let service = Failing { failures, begun: RefCell::default(), forgotten: RefCell::default() };
        let jobs = [job("a", 2), job("b", 2)];
        let bar = ProgressBar::hidden();
        let work = carry_out(&service, &jobs, false, &bar, || std::future::ready(()));
        let ended = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work).unwrap();
        (ended, service.begun.into_inner().len(), service.forgotten.into_inner().len())
    }

    #[test]
    fn s14_channels_are_told_apart_only_where_there_are_two() {
        assert_eq!(request(&job("a", 1), "b", "en-US").get("Settings"), None);
        assert_eq!(request(&job("a", 2), "b", "en-US")["Settings"]["ChannelIdentification"], true);
    }

    #[test]
    fn s14_a_job_that_failed_is_begun_again_and_one_that_goes_on_failing_is_told() {
        assert_eq!(carried_out(0), (Ended::default(), 2, 0));
        assert_eq!(carried_out(2), (Ended::default(), 6, 4));
        let (ended, begun, _) = carried_out(TRIES);
        assert_eq!((ended.lost.len(), begun), (2, 6));
        assert_eq!(ended.lost[0].1, "too loud");
    }

    #[test]
    fn s14_what_is_under_way_is_no_failure() {
        for (status, expected) in
            [("QUEUED", Standing::Running), ("IN_PROGRESS", Standing::Running), ("COMPLETED", Standing::Done)]
        {
            assert_eq!(standing(&json!({ "TranscriptionJobStatus": status })), expected);
        }
        let failed = json!({ "TranscriptionJobStatus": "FAILED", "FailureReason": "no sound" });
        assert_eq!(standing(&failed), Standing::Failed("no sound".to_owned()));
    }
}
