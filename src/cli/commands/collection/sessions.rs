//! `callform collection create`, `list`, `show`, `start`, `pause`, `stop`, `goal`.

use clap::Args;
use collection::ids::CollectionId;
use collection::item::{Collection, Mode};
use collection::report;
use collection::work::{NewCollection, SessionError};
use serde_json::{Value, json};

use super::table::{Live, every, failed, open};
use super::{CollectionArgs, CollectionsArgs, FORMAT_VERSION, Form, line};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::view::collection as view;

/// Entries that are asked for at once.
const PAGE: usize = 100;

/// `callform collection create`
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// What it is called, and where.
    #[command(flatten)]
    pub to: CollectionArgs,
    /// What it is about.
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = line)]
    pub title: String,
    /// How many conversations are to be accepted.
    #[arg(long, value_name = "COUNT")]
    pub goal: u32,
    /// Callers talk to this bot, by its key under `bots:`; without it, to agents.
    #[arg(long, value_name = "BOT")]
    pub bot: Option<String>,
    /// The least length of a conversation that is accepted, in seconds. Default: the blueprint's.
    #[arg(long, value_name = "SECONDS")]
    pub least_seconds: Option<u32>,
}

/// `callform collection goal`
#[derive(Debug, Args)]
pub(crate) struct GoalArgs {
    /// Which.
    #[command(flatten)]
    pub of: CollectionArgs,
    /// How many conversations are to be accepted.
    #[arg(value_name = "COUNT")]
    pub goal: u32,
}

/// What turns a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Start,
    Pause,
    Stop,
}

/// Makes a collection.
pub(super) async fn create(ui: &Ui, args: &CreateArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.to.center).await?;
    let new = NewCollection {
        id: args.to.collection.clone(),
        title: args.title.clone(),
        mode: args.bot.clone().map_or(Mode::Human, Mode::Bot),
        goal: args.goal,
        least_seconds: args.least_seconds,
    };
    let made = made(ui, &live, &new).await;
    live.account.close().await;
    let collection = made?;
    match args.to.center.format {
        Form::Json => ui.data(&document("collection", &with_pins(&collection))),
        Form::Human => ui.data(&view::created(&collection)),
    }
    Ok(Exit::Success)
}

async fn made(ui: &Ui, live: &Live, new: &NewCollection) -> Result<Collection, Exit> {
    if let Mode::Bot(bot) = &new.mode
        && !live.bots().contains(bot)
    {
        ui.error(&format!("the center has no bot `{bot}` for collections"));
        ui.say(&format!("help: it has {}", view::names(live.bots())));
        return Err(Exit::Failed);
    }
    live.tools().work().create(new).await.map_err(|error| failed(ui, &error))
}

/// Lists all collections.
pub(super) async fn list(ui: &Ui, args: &CollectionsArgs) -> Result<Exit, Exit> {
    let live = open(ui, args).await?;
    let all = all(ui, &live).await;
    live.account.close().await;
    let all = all?;
    match args.format {
        Form::Json => ui.data(&document("collections", &all.iter().map(without_pins).collect())),
        Form::Human => ui.data(&view::collections(&all)),
    }
    Ok(Exit::Success)
}

async fn all(ui: &Ui, live: &Live) -> Result<Vec<Collection>, Exit> {
    let tools = live.tools();
    every(async |after| tools.work().collections(PAGE, after).await).await.map_err(|error| failed(ui, &error))
}

/// Reports on a collection.
pub(super) async fn show(ui: &Ui, args: &CollectionArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let shown = live.tools().work().show(&args.collection).await;
    live.account.close().await;
    let Some(shown) = shown.map_err(|error| failed(ui, &error))? else { return Err(unknown(ui, &args.collection)) };
    match args.center.format {
        Form::Json => {
            let mut collection = with_pins(&shown.collection);
            collection["agents"] = shown.agents.iter().map(view::person_json).collect();
            collection["free_queues"] = shown.free_queues.into();
            ui.data(&document("collection", &collection));
        }
        Form::Human => {
            ui.data(&report::collection(&shown.collection));
            ui.data(&view::shown(&shown));
        }
    }
    Ok(Exit::Success)
}

/// Starts, pauses or stops a collection.
pub(super) async fn turn(ui: &Ui, args: &CollectionArgs, turn: Turn) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let turned = turned(&live, &args.collection, turn).await;
    live.account.close().await;
    Ok(tell(ui, &args.center, &turned.map_err(|error| failed(ui, &error))?))
}

async fn turned(live: &Live, id: &CollectionId, turn: Turn) -> Result<Collection, SessionError> {
    if turn == Turn::Start {
        live.fill_pool().await?;
    }
    let tools = live.tools();
    match turn {
        Turn::Start => tools.work().start(id).await,
        Turn::Pause => tools.work().pause(id).await,
        Turn::Stop => tools.work().stop(id).await,
    }
}

/// Changes the goal.
pub(super) async fn goal(ui: &Ui, args: &GoalArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.of.center).await?;
    let changed = live.tools().work().change_goal(&args.of.collection, args.goal).await;
    live.account.close().await;
    let changed = changed.map_err(|error| failed(ui, &error))?;
    if changed.goal != args.goal {
        ui.say(&format!("note: {} conversations are accepted or under way: that is the goal now", changed.goal));
    }
    Ok(tell(ui, &args.of.center, &changed))
}

fn tell(ui: &Ui, args: &CollectionsArgs, collection: &Collection) -> Exit {
    match args.format {
        Form::Json => ui.data(&document("collection", &without_pins(collection))),
        Form::Human => ui.say(&view::turned(collection)),
    }
    Exit::Success
}

pub(super) fn unknown(ui: &Ui, id: &CollectionId) -> Exit {
    ui.error(&format!("there is no collection `{id}`"));
    ui.say("help: `callform collection list` shows all");
    Exit::Failed
}

/// A document for programs.
pub(super) fn document(name: &str, value: &Value) -> String {
    format!("{:#}\n", json!({ "format_version": FORMAT_VERSION, name: value }))
}

fn with_pins(collection: &Collection) -> Value {
    serde_json::to_value(collection).unwrap_or_default()
}

/// Lists are for many eyes.
fn without_pins(collection: &Collection) -> Value {
    let mut value = with_pins(collection);
    if let Some(members) = value.as_object_mut() {
        members.remove("pin");
        members.remove("owner_pin");
    }
    value
}
