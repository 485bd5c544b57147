//! Saved plans: recognized by their content, and refused where they no longer hold.

use std::path::Path;

use super::carry_out::Ground;
use super::exit_code::Exit;
use super::target::Account;
use super::ui::Ui;
use super::{files, preview};
use crate::digest::sha256_hex;
use crate::drift;
use crate::inventory::Inventory;
use crate::observe::{self, Scope};
use crate::plan::{Plan, SavedPlan, Step};

/// Largest saved plan: that of a center with ten thousand people has a tenth of it.
const LARGEST_PLAN: u64 = 256 << 20;

/// The saved plan at a path; `None` where something else is there, or nothing.
pub(super) fn read(ui: &Ui, path: &Path) -> Result<Option<SavedPlan>, Exit> {
    let text = match files::read(path, LARGEST_PLAN) {
        Ok(content) => String::from_utf8(content).ok(),
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            ui.error(&format!("`{}` is neither a blueprint nor a saved plan: {error}", path.display()));
            return Err(Exit::Failed);
        }
        Err(_) => None,
    };
    let Some(text) = text else { return Ok(None) };
    if !SavedPlan::is_one(&text) {
        return Ok(None);
    }
    SavedPlan::read(&text).map(Some).map_err(|error| {
        ui.error(&format!("`{}`: {error}", path.display()));
        Exit::Failed
    })
}

/// Refuses options that only make sense with a blueprint.
pub(super) fn refuse_options(ui: &Ui, given: &[(&str, bool)]) -> Result<(), Exit> {
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            ui.error(&format!("{option} cannot be used with a saved plan: what it does is settled"));
            Err(Exit::Usage)
        }
        None => Ok(()),
    }
}

/// Writes a plan to a file, whole or not at all.
pub(super) fn write(ui: &Ui, path: &Path, plan: &SavedPlan) -> Result<(), Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        ui.error(&format!("cannot save the plan to `{}`: {error}", path.display()));
        Exit::Failed
    };
    let text = plan.text().map_err(|error| failed(&error))?;
    files::write(path, &text).map_err(|error| failed(&error))?;
    let guarded = plan.plan.irreversible_changes();
    let flags: Vec<String> = guarded.map(|change| format!("--allow {}", change.address)).collect();
    let command = [&["callform apply".to_owned(), path.display().to_string()], flags.as_slice()].concat().join(" ");
    ui.say(&format!("The plan is saved. To do exactly that: {command}"));
    Ok(())
}

/// Refuses a plan whose base moved since it was made, and says what moved; otherwise returns what was seen.
pub(super) async fn refuse_stale(ui: &Ui, account: &Account, plan: &Plan) -> Result<Inventory, Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        ui.error(&error.to_string());
        Exit::Failed
    };
    let base = &plan.base;
    let (instance, environment) = (base.instance.as_deref(), plan.environment.as_deref());
    let scope = Scope::again(&plan.center, &plan.region, environment, instance, base.builtin_names());
    let mut inventory = observe::inventory(&account.gateway, &scope).await.map_err(|error| failed(&error))?;
    let mut moved = base.moved(&inventory);
    if moved.is_empty() && plan.by_hand.is_some() {
        preview::look(ui, account, &mut inventory).await?;
        moved = drift::moved(plan, &drift::report(&inventory, &plan.center, &plan.region));
    }
    refuse(ui, "the plan is stale: the account is not any more as it was", &moved)?;
    Ok(inventory)
}

/// Refuses a plan whose files are not those it was made with.
pub(super) fn refuse_other_files(ui: &Ui, ground: &Ground<'_>, plan: &Plan) -> Result<(), Exit> {
    let assets = plan.steps.iter().flat_map(|step| match step {
        Step::Upload(assets) => assets.as_slice(),
        Step::ContinueRollback(_) | Step::Stacks(_) | Step::Associate(_) | Step::Repair(_) => &[],
    });
    let moved: Vec<String> = assets
        .filter_map(|asset| match ground.read(&asset.path) {
            Ok(content) if sha256_hex(&content) == asset.sha256 => None,
            Ok(_) => Some(format!("`{}` was changed", asset.path)),
            Err(error) => Some(format!("`{}` cannot be read: {error}", asset.path)),
        })
        .collect();
    refuse(ui, "the plan is stale: its files are not any more as they were", &moved)
}

fn refuse(ui: &Ui, what: &str, moved: &[String]) -> Result<(), Exit> {
    if moved.is_empty() {
        return Ok(());
    }
    ui.error(what);
    for line in moved {
        ui.say(&format!("  {line}"));
    }
    ui.say("help: make the plan anew, and look at it again");
    Err(Exit::Failed)
}
