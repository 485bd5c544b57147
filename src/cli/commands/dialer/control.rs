//! `callform dialer start`, `pause`, `resume`, `stop`.

use callform_signed::Service;
use clap::Args;
use dialer::item::State;
use dialer::work::WorkError;
use serde_json::json;

use super::found::{Found, find};
use super::table::{Live, failed, open};
use super::{DialerArgs, FORMAT_VERSION, Form};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform dialer start`
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// Which dialer.
    #[command(flatten)]
    pub dialer: DialerArgs,
    /// A list in the dialer's bucket that its state machine loads first: the object's key.
    #[arg(long, value_name = "KEY")]
    pub list: Option<String>,
}

/// What turns a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Pause,
    Resume,
    Stop,
}

impl Turn {
    fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
        }
    }

    /// Whether the campaign can be turned so. What is there already may be asked for again.
    fn fits(self, state: State) -> bool {
        match (self, state) {
            (_, State::Running | State::Paused) | (Self::Stop, State::Stopping | State::Stopped) => true,
            (Self::Stop, State::Idle) => true,
            (_, State::Idle | State::Stopping | State::Stopped | State::Done) => false,
        }
    }
}

/// Starts a campaign.
pub(super) async fn start(ui: &Ui, args: &StartArgs) -> Result<Exit, Exit> {
    let found = find(ui, &args.dialer.blueprint, args.dialer.dialer.as_deref())?;
    if args.list.is_some() && found.machine.is_none() {
        ui.error("only a state machine loads a list from a bucket, and the blueprint has none that invokes the dialer");
        ui.say("help: load the list with `callform dialer load`, or let objects of the bucket start a function");
        return Err(Exit::Usage);
    }
    let live = open(ui, &found, &args.dialer.account).await?;
    let started = begin(ui, args, &found, &live).await;
    live.account.close().await;
    started
}

async fn begin(ui: &Ui, args: &StartArgs, found: &Found, live: &Live) -> Result<Exit, Exit> {
    let tools = live.tools(&found.policy);
    let work = tools.work();
    let campaign = work.campaign().await.map_err(|error| failed(ui, &error))?;
    let Some(machine) = &live.machine else {
        let state = work.start(None).await.map_err(|error| failed(ui, &error))?;
        return Ok(tell(ui, args.dialer.format, state, None));
    };
    if campaign.task_token.is_some() {
        ui.error(&format!("the campaign is {}, and a state machine waits for its end", campaign.state.word()));
        ui.say(match campaign.state {
            State::Done | State::Stopped => "help: it is told within a minute; start again then",
            _ => "help: `callform dialer resume` goes on after a pause; `callform dialer stop` ends it",
        });
        return Err(Exit::Failed);
    }
    if let Some(list) = &args.list {
        present(ui, live, list).await?;
    }
    // Started at once, so that whoever stops it from now on has stopped it. With a list, the state machine starts it.
    let begun = args.list.is_none();
    if begun {
        work.start(None).await.map_err(|error| failed(ui, &error))?;
    }
    let name = format!("campaign-{}", tools.now().milliseconds());
    let input = args.list.as_ref().map_or_else(|| json!({ "begun": true }), |list| json!({ "list": list }));
    let request = json!({ "stateMachineArn": machine, "name": name, "input": input.to_string() });
    let calls = live.account.gateway.calls();
    let answer = calls.json(Service::StepFunctions, "StepFunctions StartExecution", &request).await;
    if answer.is_err() && begun {
        work.stop().await.map_err(|error| failed(ui, &error))?;
    }
    let answer = answer.map_err(|error| failed(ui, &error))?;
    let execution = answer["executionArn"].as_str().unwrap_or_default();
    Ok(tell(ui, args.dialer.format, State::Running, Some(execution)))
}

/// A list that is not in the bucket is told here, rather than by a state machine that has failed. Who may not read the bucket
/// leaves it to the state machine, which may.
async fn present(ui: &Ui, live: &Live, list: &str) -> Result<(), Exit> {
    let Some(bucket) = &live.bucket else { return Ok(()) };
    match live.account.gateway.calls().object(bucket, list, (0, 0), None).await {
        Err(error) if error.code.as_deref() == Some("NoSuchKey") => {
            ui.error(&format!("the bucket `{bucket}` has no object `{list}`"));
            ui.say(&format!("help: put it there first: `aws s3 cp LIST s3://{bucket}/{list}`"));
            Err(Exit::Failed)
        }
        _ => Ok(()),
    }
}

/// Pauses, resumes or stops a campaign.
pub(super) async fn turn(ui: &Ui, args: &DialerArgs, turn: Turn) -> Result<Exit, Exit> {
    let found = find(ui, &args.blueprint, args.dialer.as_deref())?;
    let live = open(ui, &found, &args.account).await?;
    let turned = turned(&live, &found, turn).await;
    live.account.close().await;
    let (before, state) = turned.map_err(|error| failed(ui, &error))?;
    if !turn.fits(before) {
        ui.error(&format!("there is nothing to {}: the campaign is {}", turn.word(), before.word()));
        ui.say("help: `callform dialer start` starts a campaign");
        return Err(Exit::Failed);
    }
    Ok(tell(ui, args.format, state, None))
}

/// The states before and after.
async fn turned(live: &Live, found: &Found, turn: Turn) -> Result<(State, State), WorkError> {
    let tools = live.tools(&found.policy);
    let work = tools.work();
    let before = work.campaign().await?.state;
    let after = match turn {
        Turn::Pause => work.pause().await,
        Turn::Resume => work.resume().await,
        Turn::Stop => work.stop().await,
    }?;
    Ok((before, after))
}

fn tell(ui: &Ui, form: Form, state: State, execution: Option<&str>) -> Exit {
    match form {
        Form::Json => {
            let mut answer = json!({ "format_version": FORMAT_VERSION, "state": state });
            if let Some(execution) = execution {
                answer["execution"] = execution.into();
            }
            ui.data(&format!("{answer:#}\n"));
        }
        Form::Human => match execution {
            Some(execution) => ui.say(&format!("The state machine starts the campaign: {execution}")),
            None => ui.say(&format!("The campaign is {}.", state.word())),
        },
    }
    Exit::Success
}
