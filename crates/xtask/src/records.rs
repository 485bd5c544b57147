//! Contact records in a file, and how fast they are made single.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dedup::Settings;
use dedup::memory::MemoryStore;
use dedup::sample::{Recipe, samples};
use dedup::transform::{TransformEvent, TransformRecord, transform};

fn recipe(contacts: u64) -> Recipe {
    Recipe { seed: 1, contacts, versions: 3, contacts_per_event: 20 }
}

/// Writes invented contact records, one in four of them twice, and agent events; says how many lines it wrote.
pub(crate) fn write(contacts: u64, out: &Path) -> Result<u64> {
    let mut file = BufWriter::new(File::create(out).with_context(|| out.display().to_string())?);
    let mut lines = 0;
    let mut held_back = Vec::new();
    for (number, sample) in samples(recipe(contacts)).enumerate() {
        writeln!(file, "{}", sample.json)?;
        lines += 1;
        if number % 4 == 0 {
            held_back.push(sample.json);
        }
        // Copies come some thousand records later.
        if held_back.len() == 1000 {
            for line in held_back.drain(..) {
                writeln!(file, "{line}")?;
                lines += 1;
            }
        }
    }
    file.flush()?;
    Ok(lines)
}

/// Measures `records dedup` on a file of about so many records and on one of a tenth, and the Firehose transform on a store
/// in memory.
pub(crate) fn measure(records: u64, callform: &Path) -> Result<()> {
    ensure!(callform.is_file(), "{} is not there: build it first", callform.display());
    for records in [records / 10, records] {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("records.ndjson");
        // A contact has two versions on average, and a quarter of them comes twice.
        let lines = write(records * 10 / 26, &file)?;
        announce(&format!("{lines} records, {} MB", file.metadata()?.len() / 1_000_000));
        for (name, more) in [("current versions", None), ("every version", Some("--every-version"))] {
            let start = Instant::now();
            // The peak is that of the largest child so far: a process for each run tells them apart.
            let status = Command::new(std::env::current_exe()?)
                .args(["measure", "--"])
                .arg(callform)
                .args(["records", "dedup"])
                .args(more)
                .args([OsStr::new("--out"), folder.path().join("out.ndjson").as_os_str(), file.as_os_str()])
                .status()?;
            ensure!(status.success(), "{} failed", callform.display());
            announce(&format!("{name}: {} records/s", rate(lines, start.elapsed())));
        }
    }
    handler()
}

/// Firehose's largest usual batch, 500 records, again and again.
fn handler() -> Result<()> {
    const BATCHES: usize = 200;
    let records: Vec<_> = samples(recipe(100_000))
        .take(500 * BATCHES)
        .enumerate()
        .map(|(number, sample)| TransformRecord { record_id: number.to_string(), data: STANDARD.encode(sample.json) })
        .collect();
    let store = MemoryStore::default();
    let executor = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let mut took = Duration::ZERO;
    for batch in records.chunks(500) {
        let event = TransformEvent { records: batch.to_vec() };
        let start = Instant::now();
        let time = Duration::from_hours(490_896);
        let answer = executor.block_on(transform(&store, &Settings::default(), time, Duration::from_mins(1), event))?;
        serde_json::to_vec(&answer.0)?;
        took += start.elapsed();
    }
    let count = records.len() as u64;
    announce(&format!("transform on a store in memory: {} records/s", rate(count, took)));
    Ok(())
}

fn rate(count: u64, time: Duration) -> u128 {
    u128::from(count) * 1_000_000 / time.as_micros().max(1)
}

#[expect(clippy::print_stderr, reason = "a development task talks to its terminal")]
fn announce(text: &str) {
    eprintln!("{text}");
}
