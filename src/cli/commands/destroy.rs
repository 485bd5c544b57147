//! `callform destroy`

use std::collections::BTreeMap;

use crate::cli::args::DestroyArgs;
use crate::cli::ask::agreed;
use crate::cli::carry_out::{PlanSource, carry_out};
use crate::cli::center::{Center, load};
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::cli::{preview, show};
use crate::inventory::Inventory;
use crate::model::{Address, Kind};
use crate::observe;
use crate::plan::{self, Action, Plan, Reason};
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
        let _nothing_left = tell_kept(ui, &plan);
        return Ok(Exit::Success);
    }
    ui.data(&show::human(ui, &plan));
    refuse_used(ui, account, &inventory, &plan).await?;
    agreed(ui, args.yes, "Destroy all of this?")?;
    carry_out(ui, &PlanSource::of(center), account, &plan).await?;
    if let Some(bucket) = &inventory.artifact_bucket {
        account.gateway.delete_bucket_with_content(bucket).await.map_err(|error| failed(&error))?;
        ui.say(&format!("artifact bucket {bucket} deleted"));
    }
    let name = &center.model.center;
    if tell_kept(ui, &plan) {
        ui.say(&format!("What was to go of the center {name} is gone; what is listed above stays."));
    } else {
        ui.say(&format!("The center {name} is destroyed."));
    }
    Ok(Exit::Success)
}

/// Says what of the center is used by what stays, and refuses where Connect would refuse half way.
async fn refuse_used(ui: &Ui, account: &Account, inventory: &Inventory, plan: &Plan) -> Result<(), Exit> {
    let going: BTreeMap<&str, &Address> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Delete)
        .filter_map(|change| {
            let stack = inventory.stacks.get(&change.stack)?;
            Some((stack.physical_ids.get(&change.logical_id)?.as_str(), &change.address))
        })
        .collect();
    // An instance that goes takes everything in it along.
    if going.values().any(|address| address.kind == Kind::Instance) {
        return Ok(());
    }
    let uses = observe::uses(&account.gateway, inventory, &going).await.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })?;
    let (held, left): (Vec<_>, Vec<_>) = uses.iter().partition(|one| one.holds);
    for one in left {
        ui.say(&format!("note: {} refers to {}, which goes", one.by, words(&one.used)));
    }
    if held.is_empty() {
        return Ok(());
    }
    ui.error("what stays uses what would be destroyed; Connect refuses to delete it");
    for one in held {
        ui.say(&format!("  {} is used by {}", words(&one.used), one.by));
    }
    ui.say("help: give them something else in Connect, or keep what they use with `retain: true`, and destroy again");
    Err(Exit::Failed)
}

/// Says what stays, and why; true where something does.
fn tell_kept(ui: &Ui, plan: &Plan) -> bool {
    let mut kept = plan.changes.iter().filter(|change| change.action == Action::Retain).peekable();
    let any = kept.peek().is_some();
    for change in kept {
        let protected = change.reasons.contains(&Reason::TerminationProtection);
        let why = if protected { ", which is protected from deletion" } else { "" };
        ui.say(&format!("kept: {} (stack {}{why})", words(&change.address), change.stack));
    }
    any
}
