//! Data sets: the same bytes whatever happens in between, and nothing that does not belong there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use callform_recordings::dataset::{
    Clip, Conversation, Fault, FaultKind, Recording, Settings, Shares, Split, build, verify,
};
use callform_recordings::quality::Options;
use callform_recordings::synthetic::Script;
use callform_recordings::{Channel, ChunkOptions, chunks, measure};
use proptest::prelude::*;
use serde_json::Value;

pub(crate) fn settings() -> Settings {
    Settings {
        name: "Orders, spoken".to_owned(),
        description: "Synthetic conversations.".to_owned(),
        seed: 7,
        shares: Shares { validation: 0.2, test: 0.2 },
        sample_rate: None,
        shard: Some(20),
    }
}

/// Conversations of six agents with as many customers as there are conversations.
pub(crate) fn conversations(folder: &Path, number: u64) -> Vec<Conversation> {
    let conversation = |index: u64| {
        let (wav, _) = Script::conversation(index, 20).to_wav().unwrap();
        let file = folder.join(format!("{index}.wav"));
        fs::write(&file, &wav).unwrap();
        let measured = measure(&wav[..], Options::default()).unwrap();
        let recordings = Channel::BOTH.map(|channel| {
            let clips = chunks(&measured.activity, channel, ChunkOptions { min_silence_ms: 300, ..Default::default() })
                .into_iter()
                .enumerate()
                .map(|(turn, chunk)| Clip {
                    span: chunk.span,
                    transcript: (turn > 0).then(|| format!("turn {turn}, \"quoted\" – ü")),
                })
                .collect();
            let speaker = if channel == Channel::Agent { format!("a{}", index % 6) } else { format!("c{index}") };
            Recording { channel, speaker, file: file.clone(), both_channels: true, clips }
        });
        Conversation {
            id: if index == 3 { "Test.Line 3".to_owned() } else { format!("00aa-{index}") },
            intent: index.is_multiple_of(2).then(|| "order".to_owned()),
            consent: format!("consent-{index}"),
            license: "CC-BY-4.0".to_owned(),
            language: "en-US".to_owned(),
            figures: measured.figures,
            recordings: recordings.to_vec(),
        }
    };
    (0..number).map(conversation).collect()
}

/// Every file of a folder, with its content.
pub(crate) fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

fn is_clip(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "wav")
}

fn rows(content: &BTreeMap<String, Vec<u8>>, split: Split) -> Vec<Value> {
    let text = content.get(&format!("rows/{}.jsonl", split.name())).cloned().unwrap_or_default();
    String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_data_set_has_a_row_and_a_file_for_each_clip() {
    let folder = tempfile::tempdir().unwrap();
    let (sources, target) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&sources).unwrap();
    let conversations = conversations(&sources, 12);
    let built = build(&conversations, &settings(), &target).unwrap();
    assert_eq!((built.kept, &built.warnings[..]), (0, &[][..]));
    assert_eq!(verify(&target).unwrap(), []);
    let content = content(&target);
    assert_eq!(built.files + 2, content.len());
    let mut speakers: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut clips = 0;
    for split in Split::ALL {
        for row in rows(&content, split) {
            let file = row["file_name"].as_str().unwrap();
            let (rate, channels) = crate::cutting::samples(&content[file]);
            let seconds = row["end"].as_f64().unwrap() - row["start"].as_f64().unwrap();
            assert_eq!(channels.len(), 1);
            assert!(
                (f64::from(u32::try_from(channels[0].len()).unwrap()) / f64::from(rate) - seconds).abs() < 0.001,
                "{row}"
            );
            speakers.entry(row["speaker"].as_str().unwrap().to_owned()).or_default().insert(split.name());
            let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(
                keys.join(" "),
                "file_name conversation channel speaker start end transcript intent language license consent loudness snr \
                 clipped_share silence_share overlap_share"
            );
            clips += 1;
        }
    }
    assert_eq!(clips, built.clips);
    assert_eq!(speakers.len(), 18);
    assert!(speakers.values().all(|splits| splits.len() == 1), "{speakers:?}");
    let splits: BTreeSet<_> = speakers.values().flatten().collect();
    assert_eq!(splits.len(), 3, "each split has somebody");
    let card = String::from_utf8(content["README.md"].clone()).unwrap();
    assert!(card.contains("- Licenses: CC-BY-4.0\n- Languages: en-US\n- Intents: order\n- Consents: 12\n"), "{card}");
}

