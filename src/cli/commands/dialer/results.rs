//! `callform dialer results`

use clap::{Args, ValueEnum};
use dialer::moment::Day;
use dialer::report::{ResultRow, csv};
use serde_json::json;

use super::found::{Found, find};
use super::table::{Live, Tools, failed, open};
use super::{BlueprintArgs, FORMAT_VERSION};
use crate::cli::args::AccountArgs;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::view::{dialer_outcomes, dialer_results};

/// Calls that are asked for at once.
const PAGE: usize = 500;
/// Most days between the first and the last.
const MOST_DAYS: i64 = 400;

/// `callform dialer results`
#[derive(Debug, Args)]
pub(crate) struct ResultsArgs {
    /// The blueprint.
    #[command(flatten)]
    pub blueprint: BlueprintArgs,
    /// The dialer, where the center has several: its key under `lambdas:`.
    #[arg(long, value_name = "KEY")]
    pub dialer: Option<String>,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// The first day, such as 2026-11-30, by the dialer's time zone. Default: the day on which the campaign was started.
    #[arg(long, value_name = "DAY")]
    pub from: Option<Day>,
    /// The last day. Default: today.
    #[arg(long, value_name = "DAY")]
    pub to: Option<Day>,
    /// Form of the results.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: ResultsForm,
}

/// Forms of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultsForm {
    /// For people: how many calls ended how, and the last ones.
    Human,
    /// One JSON document.
    Json,
    /// A line of JSON for each call.
    Ndjson,
    /// For spreadsheets.
    Csv,
}

/// Prints the results.
pub(super) async fn run(ui: &Ui, args: &ResultsArgs) -> Result<Exit, Exit> {
    let found = find(ui, &args.blueprint, args.dialer.as_deref())?;
    let live = open(ui, &found, &args.account).await?;
    let rows = read(ui, args, &found, &live).await;
    live.account.close().await;
    let rows = rows?;
    match args.format {
        ResultsForm::Human => ui.data(&dialer_results(&rows)),
        ResultsForm::Csv => ui.data(&csv(&rows)),
        ResultsForm::Ndjson => rows.iter().for_each(|row| ui.data(&row.to_ndjson())),
        ResultsForm::Json => {
            let answer = json!({ "format_version": FORMAT_VERSION, "outcomes": dialer_outcomes(&rows), "calls": rows });
            ui.data(&format!("{answer:#}\n"));
        }
    }
    Ok(Exit::Success)
}

async fn read(ui: &Ui, args: &ResultsArgs, found: &Found, live: &Live) -> Result<Vec<ResultRow>, Exit> {
    let tools = live.tools(&found.policy);
    let campaign = tools.work().campaign().await.map_err(|error| failed(ui, &error))?;
    let zone = found.policy.zone.time_zone();
    let today = tools.now().day(zone);
    let first = args.from.unwrap_or_else(|| campaign.started.map_or(today, |started| started.day(zone)));
    let last = args.to.unwrap_or(today);
    if first > last {
        ui.error(&format!("--from {first} is after --to {last}"));
        return Err(Exit::Usage);
    }
    let mut rows = Vec::new();
    for days in 0..MOST_DAYS {
        let Ok(date) = first.0.checked_add(jiff::Span::new().days(days)) else { break };
        if date > last.0 {
            return Ok(rows);
        }
        of_day(ui, &tools, Day(date), &mut rows).await?;
    }
    ui.error(&format!("no more than {MOST_DAYS} days can be asked for at once"));
    Err(Exit::Usage)
}

async fn of_day(ui: &Ui, tools: &Tools<'_>, day: Day, rows: &mut Vec<ResultRow>) -> Result<(), Exit> {
    let mut after = None;
    loop {
        let (page, next) = tools.work().results(day, PAGE, after).await.map_err(|error| failed(ui, &error))?;
        rows.extend(page);
        match next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}
