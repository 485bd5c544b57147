//! `callform collection erase`

use clap::Args;
use collection::ids::{CollectionId, ContactId, PersonId};
use collection::work::{EraseError, Erased, Listing, Scope};
use serde_json::{Value, json};

use super::sessions::document;
use super::table::{Live, failed, open};
use super::{CollectionsArgs, Form, collection_id};
use crate::cli::ask::agreed;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::view::collection as view;

/// `callform collection erase`
#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    /// The center.
    #[command(flatten)]
    pub center: CollectionsArgs,
    /// What is to go.
    #[command(flatten)]
    pub what: What,
    /// Only list what there is.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// What is to go: one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct What {
    /// A collection that has ended or was never started, with its conversations and whoever takes part in no other.
    #[arg(long, value_name = "COLLECTION", value_parser = collection_id)]
    pub collection: Option<CollectionId>,
    /// A person, with all they said.
    #[arg(long, value_name = "PERSON")]
    pub person: Option<String>,
    /// A conversation.
    #[arg(long, value_name = "CONTACT")]
    pub conversation: Option<String>,
}

impl What {
    fn scope(&self) -> Scope {
        match (&self.collection, &self.person, &self.conversation) {
            (Some(id), ..) => Scope::Collection(id.clone()),
            (_, Some(id), _) => Scope::Person(PersonId::from(id.as_str())),
            (.., id) => Scope::Conversation(ContactId::from(id.as_deref().unwrap_or_default())),
        }
    }
}

/// Erases, and proves it.
pub(super) async fn run(ui: &Ui, args: &EraseArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let done = erase(ui, args, &live).await;
    live.account.close().await;
    done
}

async fn erase(ui: &Ui, args: &EraseArgs, live: &Live) -> Result<Exit, Exit> {
    let (tools, scope) = (live.tools(), args.what.scope());
    let before = tools.work().listing(&scope, tools.jobs()).await.map_err(|error| failed(ui, &error))?;
    if args.center.format == Form::Human {
        ui.data(&view::listing("there is", &before));
    }
    if args.dry_run {
        if args.center.format == Form::Json {
            ui.data(&document("listing", &listing(&before)));
        }
        return Ok(Exit::Success);
    }
    agreed(ui, args.yes, "Erase all of this, for ever?")?;
    let erased = tools.work().erase(&scope, tools.jobs()).await.map_err(|error| {
        let exit = failed(ui, &error);
        if !matches!(error, EraseError::Unknown(_) | EraseError::Open(..)) {
            ui.say("help: run it again; it goes on where it was");
        }
        exit
    })?;
    tell(ui, args, &erased);
    Ok(if erased.after.is_empty() { Exit::Success } else { Exit::Failed })
}

fn tell(ui: &Ui, args: &EraseArgs, erased: &Erased) {
    if args.center.format == Form::Json {
        let proof = json!({
            "before": listing(&erased.before), "after": listing(&erased.after), "remains": erased.remains,
        });
        ui.data(&document("erased", &proof));
        return;
    }
    ui.data(&view::listing("left is", &erased.after));
    ui.data("What nobody can erase at once:\n");
    for what in erased.remains {
        ui.data(&format!("  {what}\n"));
    }
}

fn listing(listing: &Listing) -> Value {
    let traces: Vec<Value> =
        listing.traces.iter().map(|trace| json!({ "store": trace.store, "what": trace.what })).collect();
    json!({ "traces": traces, "marks": listing.marks })
}
