//! `callform records compact`

mod sql;

use std::path::PathBuf;

use callform_aws::{Gateway, QueryState};
use chrono::NaiveDate;
use clap::Args;

use super::center;
use crate::cli::args::AccountArgs;
use crate::cli::center::Center;
use crate::cli::clock;
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::model::{Address, Kind, Properties, Value};
use sql::Compaction;

/// Partitions that the versions' table has to have.
const PARTITIONS: [&str; 3] = ["year", "month", "day"];
/// Columns without which there are no versions.
const NEEDED: [&str; 2] = ["contactid", "lastupdatetimestamp"];

/// `callform records compact`
#[derive(Debug, Args)]
pub(crate) struct CompactArgs {
    /// The blueprint with the table.
    #[arg(value_name = "BLUEPRINT")]
    pub blueprint: PathBuf,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The table with every version, as `database.table` by their keys. Default: the one that has such columns.
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// The first day, by when contacts began (UTC), such as 2026-01-01.
    #[arg(long, value_name = "DAY")]
    pub from: NaiveDate,
    /// The last day. Default: yesterday, which has no more folders to come.
    #[arg(long, value_name = "DAY")]
    pub to: Option<NaiveDate>,
    /// Name of the table to make; it must not be there yet.
    #[arg(long, value_name = "NAME", default_value = "compacted_contact_records")]
    pub into: String,
    /// Run the statements in Athena, one after the other, instead of printing them.
    #[arg(long)]
    pub run: bool,
    /// The workgroup to run them in, by its key. Default: the only one of the blueprint.
    #[arg(long, value_name = "NAME", requires = "run")]
    pub workgroup: Option<String>,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
}

/// Prints or runs the statements.
pub(super) async fn run(ui: &Ui, args: &CompactArgs) -> Exit {
    match compacted(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn compacted(ui: &Ui, args: &CompactArgs) -> Result<Exit, Exit> {
    let failed = |error: String| {
        ui.error(&error);
        Exit::Failed
    };
    let center = center::center(ui, &args.blueprint, args.env.as_deref())?;
    let yesterday = clock::now().date_naive().pred_opt().unwrap_or_default();
    let days = (args.from, args.to.unwrap_or(yesterday));
    if days.1 < days.0 {
        ui.error(&format!("there is no day from {} to {}", days.0, days.1));
        return Err(Exit::Usage);
    }
    if !is_table_name(&args.into) {
        ui.error("the name of a table has lower-case letters, digits and underscores");
        return Err(Exit::Usage);
    }
    let table = table(&center, args.table.as_deref()).map_err(failed)?;
    let compaction = Compaction { table: table.name, columns: table.columns, into: args.into.clone(), days };
    let statements = sql::statements(&compaction);
    if !args.run {
        let text: String = statements.iter().flat_map(|statement| [statement.as_str(), ";\n\n"]).collect();
        ui.data(&format!("-- In the database {}.\n\n{}\n", table.database, text.trim_end()));
        return Ok(Exit::Success);
    }
    let workgroup = workgroup(&center, args.workgroup.as_deref()).map_err(failed)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let outcome = run_all(ui, &account.gateway, &statements, &table.database, &workgroup).await;
    account.close().await;
    outcome.map_err(|error| {
        ui.error(&error);
        ui.say(&format!("help: what was written is in the table `{}`; drop it before the next attempt", args.into));
        Exit::Failed
    })?;
    ui.say(&format!("the current versions from {} to {} are in `{}`", days.0, days.1, args.into));
    Ok(Exit::Success)
}

async fn run_all(
    ui: &Ui,
    gateway: &Gateway,
    statements: &[String],
    database: &str,
    workgroup: &str,
) -> Result<(), String> {
    for (number, statement) in statements.iter().enumerate() {
        let token = uuid::Uuid::new_v4().to_string();
        let started = gateway.start_query(statement, database, workgroup, &token).await;
        let id = started.map_err(|error| error.to_string())?;
        let mut pause = gateway.pace();
        let bytes = loop {
            match gateway.query_state(&id).await.map_err(|error| error.to_string())? {
                QueryState::Running => {
                    tokio::time::sleep(pause).await;
                    pause = gateway.slower(pause);
                }
                QueryState::Succeeded(bytes) => break bytes,
                QueryState::Failed(reason) => return Err(format!("Athena could not run query {id}: {reason}")),
            }
        };
        ui.say(&format!("{} of {}: {} MB read", number + 1, statements.len(), bytes / 1_000_000));
    }
    Ok(())
}

/// A table with every version.
struct Versions {
    name: String,
    database: String,
    columns: Vec<(String, String)>,
}

fn table(center: &Center, wanted: Option<&str>) -> Result<Versions, String> {
    let tables = center.model.resources.iter().filter(|(address, _)| address.kind == Kind::CatalogTable);
    let mut found = tables
        .filter(|(address, _)| wanted.is_none_or(|wanted| wanted == address.name))
        .filter_map(|(address, resource)| versions(center, address, &resource.properties));
    let first = found.next().ok_or_else(|| {
        let which = wanted.map_or_else(|| "no table".to_owned(), |wanted| format!("no table `{wanted}`"));
        format!(
            "the blueprint has {which} with the columns {} and the partitions {}",
            NEEDED.join(", "),
            PARTITIONS.join(", ")
        )
    })?;
    match found.next() {
        None => Ok(first),
        Some(second) => Err(format!(
            "`{}` and `{}` have versions of contacts; say which with --table=database.table",
            first.name, second.name
        )),
    }
}

/// The table, if it has versions of contacts.
fn versions(center: &Center, address: &Address, properties: &Properties) -> Option<Versions> {
    let (database, name) = address.name.split_once('.')?;
    let input = members(properties.get("TableInput")?)?;
    // A view has no versions, although it has their columns.
    if input.get("TableType") != Some(&"EXTERNAL_TABLE".into()) {
        return None;
    }
    let partitions = columns(input.get("PartitionKeys")?)?;
    if !partitions.iter().map(|(name, _)| name.as_str()).eq(PARTITIONS) {
        return None;
    }
    let columns = columns(members(input.get("StorageDescriptor")?)?.get("Columns")?)?;
    if !NEEDED.iter().all(|needed| columns.iter().any(|(name, _)| name == needed)) {
        return None;
    }
    let database = center.model.resources.get(&Address::new(Kind::Database, database.to_owned()))?;
    let database = text(members(database.properties.get("DatabaseInput")?)?.get("Name")?)?;
    Some(Versions { name: name.to_owned(), database, columns })
}

fn workgroup(center: &Center, wanted: Option<&str>) -> Result<String, String> {
    let all = center.model.resources.iter().filter(|(address, _)| address.kind == Kind::Workgroup);
    let mut found = all
        .filter(|(address, _)| wanted.is_none_or(|wanted| wanted == address.name))
        .filter_map(|(_, resource)| text(resource.properties.get("Name")?));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err("the blueprint has no such workgroup to run it in".to_owned()),
        (Some(_), Some(_)) => Err("the blueprint has several workgroups; say which with --workgroup".to_owned()),
    }
}

fn members(value: &Value) -> Option<&Properties> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn columns(value: &Value) -> Option<Vec<(String, String)>> {
    let Value::List(columns) = value else { return None };
    columns
        .iter()
        .map(|column| {
            let column = members(column)?;
            Some((text(column.get("Name")?)?, text(column.get("Type")?)?))
        })
        .collect()
}

/// A name that needs no quotes.
fn is_table_name(name: &str) -> bool {
    let right = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(right) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}
