//! `callform collection open`

use clap::Args;

use super::CollectionsArgs;
use super::table::open;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform collection open`
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// The center.
    #[command(flatten)]
    pub center: CollectionsArgs,
    /// Only print the address.
    #[arg(long)]
    pub print: bool,
}

/// Opens the page on which agents work. They sign in there themselves.
pub(super) async fn run(ui: &Ui, args: &OpenArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let url = live.workspace();
    live.account.close().await;
    let Some(url) = url else {
        ui.error("the center's instance has no address");
        return Err(Exit::Failed);
    };
    ui.data(&format!("{url}\n"));
    if args.print || args.center.account.sandbox.is_some() {
        return Ok(Exit::Success);
    }
    if let Err(error) = ::open::that_detached(&url) {
        ui.say(&format!("note: no browser could be started ({error}); open the address yourself"));
    }
    Ok(Exit::Success)
}
