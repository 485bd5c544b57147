//! `callform drift`

use crate::cli::args::{DriftArgs, OutputFormat};
use crate::cli::center::load;
use crate::cli::exit_code::Exit;
use crate::cli::look::look;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::drift::{self, DriftReport};
use crate::inventory::{DeployedStack, Inventory};
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
    let inventory = inventory?;
    refuse_nothing(ui, &center.model.center, &inventory)?;
    let report = drift::report(&inventory, &center.model.center, &center.model.region);
    match args.format {
        OutputFormat::Human => ui.data(&drift_human(&report, Style { color: ui.color_out, width: ui.width })),
        OutputFormat::Json => ui.data(&drift_json(&report)),
        OutputFormat::Markdown => ui.data(&drift_markdown(&report)),
    }
    if args.detailed_exitcode && !report.is_in_sync() {
        return Ok(Exit::Changes);
    }
    Ok(if tell_incomplete(ui, &report) { Exit::Failed } else { Exit::Success })
}

/// Refuses a center of which nothing was ever completely made.
pub(super) fn refuse_nothing(ui: &Ui, center: &str, inventory: &Inventory) -> Result<(), Exit> {
    if inventory.stacks.values().any(DeployedStack::exists) {
        return Ok(());
    }
    match inventory.stacks.values().next() {
        Some(stack) => {
            ui.error(&format!(
                "the center {center} was never completely made: the stack {} is {}",
                stack.name, stack.status
            ));
        }
        None => ui.error(&format!("the center {center} was never applied here: there is nothing to compare with")),
    }
    ui.say("help: `callform apply` makes it; is it the right region, account and `--env`?");
    Err(Exit::Failed)
}

/// Says that something could not be read, where that is so.
pub(super) fn tell_incomplete(ui: &Ui, report: &DriftReport) -> bool {
    if report.is_incomplete() {
        ui.error("not everything could be read; what was not compared may differ");
    }
    report.is_incomplete()
}
