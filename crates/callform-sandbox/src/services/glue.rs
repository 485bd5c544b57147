//! AWS Glue: databases, tables and crawlers of the Data Catalog, stored; nothing crawls.

use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

const DATABASES: &str = "glue/database";
const TABLES: &str = "glue/table";
const CRAWLERS: &str = "glue/crawler";

/// Members of a `DatabaseInput`.
const DATABASE_MEMBERS: [&str; 5] =
    ["Description", "LocationUri", "Parameters", "CreateTableDefaultPermissions", "TargetDatabase"];
/// Members of a `TableInput`.
const TABLE_MEMBERS: [&str; 12] = [
    "Description",
    "Owner",
    "LastAccessTime",
    "LastAnalyzedTime",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
    "TargetTable",
];
/// Members of a crawler that clients set.
const CRAWLER_MEMBERS: [&str; 12] = [
    "Role",
    "DatabaseName",
    "Description",
    "Targets",
    "Classifiers",
    "TablePrefix",
    "SchemaChangePolicy",
    "RecrawlPolicy",
    "LineageConfiguration",
    "LakeFormationConfiguration",
    "Configuration",
    "CrawlerSecurityConfiguration",
];

/// The service.
pub(crate) static SERVICE: Service = service("Glue", "InvalidInputException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateDatabase", database),
    operation("UpdateDatabase", database),
    operation("GetDatabase", database),
    operation("GetDatabases", database),
    operation("DeleteDatabase", database),
    operation("CreateTable", table),
    operation("UpdateTable", table),
    operation("GetTable", table),
    operation("GetTables", table),
    operation("DeleteTable", table),
    operation("CreateCrawler", crawler),
    operation("UpdateCrawler", crawler),
    operation("GetCrawler", crawler),
    operation("GetCrawlers", crawler),
    operation("ListCrawlers", crawler),
    operation("DeleteCrawler", crawler),
    operation("TagResource", tag),
    operation("UntagResource", tag),
    operation("GetTags", tag),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    if input.get("CatalogId").and_then(Value::as_str).is_some_and(|catalog| catalog != environment.account) {
        return Err(not_found("Catalog not found."));
    }
    SERVICE.call(environment, operation, input)
}

fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "EntityNotFoundException", message)
}

fn exists(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "AlreadyExistsException", message)
}

/// The catalog knows lower-case names only, as Hive does.
fn name_of(input: &Input, member: &str) -> Result<String, AwsError> {
    let name = input.need(member)?.to_lowercase();
    if name.len() > 255 {
        return Err(input.wrong(format!("{member} must have at most 255 characters.")));
    }
    Ok(name)
}

