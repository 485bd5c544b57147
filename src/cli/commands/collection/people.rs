//! `callform collection add-customer`, `add-agent`, `allow`, `people`, `remove`.

use clap::Args;
use collection::ids::{CollectionId, PersonId};
use collection::item::{Mode, Person};
use collection::work::{Added, NewAgent};
use serde_json::Value;

use super::sessions::document;
use super::table::{Live, every, failed, open};
use super::{CollectionArgs, CollectionsArgs, Form, collection_id, name};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::view::collection as view;

/// People that are asked for at once.
const PAGE: usize = 100;

/// `callform collection add-customer`
#[derive(Debug, Args)]
pub(crate) struct AddCustomerArgs {
    /// The center.
    #[command(flatten)]
    pub center: CollectionsArgs,
    /// What they are called, for you alone: it is in no recording, data set or log.
    #[arg(value_name = "NAME", value_parser = name)]
    pub name: String,
    /// A collection they may take part in; may be given several times.
    #[arg(long = "collection", value_name = "COLLECTION", value_parser = collection_id, required = true)]
    pub collections: Vec<CollectionId>,
}

/// `callform collection add-agent`
#[derive(Debug, Args)]
pub(crate) struct AddAgentArgs {
    /// The collection whose calls they take.
    #[command(flatten)]
    pub to: CollectionArgs,
    /// The name they sign in with.
    #[arg(value_name = "USERNAME")]
    pub username: String,
    /// Their first name.
    #[arg(long, value_name = "NAME", default_value = "Collection")]
    pub first_name: String,
    /// Their family name.
    #[arg(long, value_name = "NAME", default_value = "Agent")]
    pub last_name: String,
}

/// `callform collection allow`
#[derive(Debug, Args)]
pub(crate) struct AllowArgs {
    /// The collection they may take part in from now on.
    #[command(flatten)]
    pub to: CollectionArgs,
    /// Who.
    #[arg(value_name = "PERSON")]
    pub person: String,
}

/// Which person, and where.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// The center.
    #[command(flatten)]
    pub center: CollectionsArgs,
    /// Who.
    #[arg(value_name = "PERSON")]
    pub person: String,
}

/// Adds somebody who calls.
pub(super) async fn add_customer(ui: &Ui, args: &AddCustomerArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let added = live.tools().work().add_customer(&args.name, &args.collections).await;
    live.account.close().await;
    let person = added.map_err(|error| failed(ui, &error))?;
    match args.center.format {
        Form::Json => ui.data(&document("person", &view::person_with_pin(&person))),
        Form::Human => ui.data(&view::customer_added(&person)),
    }
    Ok(Exit::Success)
}

/// Adds an agent.
pub(super) async fn add_agent(ui: &Ui, args: &AddAgentArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.to.center).await?;
    let new = NewAgent {
        username: args.username.clone(),
        first_name: args.first_name.clone(),
        last_name: args.last_name.clone(),
        collection: args.to.collection.clone(),
        saml: live.signs_in_with_saml(),
    };
    let added = agent_added(ui, &live, &new).await;
    live.account.close().await;
    let added = added?;
    match args.to.center.format {
        Form::Json => {
            let mut person = view::person_json(&added.person);
            if let Some(password) = &added.password {
                person["one_time_password"] = password.as_str().into();
            }
            ui.data(&document("person", &person));
        }
        Form::Human => ui.data(&view::agent_added(&added)),
    }
    Ok(Exit::Success)
}

async fn agent_added(ui: &Ui, live: &Live, new: &NewAgent) -> Result<Added, Exit> {
    let tools = live.tools();
    let of = tools.work().collection(&new.collection).await.map_err(|error| failed(ui, &error))?;
    if of.is_some_and(|of| of.mode != Mode::Human) {
        ui.error(&format!("callers of `{}` talk to a bot: an agent would never get a call", new.collection));
        return Err(Exit::Failed);
    }
    tools.work().add_agent(new).await.map_err(|error| failed(ui, &error))
}

/// Lets somebody take part in another collection.
pub(super) async fn allow(ui: &Ui, args: &AllowArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.to.center).await?;
    let allowed = live.tools().work().allow(&PersonId::from(args.person.as_str()), &args.to.collection).await;
    live.account.close().await;
    let person = allowed.map_err(|error| failed(ui, &error))?;
    match args.to.center.format {
        Form::Json => ui.data(&document("person", &view::person_json(&person))),
        Form::Human => ui.say(&format!("{} may take part in `{}`.", person.id, args.to.collection)),
    }
    Ok(Exit::Success)
}

/// Lists customers and agents.
pub(super) async fn list(ui: &Ui, args: &CollectionsArgs) -> Result<Exit, Exit> {
    let live = open(ui, args).await?;
    let all = all(ui, &live).await;
    live.account.close().await;
    let all = all?;
    match args.format {
        Form::Json => ui.data(&document("people", &all.iter().map(view::person_json).collect::<Value>())),
        Form::Human => ui.data(&view::people(&all)),
    }
    Ok(Exit::Success)
}

async fn all(ui: &Ui, live: &Live) -> Result<Vec<Person>, Exit> {
    let tools = live.tools();
    every(async |after| tools.work().people(PAGE, after).await).await.map_err(|error| failed(ui, &error))
}

/// Removes somebody.
pub(super) async fn remove(ui: &Ui, args: &PersonArgs) -> Result<Exit, Exit> {
    let live = open(ui, &args.center).await?;
    let removed = live.tools().work().remove(&PersonId::from(args.person.as_str())).await;
    live.account.close().await;
    removed.map_err(|error| failed(ui, &error))?;
    ui.say(&format!("{} is gone.", args.person));
    Ok(Exit::Success)
}
