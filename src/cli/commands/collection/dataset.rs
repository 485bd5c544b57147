//! `callform collection dataset`

use std::path::{Path, PathBuf};

use callform_recordings::dataset::{self, Built, Clip, Conversation, Recording, Settings, Shares};
use callform_recordings::quality::Options;
use callform_recordings::{Channel, ChunkOptions, Span, align, chunks, measure, transcripts};
use clap::Args;
use collection::evidence::Part;
use collection::ids::PersonId;
use collection::item::State;
use sha2::{Digest as _, Sha256};

use super::download::{Known, MANIFEST, Manifest, verify};
use super::table::failed;
use crate::cli::exit_code::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;

/// Bytes that are read of one conversation's documents at most.
const LARGEST: u64 = 64 << 20;

/// `callform collection dataset`
#[derive(Debug, Args)]
pub(crate) struct DatasetArgs {
    /// Folders that `callform collection download` wrote.
    #[arg(value_name = "FOLDER", required = true)]
    pub from: Vec<PathBuf>,
    /// The folder of the data set; what is there and right is kept.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// What the data may be used for: an SPDX identifier such as `CC-BY-4.0`, or words.
    #[arg(long, value_name = "LICENSE")]
    pub license: String,
    /// What the data set is called.
    #[arg(long, value_name = "TEXT", default_value = "Spoken conversations")]
    pub name: String,
    /// What it is, in a paragraph.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "Conversations by telephone, collected with the consent of those who speak."
    )]
    pub description: String,
    /// The language that is spoken.
    #[arg(long, value_name = "TAG", default_value = "en-US")]
    pub language: String,
    /// Only what callers say.
    #[arg(long)]
    pub customers_only: bool,
    /// Percent of the speakers for training, validation and test.
    #[arg(long, value_name = "A,B,C", default_value = "80,10,10", value_parser = shares)]
    pub split: Shares,
    /// The same seed sends the same speakers to the same split.
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    pub seed: u64,
    /// Frames a second of the clips, such as 16000. Default: as recorded.
    #[arg(long, value_name = "HERTZ")]
    pub sample_rate: Option<u32>,
    /// Write `WebDataset` shards with so many clips, too.
    #[arg(long, value_name = "CLIPS")]
    pub shards: Option<usize>,
}

fn shares(text: &str) -> Result<Shares, String> {
    let parts: Option<Vec<u32>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match parts.as_deref() {
        Some(&[train, validation, test])
            if [train, validation, test].iter().try_fold(0_u32, |sum, part| sum.checked_add(*part)) == Some(100) =>
        {
            Ok(Shares { validation: f64::from(validation) / 100.0, test: f64::from(test) / 100.0 })
        }
        _ => Err("three numbers that make 100, as in `80,10,10`".to_owned()),
    }
}

/// Makes a data set.
pub(super) fn run(ui: &Ui, args: &DatasetArgs) -> Result<Exit, Exit> {
    let built = build(args).map_err(|error| failed(ui, &error))?;
    for warning in &built.warnings {
        ui.say(&format!("note: {warning}"));
    }
    ui.say(&format!(
        "{} clips ({} were there), {} files in `{}`",
        built.clips,
        built.kept,
        built.files,
        args.out.display()
    ));
    Ok(Exit::Success)
}

