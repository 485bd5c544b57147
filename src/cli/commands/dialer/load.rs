//! `callform dialer load`

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use clap::Args;
use dialer::ids::LoadId;
use dialer::item::{Existing, Key, RowCounts};
use dialer::list::{Place, RowReport, Verdict};
use dialer::memory::Memory;
use dialer::phone::{NoPhone, Phone};
use dialer::store::Store;
use dialer::work::{LoadError, Rim, Work};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::found::{Found, find};
use super::table::{Local, failed, open};
use super::{DialerArgs, FORMAT_VERSION, Form};
use crate::cli::exit_code::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;

/// Rows between two steps of the progress bar.
const CHUNK: usize = 100;
/// Rows that cannot be dialed of which people are told here; the report has all.
const TOLD: usize = 20;

/// `callform dialer load`
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// Which dialer.
    #[command(flatten)]
    pub dialer: DialerArgs,
    /// The list: a CSV file in UTF-8 with a header; `-` reads stdin.
    #[arg(value_name = "LIST")]
    pub list: PathBuf,
    /// Take over names, attributes, time zones and further numbers of people who are there already.
    #[arg(long)]
    pub update: bool,
    /// Write what became of each row to a CSV file.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Only read the list and tell what would become of its rows; needs no account. Nobody counts as being there already.
    #[arg(long)]
    pub dry_run: bool,
}

/// A list that can be read from any place, and who it is.
struct List {
    file: File,
    size: u64,
    digest: String,
    /// Where stdin was kept.
    _kept: Option<tempfile::NamedTempFile>,
}

impl List {
    fn open(path: &Path) -> std::io::Result<Self> {
        let (mut file, kept) = if path.as_os_str() == "-" {
            let mut kept = tempfile::NamedTempFile::new()?;
            std::io::copy(&mut std::io::stdin().lock(), &mut kept)?;
            (kept.reopen()?, Some(kept))
        } else {
            (File::open(path)?, None)
        };
        let mut digest = Sha256::new();
        let size = std::io::copy(&mut file, &mut digest)?;
        let mut digest = format!("{:x}", digest.finalize());
        digest.truncate(16);
        Ok(Self { file, size, digest, _kept: kept })
    }

    fn from(&mut self, place: Option<Place>) -> std::io::Result<impl Read + '_> {
        self.file.seek(SeekFrom::Start(place.map_or(0, |place| place.offset)))?;
        Ok(&mut self.file)
    }
}

/// What became of a list.
struct Loaded {
    id: LoadId,
    counts: RowCounts,
    /// Rows of which there is something to say.
    notes: Vec<RowReport>,
    /// All rows, as CSV, where a report is wanted.
    report: Option<csv::Writer<Vec<u8>>>,
}

/// Loads a list.
pub(super) async fn run(ui: &Ui, args: &LoadArgs) -> Result<Exit, Exit> {
    let found = find(ui, &args.dialer.blueprint, args.dialer.dialer.as_deref())?;
    if let Some(report) = &args.report {
        files::keeps(report, [&args.list]).map_err(|problem| {
            ui.error(&problem);
            Exit::Usage
        })?;
    }
    let mut list = List::open(&args.list).map_err(|error| {
        ui.error(&format!("cannot read `{}`: {error}", args.list.display()));
        Exit::Usage
    })?;
    let loaded = if args.dry_run {
        let (store, rim) = (Memory::default(), Local);
        let work = Work { store: &store, phone: &NoPhone, rim: &rim, policy: &found.policy };
        load(ui, args, &work, &mut list).await?
    } else {
        load_live(ui, args, &found, &mut list).await?
    };
    if let (Some(path), Some(report)) = (&args.report, loaded.report) {
        let bytes = report.into_inner().unwrap_or_default();
        files::write(path, &bytes).map_err(|error| {
            ui.error(&format!("cannot write `{}`: {error}", path.display()));
            Exit::Failed
        })?;
    }
    let form = args.dialer.format;
    tell(ui, form, &loaded.id, loaded.counts, &loaded.notes, args.dry_run);
    Ok(if loaded.counts.invalid > 0 { Exit::Failed } else { Exit::Success })
}

async fn load_live(ui: &Ui, args: &LoadArgs, found: &Found, list: &mut List) -> Result<Loaded, Exit> {
    let live = open(ui, found, &args.dialer.account).await?;
    let tools = live.tools(&found.policy);
    let loaded = load(ui, args, &tools.work(), list).await;
    live.account.close().await;
    loaded
}

