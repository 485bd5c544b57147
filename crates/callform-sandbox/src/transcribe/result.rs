//! The file with a transcript, in the form of the service.

use serde_json::{Map, Value, json};

/// Something that was said without a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Utterance {
    /// Who: the number of the channel in the recording.
    pub(super) speaker: usize,
    pub(super) text: String,
    /// From when till when, in milliseconds from the beginning.
    pub(super) start: u64,
    pub(super) end: u64,
}

/// How speech is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    /// Not at all.
    None,
    /// By so many channels.
    Channels(usize),
    /// By the people who speak, at most so many.
    Speakers(usize),
}

/// How sure the service is of each word; it is sure of no punctuation.
const CONFIDENCE: &str = "0.999";

/// The file of a job.
pub(super) fn file(job: &str, account: &str, utterances: &[Utterance], labels: Labels) -> Value {
    let mut said: Vec<&Utterance> = utterances.iter().filter(|utterance| !utterance.text.trim().is_empty()).collect();
    said.sort_by_key(|utterance| (utterance.start, utterance.speaker));
    let (mut items, mut segments) = (Vec::new(), Vec::new());
    for (id, utterance) in said.iter().enumerate() {
        let own = items_of(utterance, items.len(), labels);
        segments.push(segment(id, utterance, &own, labels));
        items.extend(own);
    }
    let transcript: Vec<&str> = said.iter().map(|utterance| utterance.text.trim()).collect();
    let mut results = Map::new();
    results.insert("transcripts".to_owned(), json!([{ "transcript": transcript.join(" ") }]));
    match labels {
        Labels::None => {}
        Labels::Channels(count) => {
            results.insert("channel_labels".to_owned(), channels(&items, count));
        }
        Labels::Speakers(most) => {
            results.insert("speaker_labels".to_owned(), speakers(&said, &items, most));
        }
    }
    results.insert("items".to_owned(), items.into());
    results.insert("audio_segments".to_owned(), segments.into());
    json!({ "jobName": job, "accountId": account, "status": "COMPLETED", "results": results })
}

fn channel(number: usize) -> String {
    format!("ch_{number}")
}

/// People are told apart as far as there may be so many; all others are the last one.
fn speaker(number: usize, most: usize) -> String {
    format!("spk_{}", number.min(most.saturating_sub(1)))
}

/// The member that says who spoke.
fn label(number: usize, labels: Labels) -> Option<(&'static str, String)> {
    match labels {
        Labels::None => None,
        Labels::Channels(count) => Some(("channel_label", channel(number.min(count.saturating_sub(1))))),
        Labels::Speakers(most) => Some(("speaker_label", speaker(number, most))),
    }
}

/// A time as the service writes it: seconds, as a text.
fn time(milliseconds: u64) -> String {
    let hundredths = milliseconds / 10;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.strip_suffix('0').unwrap_or(&text).to_owned()
}

/// The words and punctuation of an utterance. Each word takes as much of its time as it has letters.
fn items_of(utterance: &Utterance, first: usize, labels: Labels) -> Vec<Value> {
    let words: Vec<(&str, &str)> = utterance.text.split_whitespace().map(punctuated).collect();
    let letters = |word: &str| u64::try_from(word.chars().count()).unwrap_or(u64::MAX);
    let all: u64 = words.iter().map(|(word, _)| letters(word)).sum();
    let length = utterance.end.saturating_sub(utterance.start);
    let at = |letters: u64| utterance.start + length.saturating_mul(letters) / all.max(1);
    let (mut items, mut before) = (Vec::new(), 0);
    for (word, mark) in words {
        if !word.is_empty() {
            let after = before + letters(word);
            let mut item = item("pronunciation", word, CONFIDENCE);
            item["start_time"] = time(at(before)).into();
            item["end_time"] = time(at(after)).into();
            items.push(item);
            before = after;
        }
        if !mark.is_empty() {
            items.push(item("punctuation", mark, "0.0"));
        }
    }
    for (id, item) in (first..).zip(&mut items) {
        item["id"] = id.into();
        if let Some((name, label)) = label(utterance.speaker, labels) {
            item[name] = label.into();
        }
    }
    items
}

fn item(kind: &str, content: &str, confidence: &str) -> Value {
    json!({ "type": kind, "alternatives": [{ "confidence": confidence, "content": content }] })
}

/// A word and the punctuation mark after it.
fn punctuated(word: &str) -> (&str, &str) {
    let bare = word.trim_end_matches(['.', ',', '?', '!', ';', ':']);
    let marks = word.strip_prefix(bare).unwrap_or_default();
    (bare, marks.get(..1).unwrap_or_default())
}

fn segment(id: usize, utterance: &Utterance, items: &[Value], labels: Labels) -> Value {
    let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
    let mut segment = json!({
        "id": id,
        "transcript": utterance.text.trim(),
        "start_time": time(utterance.start),
        "end_time": time(utterance.end),
        "items": ids,
    });
    if let Some((name, label)) = label(utterance.speaker, labels) {
        segment[name] = label.into();
    }
    segment
}

