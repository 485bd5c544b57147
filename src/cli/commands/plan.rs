//! `callform plan`

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::{AccountArgs, BuildArgs, CenterArgs, OutputFormat, PreflightArgs, RefreshArgs};
use crate::cli::center::{Center, load_to_render};
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::cli::{preflight, preview, saved, show};
use crate::plan::{Plan, SavedPlan};

/// `callform plan`
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The center. In place of the blueprint, a saved plan: it is shown.
    #[command(flatten)]
    pub center: CenterArgs,
    /// Functions.
    #[command(flatten)]
    pub build: BuildArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Form of the plan.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: OutputFormat,
    /// Also save the plan; `callform apply FILE` does exactly that, or refuses it as stale.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The live side.
    #[command(flatten)]
    pub refresh: RefreshArgs,
    /// What is ahead.
    #[command(flatten)]
    pub preflight: PreflightArgs,
    /// Do not have CloudFormation work the updates out beside the plan. It makes change sets for that, and deletes them.
    #[arg(long)]
    pub no_change_set: bool,
    /// Exit with 2 where there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// Shows what apply would do.
pub(in crate::cli) async fn run(ui: &Ui, args: &PlanArgs) -> Exit {
    let plan = match saved::read(ui, &args.center.blueprint) {
        Ok(Some(saved)) => {
            let options = [
                ("--env", args.center.env.is_some()),
                ("--out", args.out.is_some()),
                ("--sandbox", args.account.sandbox.is_some()),
            ];
            saved::refuse_options(ui, &options).map(|()| {
                saved::introduce(ui, &args.center.blueprint, &saved);
                if args.format == OutputFormat::Human {
                    ui.data(&show::contents(ui, &saved.plan));
                }
                saved.plan
            })
        }
        Ok(None) => plan(ui, args).await,
        Err(exit) => Err(exit),
    };
    match plan.and_then(|plan| tell(ui, args, plan)) {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn plan(ui: &Ui, args: &PlanArgs) -> Result<Plan, Exit> {
    let center = load_to_render(ui, &args.center, &args.build, args.account.purpose())?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let plan = plan_in(ui, args, &center, &account).await;
    account.close().await;
    plan
}

async fn plan_in(ui: &Ui, args: &PlanArgs, center: &Center, account: &Account) -> Result<Plan, Exit> {
    let (mut plan, inventory) = preview::plan(ui, center, account, args.refresh.refresh).await?;
    preflight::look_ahead(args.preflight, account, &inventory, &mut plan).await;
    if !args.no_change_set {
        preview::rehearse(ui, account, &mut plan).await?;
    }
    Ok(plan)
}

fn tell(ui: &Ui, args: &PlanArgs, plan: Plan) -> Result<Exit, Exit> {
    ui.data(&show::plan(ui, &plan, args.format));
    let exit = if args.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Success };
    if let Some(path) = &args.out {
        let summary = show::lines(&plan);
        let plan = SavedPlan::new(plan, args.center.blueprint.to_string_lossy(), summary);
        saved::write(ui, path, &plan, &args.account.as_written())?;
    }
    Ok(exit)
}