/// One page of a list under a member.
fn list(input: &Input, member: &str, entries: Vec<Value>) -> Value {
    let size = usize::try_from(input.number("MaxResults").unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let (entries, next) = page(entries, input.text("NextToken"), size);
    let mut answer = json!({ member: entries });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    answer
}

fn without_tags(mut document: Map<String, Value>) -> Value {
    document.remove("Tags");
    document.into()
}

fn load_database(environment: &Environment, name: &str) -> Result<Map<String, Value>, AwsError> {
    let found = environment.tx.get(DATABASES, environment.region, name)?;
    found.ok_or_else(|| not_found(format!("Database {name} not found.")))
}

fn database(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let region = environment.region;
    match operation {
        "GetDatabases" => {
            let databases = environment.tx.list::<Map<String, Value>>(DATABASES, region)?;
            Ok(list(input, "DatabaseList", databases.into_iter().map(|(_, found)| without_tags(found)).collect()))
        }
        "GetDatabase" => {
            let found = load_database(environment, &name_of(input, "Name")?)?;
            Ok(json!({ "Database": without_tags(found) }))
        }
        "DeleteDatabase" => {
            let name = name_of(input, "Name")?;
            load_database(environment, &name)?;
            environment.tx.delete(DATABASES, region, &name)?;
            // Its tables go with it.
            environment.tx.delete_all(TABLES, &format!("{region}/{name}"))?;
            Ok(json!({}))
        }
        "CreateDatabase" | "UpdateDatabase" => {
            let given = input.object("DatabaseInput");
            let given = Input::new(&given, "InvalidInputException");
            let new_name = name_of(&given, "Name")?;
            let mut stored = if operation == "CreateDatabase" {
                if load_database(environment, &new_name).is_ok() {
                    return Err(exists("Database already exists."));
                }
                let mut new = Map::new();
                new.insert("CreateTime".to_owned(), epoch_seconds(environment.now).into());
                tags::add(&mut new, tags::from_object(&input.object("Tags")));
                new
            } else {
                let name = name_of(input, "Name")?;
                if name != new_name {
                    return Err(input.wrong("A database cannot be renamed."));
                }
                load_database(environment, &name)?
            };
            stored.insert("Name".to_owned(), new_name.clone().into());
            stored.insert("CatalogId".to_owned(), environment.account.into());
            replace(&given, &DATABASE_MEMBERS, &mut stored);
            environment.tx.put(DATABASES, region, &new_name, None, &stored)?;
            Ok(json!({}))
        }
        _ => Err(AwsError::unsupported("Glue", operation)),
    }
}

/// An update gives all members: those that are not given are gone.
fn replace(given: &Input, members: &[&str], stored: &mut Map<String, Value>) {
    for member in members {
        stored.remove(*member);
    }
    given.copy(members, stored);
}

fn table(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let database = name_of(input, "DatabaseName")?;
    load_database(environment, &database)?;
    let scope = format!("{}/{database}", environment.region);
    let load = |name: &str| -> Result<Map<String, Value>, AwsError> {
        environment.tx.get(TABLES, &scope, name)?.ok_or_else(|| not_found(format!("Table {name} not found.")))
    };
    match operation {
        "GetTables" => {
            let wanted = input.text("Expression").map(|expression| regex::Regex::new(&format!("^(?:{expression})$")));
            let wanted = wanted.transpose().map_err(|_| input.wrong("Expression is no regular expression."))?;
            let tables = environment.tx.list::<Value>(TABLES, &scope)?;
            let tables = tables.into_iter().filter(|(name, _)| wanted.as_ref().is_none_or(|it| it.is_match(name)));
            Ok(list(input, "TableList", tables.map(|(_, table)| table).collect()))
        }
        "GetTable" => Ok(json!({ "Table": load(&name_of(input, "Name")?)? })),
        "DeleteTable" => {
            let name = name_of(input, "Name")?;
            load(&name)?;
            environment.tx.delete(TABLES, &scope, &name)?;
            Ok(json!({}))
        }
        "CreateTable" | "UpdateTable" => {
            let given = input.object("TableInput");
            let given = Input::new(&given, "InvalidInputException");
            let name = name_of(&given, "Name")?;
            let mut stored = match (operation, load(&name)) {
                ("CreateTable", Ok(_)) => return Err(exists("Table already exists.")),
                ("CreateTable", Err(_)) => {
                    let mut new = Map::new();
                    new.insert("CreateTime".to_owned(), epoch_seconds(environment.now).into());
                    new.insert("VersionId".to_owned(), "0".into());
                    new.insert("IsRegisteredWithLakeFormation".to_owned(), false.into());
                    new
                }
                (_, found) => next_version(found?),
            };
            stored.insert("Name".to_owned(), name.clone().into());
            stored.insert("DatabaseName".to_owned(), database.into());
            stored.insert("CatalogId".to_owned(), environment.account.into());
            stored.insert("UpdateTime".to_owned(), epoch_seconds(environment.now).into());
            replace(&given, &TABLE_MEMBERS, &mut stored);
            stored.entry("Retention").or_insert_with(|| 0.into());
            environment.tx.put(TABLES, &scope, &name, None, &stored)?;
            Ok(json!({}))
        }
        _ => Err(AwsError::unsupported("Glue", operation)),
    }
}

fn next_version(mut table: Map<String, Value>) -> Map<String, Value> {
    let version = table.get("VersionId").and_then(Value::as_str).and_then(|text| text.parse::<u64>().ok());
    table.insert("VersionId".to_owned(), (version.unwrap_or_default() + 1).to_string().into());
    table
}

fn load_crawler(environment: &Environment, name: &str) -> Result<Map<String, Value>, AwsError> {
    let found = environment.tx.get(CRAWLERS, environment.region, name)?;
    found.ok_or_else(|| not_found(format!("Crawler with name {name} does not exist")))
}

fn crawler(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let region = environment.region;
    match operation {
        "GetCrawlers" => {
            let crawlers = environment.tx.list::<Map<String, Value>>(CRAWLERS, region)?;
            Ok(list(input, "Crawlers", crawlers.into_iter().map(|(_, found)| without_tags(found)).collect()))
        }
        "ListCrawlers" => {
            let crawlers = environment.tx.list::<Value>(CRAWLERS, region)?;
            Ok(list(input, "CrawlerNames", crawlers.into_iter().map(|(name, _)| name.into()).collect()))
        }
        "GetCrawler" => Ok(json!({ "Crawler": without_tags(load_crawler(environment, input.need("Name")?)?) })),
        "DeleteCrawler" => {
            let name = input.need("Name")?;
            load_crawler(environment, name)?;
            environment.tx.delete(CRAWLERS, region, name)?;
            Ok(json!({}))
        }
        "CreateCrawler" | "UpdateCrawler" => {
            let name = input.need("Name")?;
            let mut stored = match (operation, load_crawler(environment, name)) {
                ("CreateCrawler", Ok(_)) => return Err(exists(format!("Crawler with name {name} already exists"))),
                ("CreateCrawler", Err(_)) => {
                    input.need("Role")?;
                    let mut new = Map::new();
                    new.insert("Name".to_owned(), name.into());
                    new.insert("State".to_owned(), "READY".into());
                    new.insert("CreationTime".to_owned(), epoch_seconds(environment.now).into());
                    tags::add(&mut new, tags::from_object(&input.object("Tags")));
                    new
                }
                (_, found) => found?,
            };
            input.copy(&CRAWLER_MEMBERS, &mut stored);
            if let Some(schedule) = input.text("Schedule") {
                let described = json!({ "ScheduleExpression": schedule, "State": "SCHEDULED" });
                stored.insert("Schedule".to_owned(), described);
            }
            stored.insert("LastUpdated".to_owned(), epoch_seconds(environment.now).into());
            environment.tx.put(CRAWLERS, region, name, None, &stored)?;
            Ok(json!({}))
        }
        _ => Err(AwsError::unsupported("Glue", operation)),
    }
}

/// Tags of databases and crawlers: `arn:aws:glue:<region>:<account>:<kind>/<name>`.
fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let arn = input.need("ResourceArn")?;
    let resource = arn.rsplit(':').next().unwrap_or_default();
    let (kind, name) = match resource.split_once('/') {
        Some(("database", name)) => (DATABASES, name),
        Some(("crawler", name)) => (CRAWLERS, name),
        _ => return Err(input.wrong(format!("{arn} names nothing that has tags."))),
    };
    let found = environment.tx.get::<Map<String, Value>>(kind, environment.region, name)?;
    let mut found = found.ok_or_else(|| not_found(format!("{arn} not found")))?;
    match operation {
        "GetTags" => return Ok(json!({ "Tags": tags::stored(&found) })),
        "TagResource" => tags::add(&mut found, tags::from_object(&input.object("TagsToAdd"))),
        "UntagResource" => tags::remove(&mut found, &input.texts("TagsToRemove")),
        _ => return Err(AwsError::unsupported("Glue", operation)),
    }
    environment.tx.put(kind, environment.region, name, None, &found)?;
    Ok(json!({}))
}
