//! The command line: parses arguments, calls the stages, prints what comes of it.

mod args;
mod ask;
mod bundled;
mod bundles;
mod carry_out;
mod center;
mod clock;
mod commands;
mod environment;
mod exit_code;
mod files;
mod git;
mod guard;
mod harmless;
mod interruption;
mod look;
mod meant;
mod preflight;
mod preview;
mod progress;
mod saved;
mod show;
mod target;
mod ui;

pub use exit_code::Exit;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, ColorChoice, Command, SandboxCommand};
use ui::Ui;

/// Runs the program with the process's own arguments, and says how it ended.
pub fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            if let Some(words) = meant::words(&error) {
                Ui::detect(ColorChoice::Auto).error(&words);
                return Exit::Usage;
            }
            let is_answer = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            ui::written(if is_answer { "stdout" } else { "stderr" }, &error.print());
            return end(
                &Ui::detect(ColorChoice::Auto),
                if is_answer { Exit::Success } else { Exit::Usage },
                Purpose::Answer,
            );
        }
    };
    let ui = Ui::detect(cli.color);
    trace(cli.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            ui.error(&format!("cannot start: {error}"));
            return Exit::Failed;
        }
    };
    let changes_the_account = matches!(cli.command, Command::Apply(_) | Command::Destroy(_) | Command::Reconcile(_));
    let exit = runtime.block_on(async {
        let mut work = std::pin::pin!(dispatch(&ui, cli.command));
        tokio::select! {
            exit = &mut work => exit,
            _ = tokio::signal::ctrl_c() => {
                interruption::finish(work).await;
                files::remove_unfinished();
                if changes_the_account {
                    ui.say("\ninterrupted; CloudFormation ends what it began, and the same command goes on from there");
                }
                Exit::Interrupted
            }
        }
    });
    // A request that is still on its way must not keep the process alive.
    runtime.shutdown_background();
    let of = if changes_the_account { Purpose::Change } else { Purpose::Answer };
    end(&ui, exit, of)
}

/// What a command is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// What it says.
    Answer,
    /// What it does to the account.
    Change,
}

/// How a run ended, and what is to be said where something could not be said: an error where it fails because of that, a
/// warning otherwise.
///
/// One that is run for its answer has failed without it. One that changes something ended as the change did: who looks at
/// the code would take it for failed otherwise. What cannot be written beforehand stops it ([`ask`]).
fn ending(exit: Exit, purpose: Purpose, lost: Option<&str>) -> (Exit, Option<String>) {
    match (lost, exit, purpose) {
        (Some(lost), Exit::Success | Exit::Changes, Purpose::Answer) => (Exit::Failed, Some(lost.to_owned())),
        (Some(lost), Exit::Success, Purpose::Change) => {
            (exit, Some(format!("it is done, but not all that was to be said of it: {lost}")))
        }
        _ => (exit, None),
    }
}

fn end(ui: &Ui, exit: Exit, purpose: Purpose) -> Exit {
    let (exit, said) = ending(exit, purpose, ui.lost_output());
    match said {
        Some(said) if exit == Exit::Failed => ui.error(&said),
        Some(said) => ui.say(&format!("warning: {said}")),
        None => {}
    }
    exit
}

async fn dispatch(ui: &Ui, command: Command) -> Exit {
    match command {
        Command::Init(args) => commands::init::run(ui, &args),
        Command::Check(args) => commands::check::run(ui, &args),
        Command::Call(args) => commands::call::run(ui, &args),
        Command::Test(args) if args.native.native => commands::native_tests::run(ui, &args).await,
        Command::Test(args) => commands::test::run(ui, &args),
        Command::Schema(args) => commands::schema::run(ui, &args),
        Command::Render(args) => commands::render::run(ui, &args),
        Command::Diff(args) => commands::diff::run(ui, &args),
        Command::Plan(args) => commands::plan::run(ui, &args).await,
        Command::Apply(args) => commands::apply::run(ui, &args).await,
        Command::Show(args) => commands::show::run(ui, &args).await,
        Command::Drift(args) => commands::drift::run(ui, &args).await,
        Command::Reconcile(args) => commands::reconcile::run(ui, &args).await,
        Command::Destroy(args) => commands::destroy::run(ui, &args).await,
        Command::Flow(command) => commands::flow::run(ui, &command),
        Command::Journey(args) => commands::journey::run(ui, &args),
        Command::Collection(command) => Box::pin(commands::collection::run(ui, command)).await,
        Command::Dialer(command) => Box::pin(commands::dialer::run(ui, command)).await,
        Command::Records(command) => commands::records::run(ui, command).await,
        Command::Sandbox(SandboxCommand::Serve(args)) => commands::sandbox::serve(ui, args).await,
        Command::Sandbox(SandboxCommand::Advance(args)) => commands::sandbox::advance(ui, args).await,
        Command::Sandbox(SandboxCommand::People(args)) => commands::sandbox::people(ui, &args),
        Command::Sandbox(SandboxCommand::Reset(args)) => commands::sandbox::reset(ui, &args),
        Command::Sandbox(SandboxCommand::Assumptions) => commands::sandbox::assumptions(ui),
        Command::Lambda(command) => commands::lambda::run(ui, &command).await,
        Command::Vanity(args) => commands::vanity::run(ui, &args).await,
        Command::Version(args) => commands::version::run(ui, &args),
        Command::Completions { shell } => commands::completions::run(ui, shell),
        Command::Man { out } => commands::man::run(ui, &out),
    }
}

/// Traces go to stderr; what people are told never goes through here.
fn trace(verbose: u8) {
    let default = match verbose {
        // A sandbox that cannot go on says so; nobody would know what an apply waits for otherwise.
        0 => "callform=error,callform_sandbox=error",
        1 => "callform=debug,callform_sandbox=info",
        _ => "callform=debug,callform_sandbox=debug,aws_smithy_runtime=debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(environment::value("CALLFORM_LOG").as_deref().unwrap_or(default));
    let _already_set = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_said_fails_an_answer_and_not_a_change() {
        let lost = Some("cannot write to stdout: No space left on device");
        for exit in [Exit::Success, Exit::Changes] {
            let (code, said) = ending(exit, Purpose::Answer, lost);
            assert_eq!((code, said.is_some_and(|said| said.starts_with("cannot write"))), (Exit::Failed, true));
        }
        let (code, said) = ending(Exit::Success, Purpose::Change, lost);
        assert_eq!((code, said.is_some_and(|said| said.starts_with("it is done, but"))), (Exit::Success, true));
        for purpose in [Purpose::Answer, Purpose::Change] {
            assert_eq!(ending(Exit::Failed, purpose, lost), (Exit::Failed, None), "it is said already");
            assert_eq!(ending(Exit::Success, purpose, None), (Exit::Success, None));
        }
    }
}
