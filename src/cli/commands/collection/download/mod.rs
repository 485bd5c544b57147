//! `callform collection download`
//!
//! ```text
//! OUT/manifest.json                     every file with its digest: the same bytes whenever the same was downloaded
//! OUT/report.txt                        how the collection stands
//! OUT/CONTACT/conversation.json         what is known of it
//! OUT/CONTACT/recording-1.wav …         as Connect recorded it
//! OUT/CONTACT/transcript-1.json …       as Amazon Transcribe wrote it
//! OUT/CONTACT/customer.wav, agent.wav   the channels, where there are two
//! OUT/CONTACT/chunks/customer-01.wav …  what was said between silences
//! OUT/CONTACT/quality.json              what was measured
//! ```
//!
//! What is no longer to be there, as a conversation that was erased or whose consent was taken back, is removed.
//!
//! A file has its name once it is whole, and a journal says from which version of which object it was made. So whoever is
//! killed and starts again keeps what is right, and ends with the same manifest.

mod derive;
mod fetch;
mod journal;
mod manifest;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use clap::Args;
use collection::evidence::Part;
use collection::item::{Conversation, State, Turn};
use collection::outside::Location;
use collection::report;
use futures_util::{StreamExt as _, TryStreamExt as _};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};

pub(super) use fetch::{Got, Source, SourceError};
use journal::Journal;
pub(super) use journal::digest_of;
pub(super) use manifest::{MANIFEST, Manifest, verify};

use super::CollectionArgs;
use super::conversations;
use super::table::{Live, failed, open};
use crate::cli::exit_code::Exit;
use crate::cli::files::{self, Readers};
use crate::cli::ui::Ui;

/// Conversations that are downloaded at once.
const AT_ONCE: usize = 8;

/// `callform collection download`
#[derive(Debug, Args)]
pub(crate) struct DownloadArgs {
    /// Which collection.
    #[command(flatten)]
    pub of: CollectionArgs,
    /// The folder; what is there and right is kept.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Also conversations that were not accepted.
    #[arg(long)]
    pub all: bool,
    /// Only hold the files against the manifest; nothing is downloaded.
    #[arg(long)]
    pub verify: bool,
}

/// An object that becomes a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The file, below the folder of the conversation.
    pub(super) name: String,
    pub(super) location: Location,
    /// Whose sound a recording holds.
    pub(super) part: Option<Part>,
}

/// A conversation that is downloaded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Task {
    /// Its folder.
    pub(super) folder: String,
    pub(super) known: Known,
    pub(super) objects: Vec<Wanted>,
}

/// What is known of a conversation, as it is written beside its recordings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) conversation: Conversation,
    pub(super) turns: Vec<Turn>,
}

/// What goes wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum DownloadError {
    /// An object.
    #[error("`{name}` could not be read: {error}")]
    Source { name: String, error: SourceError },
    /// A file.
    #[error("cannot write in `{}`: {error}", .folder.display())]
    File { folder: PathBuf, error: std::io::Error },
    /// The folder is another collection's.
    #[error("`{}` holds the collection `{collection}`: choose another folder", .folder.display())]
    Other { folder: PathBuf, collection: String },
    /// A recording that is none.
    #[error("`{name}`: {error}")]
    Recording { name: String, error: callform_recordings::Error },
}

/// Downloads a collection.
pub(super) async fn run(ui: &Ui, args: &DownloadArgs) -> Result<Exit, Exit> {
    if args.verify {
        return verified(ui, &args.out);
    }
    let live = open(ui, &args.of.center).await?;
    let done = download(ui, args, &live).await;
    live.account.close().await;
    let (conversations, files) = done?;
    ui.say(&format!("{conversations} conversations, {files} files in `{}`", args.out.display()));
    Ok(Exit::Success)
}

fn verified(ui: &Ui, out: &Path) -> Result<Exit, Exit> {
    let faults = verify(out).map_err(|error| failed(ui, &error))?;
    for fault in &faults {
        ui.data(&format!("{fault}\n"));
    }
    match faults.len() {
        0 => ui.say("All files are as the manifest says."),
        1 => ui.say("One file is not as the manifest says; download again."),
        more => ui.say(&format!("{more} files are not as the manifest says; download again.")),
    }
    Ok(if faults.is_empty() { Exit::Success } else { Exit::Failed })
}

