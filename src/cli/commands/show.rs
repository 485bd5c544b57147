//! `callform show`

use clap::Args;

use crate::cli::args::{AccountArgs, CenterArgs, OutputFormat};
use crate::cli::center::{Center, load};
use crate::cli::exit_code::Exit;
use crate::cli::preview;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::observe::{self, Portrait};
use crate::view::{portrait_human, portrait_json, portrait_markdown};

/// `callform show`
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Form of what is shown.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: OutputFormat,
}

/// Shows the live center: where agents sign in, its numbers, and the identifiers of everything in it.
pub(in crate::cli) async fn run(ui: &Ui, args: &ShowArgs) -> Exit {
    match show(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn show(ui: &Ui, args: &ShowArgs) -> Result<Exit, Exit> {
    let center = load(ui, &args.center)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let portrait = look(ui, &center, &account).await;
    account.close().await;
    let portrait = portrait?;
    if portrait.resources.is_empty() {
        ui.error(&format!("{} is not live: nothing of it is deployed in {}", portrait.center, portrait.region));
        ui.say(&format!(
            "help: `callform apply {}{}` makes it",
            args.center.blueprint.display(),
            args.account.as_written()
        ));
        return Err(Exit::Failed);
    }
    match args.format {
        OutputFormat::Human => ui.data(&portrait_human(&portrait)),
        OutputFormat::Json => ui.data(&portrait_json(&portrait)),
        OutputFormat::Markdown => ui.data(&portrait_markdown(&portrait)),
    }
    Ok(Exit::Success)
}

async fn look(ui: &Ui, center: &Center, account: &Account) -> Result<Portrait, Exit> {
    preview::settle(ui, &center.model.center, account).await?;
    observe::portrait(&account.gateway, &center.model).await.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })
}
