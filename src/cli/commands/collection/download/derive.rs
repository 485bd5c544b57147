//! What is made of recordings: channels, chunks, figures.

use std::fs::File as Opened;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use callform_recordings::quality::Options;
use callform_recordings::{
    Channel, Chunk, ChunkOptions, CutOptions, Measured, align, chunks, cut, measure, split_files,
};
use callform_recordings::{Span, transcripts};
use collection::evidence::Part;

use super::journal::{Journal, digest_of};
use super::manifest::File;
use super::{DownloadError, Task};
use crate::cli::files;

/// Silence around a chunk.
const PADDING_MS: u64 = 500;

/// Channels, chunks and figures of the first recording that is of the conversation itself: of the talk, where there was one.
pub(super) fn derive(task: &Task, out: &Path, files: &[File], journal: &Journal) -> Result<Vec<File>, DownloadError> {
    let main = task.objects.iter().zip(files).filter_map(|(wanted, file)| Some((wanted.part?, file)));
    let Some((_, recording)) = main.min_by_key(|(part, file)| (*part != Part::Talk, file.path.clone())) else {
        return Ok(Vec::new());
    };
    let transcript = task.objects.iter().zip(files).find(|(wanted, _)| wanted.part.is_none()).map(|(_, file)| file);
    let words = transcript.map_or("", |file| file.sha256.as_str());
    let origin = format!("{} {words}", recording.sha256);
    let folder = format!("{}/", task.folder);
    let problem = |error| DownloadError::File { folder: out.join(&task.folder), error };
    if let Some(kept) = journal.all_kept(out, &folder, &origin).map_err(problem)? {
        return Ok(kept);
    }
    let source = out.join(&recording.path);
    let broken = |error| DownloadError::Recording { name: recording.path.clone(), error };
    let made = make(&source, transcript.map(|file| out.join(&file.path)), &out.join(&task.folder)).map_err(broken)?;
    let quality = format!("{:#}\n", serde_json::to_value(&made.measured.figures).unwrap_or_default());
    files::write(&out.join(&task.folder).join("quality.json"), quality).map_err(problem)?;
    let names = made.names.into_iter().chain(["quality.json".to_owned()]);
    let mut files = Vec::new();
    for name in names {
        let path = format!("{folder}{name}");
        let (bytes, sha256) = digest_of(&out.join(&path)).map_err(problem)?;
        files.push(File { path, bytes, sha256 });
    }
    // Only now: who dies before makes all of them again.
    for file in &files {
        journal.note(file, &origin).map_err(problem)?;
    }
    Ok(files)
}

struct Made {
    measured: Measured,
    /// Below the conversation's folder.
    names: Vec<String>,
}

fn make(source: &Path, transcript: Option<PathBuf>, folder: &Path) -> Result<Made, callform_recordings::Error> {
    let read =
        || -> Result<BufReader<Opened>, callform_recordings::Error> { Ok(BufReader::new(Opened::open(source)?)) };
    let options = Options::default();
    let measured = measure(read()?, options)?;
    let channels: &[Channel] =
        if measured.figures.channels.len() > 1 { &[Channel::Customer, Channel::Agent] } else { &[Channel::Customer] };
    let mut names = Vec::new();
    if channels.len() > 1 {
        let files: Vec<(Channel, PathBuf)> =
            channels.iter().map(|channel| (*channel, folder.join(format!("{channel}.wav")))).collect();
        split_files(read()?, &files, options)?;
        names.extend(channels.iter().map(|channel| format!("{channel}.wav")));
    }
    let turns = match transcript {
        Some(path) => transcripts::read(&std::fs::read(path)?)?,
        None => Vec::new(),
    };
    let mut parts: Vec<(Chunk, PathBuf)> = Vec::new();
    for channel in channels {
        let spans: Vec<Span> = turns.iter().filter(|turn| turn.channel == *channel).map(|turn| turn.span).collect();
        // Where it is known what was said, a chunk is a turn; a turn without sound is none.
        let found = if spans.is_empty() {
            chunks(&measured.activity, *channel, ChunkOptions::default())
        } else {
            align(&measured.activity, *channel, &spans, ChunkOptions::default()).into_iter().flatten().collect()
        };
        for (nth, chunk) in found.into_iter().enumerate() {
            let name = format!("chunks/{channel}-{:03}.wav", nth + 1);
            parts.push((chunk, folder.join(&name)));
            names.push(name);
        }
    }
    // Of an earlier transcript there may have been more.
    match std::fs::remove_dir_all(folder.join("chunks")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    if !parts.is_empty() {
        cut(read()?, &parts, CutOptions { padding_ms: PADDING_MS, sample_rate: None })?;
    }
    Ok(Made { measured, names })
}