async fn download(ui: &Ui, args: &DownloadArgs, live: &Live) -> Result<(usize, usize), Exit> {
    let id = &args.of.collection;
    let all = conversations::of(ui, live, id).await?;
    let tools = live.tools();
    let mut tasks = Vec::new();
    for conversation in all {
        // Who took their consent back is not downloaded, whatever else is.
        let may_be = conversation.state != State::Erased && conversation.evidence.revoked.is_none();
        let wanted = if args.all { may_be } else { conversation.state == State::Complete };
        if wanted {
            let turns = tools.work().turns(&conversation.id).await.map_err(|error| failed(ui, &error))?;
            tasks.push(task(conversation, turns));
        }
    }
    let Some(collection) = tools.work().collection(id).await.map_err(|error| failed(ui, &error))? else {
        return Err(super::sessions::unknown(ui, id));
    };
    let bar = progress(ui, tasks.len());
    let manifest = bring(&tools.source(), id.as_str(), &tasks, &args.out, &bar).await;
    bar.finish_and_clear();
    let manifest = manifest.map_err(|error| {
        let exit = failed(ui, &error);
        ui.say("help: run it again; it goes on where it was");
        exit
    })?;
    let report = files::write(&args.out.join("report.txt"), report::collection(&collection));
    report.map_err(|error| failed(ui, &error))?;
    Ok((tasks.len(), manifest.files.len()))
}

/// Brings everything into a folder, and writes the manifest.
pub(super) async fn bring(
    source: &impl Source,
    collection: &str,
    tasks: &[Task],
    out: &Path,
    bar: &ProgressBar,
) -> Result<Manifest, DownloadError> {
    let problem = |error| DownloadError::File { folder: out.to_owned(), error };
    match Manifest::read(out) {
        Ok(there) if there.collection != collection => {
            return Err(DownloadError::Other { folder: out.to_owned(), collection: there.collection });
        }
        _ => {}
    }
    let journal = Journal::open(out).map_err(problem)?;
    let journal = &journal;
    let one = |task| async move {
        let files = bring_one(source, task, out, journal).await?;
        bar.inc(1);
        Ok::<_, DownloadError>(files)
    };
    let files: Vec<Vec<manifest::File>> =
        futures_util::stream::iter(tasks.iter().map(one)).buffered(AT_ONCE).try_collect().await?;
    let manifest = Manifest::new(collection, files.into_iter().flatten().collect());
    manifest.write(out).map_err(problem)?;
    journal.remove_others(out, &manifest).map_err(problem)?;
    Ok(manifest)
}

async fn bring_one(
    source: &impl Source,
    task: &Task,
    out: &Path,
    journal: &Journal,
) -> Result<Vec<manifest::File>, DownloadError> {
    let folder = out.join(&task.folder);
    let problem = |error| DownloadError::File { folder: folder.clone(), error };
    let mut files = Vec::new();
    for wanted in &task.objects {
        let path = format!("{}/{}", task.folder, wanted.name);
        let file = match fetch::fetch(source, &wanted.location, out, &path, journal).await {
            Ok(file) => file,
            Err(fetch::FetchError::Source(error)) => return Err(DownloadError::Source { name: path, error }),
            Err(fetch::FetchError::File(error)) => return Err(problem(error)),
        };
        files.push(file);
    }
    files.extend(derive::derive(task, out, &files, journal)?);
    let path = format!("{}/conversation.json", task.folder);
    let mut known = serde_json::to_value(&task.known).unwrap_or_default();
    // A table gives members in any order.
    known.sort_all_objects();
    let text = format!("{known:#}\n");
    let mut whole = files::Whole::create(&out.join(&path), Readers::Owner).map_err(problem)?;
    std::io::Write::write_all(&mut whole, text.as_bytes()).and_then(|()| whole.keep()).map_err(problem)?;
    files.push(manifest::File::of_bytes(path, text.as_bytes()));
    Ok(files)
}

/// What a conversation needs.
fn task(conversation: Conversation, turns: Vec<Turn>) -> Task {
    let place =
        |name: String, location: &str, part| Location::read(location).map(|location| Wanted { name, location, part });
    let evidence = &conversation.evidence;
    let recordings = evidence.recordings.iter().filter(|(_, recorded)| recorded.measured.is_some()).enumerate();
    let recordings =
        recordings.filter_map(|(nth, (at, of))| place(format!("recording-{}.wav", nth + 1), at, Some(of.part)));
    let transcripts = evidence.transcripts.iter().enumerate();
    let transcripts = transcripts.filter_map(|(nth, at)| place(format!("transcript-{}.json", nth + 1), at, None));
    let objects = recordings.chain(transcripts).collect();
    Task { folder: folder_of(conversation.id.as_str()), known: Known { conversation, turns }, objects }
}

/// Contacts are named by Connect; whatever else a name has in it leads nowhere.
fn folder_of(contact: &str) -> String {
    let harmless = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    format!("c-{}", contact.chars().map(harmless).take(100).collect::<String>())
}

fn progress(ui: &Ui, conversations: usize) -> ProgressBar {
    let target = if ui.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(conversations as u64), target);
    if let Ok(style) = ProgressStyle::with_template("downloading {bar:30} {pos} of {len} conversations, {eta}") {
        bar.set_style(style);
    }
    bar
}
