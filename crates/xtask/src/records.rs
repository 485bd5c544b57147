//! Contact records in a file, and how fast they are made single.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dedup::local::{Input, Keep, Outputs, dedup};
use dedup::memory::MemoryStore;
use dedup::sample::{Recipe, samples};
use dedup::transform::{TransformEvent, TransformRecord, transform};
use dedup::{Mode, Settings};

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

/// Measures `records dedup` on a file of about so many records, and the Firehose transform on a store in memory.
pub(crate) fn measure(records: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("records.ndjson");
    // A contact has two versions on average, and a quarter of them comes twice.
    let lines = write(records * 10 / 26, &file)?;
    let bytes = file.metadata()?.len();
    announce(&format!("{lines} records, {} MB", bytes / 1_000_000));
    let before = peak();
    for (name, keep) in [("every version", Keep::EveryVersion), ("current versions", Keep::Current)] {
        let start = Instant::now();
        let input = Input { name: "records".to_owned(), content: Box::new(File::open(&file)?) };
        let mut sink = std::io::sink();
        let outputs = Outputs { records: &mut sink, events: None, invalid: &mut |_| {} };
        let report = dedup([input], Mode::Contact, keep, tempfile::tempfile()?, outputs)?;
        let took = start.elapsed();
        announce(&format!(
            "{name}: {} s, {} records/s, {} MB/s, kept {}; peak memory {} MB, of which {} MB before",
            seconds(took),
            rate(lines, took),
            rate(bytes / 1_000_000, took),
            report.kept,
            peak(),
            before,
        ));
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

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

fn rate(count: u64, time: Duration) -> u128 {
    u128::from(count) * 1_000_000 / time.as_micros().max(1)
}

/// Peak memory of this process so far, in MB; 0 where that is not known.
fn peak() -> i64 {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        // Linux counts in KiB.
        getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| usage.max_rss() / 1024)
    }
    #[cfg(not(target_os = "linux"))]
    0
}

#[expect(clippy::print_stderr, reason = "a development task talks to its terminal")]
fn announce(text: &str) {
    eprintln!("{text}");
}
