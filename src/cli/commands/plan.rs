//! `callform plan`

use crate::cli::args::{OutputFormat, PlanArgs};
use crate::cli::center::load_to_render;
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::cli::{preview, show};

/// Shows what apply would do.
pub(in crate::cli) async fn run(ui: &Ui, args: &PlanArgs) -> Exit {
    match plan(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn plan(ui: &Ui, args: &PlanArgs) -> Result<Exit, Exit> {
    let center = load_to_render(ui, &args.center, &args.build)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let plan = preview::plan(ui, &center, &account).await;
    account.close().await;
    let plan = plan?;
    match args.format {
        OutputFormat::Human => ui.data(&show::human(ui, &plan)),
        OutputFormat::Json => ui.data(&show::json(&plan)),
        OutputFormat::Markdown => ui.data(&show::markdown(&plan)),
    }
    Ok(if args.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Success })
}
