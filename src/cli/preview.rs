//! From a model and an account to a plan.

use super::center::Center;
use super::clock;
use super::exit_code::Exit;
use super::interruption;
use super::show;
use super::target::Account;
use super::ui::Ui;
use crate::apply::Rehearsal;
use crate::drift;
use crate::inventory::{DeployedStack, Inventory};
use crate::observe::{self, Scope};
use crate::plan::{self, Plan, PlanError};
use crate::render::{Placement, render};

/// Waits until nothing is going on in the center's stacks. An earlier apply may have been interrupted.
pub(super) async fn settle(ui: &Ui, center: &str, account: &Account) -> Result<(), Exit> {
    let mut said = None;
    let waiting = |stack: &str| {
        if said.as_deref() != Some(stack) {
            ui.say(&format!("waiting for the stack {stack}: an operation is under way"));
            said = Some(stack.to_owned());
        }
    };
    observe::settle(&account.gateway, center, waiting).await.map_err(|error| failed(ui, &error))
}

/// Looks at the account and compares; `refresh` is whether to look for what was changed by hand. With the plan comes what
/// was seen.
pub(super) async fn plan(
    ui: &Ui,
    center: &Center,
    account: &Account,
    refresh: bool,
) -> Result<(Plan, Inventory), Exit> {
    settle(ui, &center.model.center, account).await?;
    let mut inventory =
        observe::inventory(&account.gateway, &Scope::of(&center.model)).await.map_err(|error| failed(ui, &error))?;
    let mut plan = build(ui, center, &inventory)?;
    if refresh {
        look(ui, account, &mut inventory).await?;
        let report = drift::report(&inventory, &plan.center, &plan.region);
        drift::mark(&mut plan, &report);
        for one in report.not_checked.iter().filter(|one| one.failed) {
            let name = crate::render::words(&one.address);
            ui.say(&format!("note: whether {name} was changed by hand is not known: {}", one.reason));
        }
    }
    Ok((plan, inventory))
}

/// Reads everything that is live, for an inventory that has the stacks.
pub(super) async fn look(ui: &Ui, account: &Account, inventory: &mut Inventory) -> Result<(), Exit> {
    observe::live(&account.gateway, inventory).await.map_err(|error| failed(ui, &error))
}

/// Has CloudFormation work out the plan's updates, and notes what it says.
pub(super) async fn rehearse(ui: &Ui, account: &Account, plan: &mut Plan) -> Result<(), Exit> {
    let bucket = observe::artifact_bucket_name(&plan.center, &account.id, &plan.region);
    let has_bucket = account.gateway.bucket_state(&bucket).await.map_err(|error| failed(ui, &error))?;
    let rehearsal = Rehearsal {
        gateway: &account.gateway,
        bucket: (has_bucket == callform_aws::BucketState::Present).then_some(bucket.as_str()),
        run_id: &uuid::Uuid::new_v4().simple().to_string(),
        stop: &interruption::is_wanted,
    };
    let checks = Box::pin(interruption::tidy(rehearsal.ask(plan))).await.map_err(|error| failed(ui, &error))?;
    plan.change_sets = Some(checks);
    Ok(())
}

fn failed(ui: &Ui, error: &dyn std::fmt::Display) -> Exit {
    ui.error(&error.to_string());
    Exit::Failed
}

fn build(ui: &Ui, center: &Center, inventory: &Inventory) -> Result<Plan, Exit> {
    let (artifacts, diagnostics) = render(&center.model, &Placement::of(inventory).on(clock::begun_everywhere()));
    super::center::report(ui, super::args::DiagnosticFormat::Human, &diagnostics, &center.sources);
    if diagnostics.has_errors() {
        return Err(Exit::InvalidBlueprint);
    }
    match plan::build_although_prevented(&artifacts, &center.model, inventory) {
        Ok((plan, None)) => Ok(plan),
        Ok((plan, Some(error))) => {
            ui.data(&show::human(ui, &plan));
            Err(refused(ui, center, inventory, &error))
        }
        Err(error) => Err(refused(ui, center, inventory, &error)),
    }
}

fn refused(ui: &Ui, center: &Center, inventory: &Inventory, error: &PlanError) -> Exit {
    ui.error(&error.to_string());
    if let Some(address) = error.address() {
        let deployed = || {
            let of = |stack: &&DeployedStack| {
                stack.physical_ids.keys().any(|logical_id| stack.address_of(logical_id).as_ref() == Some(address))
            };
            inventory
                .stacks
                .values()
                .find(of)
                .map(|stack| format!("the stack {}, not in the blueprint any more", stack.name))
        };
        if let Some(place) = center.place(address).or_else(deployed) {
            ui.say(&format!("  --> {place}"));
        }
    }
    if let Some(help) = error.help() {
        ui.say(&format!("help: {help}"));
    }
    Exit::Failed
}
