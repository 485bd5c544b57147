//! Hours of sound a minute for channel split, figures of quality and chunks, and what Python's pydub needs for the first and the
//! last of these: `cargo bench -p callform-recordings`, or with `-- --minutes 120` of sound instead of 30.
//!
//! Both work in a process of their own, on the same file, one after the other. Python is that of `cargo xtask test`.

#![expect(clippy::unwrap_used, reason = "an environment that cannot be made is a broken benchmark")]
#![expect(clippy::print_stdout, reason = "this is what a benchmark is for")]

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use callform_recordings::quality::Options;
use callform_recordings::synthetic::Script;
use callform_recordings::{Channel, ChunkOptions, CutOptions, chunks, cut, split_files};
use serde_json::{Value, json};

const SILENCE: ChunkOptions = ChunkOptions { silence: -60.0, min_silence_ms: 2_000 };

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--work", source, folder] => work(Path::new(source), Path::new(folder)),
        ["--minutes", minutes] => compare(minutes.parse().unwrap()),
        _ => compare(30),
    }
}

/// What is measured.
fn work(source: &Path, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let start = Instant::now();
    let read = || BufReader::new(File::open(source).unwrap());
    let files = Channel::BOTH.map(|channel| (channel, folder.join(format!("{channel}.wav"))));
    let measured = split_files(read(), &files, Options::default()).unwrap();
    let all: Vec<_> = Channel::BOTH
        .into_iter()
        .flat_map(|channel| chunks(&measured.activity, channel, SILENCE))
        .enumerate()
        .map(|(index, chunk)| (chunk, folder.join(format!("{}-{index}.wav", chunk.channel))))
        .collect();
    cut(read(), &all, CutOptions { padding_ms: 500, sample_rate: None }).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({ "seconds": seconds, "peak": peak(), "chunks": all.len(), "loudness": measured.figures.loudness })
    );
}

/// The most memory that this process had, in bytes; nothing where the system does not say.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1_024)
}

fn compare(minutes: u64) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("call.wav");
    Script::conversation(1, minutes * 60).write(BufWriter::new(File::create(&source).unwrap())).unwrap();
    let ours =
        run(Command::new(std::env::current_exe().unwrap()).arg("--work").arg(&source).arg(folder.path().join("ours")));
    let our_speed = report("callform", minutes, &ours);
    let Some(python) = python() else {
        println!("pydub     not there: `cargo xtask test` installs it");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer/split_and_chunk.py");
    let theirs = run(Command::new(python).arg(script).arg(&source).arg(folder.path().join("theirs")));
    let their_speed = report("pydub", minutes, &theirs);
    println!("ratio     {:.0}", our_speed / their_speed);
}

fn run(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Says how fast it was, in hours a minute.
fn report(name: &str, minutes: u64, measured: &Value) -> f64 {
    let seconds = measured["seconds"].as_f64().unwrap();
    let hours = f64::from(u32::try_from(minutes).unwrap()) / 60.0;
    let speed = hours / (seconds / 60.0);
    let peak = measured["peak"].as_f64().unwrap_or(f64::NAN) / 1e6;
    let chunks = &measured["chunks"];
    println!(
        "{name:9} {minutes} min of sound in {seconds:.2} s: {speed:.1} hours a minute, {chunks} chunks, peak {peak:.1} MB"
    );
    speed
}

fn python() -> Option<PathBuf> {
    let named = std::env::var_os("CALLFORM_TEST_AUDIO").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/foreign-audio/bin/python");
    named.or_else(|| usual.is_file().then_some(usual))
}