/// Why there is no data set.
#[derive(Debug, thiserror::Error)]
enum DatasetError {
    #[error("`{}` was not downloaded whole: {error}", .0.display(), error = .1)]
    Folder(PathBuf, std::io::Error),
    #[error("`{}` is not as its manifest says: {fault} ({many} in all); download again", .0.display(), fault = .1, many = .2)]
    Changed(PathBuf, String, usize),
    #[error("`{}`: {}", .0.display(), .1)]
    Conversation(PathBuf, callform_recordings::Error),
    #[error(transparent)]
    Set(#[from] callform_recordings::Error),
}

fn build(args: &DatasetArgs) -> Result<Built, DatasetError> {
    let mut conversations = Vec::new();
    for folder in &args.from {
        let broken = |error| DatasetError::Folder(folder.clone(), error);
        let manifest = Manifest::read(folder)
            .map_err(|error| broken(std::io::Error::new(error.kind(), format!("{MANIFEST}: {error}"))))?;
        let faults = verify(folder).map_err(broken)?;
        if let Some(fault) = faults.first() {
            return Err(DatasetError::Changed(folder.clone(), fault.clone(), faults.len()));
        }
        for file in manifest.files.iter().filter(|file| file.path.ends_with("/conversation.json")) {
            let text = files::read(&folder.join(&file.path), LARGEST).map_err(broken)?;
            let known: Known = serde_json::from_slice(&text)
                .map_err(|error| broken(std::io::Error::new(std::io::ErrorKind::InvalidData, error)))?;
            let home = folder.join(&file.path).parent().map(Path::to_owned).unwrap_or_default();
            let wrong = |error| DatasetError::Conversation(home.clone(), error);
            conversations.extend(conversation(args, &known, &home).map_err(wrong)?);
        }
    }
    let settings = Settings {
        name: args.name.clone(),
        description: args.description.clone(),
        seed: args.seed,
        shares: args.split,
        sample_rate: args.sample_rate,
        shard: args.shards,
    };
    Ok(dataset::build(&conversations, &settings, &args.out)?)
}

/// What of a conversation becomes part of the data set; nothing without consent or sound.
fn conversation(
    args: &DatasetArgs,
    known: &Known,
    home: &Path,
) -> Result<Option<Conversation>, callform_recordings::Error> {
    let evidence = &known.conversation.evidence;
    let accepted = known.conversation.state == State::Complete && evidence.consents();
    let Some(consent) = evidence.consent.as_ref().filter(|_| accepted) else { return Ok(None) };
    let recordings = evidence.recordings.values().filter(|recorded| recorded.measured.is_some()).enumerate();
    let Some((nth, _)) = recordings.min_by_key(|(nth, recorded)| (recorded.part != Part::Talk, *nth)) else {
        return Ok(None);
    };
    let file = home.join(format!("recording-{}.wav", nth + 1));
    let measured = measure(std::io::BufReader::new(std::fs::File::open(&file)?), Options::default())?;
    let words = match std::fs::read(home.join("transcript-1.json")) {
        Ok(text) => transcripts::read(&text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let both = measured.figures.channels.len() > 1;
    let customer = known.conversation.person.as_ref().map(PersonId::as_str);
    let agent = evidence.joined.as_ref().map(|joined| joined.agent.as_str());
    let speakers = [(Channel::Customer, customer), (Channel::Agent, agent)];
    let speakers = speakers.into_iter().take(if both && !args.customers_only { 2 } else { 1 });
    let recordings = speakers.filter_map(|(channel, speaker)| {
        let speaker = speaker?;
        let of_channel = || words.iter().filter(|turn| turn.channel == channel);
        let spans: Vec<Span> = of_channel().map(|turn| turn.span).collect();
        let options = ChunkOptions::default();
        let clips: Vec<Clip> = if spans.is_empty() {
            let found = chunks(&measured.activity, channel, options);
            found.into_iter().map(|chunk| Clip { span: chunk.span, transcript: None }).collect()
        } else {
            let found = align(&measured.activity, channel, &spans, options).into_iter().zip(of_channel());
            let clip = |(chunk, turn): (Option<callform_recordings::Chunk>, &transcripts::Turn)| {
                Some(Clip { span: chunk?.span, transcript: Some(turn.text.clone()) })
            };
            found.filter_map(clip).collect()
        };
        let speaker = pseudonym(channel, speaker);
        Some(Recording { channel, speaker, file: file.clone(), both_channels: both, clips })
    });
    Ok(Some(Conversation {
        id: pseudonym_of("conversation", known.conversation.id.as_str()),
        intent: evidence.bot.as_ref().map(|bot| bot.intent.clone()),
        consent: format!("{} {}", consent.text, consent.at),
        license: args.license.clone(),
        language: args.language.clone(),
        figures: measured.figures.clone(),
        recordings: recordings.collect(),
    }))
}

/// The same speaker has the same name everywhere, and nobody who has no table can tell whose it is.
fn pseudonym(channel: Channel, id: &str) -> String {
    pseudonym_of(channel.name(), id)
}

fn pseudonym_of(what: &str, id: &str) -> String {
    let mut text = format!("{:x}", Sha256::digest(format!("{what} {id}")));
    text.truncate(16);
    format!("{}{text}", &what[..1])
}
