//! What the data set says of itself.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::rows::Row;
use super::splits::Split;
use super::{Conversation, Settings};
use crate::numbers::float;

/// `README.md`: front matter that Hugging Face reads, then words and figures. There is no date in it.
pub(super) fn card(conversations: &[&Conversation], rows: &[Row], settings: &Settings) -> String {
    let mut text = front_matter(conversations, rows, settings);
    // Writing to a text cannot fail.
    let _written = write!(text, "\n# {}\n\n{}\n", settings.name, settings.description.trim());
    let _written = write!(text, "\n## Contents\n\n{}", splits(rows));
    let _written = write!(text, "\n{}\n", kinds(conversations));
    let _written = write!(text, "\n## Quality\n\n{}", quality(rows));
    text.push_str(&format_of(settings));
    text
}

fn unique<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    values.collect::<BTreeSet<_>>().into_iter().collect()
}

fn front_matter(conversations: &[&Conversation], rows: &[Row], settings: &Settings) -> String {
    // Hugging Face takes languages without their region.
    let languages =
        unique(conversations.iter().map(|one| one.language.split(['-', '_']).next().unwrap_or(&one.language)));
    let mut text = format!("---\npretty_name: {}\n", Value::from(settings.name.as_str()));
    let _written = writeln!(text, "language: {}", serde_json::json!(languages));
    text.push_str(&license(conversations));
    text.push_str("configs:\n- config_name: default\n  data_files:\n");
    for split in Split::ALL.into_iter().filter(|split| rows.iter().any(|row| row.split == *split)) {
        let name = split.name();
        let _written = writeln!(text, "  - split: {name}\n    path: rows/{name}.jsonl");
    }
    text.push_str("---\n");
    text
}

/// Licenses that Hugging Face knows: SPDX identifiers in small letters. Source: its list of licenses for repositories.
const KNOWN: [&str; 14] = [
    "apache-2.0",
    "cc0-1.0",
    "cc-by-4.0",
    "cc-by-3.0",
    "cc-by-2.0",
    "cc-by-sa-4.0",
    "cc-by-sa-3.0",
    "cc-by-nc-4.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nd-4.0",
    "mit",
    "odc-by",
    "pddl",
];

/// The lines that say what the data may be used for.
fn license(conversations: &[&Conversation]) -> String {
    match unique(conversations.iter().map(|one| one.license.as_str())).as_slice() {
        [one] if KNOWN.contains(&one.to_lowercase().as_str()) => format!("license: {}\n", one.to_lowercase()),
        [one] => format!("license: other\nlicense_name: {}\n", Value::from(*one)),
        _ => "license: other\n".to_owned(),
    }
}

fn column<'a>(row: &'a Row, name: &str) -> &'a str {
    row.columns.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn splits(rows: &[Row]) -> String {
    let mut text = "| split | clips | hours | speakers | conversations |\n|---|---|---|---|---|\n".to_owned();
    for split in Split::ALL {
        let of_split: Vec<&Row> = rows.iter().filter(|row| row.split == split).collect();
        let milliseconds: u64 = of_split.iter().map(|row| row.chunk.span.length()).sum();
        let speakers = unique(of_split.iter().map(|row| column(row, "speaker"))).len();
        let conversations = unique(of_split.iter().map(|row| column(row, "conversation"))).len();
        let hours = float(milliseconds) / 3_600_000.0;
        let _written =
            writeln!(text, "| {} | {} | {hours:.3} | {speakers} | {conversations} |", split.name(), of_split.len());
    }
    text.push_str("\nNo speaker is in two splits. The two sides of a conversation may be.\n");
    text
}

fn kinds(conversations: &[&Conversation]) -> String {
    let list = |values: Vec<&str>| if values.is_empty() { "none".to_owned() } else { values.join(", ") };
    let licenses = list(unique(conversations.iter().map(|one| one.license.as_str())));
    let languages = list(unique(conversations.iter().map(|one| one.language.as_str())));
    let intents = list(unique(conversations.iter().filter_map(|one| one.intent.as_deref())));
    let consents = unique(conversations.iter().map(|one| one.consent.as_str())).len();
    format!("- Licenses: {licenses}\n- Languages: {languages}\n- Intents: {intents}\n- Consents: {consents}")
}

fn quality(rows: &[Row]) -> String {
    let mut text = "| of the recordings | least | median | most |\n|---|---|---|---|\n".to_owned();
    for (name, unit) in
        [("loudness", "LUFS"), ("snr", "dB"), ("clipped_share", ""), ("silence_share", ""), ("overlap_share", "")]
    {
        let mut values: Vec<f64> =
            rows.iter().filter_map(|row| row.columns.get(name).and_then(Value::as_f64)).collect();
        values.sort_by(f64::total_cmp);
        if let (Some(least), Some(most)) = (values.first(), values.last()) {
            let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
            let _written = writeln!(text, "| {name}{unit} | {least} | {} | {most} |", values[values.len() / 2]);
        }
    }
    text
}

fn format_of(settings: &Settings) -> String {
    let rate = settings.sample_rate.map_or_else(
        || "as recorded".to_owned(),
        |rate| format!("{rate} frames a second, resampled where they were recorded with another rate"),
    );
    let shards = if settings.shard.is_some() { " `shards/` holds the same as WebDataset." } else { "" };
    format!(
        "\n## Format\n\nClips are WAV files of one channel with 16 bits, {rate}. `rows/` has a row a clip; `file_name` is its path, \
         `start` and `end` are seconds in the recording. `audio/` holds the clips, with the same rows in each split's \
         `metadata.jsonl`.{shards} `sha256sum --check SHA256SUMS` verifies all files.\n\nFigures of quality are those of the \
         channel of the whole recording. An empty `transcript` or `intent` is not known.\n"
    )
}
