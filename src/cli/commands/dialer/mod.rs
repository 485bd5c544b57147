//! `callform dialer`: one file per command.

mod control;
mod found;
mod load;
mod results;
mod simulate;
mod status;
mod table;
mod why;

use clap::{Args, Subcommand};

use crate::cli::args::AccountArgs;
use crate::cli::bundled::{BlueprintArgs, FORMAT_VERSION, Form};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// What can be done with a dialer.
#[derive(Debug, Subcommand)]
pub(crate) enum DialerCommand {
    /// Load a list of people from a CSV file.
    ///
    /// Who is there already stays as they are. What became of each row is told; a row that cannot be dialed is never
    /// guessed at. A load that was cut off goes on where it was. Exits with 1 where a row cannot be dialed.
    Load(load::LoadArgs),
    /// Start calling, or start again after the end.
    ///
    /// Where the center has a state machine for campaigns, an execution of it is started, else the dialer itself.
    Start(control::StartArgs),
    /// Place no calls until it is resumed; calls that are going on go on.
    Pause(DialerArgs),
    /// Go on after a pause, or after trouble that somebody has looked at.
    Resume(DialerArgs),
    /// Place no calls any more, and end when the calls that are going on have ended.
    Stop(DialerArgs),
    /// Show how the campaign stands; on a terminal until it ends or Ctrl-C.
    Status(status::StatusArgs),
    /// Print what became of each call.
    Results(results::ResultsArgs),
    /// Explain why a person is called or not, and when next.
    Why(why::WhyArgs),
    /// Play a day of the campaign through with made-up people and agents; nobody is called, no account is needed.
    Simulate(simulate::SimulateArgs),
}

/// Which dialer, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct DialerArgs {
    /// The blueprint.
    #[command(flatten)]
    pub blueprint: BlueprintArgs,
    /// The dialer, where the center has several: its key under `lambdas:`.
    #[arg(long, value_name = "KEY")]
    pub dialer: Option<String>,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Form of the output.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: Form,
}

/// Carries out a command on a dialer.
pub(in crate::cli) async fn run(ui: &Ui, command: DialerCommand) -> Exit {
    let done = match command {
        DialerCommand::Load(args) => load::run(ui, &args).await,
        DialerCommand::Start(args) => control::start(ui, &args).await,
        DialerCommand::Pause(args) => control::turn(ui, &args, control::Turn::Pause).await,
        DialerCommand::Resume(args) => control::turn(ui, &args, control::Turn::Resume).await,
        DialerCommand::Stop(args) => control::turn(ui, &args, control::Turn::Stop).await,
        DialerCommand::Status(args) => status::run(ui, &args).await,
        DialerCommand::Results(args) => results::run(ui, &args).await,
        DialerCommand::Why(args) => why::run(ui, &args).await,
        DialerCommand::Simulate(args) => simulate::run(ui, &args),
    };
    match done {
        Ok(exit) | Err(exit) => exit,
    }
}
