//! `callform drift`

use crate::cli::args::{DriftArgs, OutputFormat};
use crate::cli::center::load;
use crate::cli::exit_code::Exit;
use crate::cli::look::look;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::drift;
use crate::view::{Style, drift_human, drift_json, drift_markdown};

/// Shows what was changed by hand.
pub(in crate::cli) async fn run(ui: &Ui, args: &DriftArgs) -> Exit {
    match show(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn show(ui: &Ui, args: &DriftArgs) -> Result<Exit, Exit> {
    let center = load(ui, &args.center)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let inventory = look(ui, &center, &account).await;
    account.close().await;
    let report = drift::report(&inventory?, &center.model.center, &center.model.region);
    match args.format {
        OutputFormat::Human => ui.data(&drift_human(&report, Style { color: ui.color_out, width: ui.width })),
        OutputFormat::Json => ui.data(&drift_json(&report)),
        OutputFormat::Markdown => ui.data(&drift_markdown(&report)),
    }
    Ok(if args.detailed_exitcode && !report.is_in_sync() { Exit::Changes } else { Exit::Success })
}
