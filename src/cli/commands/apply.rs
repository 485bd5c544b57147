//! `callform apply`

use std::path::Path;

use clap::Args;

use crate::cli::args::{AccountArgs, BuildArgs, CenterArgs, PreflightArgs, RefreshArgs};
use crate::cli::ask::agreed;
use crate::cli::carry_out::{PlanSource, carry_out};
use crate::cli::center::{Center, load_to_render};
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::cli::{guard, preflight, preview, saved, show};
use crate::drift;
use crate::observe;
use crate::plan::{Plan, SavedPlan};
use crate::view::portrait_lines;

/// `callform apply`
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The center. In place of the blueprint, a saved plan: exactly that is done, or nothing.
    #[command(flatten)]
    pub center: CenterArgs,
    /// Functions.
    #[command(flatten)]
    pub build: BuildArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// The live side.
    #[command(flatten)]
    pub refresh: RefreshArgs,
    /// What is ahead.
    #[command(flatten)]
    pub preflight: PreflightArgs,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// With a saved plan: apply only the one with this fingerprint, which `plan --out` tells.
    #[arg(long, value_name = "HEX")]
    pub fingerprint: Option<String>,
    /// Addresses of resources that may be replaced or deleted although that cannot be undone: `queue/sales`, or `queue/*`
    /// for all queues; can be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub allow: Vec<String>,
}

/// Makes the live center equal to the blueprint.
pub(in crate::cli) async fn run(ui: &Ui, args: &ApplyArgs) -> Exit {
    let outcome = match saved::read(ui, &args.center.blueprint) {
        Ok(Some(plan)) => apply_saved(ui, args, &plan).await,
        Ok(None) => apply_blueprint(ui, args).await,
        Err(exit) => Err(exit),
    };
    match outcome {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn apply_blueprint(ui: &Ui, args: &ApplyArgs) -> Result<Exit, Exit> {
    if args.fingerprint.is_some() {
        ui.error("--fingerprint is for saved plans; `plan --out FILE` saves one");
        return Err(Exit::Usage);
    }
    let center = load_to_render(ui, &args.center, &args.build, args.account.purpose())?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let outcome = plan_and_apply(ui, args, &center, &account).await;
    account.close().await;
    outcome
}

async fn plan_and_apply(ui: &Ui, args: &ApplyArgs, center: &Center, account: &Account) -> Result<Exit, Exit> {
    let (mut plan, inventory) = preview::plan(ui, center, account, args.refresh.refresh).await?;
    if plan.is_empty() {
        ui.say(&format!("No change: the live center equals {}.", args.center.blueprint.display()));
        return Ok(Exit::Success);
    }
    let plan_source = PlanSource::of(center);
    preflight::look_ahead(args.preflight, account, &inventory, &mut plan).await;
    confirm(ui, args, &plan)?;
    still_holds(ui, args, account, &plan).await?;
    finish(ui, &plan_source, account, &plan).await
}

async fn apply_saved(ui: &Ui, args: &ApplyArgs, saved: &SavedPlan) -> Result<Exit, Exit> {
    saved::refuse_options(ui, &[("--env", args.center.env.is_some())])?;
    saved::introduce(ui, &args.center.blueprint, saved);
    saved::refuse_other(ui, saved, args.fingerprint.as_deref())?;
    let folder = Path::new(&saved.blueprint).parent().unwrap_or(Path::new(""));
    let plan_source = PlanSource { folder, center: None };
    saved::refuse_other_files(ui, &plan_source, &saved.plan)?;
    let account = Account::open(ui, &args.account, &saved.plan.region).await?;
    let outcome = check_and_apply(ui, args, &plan_source, &account, &saved.plan).await;
    account.close().await;
    outcome
}

async fn check_and_apply(
    ui: &Ui,
    args: &ApplyArgs,
    plan_source: &PlanSource<'_>,
    account: &Account,
    plan: &Plan,
) -> Result<Exit, Exit> {
    preview::settle(ui, &plan.center, account).await?;
    let inventory = saved::refuse_stale(ui, account, plan).await?;
    saved::refuse_contradictory(ui, plan, &inventory)?;
    if plan.is_empty() {
        ui.say(&format!("No change: there is nothing to do in {}.", plan.center));
        return Ok(Exit::Success);
    }
    // What was ahead when the plan was saved may have been mended, or come since. What a file says about that, about
    // changes by hand and about CloudFormation's answers is looked up, or not said.
    let mut plan = Plan { change_sets: None, ..plan.clone() };
    if plan.by_hand.is_some() {
        let report = drift::report(&inventory, &plan.center, &plan.region);
        drift::mark(&mut plan, &report);
    }
    ui.data(&show::contents(ui, &plan));
    preflight::look_ahead(args.preflight, account, &inventory, &mut plan).await;
    confirm(ui, args, &plan)?;
    still_holds(ui, args, account, &plan).await?;
    finish(ui, plan_source, account, &plan).await
}

/// Somebody may have been at work while the question stood there.
async fn still_holds(ui: &Ui, args: &ApplyArgs, account: &Account, plan: &Plan) -> Result<(), Exit> {
    if !args.yes {
        saved::refuse_stale(ui, account, plan).await?;
    }
    Ok(())
}

/// Shows the plan, and asks.
fn confirm(ui: &Ui, args: &ApplyArgs, plan: &Plan) -> Result<(), Exit> {
    ui.data(&show::human(ui, plan));
    guard::check(ui, plan, &args.allow)?;
    preflight::refuse(ui, plan)?;
    agreed(ui, args.yes, "Apply this plan?")
}

async fn finish(ui: &Ui, plan_source: &PlanSource<'_>, account: &Account, plan: &Plan) -> Result<Exit, Exit> {
    carry_out(ui, plan_source, account, plan).await?;
    ui.say(&format!("The center {} is live.", plan.center));
    if let Some(center) = plan_source.center {
        // It is live, whether or not that can be looked at.
        match observe::portrait(&account.gateway, &center.model).await {
            Ok(portrait) => portrait_lines(&portrait).iter().for_each(|line| ui.say(line)),
            Err(error) => ui.say(&format!("note: its numbers cannot be read: {error}")),
        }
    }
    Ok(Exit::Success)
}
