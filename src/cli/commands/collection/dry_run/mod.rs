//! `callform collection dry-run`: from nothing to a data set, in a sandbox.
//!
//! The commands are those that people type, and are shown as they are carried out; callers, agents and their recordings are
//! made up, from a seed. Some recordings are made bad on purpose: they have to be found, and their places filled again.

mod script;
mod sentences;
mod sounds;

use std::path::PathBuf;

use clap::{Args, Parser as _};
use collection::ids::CollectionId;
use collection::item::Mode;
use collection::work::{NewAgent, NewCollection};

use super::CollectionsArgs;
use super::table::{Live, failed, open};
use crate::cli::args::Cli;
use crate::cli::bundled::BlueprintArgs;
use crate::cli::exit_code::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;
use script::{Caller, People};

/// How often callers are sent for what is left of the goal.
const ROUNDS: u32 = 6;
/// Callers of a collection.
const CUSTOMERS: u32 = 5;

/// `callform collection dry-run`
#[derive(Debug, Args)]
pub(crate) struct DryRunArgs {
    /// The center: needs --sandbox.
    #[command(flatten)]
    pub center: CollectionsArgs,
    /// The folder of what comes out: scripts, downloads, the data set. It has to be empty or not there.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// How many conversations are collected with agents, and with each bot.
    #[arg(long, value_name = "COUNT", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub conversations: u32,
    /// The same seed gives the same people.
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    pub seed: u64,
}

/// A collection of the dry run.
struct Session {
    id: CollectionId,
    mode: Mode,
    pin: String,
    /// PINs of its callers.
    callers: Vec<String>,
}

/// Runs dry.
pub(super) async fn run(ui: &Ui, args: &DryRunArgs) -> Result<Exit, Exit> {
    if args.center.account.sandbox.is_none() {
        ui.error("a dry run needs a sandbox: add --sandbox");
        return Err(Exit::Usage);
    }
    if std::fs::read_dir(&args.out).is_ok_and(|mut entries| entries.next().is_some()) {
        ui.error(&format!("`{}` is not empty", args.out.display()));
        return Err(Exit::Usage);
    }
    let commands = Commands { ui, args };
    commands.run(&["apply", "BLUEPRINT", "--yes"]).await?;
    let sessions = prepare(ui, args).await?;
    for round in 0..ROUNDS {
        let left = left(ui, args, &sessions).await?;
        if left.iter().all(|left| *left == 0) {
            break;
        }
        if round + 1 == ROUNDS {
            ui.error(&format!("after {ROUNDS} rounds the goals are not reached: {left:?} are left"));
            return Err(Exit::Failed);
        }
        call(&commands, args, &sessions, &left, round).await?;
    }
    finish(&commands, args, &sessions).await?;
    sounds::compare(ui, &args.out)?;
    ui.say(&format!("The data set is in `{}`.", args.out.join("dataset").display()));
    Ok(Exit::Success)
}

/// The commands that people type.
struct Commands<'a> {
    ui: &'a Ui,
    args: &'a DryRunArgs,
}

impl Commands<'_> {
    /// Carries out a command, and shows it. `BLUEPRINT` stands for the blueprint with its environment and the sandbox.
    async fn run(&self, words: &[&str]) -> Result<(), Exit> {
        let BlueprintArgs { blueprint, env, .. } = &self.args.center.blueprint;
        let mut line = vec!["callform".to_owned()];
        let mut after = Vec::new();
        for word in words {
            if *word == "BLUEPRINT" {
                line.push(blueprint.display().to_string());
                after.extend(env.iter().map(|env| format!("--env={env}")));
            } else {
                line.push((*word).to_owned());
            }
        }
        line.extend(after);
        if words.contains(&"BLUEPRINT") || words.first() == Some(&"sandbox") {
            line.extend(
                self.args.center.account.sandbox.iter().map(|folder| format!("--sandbox={}", folder.display())),
            );
        }
        self.ui.say(&format!("$ {}", line.join(" ")));
        let cli = Cli::try_parse_from(&line).map_err(|error| failed(self.ui, &error))?;
        match Box::pin(crate::cli::dispatch(self.ui, cli.command)).await {
            Exit::Success | Exit::Changes => Ok(()),
            exit => Err(exit),
        }
    }
}

/// Makes a collection with agents and one with each bot, with people, and starts them.
async fn prepare(ui: &Ui, args: &DryRunArgs) -> Result<Vec<Session>, Exit> {
    let live = open(ui, &args.center).await?;
    let prepared = prepare_in(ui, args, &live).await;
    live.account.close().await;
    prepared
}

