//! `callform destroy`

use crate::cli::args::DestroyArgs;
use crate::cli::carry_out::{Ground, carry_out};
use crate::cli::center::{Center, load};
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::cli::{preview, show};
use crate::observe;
use crate::plan::{self, Action, Plan};
use crate::render::words;

/// Deletes the live center, except what is retained.
pub(in crate::cli) async fn run(ui: &Ui, args: &DestroyArgs) -> Exit {
    match destroy(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn destroy(ui: &Ui, args: &DestroyArgs) -> Result<Exit, Exit> {
    let center = load(ui, &args.center)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let outcome = destroy_in(ui, args, &center, &account).await;
    account.close().await;
    outcome
}

async fn destroy_in(ui: &Ui, args: &DestroyArgs, center: &Center, account: &Account) -> Result<Exit, Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        ui.error(&error.to_string());
        Exit::Failed
    };
    preview::settle(ui, &center.model.center, account).await?;
    let inventory =
        observe::stacks_and_associations(&account.gateway, &center.model).await.map_err(|error| failed(&error))?;
    let plan = plan::destroy(&center.model.center, &center.model.region, &inventory).map_err(|error| failed(&error))?;
    if plan.is_empty() && inventory.artifact_bucket.is_none() {
        ui.say("Nothing to destroy.");
        tell_kept(ui, &plan);
        return Ok(Exit::Success);
    }
    ui.data(&show::human(ui, &plan));
    if !args.yes && !ui.confirm("Destroy all of this?") {
        ui.say("Nothing was changed. Answer `yes`, or use --yes where nobody can be asked.");
        return Err(Exit::Failed);
    }
    carry_out(ui, &Ground::of(center), account, &plan).await?;
    if let Some(bucket) = &inventory.artifact_bucket {
        account.gateway.delete_bucket_with_content(bucket).await.map_err(|error| failed(&error))?;
        ui.say(&format!("artifact bucket {bucket} deleted"));
    }
    tell_kept(ui, &plan);
    ui.say(&format!("The center {} is destroyed.", center.model.center));
    Ok(Exit::Success)
}

fn tell_kept(ui: &Ui, plan: &Plan) {
    for change in plan.changes.iter().filter(|change| change.action == Action::Retain) {
        ui.say(&format!("kept: {} (stack {})", words(&change.address), change.stack));
    }
}
