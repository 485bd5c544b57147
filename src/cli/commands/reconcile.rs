//! `callform reconcile`

use crate::cli::args::ReconcileArgs;
use crate::cli::ask::agreed;
use crate::cli::carry_out::{PlanSource, carry_out};
use crate::cli::center::{Center, load};
use crate::cli::commands::drift::{refuse_nothing, tell_incomplete};
use crate::cli::exit_code::Exit;
use crate::cli::look::look;
use crate::cli::show;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::drift;
use crate::view::{Style, drift_human};

/// Brings the live center back to what was last applied.
pub(in crate::cli) async fn run(ui: &Ui, args: &ReconcileArgs) -> Exit {
    match reconcile(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn reconcile(ui: &Ui, args: &ReconcileArgs) -> Result<Exit, Exit> {
    let center = load(ui, &args.center)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let outcome = revert_in(ui, args, &center, &account).await;
    account.close().await;
    outcome
}

async fn revert_in(ui: &Ui, args: &ReconcileArgs, center: &Center, account: &Account) -> Result<Exit, Exit> {
    let (name, region) = (&center.model.center, &center.model.region);
    let inventory = look(ui, center, account).await?;
    refuse_nothing(ui, name, &inventory)?;
    let report = drift::report(&inventory, name, region);
    if report.is_in_sync() {
        ui.say(drift_human(&report, Style { color: ui.color_err, width: ui.width }).trim_end());
        return Ok(if tell_incomplete(ui, &report) { Exit::Failed } else { Exit::Success });
    }
    let plan = drift::revert(&report, &inventory).map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })?;
    ui.data(&show::human(ui, &plan));
    let notes =
        report.unfinished.iter().map(|stack| format!("note: an interrupted revert of the stack {stack} is finished"));
    notes.for_each(|note| ui.say(&note));
    agreed(ui, args.yes, "Take these changes back?")?;
    carry_out(ui, &PlanSource::of(center), account, &plan).await?;
    let left = drift::report(&look(ui, center, account).await?, name, region);
    if left.is_in_sync() && !tell_incomplete(ui, &left) {
        ui.say(&format!("The center {name} is as it was last applied."));
        return Ok(Exit::Success);
    }
    ui.error("some changes could not be taken back");
    ui.say(drift_human(&left, Style { color: ui.color_err, width: ui.width }).trim_end());
    Err(Exit::Failed)
}