fn channels(items: &[Value], count: usize) -> Value {
    let of = |number: usize| {
        let label = channel(number);
        let own: Vec<&Value> = items.iter().filter(|item| item["channel_label"] == label).collect();
        json!({ "channel_label": label, "items": own })
    };
    json!({ "channels": (0..count).map(of).collect::<Vec<_>>(), "number_of_channels": count })
}

fn speakers(said: &[&Utterance], items: &[Value], most: usize) -> Value {
    let mut all: Vec<String> = said.iter().map(|utterance| speaker(utterance.speaker, most)).collect();
    let mut items = items.iter().filter(|item| item["type"] == "pronunciation");
    let segments: Vec<Value> = said
        .iter()
        .map(|utterance| {
            let words = utterance.text.split_whitespace().filter(|word| !punctuated(word).0.is_empty()).count();
            let own = items.by_ref().take(words).map(|item| {
                json!({
                    "speaker_label": item["speaker_label"],
                    "start_time": item["start_time"],
                    "end_time": item["end_time"],
                })
            });
            json!({
                "speaker_label": speaker(utterance.speaker, most),
                "start_time": time(utterance.start),
                "end_time": time(utterance.end),
                "items": own.collect::<Vec<_>>(),
            })
        })
        .collect();
    all.sort();
    all.dedup();
    json!({ "channel_label": "ch_0", "speakers": all.len(), "segments": segments })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said() -> Vec<Utterance> {
        let one = |speaker, text: &str, start, end| Utterance { speaker, text: text.to_owned(), start, end };
        vec![one(1, "Well, hi!", 2000, 3000), one(0, "Hello there.", 500, 1500), one(0, " ", 4000, 5000)]
    }

    #[test]
    fn words_come_in_order_with_times_as_texts() {
        let file = file("job", "123456789012", &said(), Labels::None);
        assert_eq!(file["results"]["transcripts"][0]["transcript"], "Hello there. Well, hi!");
        let items = file["results"]["items"].as_array().unwrap();
        let first = json!({ "type": "pronunciation", "alternatives": [{ "confidence": "0.999", "content": "Hello" }],
            "start_time": "0.5", "end_time": "1.0", "id": 0 });
        assert_eq!(items[0], first);
        let mark = json!({ "type": "punctuation", "alternatives": [{ "confidence": "0.0", "content": "." }], "id": 2 });
        assert_eq!(items[2], mark);
        assert_eq!(items.len(), 7);
        assert_eq!((&items[3]["start_time"], &items[5]["end_time"]), (&json!("2.0"), &json!("3.0")));
        let segments = file["results"]["audio_segments"].as_array().unwrap();
        assert_eq!(segments.len(), 2);
        assert_eq!(segments[1]["items"], json!([3, 4, 5, 6]));
        assert_eq!(file["results"].get("channel_labels"), None);
    }

    #[test]
    fn channels_and_speakers_are_told_apart() {
        let by_channel = file("job", "1", &said(), Labels::Channels(2));
        let labels = &by_channel["results"]["channel_labels"];
        assert_eq!(labels["number_of_channels"], 2);
        assert_eq!(labels["channels"][0]["items"].as_array().unwrap().len(), 3);
        assert_eq!(labels["channels"][1]["items"][0]["channel_label"], "ch_1");
        assert_eq!(by_channel["results"]["items"][0]["channel_label"], "ch_0");
        let one = file("job", "1", &said(), Labels::Channels(1));
        assert_eq!(one["results"]["channel_labels"]["channels"][0]["items"].as_array().unwrap().len(), 7);

        let by_speaker = file("job", "1", &said(), Labels::Speakers(2));
        let labels = &by_speaker["results"]["speaker_labels"];
        assert_eq!((&labels["speakers"], &labels["segments"][1]["speaker_label"]), (&json!(2), &json!("spk_1")));
        assert_eq!(labels["segments"][1]["items"].as_array().unwrap().len(), 2);
        assert_eq!(by_speaker["results"]["items"][3]["speaker_label"], "spk_1");
    }

    #[test]
    fn nothing_said_is_an_empty_transcript() {
        let file = file("job", "1", &[], Labels::Channels(2));
        assert_eq!(file["results"]["transcripts"], json!([{ "transcript": "" }]));
        assert_eq!(file["results"]["items"], json!([]));
        assert_eq!(file["results"]["channel_labels"]["channels"][1], json!({ "channel_label": "ch_1", "items": [] }));
    }

    #[test]
    fn times() {
        assert_eq!([0, 40, 4860, 61_000, 100_009].map(time), ["0.0", "0.04", "4.86", "61.0", "100.0"]);
    }
}
