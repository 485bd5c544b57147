//! `callform records dedup`

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use dedup::local::{self, InvalidRecord, Keep, LocalError, Outputs, Report};

use super::remote::{Remote, account_for};
use super::{inputs, report};
use crate::cli::args::AccountArgs;
use crate::cli::exit_code::Exit;
use crate::cli::files::{Readers, Whole};
use crate::cli::ui::Ui;

/// `callform records dedup`
#[derive(Debug, Args)]
pub(crate) struct DedupArgs {
    /// Files, folders and places in buckets (`s3://bucket/prefix`) to read; `-` for stdin.
    #[arg(value_name = "FILES", default_value = "-")]
    pub files: Vec<PathBuf>,
    /// What makes two records the same.
    #[arg(long, default_value = "contact")]
    pub mode: ModeChoice,
    /// Keep every version of a contact once, not only the current one. Needs no temporary file.
    #[arg(long)]
    pub every_version: bool,
    /// File for the records, instead of stdout.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// File for agent events and contact events, each once. Without it they are only counted.
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Form of the report.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: ReportFormat,
    /// The account, for buckets.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Region of the buckets; taken from `AWS_REGION` where it is not given.
    #[arg(long)]
    pub region: Option<String>,
}

/// What makes two records the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeChoice {
    /// The same contact and the same last update.
    Contact,
    /// The same content, whatever the order of its members.
    Exact,
}

/// Forms of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Human,
    /// For programs; versioned.
    Json,
}

/// Keeps each record once and reports what there was.
pub(super) async fn run(ui: &Ui, args: DedupArgs) -> Exit {
    let account = match account_for(ui, &args.files, &args.account, args.region.as_deref()).await {
        Ok(account) => account,
        Err(exit) => return exit,
    };
    let remote = account.as_ref().map(|account| Remote::new(&account.gateway));
    let ui = *ui;
    // Reading does not wait for anything that could be interrupted; on a thread of its own, the command can.
    let work = tokio::task::spawn_blocking(move || match deduplicated(ui, &args, remote.as_ref()) {
        Ok(report) => {
            let invalid = report.invalid > 0;
            match args.format {
                ReportFormat::Human => report::human(ui, &report),
                ReportFormat::Json => report::json(ui, &report),
            }
            if invalid { Exit::Failed } else { Exit::Success }
        }
        Err(Failure::ClosedPipe) => Exit::Success,
        Err(Failure::Told(error)) => {
            ui.error(&error);
            Exit::Failed
        }
    });
    let exit = work.await.unwrap_or(Exit::Failed);
    if let Some(account) = account {
        account.close().await;
    }
    exit
}

enum Failure {
    /// Who reads our stdout has enough.
    ClosedPipe,
    Told(String),
}

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self::Told(error)
    }
}

fn deduplicated(ui: Ui, args: &DedupArgs, remote: Option<&Remote>) -> Result<Report, Failure> {
    let inputs = inputs::inputs(&args.files, remote)?;
    let mode = match args.mode {
        ModeChoice::Contact => dedup::Mode::Contact,
        ModeChoice::Exact => dedup::Mode::Exact,
    };
    let keep = if args.every_version { Keep::EveryVersion } else { Keep::Current };
    let mut out = args.out.as_deref().map(file_of).transpose()?;
    let mut events = args.events.as_deref().map(file_of).transpose()?;
    let mut stdout = BufWriter::with_capacity(1 << 16, ui.data_writer());
    let mut told = 0;
    let outputs = Outputs {
        records: out.as_mut().map_or(&mut stdout as &mut dyn Write, |out| out as &mut dyn Write),
        events: events.as_mut().map(|events| events as &mut dyn Write),
        invalid: &mut |invalid| {
            told += 1;
            if args.format == ReportFormat::Human && told <= report::TOLD {
                ui.error(&place(invalid));
            }
        },
    };
    let report =
        local::dedup(inputs, mode, keep, &tempfile::tempfile, local::MOST_IN_MEMORY, outputs).map_err(failure)?;
    for (file, path) in [(out, &args.out), (events, &args.events)] {
        if let (Some(file), Some(path)) = (file, path) {
            complete(file, path)?;
        }
    }
    Ok(report)
}

fn place(InvalidRecord { input, line, offset, reason }: &InvalidRecord) -> String {
    format!("{input}:{line}: {reason} (byte {offset})")
}

fn failure(error: LocalError) -> Failure {
    match error {
        LocalError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
        other => Failure::Told(other.to_string()),
    }
}

/// A file for records, which name callers.
fn file_of(path: &Path) -> Result<BufWriter<Whole>, String> {
    let file =
        Whole::create(path, Readers::Owner).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}

fn complete(file: BufWriter<Whole>, path: &Path) -> Result<(), String> {
    let written = file.into_inner().map_err(io::IntoInnerError::into_error);
    written.and_then(Whole::keep).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}
