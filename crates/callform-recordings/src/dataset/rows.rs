//! A row for each clip.

use serde_json::{Map, Value, json};

use super::splits::Split;
use super::{Conversation, Recording, Settings, names};
use crate::channel::Channel;
use crate::chunks::Chunk;
use crate::error::Error;
use crate::numbers::float;

/// A clip that is to be, and all that is known of it.
pub(super) struct Row {
    pub(super) split: Split,
    pub(super) key: String,
    /// Which part of which channel of the recording's file.
    pub(super) chunk: Chunk,
    /// Columns, but for the file's name.
    pub(super) columns: Map<String, Value>,
}

impl Row {
    /// Where the clip is, from the folder of the data set.
    pub(super) fn path(&self) -> String {
        format!("audio/{}/{}.wav", self.split.name(), self.key)
    }

    /// A line of JSON with the clip's path.
    pub(super) fn line(&self, file: &str) -> String {
        let mut columns = Map::new();
        columns.insert("file_name".to_owned(), file.into());
        columns.extend(self.columns.clone());
        format!("{}\n", Value::Object(columns))
    }
}

/// The rows of a recording, in order.
pub(super) fn rows(conversation: &Conversation, recording: &Recording, settings: &Settings) -> Vec<Row> {
    let split = settings.shares.split(settings.seed, &recording.speaker);
    let in_file = if recording.both_channels { recording.channel } else { Channel::Customer };
    let row = |(index, clip): (usize, &super::Clip)| Row {
        split,
        key: names::key(&conversation.id, recording.channel, index),
        chunk: Chunk { span: clip.span, channel: in_file },
        columns: columns(conversation, recording, clip),
    };
    recording.clips.iter().enumerate().map(row).collect()
}

fn columns(conversation: &Conversation, recording: &Recording, clip: &super::Clip) -> Map<String, Value> {
    let seconds = |milliseconds| float(milliseconds) / 1_000.0;
    let quality = conversation.figures.of(recording.channel);
    let columns = json!({
        "conversation": conversation.id,
        "channel": recording.channel,
        "speaker": recording.speaker,
        "start": seconds(clip.span.start_ms),
        "end": seconds(clip.span.end_ms),
        // Texts are never null: a split in which nothing but null stands has another type than the others, and all of them
        // are refused.
        "transcript": clip.transcript.as_deref().unwrap_or_default(),
        "intent": conversation.intent.as_deref().unwrap_or_default(),
        "language": conversation.language,
        "license": conversation.license,
        "consent": conversation.consent,
        "loudness": quality.and_then(|quality| quality.loudness),
        "snr": quality.and_then(|quality| quality.snr),
        "clipped_share": quality.map(|quality| quality.clipped_share),
        "silence_share": quality.map(|quality| quality.silence_share),
        "overlap_share": conversation.figures.overlap_share,
    });
    match columns {
        Value::Object(columns) => columns,
        _ => Map::new(),
    }
}

/// Drops numbers that a whole split lacks: for the same reason as texts are never null.
pub(super) fn drop_missing(rows: &mut [Row]) {
    let lacking: Vec<String> = ["loudness", "snr", "clipped_share", "silence_share"]
        .into_iter()
        .filter(|column| {
            Split::ALL.iter().any(|split| {
                let mut of_split = rows.iter().filter(|row| row.split == *split).peekable();
                of_split.peek().is_some() && of_split.all(|row| row.columns[*column].is_null())
            })
        })
        .map(str::to_owned)
        .collect();
    for row in rows {
        row.columns.retain(|column, _| !lacking.contains(column));
    }
}

/// Columns of which a reader that guesses types makes times, because every value looks like one.
pub(super) fn warnings(rows: &[Row]) -> Vec<String> {
    let mut warnings = Vec::new();
    for split in Split::ALL {
        let of_split: Vec<_> = rows.iter().filter(|row| row.split == split).collect();
        for column in of_split.first().map(|row| row.columns.keys()).into_iter().flatten() {
            let all = of_split.iter().all(|row| row.columns.get(column).and_then(Value::as_str).is_some_and(is_time));
            if all {
                warnings.push(format!(
                    "every `{column}` of the split {} looks like a date: readers that guess types make a time of it; tell \
                     them the types",
                    split.name()
                ));
            }
        }
    }
    warnings
}

fn is_time(text: &str) -> bool {
    let form = |letter: u8| if letter.is_ascii_digit() { b'0' } else { letter };
    let shape: Vec<u8> = text.bytes().take(10).map(form).collect();
    shape == b"0000-00-00"
}

/// What a conversation must have to be part of a data set.
pub(super) fn check(conversation: &Conversation) -> Result<(), Error> {
    let texts = [
        ("id", &conversation.id),
        ("consent", &conversation.consent),
        ("license", &conversation.license),
        ("language", &conversation.language),
    ];
    let speakers = conversation.recordings.iter().map(|recording| ("speaker", &recording.speaker));
    for (name, text) in texts.into_iter().chain(speakers) {
        if text.trim().is_empty() {
            return Err(Error::text(format!("conversation `{}`", conversation.id), format!("has no {name}")));
        }
    }
    Ok(())
}
