//! `callform apply`

use crate::cli::args::ApplyArgs;
use crate::cli::carry_out::carry_out;
use crate::cli::center::{Center, load_to_render};
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::cli::{guard, preview, show};

/// Makes the live center equal to the blueprint.
pub(in crate::cli) async fn run(ui: &Ui, args: &ApplyArgs) -> Exit {
    match apply(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn apply(ui: &Ui, args: &ApplyArgs) -> Result<Exit, Exit> {
    let center = load_to_render(ui, &args.center, &args.build)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let outcome = apply_to(ui, args, &center, &account).await;
    account.close().await;
    outcome
}

async fn apply_to(ui: &Ui, args: &ApplyArgs, center: &Center, account: &Account) -> Result<Exit, Exit> {
    let plan = preview::plan(ui, center, account).await?;
    if plan.is_empty() {
        ui.say(&format!("No change: the live center equals {}.", args.center.blueprint.display()));
        return Ok(Exit::Success);
    }
    ui.data(&show::human(ui, &plan));
    guard::check(ui, &plan, &args.allow)?;
    if !args.yes && !ui.confirm("Apply this plan?") {
        ui.say("Nothing was changed. Answer `yes`, or use --yes where nobody can be asked.");
        return Err(Exit::Failed);
    }
    carry_out(ui, center, account, &plan).await?;
    ui.say(&format!("The center {} is live.", center.model.center));
    Ok(Exit::Success)
}
