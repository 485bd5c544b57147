//! From a model and an account to a plan.

use super::center::Center;
use super::exit_code::Exit;
use super::target::Account;
use super::ui::Ui;
use crate::inventory::Inventory;
use crate::observe;
use crate::plan::{self, Plan};
use crate::render::{Placement, render};

/// Waits until nothing is going on in the center's stacks. An earlier apply may have been interrupted.
pub(super) async fn settle(ui: &Ui, center: &Center, account: &Account) -> Result<(), Exit> {
    let mut said = None;
    let waiting = |stack: &str| {
        if said.as_deref() != Some(stack) {
            ui.say(&format!("waiting for the stack {stack}: an operation is under way"));
            said = Some(stack.to_owned());
        }
    };
    observe::settle(&account.gateway, &center.model.center, waiting).await.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })
}

/// Looks at the account and compares.
pub(super) async fn plan(ui: &Ui, center: &Center, account: &Account) -> Result<Plan, Exit> {
    settle(ui, center, account).await?;
    let inventory = observe::inventory(&account.gateway, &center.model).await.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })?;
    build(ui, center, &inventory)
}

fn build(ui: &Ui, center: &Center, inventory: &Inventory) -> Result<Plan, Exit> {
    let (artifacts, diagnostics) = render(&center.model, &Placement::of(inventory));
    super::center::report(ui, super::args::DiagnosticFormat::Human, &diagnostics, &center.sources);
    if diagnostics.has_errors() {
        return Err(Exit::InvalidBlueprint);
    }
    plan::build(&artifacts, &center.model, inventory).map_err(|error| {
        ui.error(&error.to_string());
        if let Some(place) = error.address().and_then(|address| center.place(address)) {
            ui.say(&format!("  --> {place}"));
        }
        Exit::Failed
    })
}