#[test]
fn names_are_taken_by_every_reader() {
    let folder = tempfile::tempdir().unwrap();
    let conversations = conversations(folder.path(), 5);
    let target = folder.path().join("out");
    build(&conversations, &settings(), &target).unwrap();
    let content = content(&target);
    let clips: Vec<&String> = content.keys().filter(|name| is_clip(name)).collect();
    for clip in &clips {
        let (_, name) = clip.rsplit_once('/').unwrap();
        let stem = name.strip_suffix(".wav").unwrap();
        assert!(stem.chars().all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '-')), "{name}");
        assert!(!["train", "val", "dev", "test", "eval"].iter().any(|word| stem.contains(word)), "{name}");
    }
    assert!(clips.iter().any(|clip| clip.contains("/00aa-4-agent-0000.wav")), "{clips:?}");
    assert!(clips.iter().any(|clip| clip.contains("/x")), "{clips:?}");
    let named: Vec<_> = Split::ALL.iter().flat_map(|split| rows(&content, *split)).collect();
    assert!(named.iter().any(|row| row["conversation"] == "Test.Line 3"));
}

#[test]
fn a_build_that_was_stopped_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let conversations = conversations(folder.path(), 8);
    let (whole, stopped) = (folder.path().join("whole"), folder.path().join("stopped"));
    let built = build(&conversations, &settings(), &whole).unwrap();
    let expected = content(&whole);
    // Stops at each conversation whose recording is not there yet.
    for missing in 0..8 {
        let file = &conversations[missing].recordings[0].file;
        let away = file.with_extension("away");
        fs::rename(file, &away).unwrap();
        let error = build(&conversations, &settings(), &stopped).unwrap_err().to_string();
        assert!(error.starts_with("cannot read "), "{error}");
        // What a kill leaves: a file half written, one without a note, and a note half written.
        fs::create_dir_all(stopped.join("audio/train")).unwrap();
        fs::write(stopped.join("audio/train/.00aa-1-agent-0000.wav.part"), "RIFF").unwrap();
        fs::write(stopped.join("audio/train/00aa-7-agent-0000.wav"), "RIFF").unwrap();
        let journal = stopped.join(".recipes.jsonl");
        let text = fs::read(&journal).unwrap();
        fs::write(&journal, &text[..text.len() - text.len().min(20)]).unwrap();
        fs::rename(&away, file).unwrap();
    }
    let resumed = build(&conversations, &settings(), &stopped).unwrap();
    assert!(resumed.kept > 0 && resumed.kept < resumed.clips, "{resumed:?}");
    assert_eq!((resumed.files, resumed.clips), (built.files, built.clips));
    assert_eq!(content(&stopped), expected);
    let again = build(&conversations, &settings(), &stopped).unwrap();
    assert_eq!(again.kept, again.clips);
    assert_eq!(content(&stopped), expected);
}

#[test]
fn what_leaves_the_data_set_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut conversations = conversations(folder.path(), 6);
    let (target, fresh) = (folder.path().join("out"), folder.path().join("fresh"));
    build(&conversations, &settings(), &target).unwrap();
    conversations.remove(2);
    build(&conversations, &settings(), &target).unwrap();
    build(&conversations, &settings(), &fresh).unwrap();
    assert_eq!(content(&target), content(&fresh));
    assert!(!content(&target).keys().any(|name| name.contains("00aa-2-")));
    let louder = Settings { sample_rate: Some(16_000), shard: None, ..settings() };
    let built = build(&conversations, &louder, &target).unwrap();
    assert_eq!(built.kept, 0);
    assert!(!content(&target).keys().any(|name| name.starts_with("shards/")));
    build(&[], &settings(), &target).unwrap();
    assert_eq!(content(&target).into_keys().collect::<Vec<_>>(), [".recipes.jsonl", "README.md", "SHA256SUMS"]);
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letters.txt"), "dear").unwrap();
    let error = build(&[], &settings(), folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("is not empty and no data set; choose another folder"), "{error}");
    assert_eq!(content(folder.path()).len(), 1);
}

