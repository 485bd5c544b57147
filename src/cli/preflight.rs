//! Looking ahead before a plan is applied, and refusing what would fail half way.

use super::args::PreflightArgs;
use super::exit_code::Exit;
use super::target::Account;
use super::ui::Ui;
use crate::apply::ask_ahead;
use crate::inventory::Inventory;
use crate::plan::{Plan, Preflight};
use crate::preflight;

/// Notes what a plan that does anything runs into.
pub(super) async fn look_ahead(args: PreflightArgs, account: &Account, inventory: &Inventory, plan: &mut Plan) {
    if args.no_preflight || plan.is_empty() {
        plan.preflight = None;
        return;
    }
    let questions = preflight::questions(plan, inventory, &account.id);
    let facts = Box::pin(ask_ahead(&account.gateway, &questions)).await;
    plan.preflight = Some(preflight::examine(plan, inventory, &facts));
}

/// Refuses a plan that would fail half way.
pub(super) fn refuse(ui: &Ui, plan: &Plan) -> Result<(), Exit> {
    let errors = plan.preflight.iter().flat_map(Preflight::errors).count();
    if errors == 0 {
        return Ok(());
    }
    let what = if errors == 1 { "an error".to_owned() } else { format!("{errors} errors") };
    ui.error(&format!("the plan would fail half way: preflight found {what}, see above"));
    ui.say("help: mend that first; or go on nevertheless with --no-preflight");
    Err(Exit::Failed)
}