async fn load<S: Store, P: Phone, R: Rim>(
    ui: &Ui,
    args: &LoadArgs,
    work: &Work<'_, S, P, R>,
    list: &mut List,
) -> Result<Loaded, Exit> {
    let existing = if args.update { Existing::Update } else { Existing::Keep };
    let (id, mut from) = begin(work.store, &list.digest).await.map_err(|error| failed(ui, &error))?;
    let bar = progress(ui, list.size);
    let mut report = args.report.is_some().then(|| csv::Writer::from_writer(Vec::new()));
    if let Some(report) = &mut report {
        // Writing into memory does not fail.
        let _written = report.write_record(["line", "verdict", "person", "why"]);
    }
    let mut notes = Vec::new();
    let counts = loop {
        bar.set_position(from.map_or(0, |place| place.offset));
        let rows = list.from(from).map_err(|error| failed(ui, &error))?;
        let chunk = match work.load_chunk(&id, existing, rows, from, CHUNK).await {
            Ok(chunk) => chunk,
            Err(error) => {
                bar.finish_and_clear();
                return Err(not_loaded(ui, &error));
            }
        };
        for row in &chunk.rows {
            if let Some(report) = &mut report {
                let _written = report.write_record(record(row));
            }
        }
        notes.extend(chunk.rows.into_iter().filter(|row| row.why.is_some()));
        match chunk.next {
            Some(next) => from = Some(next),
            None => break chunk.counts,
        }
    };
    bar.finish_and_clear();
    Ok(Loaded { id, counts, notes, report })
}

/// The load of this list that was cut off, and where; or a new one.
async fn begin<S: Store>(store: &S, digest: &str) -> Result<(LoadId, Option<Place>), dialer::store::ReadError> {
    let mut nth = 1_u32;
    loop {
        let id = LoadId::from(format!("{digest}-{nth}"));
        let item = store.get(&Key::Load(id.clone())).await?;
        match item.as_ref().and_then(|item| item.body.load()) {
            Some(load) if load.complete => nth += 1,
            Some(load) if load.line > 0 => return Ok((id, Some(Place { offset: load.offset, line: load.line }))),
            _ => return Ok((id, None)),
        }
    }
}

fn progress(ui: &Ui, size: u64) -> ProgressBar {
    let target = if ui.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(size), target);
    if let Ok(style) = ProgressStyle::with_template("loading {bar:30} {percent}% {eta}") {
        bar.set_style(style);
    }
    bar
}

fn not_loaded(ui: &Ui, error: &LoadError) -> Exit {
    ui.error(&format!("the list was not loaded to its end: {error}"));
    match error {
        LoadError::Work(_) => ui.say("help: run it again; it goes on where it was"),
        _ => ui.say("help: docs/dialers.md shows what lists look like"),
    }
    Exit::Failed
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Duplicate => "duplicate",
        Verdict::Unchanged => "unchanged",
        Verdict::Updated => "updated",
        Verdict::Invalid => "invalid",
    }
}

fn record(row: &RowReport) -> [String; 4] {
    let person = row.person.as_ref().map(ToString::to_string).unwrap_or_default();
    let why = row.why.as_ref().map(ToString::to_string).unwrap_or_default();
    [row.line.to_string(), word(row.verdict).to_owned(), person, why]
}

fn tell(ui: &Ui, form: Form, id: &LoadId, counts: RowCounts, notes: &[RowReport], dry: bool) {
    if form == Form::Json {
        let rows: Vec<_> = notes
            .iter()
            .map(|row| {
                let why = row.why.as_ref().map(ToString::to_string);
                json!({ "line": row.line, "verdict": word(row.verdict), "person": row.person, "why": why })
            })
            .collect();
        let answer = json!({
            "format_version": FORMAT_VERSION, "load": id, "dry_run": dry, "rows": counts, "notes": rows,
        });
        ui.data(&format!("{answer:#}\n"));
        return;
    }
    for row in notes.iter().take(TOLD) {
        let why = row.why.as_ref().map(ToString::to_string).unwrap_or_default();
        ui.say(&format!("line {}: {}: {why}", row.line, word(row.verdict)));
    }
    if notes.len() > TOLD {
        ui.say(&format!("… and {} more; `--report FILE` writes all", notes.len() - TOLD));
    }
    let RowCounts { accepted, duplicate, unchanged, updated, invalid } = counts;
    let parts = [
        (accepted, "accepted"),
        (updated, "updated"),
        (unchanged, "unchanged"),
        (duplicate, "duplicate"),
        (invalid, "invalid"),
    ];
    let words: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let words = if words.is_empty() { "no rows".to_owned() } else { words.join(", ") };
    ui.data(&format!("{words}{}\n", if dry { " (nothing was written)" } else { "" }));
}