async fn prepare_in(ui: &Ui, args: &DryRunArgs, live: &Live) -> Result<Vec<Session>, Exit> {
    live.fill_pool().await.map_err(|error| failed(ui, &error))?;
    let tools = live.tools();
    let work = tools.work();
    let bots = live.bots().into_iter().map(|bot| (format!("dry-{bot}").replace('_', "-"), Mode::Bot(bot)));
    let mut sessions = Vec::new();
    for (id, mode) in [("dry-agents".to_owned(), Mode::Human)].into_iter().chain(bots) {
        let id = CollectionId::from(id.as_str());
        let new = NewCollection {
            id: id.clone(),
            title: "Dry run".to_owned(),
            mode: mode.clone(),
            goal: args.conversations,
            least_seconds: None,
        };
        let made = work.create(&new).await.map_err(|error| failed(ui, &error))?;
        work.start(&id).await.map_err(|error| failed(ui, &error))?;
        let mut callers = Vec::new();
        for nth in 1..=CUSTOMERS {
            let person = work.add_customer(&format!("Caller {nth}"), std::slice::from_ref(&id)).await;
            callers.extend(person.map_err(|error| failed(ui, &error))?.pin.map(|pin| pin.to_string()));
        }
        if mode == Mode::Human {
            for nth in 1..=script::AGENTS {
                let new = NewAgent {
                    username: script::agent(nth),
                    first_name: "Dry".to_owned(),
                    last_name: format!("Run {nth}"),
                    collection: id.clone(),
                    saml: live.signs_in_with_saml(),
                };
                work.add_agent(&new).await.map_err(|error| failed(ui, &error))?;
            }
        }
        sessions.push(Session { id, mode, pin: made.pin.to_string(), callers });
    }
    Ok(sessions)
}

/// How many conversations each collection still needs.
async fn left(ui: &Ui, args: &DryRunArgs, sessions: &[Session]) -> Result<Vec<u32>, Exit> {
    let live = open(ui, &args.center).await?;
    let mut left = Vec::new();
    for session in sessions {
        match live.tools().work().collection(&session.id).await {
            Ok(collection) => left.push(collection.map_or(0, |one| one.goal.saturating_sub(one.accepted))),
            Err(error) => {
                let exit = failed(ui, &error);
                live.account.close().await;
                return Err(exit);
            }
        }
    }
    live.account.close().await;
    Ok(left)
}

/// Sends callers for what is left, and lets time pass until all that comes of it has come.
async fn call(
    commands: &Commands<'_>,
    args: &DryRunArgs,
    sessions: &[Session],
    left: &[u32],
    round: u32,
) -> Result<(), Exit> {
    let ui = commands.ui;
    let live = open(ui, &args.center).await?;
    let (number, bots) = (live.number(), live.bot_definitions());
    live.account.close().await;
    let Some(number) = number else {
        ui.error("the center has no phone number");
        return Err(Exit::Failed);
    };
    let folder = args.out.join("scripts");
    let mut people = People::new(args.seed + u64::from(round));
    for (session, left) in sessions.iter().zip(left) {
        for nth in 0..*left {
            let pin = &session.callers[nth as usize % session.callers.len().max(1)];
            let seed = args.seed.wrapping_mul(1_000_003) ^ (u64::from(round) << 32) ^ u64::from(nth);
            let (says, recording) = match &session.mode {
                Mode::Bot(bot) => (bots.get(bot).map(sentences::of).unwrap_or_default(), None),
                // Of four recordings of the first round one is bad.
                Mode::Human => {
                    let bad = round == 0 && nth % 4 == 3;
                    let name = sounds::write(&folder, seed, bad).map_err(|error| failed(ui, &error))?;
                    (Vec::new(), Some(name))
                }
            };
            people.caller(Caller {
                name: format!("{}-{}-{nth:04}", session.id, round + 1),
                to: number.clone(),
                keys: vec![format!("{pin}#"), format!("{}#", session.pin), "1".to_owned()],
                says,
                recording,
            });
        }
    }
    let file = folder.join(format!("people-{}.json", round + 1));
    files::write(&file, people.to_json()).map_err(|error| failed(ui, &error))?;
    let file = file.display().to_string();
    commands.run(&["sandbox", "people", &file]).await?;
    commands.run(&["sandbox", "advance", "3h"]).await
}

/// Transcripts, downloads, the data set.
async fn finish(commands: &Commands<'_>, args: &DryRunArgs, sessions: &[Session]) -> Result<(), Exit> {
    for session in sessions {
        let id = session.id.as_str();
        commands.run(&["collection", "transcribe", "BLUEPRINT", id, "--no-wait"]).await?;
    }
    commands.run(&["sandbox", "advance", "1h"]).await?;
    let mut folders = Vec::new();
    for session in sessions {
        let id = session.id.as_str();
        commands.run(&["collection", "stop", "BLUEPRINT", id]).await?;
        let folder = args.out.join(id).display().to_string();
        commands.run(&["collection", "download", "BLUEPRINT", id, "--all", "--out", &folder]).await?;
        folders.push(folder);
    }
    let out = args.out.join("dataset").display().to_string();
    let mut words = vec!["collection", "dataset"];
    words.extend(folders.iter().map(String::as_str));
    words.extend(["--out", &out, "--license", "CC0-1.0", "--shards", "100"]);
    commands.run(&words).await
}
