//! `callform collection`: one file per command, or per few that belong together.

mod conversations;
mod dataset;
mod download;
mod dry_run;
mod erase;
mod found;
mod open;
mod people;
mod sessions;
mod table;
mod transcribe;

use clap::{Args, Subcommand};
use collection::ids::CollectionId;

use crate::cli::args::AccountArgs;
use crate::cli::bundled::{BlueprintArgs, FORMAT_VERSION, Form};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Characters of a name or a title.
const LONGEST: usize = 200;

/// What can be done with collections of spoken conversations.
#[derive(Debug, Subcommand)]
pub(crate) enum CollectionCommand {
    /// Make a collection: how many conversations are to be accepted, with agents or with a bot.
    ///
    /// Prints the PIN that callers enter, and the one of its owner. Nobody can call before it is started.
    Create(sessions::CreateArgs),
    /// List all collections.
    List(CollectionsArgs),
    /// Report on one: its goal, its state, what came of its conversations, its agents.
    Show(CollectionArgs),
    /// Take callers, or take them again after a pause. A collection with agents gets a queue of the pool.
    Start(CollectionArgs),
    /// Take no callers for now; conversations that are going on go on.
    Pause(CollectionArgs),
    /// Take no callers any more, and end when nobody calls: the queue is given back, PINs open nothing.
    Stop(CollectionArgs),
    /// Change how many conversations are to be accepted.
    Goal(sessions::GoalArgs),
    /// List the conversations of a collection, and what became of each.
    Conversations(CollectionArgs),
    /// Report on one conversation: its evidence, its recordings and their quality, what was said to the bot.
    Conversation(conversations::ConversationArgs),
    /// Take back a caller's consent: the conversation counts no more, and the goal is open again.
    Revoke(conversations::ConversationArgs),
    /// Add somebody who calls; prints their PIN.
    AddCustomer(people::AddCustomerArgs),
    /// Add an agent of a collection: a user of Connect, who signs in with SAML or sets a password of their own.
    AddAgent(people::AddAgentArgs),
    /// Let somebody who calls take part in another collection.
    Allow(people::AllowArgs),
    /// List customers and agents.
    People(CollectionsArgs),
    /// Remove somebody: an agent's user goes, too. What they said stays; see `erase`.
    Remove(people::PersonArgs),
    /// Open the page on which agents work.
    Open(open::OpenArgs),
    /// Download recordings, transcripts and reports, split by channel and cut into turns; again, it goes on where it was.
    Download(download::DownloadArgs),
    /// Have what was downloaded or is in the bucket transcribed by Amazon Transcribe.
    Transcribe(transcribe::TranscribeArgs),
    /// Make a data set of what was downloaded: one that can be trained on.
    Dataset(dataset::DatasetArgs),
    /// Erase a collection, a person or a conversation from every store, and prove it.
    Erase(erase::EraseArgs),
    /// Collect made-up conversations in a sandbox, from nothing to a data set.
    DryRun(dry_run::DryRunArgs),
}

/// Which center, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct CollectionsArgs {
    /// The blueprint.
    #[command(flatten)]
    pub blueprint: BlueprintArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Form of the output.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: Form,
}

/// Which collection, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct CollectionArgs {
    /// The center.
    #[command(flatten)]
    pub center: CollectionsArgs,
    /// The collection.
    #[arg(value_name = "COLLECTION", value_parser = collection_id)]
    pub collection: CollectionId,
}

fn collection_id(text: &str) -> Result<CollectionId, String> {
    CollectionId::read(text).ok_or_else(|| {
        "a collection is named with up to 48 small letters, digits and hyphens, as in `flower-orders`".to_owned()
    })
}

/// A name or title: a line that fits into a table.
fn line(text: &str) -> Result<String, String> {
    let is_line = text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    if is_line { Ok(text.to_owned()) } else { Err(format!("one line of at most {LONGEST} characters")) }
}

/// A name: a line that says something.
fn name(text: &str) -> Result<String, String> {
    line(text).and_then(|text| if text.trim().is_empty() { Err("a name is not empty".to_owned()) } else { Ok(text) })
}

/// Carries out a command on collections.
pub(in crate::cli) async fn run(ui: &Ui, command: CollectionCommand) -> Exit {
    use CollectionCommand as Do;
    let done = match command {
        Do::Create(args) => sessions::create(ui, &args).await,
        Do::List(args) => sessions::list(ui, &args).await,
        Do::Show(args) => sessions::show(ui, &args).await,
        Do::Start(args) => sessions::turn(ui, &args, sessions::Turn::Start).await,
        Do::Pause(args) => sessions::turn(ui, &args, sessions::Turn::Pause).await,
        Do::Stop(args) => sessions::turn(ui, &args, sessions::Turn::Stop).await,
        Do::Goal(args) => sessions::goal(ui, &args).await,
        Do::Conversations(args) => conversations::list(ui, &args).await,
        Do::Conversation(args) => conversations::show(ui, &args).await,
        Do::Revoke(args) => conversations::revoke(ui, &args).await,
        Do::AddCustomer(args) => people::add_customer(ui, &args).await,
        Do::AddAgent(args) => people::add_agent(ui, &args).await,
        Do::Allow(args) => people::allow(ui, &args).await,
        Do::People(args) => people::list(ui, &args).await,
        Do::Remove(args) => people::remove(ui, &args).await,
        Do::Open(args) => open::run(ui, &args).await,
        Do::Download(args) => download::run(ui, &args).await,
        Do::Transcribe(args) => transcribe::run(ui, &args).await,
        Do::Dataset(args) => dataset::run(ui, &args),
        Do::Erase(args) => erase::run(ui, &args).await,
        Do::DryRun(args) => Box::pin(dry_run::run(ui, &args)).await,
    };
    match done {
        Ok(exit) | Err(exit) => exit,
    }
}