#[test]
fn every_change_of_a_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let conversations = conversations(folder.path(), 3);
    let target = folder.path().join("out");
    build(&conversations, &settings(), &target).unwrap();
    let files: Vec<String> = content(&target).into_keys().filter(|name| is_clip(name)).collect();
    fs::remove_file(target.join(&files[0])).unwrap();
    let mut bytes = fs::read(target.join(&files[1])).unwrap();
    bytes[50] ^= 1;
    fs::write(target.join(&files[1]), bytes).unwrap();
    fs::write(target.join("rows/notes.txt"), "").unwrap();
    let fault = |file: &str, kind| Fault { file: file.to_owned(), kind };
    let mut expected = vec![
        fault(&files[0], FaultKind::Missing),
        fault(&files[1], FaultKind::Changed),
        fault("rows/notes.txt", FaultKind::Unlisted),
    ];
    expected.sort();
    assert_eq!(verify(&target).unwrap(), expected);
    // Built again, it is whole.
    build(&conversations, &settings(), &target).unwrap();
    assert_eq!(verify(&target).unwrap(), []);
    let list = format!("{}  ../letters.txt\n", "0".repeat(64));
    fs::write(target.join("SHA256SUMS"), list).unwrap();
    let error = verify(&target).unwrap_err().to_string();
    assert!(error.ends_with("SHA256SUMS:1: is no digest and path in this folder"), "{error}");
}

#[test]
fn conversations_without_consent_or_with_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let conversations = conversations(folder.path(), 2);
    let refused = |change: &dyn Fn(&mut Vec<Conversation>)| {
        let mut changed = conversations.clone();
        change(&mut changed);
        build(&changed, &settings(), &folder.path().join("out")).unwrap_err().to_string()
    };
    assert_eq!(refused(&|all| all[0].consent.clear()), "conversation `00aa-0`: has no consent");
    assert_eq!(refused(&|all| all[1].recordings[1].speaker.clear()), "conversation `00aa-1`: has no speaker");
    assert_eq!(
        refused(&|all| all[1].id = "00aa-0".to_owned()),
        "conversation `00aa-0`: has two recordings of the agent"
    );
    let shares = Settings { shares: Shares { validation: 0.6, test: 0.6 }, ..settings() };
    let error = build(&conversations, &shares, &folder.path().join("out")).unwrap_err().to_string();
    assert!(error.starts_with("the shares of validation and test: must be between 0 and 1"), "{error}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_column_that_a_split_lacks_is_left_out_everywhere_and_times_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let mut conversations = conversations(folder.path(), 8);
    let test = |one: &Recording| settings().shares.split(7, &one.speaker) == Split::Test;
    for conversation in &mut conversations {
        for recording in conversation.recordings.iter_mut().filter(|one| test(one)) {
            conversation.figures.channels[recording.channel.index()].snr = None;
            recording.clips.iter_mut().for_each(|clip| clip.transcript = Some("2026-11-30".to_owned()));
        }
    }
    let target = folder.path().join("out");
    let built = build(&conversations, &settings(), &target).unwrap();
    let all: Vec<_> = Split::ALL.iter().flat_map(|split| rows(&content(&target), *split)).collect();
    assert!(all.iter().all(|row| row.get("snr").is_none() && row["loudness"].is_number()));
    assert_eq!(
        built.warnings,
        [
            "every `transcript` of the split test looks like a date: readers that guess types make a time of it; tell them the types"
        ]
    );
}

proptest! {
    /// Whoever else is there, a speaker stays; and the shares are about what was asked for.
    #[test]
    fn splits_follow_from_the_speaker_alone(seed: u64, validation in 0.0..0.5_f64, test in 0.0..0.5_f64) {
        let shares = Shares { validation, test };
        let mut counts = BTreeMap::new();
        for speaker in 0..2_000 {
            *counts.entry(shares.split(seed, &format!("s{speaker}"))).or_insert(0) += 1;
        }
        for (split, share) in [(Split::Test, test), (Split::Validation, validation)] {
            let found = f64::from(*counts.get(&split).unwrap_or(&0)) / 2_000.0;
            prop_assert!((found - share).abs() < 0.06, "{:?} {} {}", split, found, share);
        }
    }
}
