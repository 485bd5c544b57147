//! Files and figures as other programs see them: `SoX`, soundfile, pyloudnorm, pydub, Hugging Face's datasets, webdataset.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callform_recordings::dataset::build;
use callform_recordings::quality::Options;
use callform_recordings::synthetic::{Script, Sound, Turn};
use callform_recordings::wav::{Block, Coding, Ending, Reader};
use callform_recordings::{Channel, ChunkOptions, Figures, Span, chunks, measure};
use serde_json::Value;

use crate::building::{conversations, settings};

/// A tool of the tests, or none where they do without; CI never does.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn tool(variable: &str, name: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
        eprintln!("SKIPPED: no {name}; run the tests with `cargo xtask test`");
    }
    found
}

fn python(python: &Path, script: &str, arguments: &[&Path]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/foreign/audio").join(script);
    let output = Command::new(python).arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs `SoX`: what it writes to its output, and what to its errors.
fn sox(sox: &Path, arguments: &[&str], folder: &Path) -> (Vec<u8>, String) {
    let output = Command::new(sox).args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    (output.stdout, errors)
}

#[track_caller]
fn near(what: &str, found: Option<f64>, expected: Option<f64>, bound: f64) {
    match (found, expected) {
        (None, None) => {}
        (Some(found), Some(expected)) if (found - expected).abs() <= bound => {}
        _ => panic!("{what}: {found:?} is not within {bound} of {expected:?}"),
    }
}

/// Recordings at several rates and levels, one and two channels, with and without clipping.
fn recordings(folder: &Path) -> Vec<(PathBuf, Figures)> {
    let mut scripts = Vec::new();
    for (seed, rate) in [(1, 8_000), (2, 16_000), (3, 44_100), (4, 48_000)] {
        let mut script = Script::conversation(seed, 20);
        script.sample_rate = rate;
        script.turns.iter_mut().for_each(|turn| turn.level = -20.0 - 4.0 * f64::from(u32::try_from(seed).unwrap()));
        script.turns[0].clipped_runs = seed;
        scripts.push(script.clone());
        scripts.push(script.customer_alone());
    }
    scripts
        .into_iter()
        .enumerate()
        .map(|(index, script)| {
            let path = folder.join(format!("{index}.wav"));
            let (wav, _) = script.to_wav().unwrap();
            fs::write(&path, &wav).unwrap();
            (path, measure(&wav[..], Options::default()).unwrap().figures)
        })
        .collect()
}

#[test]
fn figures_are_those_of_soundfile_and_pyloudnorm() {
    let Some(interpreter) = tool("CALLFORM_TEST_AUDIO", "pyloudnorm") else { return };
    let folder = tempfile::tempdir().unwrap();
    let recordings = recordings(folder.path());
    let paths: Vec<&Path> = recordings.iter().map(|(path, _)| path.as_path()).collect();
    let measured = python(&interpreter, "measure.py", &paths);
    for ((path, ours), theirs) in recordings.iter().zip(measured.as_array().unwrap()) {
        let what = path.display().to_string();
        assert_eq!((theirs["frames"].as_u64(), theirs["coding"].as_str()), (Some(ours.frames), Some("PCM_16")));
        // The standard gives its filters for 48 kHz; pyloudnorm and ebur128 bring them to other rates in ways of their own.
        let bound = match ours.sample_rate {
            8_000 => 0.3,
            16_000 => 0.2,
            _ => 0.05,
        };
        near(&what, ours.loudness, theirs["loudness"].as_f64(), bound);
        assert_eq!(theirs["channels"].as_array().unwrap().len(), ours.channels.len());
        for (ours, theirs) in ours.channels.iter().zip(theirs["channels"].as_array().unwrap()) {
            let decibels = |name: &str| theirs[name].as_f64().map(|level| 20.0 * level.log10());
            near(&what, ours.loudness, theirs["loudness"].as_f64(), bound);
            near(&what, ours.peak, decibels("peak"), 0.001);
            near(&what, ours.rms, decibels("rms"), 0.001);
            near(&what, Some(ours.dc_offset), theirs["mean"].as_f64(), 0.000_001);
        }
    }
}

#[test]
fn figures_are_those_of_sox() {
    let Some(program) = tool("CALLFORM_TEST_SOX", "SoX") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (path, ours) in recordings(folder.path()) {
        let (_, report) = sox(&program, &[path.to_str().unwrap(), "-n", "stats"], folder.path());
        // With two channels the first column is about both.
        let column = |name: &str, index: usize| -> Option<f64> {
            let line = report.lines().find(|line| line.starts_with(name)).unwrap();
            let values: Vec<&str> = line[name.len()..].split_whitespace().collect();
            values[if ours.channels.len() > 1 { index + 1 } else { index }].parse().ok()
        };
        for (index, channel) in ours.channels.iter().enumerate() {
            near(&report, channel.peak, column("Pk lev dB", index), 0.006);
            near(&report, channel.rms, column("RMS lev dB", index), 0.006);
            near(&report, Some(channel.dc_offset), column("DC offset", index), 0.000_001);
        }
    }
}

#[test]
fn every_coding_of_sox_is_read_as_sox_reads_it() {
    let Some(program) = tool("CALLFORM_TEST_SOX", "SoX") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (wav, _) = Script::conversation(1, 8).to_wav().unwrap();
    fs::write(folder.path().join("in.wav"), wav).unwrap();
    let codings: [(&[&str], Coding); 8] = [
        (&["-b", "8"], Coding::Unsigned8),
        (&["-b", "16"], Coding::Signed16),
        (&["-b", "24"], Coding::Signed24),
        (&["-b", "32"], Coding::Signed32),
        (&["-e", "float", "-b", "32"], Coding::Float32),
        (&["-e", "float", "-b", "64"], Coding::Float64),
        (&["-e", "mu-law"], Coding::MuLaw),
        (&["-e", "a-law"], Coding::ALaw),
    ];
    for (form, coding) in codings {
        let made = [&["-D", "in.wav"], form, &["out.wav"]].concat();
        sox(&program, &made, folder.path());
        let (raw, _) =
            sox(&program, &["-D", "out.wav", "-t", "raw", "-e", "float", "-b", "32", "-L", "-"], folder.path());
        let theirs: Vec<f32> = raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let (ours, ending) = interleaved(&fs::read(folder.path().join("out.wav")).unwrap(), coding);
        assert_eq!((ours.len(), ending), (theirs.len(), Ending::Whole), "{form:?}");
        let furthest = ours.iter().zip(&theirs).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
        assert!(furthest <= 1.0 / 8_388_608.0, "{form:?}: {furthest}");
    }
}

fn interleaved(wav: &[u8], coding: Coding) -> (Vec<f32>, Ending) {
    let mut reader = Reader::new(wav).unwrap();
    assert_eq!((reader.format().coding, reader.format().channels), (coding, 2));
    let (mut block, mut samples) = (Block::default(), Vec::new());
    while reader.next(&mut block).unwrap() {
        let frame = |index: usize| block.channels.iter().map(move |channel| channel[index]);
        samples.extend((0..block.frames()).flat_map(frame));
    }
    (samples, reader.ending().unwrap())
}

#[test]
fn a_pipe_of_sox_is_read_to_its_end() {
    let Some(program) = tool("CALLFORM_TEST_SOX", "SoX") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (wav, _) = Script::conversation(1, 8).to_wav().unwrap();
    fs::write(folder.path().join("in.wav"), wav).unwrap();
    let (piped, _) = sox(&program, &["in.wav", "-t", "wav", "-", "trim", "1", "5", "pad", "0", "1"], folder.path());
    let figures = measure(&piped[..], Options::default()).unwrap().figures;
    assert_eq!((figures.duration_ms, figures.ending), (6_000, Ending::Unstated));
    let (made, _) = sox(
        &program,
        &["-n", "-r", "8000", "-b", "16", "-t", "wav", "-", "synth", "3", "sine", "1000", "gain", "-20"],
        folder.path(),
    );
    let figures = measure(&made[..], Options::default()).unwrap().figures;
    assert_eq!(figures.duration_ms, 3_000);
    // SoX makes the tone at 48 kHz: where it begins and ends, the filter overshoots.
    near("peak", figures.channels[0].peak, Some(-20.0), 0.1);
    near("level", figures.channels[0].rms, Some(-23.01), 0.01);
    near("loudness", figures.loudness, Some(-23.0), 0.1);
}

#[test]
fn chunks_are_those_of_pydub() {
    let Some(interpreter) = tool("CALLFORM_TEST_AUDIO", "pydub") else { return };
    let folder = tempfile::tempdir().unwrap();
    let turn = |start_ms, end_ms, channel| Turn {
        channel,
        span: Span::new(start_ms, end_ms),
        level: -24.0,
        sound: Sound::Voice,
        clipped_runs: 0,
    };
    let turns = vec![
        turn(0, 1_500, Channel::Customer),
        turn(3_600, 5_000, Channel::Customer),
        turn(6_500, 8_000, Channel::Customer),
        turn(12_000, 13_000, Channel::Customer),
        turn(2_100, 3_600, Channel::Agent),
        turn(8_210, 15_000, Channel::Agent),
    ];
    let script = Script { seed: 5, sample_rate: 8_000, duration_ms: 15_000, stereo: true, noise: Some(-75.0), turns };
    let (wav, _) = script.to_wav().unwrap();
    let path = folder.path().join("in.wav");
    fs::write(&path, &wav).unwrap();
    let activity = measure(&wav[..], Options::default()).unwrap().activity;
    let theirs = python(&interpreter, "chunks.py", &[&path]);
    for (channel, theirs) in Channel::BOTH.into_iter().zip(theirs.as_array().unwrap()) {
        let ours = chunks(&activity, channel, ChunkOptions::default());
        let theirs: Vec<(u64, u64)> = serde_json::from_value(theirs["chunks"].clone()).unwrap();
        assert_eq!(ours.len(), theirs.len(), "{ours:?} {theirs:?}");
        for (ours, (start, end)) in ours.iter().zip(&theirs) {
            // Ours begin and end at borders of 20 ms.
            assert!(ours.span.start_ms.abs_diff(*start) <= 25, "{ours:?} {theirs:?}");
            assert!(ours.span.end_ms.abs_diff(*end) <= 25, "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn a_data_set_loads_into_datasets_and_webdataset() {
    let Some(interpreter) = tool("CALLFORM_TEST_AUDIO", "datasets") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut conversations = conversations(folder.path(), 12);
    // A whole split without an intent or a transcript, and without loudness in one more.
    for conversation in &mut conversations {
        conversation.intent = None;
        for clip in conversation.recordings.iter_mut().flat_map(|recording| &mut recording.clips) {
            clip.transcript = None;
        }
    }
    conversations[0].intent = Some("order".to_owned());
    let target = folder.path().join("test-line");
    let settings = callform_recordings::dataset::Settings { sample_rate: Some(16_000), ..settings() };
    let built = build(&conversations, &settings, &target).unwrap();
    let loaded = python(&interpreter, "load.py", &[&target, &folder.path().join("caches")]);
    let sums = fs::read_to_string(target.join("SHA256SUMS")).unwrap();
    let sums: BTreeMap<&str, &str> =
        sums.lines().map(|line| line.split_once("  ").map(|(sum, file)| (file, sum)).unwrap()).collect();
    let mut clips = 0;
    for split in ["train", "validation", "test"] {
        let [rows, audio] = ["rows", "audio"].map(|form| loaded[form][split]["rows"].as_array().unwrap());
        let shards = loaded["shards"][split].as_array().unwrap();
        assert_eq!((rows.len(), rows.len()), (audio.len(), shards.len()));
        clips += rows.len();
        for ((row, audio), shard) in rows.iter().zip(audio).zip(shards) {
            let file = row["file_name"].as_str().unwrap();
            assert_eq!(row["clip"]["sha256"], sums[file]);
            assert_eq!(row["clip"]["rate"], 16_000);
            assert_eq!(file, format!("audio/{split}/{}.wav", shard["key"].as_str().unwrap()));
            for column in row.as_object().unwrap().keys().filter(|column| *column != "file_name") {
                assert_eq!(row[column], audio[column], "{column}");
                assert_eq!(row[column], shard[column], "{column}");
            }
        }
        for form in ["rows", "audio"] {
            let types = &loaded[form][split]["types"];
            for (columns, kind) in [
                ("conversation channel speaker transcript intent language license consent", "string"),
                ("start end loudness snr clipped_share silence_share overlap_share", "float64"),
            ] {
                assert!(columns.split(' ').all(|column| types[column] == kind), "{types}");
            }
        }
    }
    assert_eq!(clips, built.clips);
}

#[test]
fn the_list_of_files_is_what_sha256sum_checks() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    build(&conversations(folder.path(), 2), &settings(), &target).unwrap();
    let check = || Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&target).output();
    assert!(check().unwrap().status.success());
    fs::write(target.join("README.md"), "other").unwrap();
    assert!(!check().unwrap().status.success());
}
