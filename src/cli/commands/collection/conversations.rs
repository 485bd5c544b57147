//! `callform collection conversations`, `conversation`, `revoke`.

use clap::Args;
use collection::ids::{CollectionId, ContactId};
use collection::item::Conversation;
use collection::report;
use serde_json::{Value, json};

use super::sessions::{document, unknown};
use super::table::{Live, every, failed, open};
use super::{CollectionArgs, CollectionsArgs, Form};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::view::collection as view;

/// Conversations that are asked for at once.
const PAGE: usize = 100;

/// Which conversation, and where.
#[derive(Debug, Args)]
pub(crate) struct ConversationArgs {
    /// The center.
    #[command(flatten)]
    pub center: CollectionsArgs,
    /// The conversation: the contact's identifier.
    #[arg(value_name = "CONTACT")]
    pub contact: String,
}

/// Lists the conversations of a collection.
pub(super) async fn list(ui: &Ui, args: &CollectionArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let all = of(ui, &live, &args.collection).await;
    live.account.close().await;
    let all = all?;
    match args.center.format {
        Form::Json => {
            let all = all.iter().map(|one| serde_json::to_value(one).unwrap_or_default()).collect::<Value>();
            ui.data(&document("conversations", &all));
        }
        Form::Human => ui.data(&view::conversations(&all)),
    }
    Ok(Exit::Success)
}

/// All conversations of a collection that is there.
pub(super) async fn of(ui: &Ui, live: &Live, id: &CollectionId) -> Result<Vec<Conversation>, Exit> {
    let tools = live.tools();
    let work = tools.work();
    if !work.exists(id).await.map_err(|error| failed(ui, &error))? {
        return Err(unknown(ui, id));
    }
    every(async |after| work.conversations(id, PAGE, after).await).await.map_err(|error| failed(ui, &error))
}

/// Reports on a conversation.
pub(super) async fn show(ui: &Ui, args: &ConversationArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let found = found(ui, &live, args).await;
    live.account.close().await;
    let (conversation, turns) = found?;
    match args.center.format {
        Form::Json => {
            let conversation = json!({ "conversation": conversation, "turns": turns });
            ui.data(&document("conversation", &conversation));
        }
        Form::Human => ui.data(&report::conversation(&conversation, &turns)),
    }
    Ok(Exit::Success)
}

async fn found(
    ui: &Ui,
    live: &Live,
    args: &ConversationArgs,
) -> Result<(Conversation, Vec<collection::item::Turn>), Exit> {
    let tools = live.tools();
    let (work, contact) = (tools.work(), ContactId::from(args.contact.as_str()));
    let found = work.conversation(&contact).await.map_err(|error| failed(ui, &error))?;
    let Some(conversation) = found else { return Err(nobody(ui, args)) };
    let turns = work.turns(&contact).await.map_err(|error| failed(ui, &error))?;
    Ok((conversation, turns))
}

fn nobody(ui: &Ui, args: &ConversationArgs) -> Exit {
    ui.error(&format!("there is no conversation `{}`", args.contact));
    ui.say("help: `callform collection conversations` shows those of a collection");
    Exit::Failed
}

/// Takes back a caller's consent.
pub(super) async fn revoke(ui: &Ui, args: &ConversationArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let revoked = live.tools().work().revoke(&ContactId::from(args.contact.as_str())).await;
    live.account.close().await;
    if !revoked.map_err(|error| failed(ui, &error))? {
        return Err(nobody(ui, args));
    }
    ui.say("The consent is taken back, and the conversation counts no more.");
    ui.say(&format!("help: `callform collection erase … --conversation {}` erases it", args.contact));
    Ok(Exit::Success)
}
