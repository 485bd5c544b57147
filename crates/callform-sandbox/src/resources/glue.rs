//! `AWS::Glue::Database`, `AWS::Glue::Table` and `AWS::Glue::Crawler`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, find, forget, need, not_found, physical_name, recall, remember, tags_list, text, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::glue;

pub(super) struct Database;

/// An object property with a member set.
fn with_name(properties: &Properties, property: &str, name: &str) -> Value {
    let mut given = properties.get(property).cloned().unwrap_or_else(|| json!({}));
    given["Name"] = name.into();
    given
}

/// The name a property's `Name` gives, in lower case as the catalog keeps it, or a generated one.
fn name_in(context: &Context, properties: &Properties, property: &str) -> String {
    let given = properties.get(property).and_then(|given| given["Name"].as_str());
    given.map_or_else(|| physical_name(context, 255), str::to_owned).to_lowercase()
}

/// Members of a service's answer that a property has too.
fn members(answer: &Value, names: &[&str]) -> Value {
    let members = names.iter().filter_map(|name| {
        let value = answer.get(*name)?;
        let empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
        (!empty).then(|| ((*name).to_owned(), value.clone()))
    });
    Value::Object(members.collect())
}

impl ResourceHandler for Database {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = match text(properties, "DatabaseName") {
            Some(name) => name.to_lowercase(),
            None => name_in(context, properties, "DatabaseInput"),
        };
        let input = json!({
            "CatalogId": properties.get("CatalogId"),
            "DatabaseInput": with_name(properties, "DatabaseInput", &name),
        });
        call(context, glue::call, "CreateDatabase", input)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(answer) = find(context, glue::call, "GetDatabase", json!({ "Name": physical_id }))? else {
            return Ok(None);
        };
        let database = &answer["Database"];
        let names = ["Name", "Description", "LocationUri", "Parameters", "CreateTableDefaultPermissions"];
        let mut properties = Properties::new();
        properties.insert("CatalogId".to_owned(), database["CatalogId"].clone());
        properties.insert("DatabaseName".to_owned(), physical_id.into());
        properties.insert("DatabaseInput".to_owned(), members(database, &names));
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        let input = json!({ "Name": physical_id, "DatabaseInput": with_name(new, "DatabaseInput", physical_id) });
        call(context, glue::call, "UpdateDatabase", input).map(|_| ())
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        call(context, glue::call, "DeleteDatabase", json!({ "Name": physical_id })).map(|_| ())
    }
}

pub(super) struct Table;

const TABLE: &str = "AWS::Glue::Table";

/// Database and name of a table's physical id, `<database>|<name>`.
fn table_parts(physical_id: &str) -> HandlerResult<(&str, &str)> {
    physical_id.split_once('|').ok_or_else(|| not_found(TABLE, physical_id))
}

impl ResourceHandler for Table {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = match text(properties, "Name") {
            Some(name) => name.to_lowercase(),
            None => name_in(context, properties, "TableInput"),
        };
        let database = need(properties, "DatabaseName")?;
        let input = json!({
            "CatalogId": properties.get("CatalogId"),
            "DatabaseName": database,
            "TableInput": with_name(properties, "TableInput", &name),
        });
        call(context, glue::call, "CreateTable", input)?;
        Ok(format!("{}|{name}", database.to_lowercase()))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (database, name) = table_parts(physical_id)?;
        let key = json!({ "DatabaseName": database, "Name": name });
        let Some(answer) = find(context, glue::call, "GetTable", key)? else {
            return Ok(None);
        };
        let table = &answer["Table"];
        let names = [
            "Name",
            "Description",
            "Owner",
            "Retention",
            "StorageDescriptor",
            "PartitionKeys",
            "ViewOriginalText",
            "ViewExpandedText",
            "TableType",
            "Parameters",
            "TargetTable",
        ];
        let mut input = members(table, &names);
        // The service fills this in.
        if input["Retention"] == 0
            && let Some(input) = input.as_object_mut()
        {
            input.shift_remove("Retention");
        }
        let mut properties = Properties::new();
        properties.insert("CatalogId".to_owned(), table["CatalogId"].clone());
        properties.insert("DatabaseName".to_owned(), database.into());
        properties.insert("Name".to_owned(), name.into());
        properties.insert("TableInput".to_owned(), input);
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        let (database, name) = table_parts(physical_id)?;
        let input = json!({ "DatabaseName": database, "TableInput": with_name(new, "TableInput", name) });
        call(context, glue::call, "UpdateTable", input).map(|_| ())
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let (database, name) = table_parts(physical_id)?;
        call(context, glue::call, "DeleteTable", json!({ "DatabaseName": database, "Name": name })).map(|_| ())
    }
}

pub(super) struct Crawler;

const CRAWLER: &str = "AWS::Glue::Crawler";

/// Properties as the service takes them: a schedule is a text there.
fn crawler_input(name: &str, properties: &Properties) -> Value {
    let mut input = Value::Object(properties.clone());
    input["Name"] = name.into();
    let schedule = properties.get("Schedule").map(|schedule| schedule["ScheduleExpression"].clone());
    input["Schedule"] = schedule.unwrap_or_default();
    input
}

impl ResourceHandler for Crawler {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = text(properties, "Name").map_or_else(|| physical_name(context, 255), str::to_owned);
        call(context, glue::call, "CreateCrawler", crawler_input(&name, properties))?;
        remember(context, CRAWLER, &name, properties)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(answer) = find(context, glue::call, "GetCrawler", json!({ "Name": physical_id }))? else {
            return Ok(None);
        };
        let arn = format!(
            "arn:aws:glue:{}:{}:crawler/{physical_id}",
            context.environment.region, context.environment.account
        );
        let tags = call(context, glue::call, "GetTags", json!({ "ResourceArn": arn }))?;
        let crawler = &answer["Crawler"];
        let mut properties = recall(context, CRAWLER, physical_id)?.unwrap_or_default();
        for (name, value) in &mut properties {
            if let Some(live) = crawler.get(name)
                && name != "Schedule"
            {
                *value = live.clone();
            }
        }
        properties.insert("Name".to_owned(), physical_id.into());
        if !tags_list(&tags["Tags"]).as_array().is_none_or(Vec::is_empty) {
            properties.insert("Tags".to_owned(), tags["Tags"].clone());
        }
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        call(context, glue::call, "UpdateCrawler", crawler_input(physical_id, new))?;
        remember(context, CRAWLER, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        forget(context, CRAWLER, physical_id)?;
        call(context, glue::call, "DeleteCrawler", json!({ "Name": physical_id })).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{create, life, read, sandbox};
    use crate::handler::HandlerErrorCode;

    #[test]
    fn databases_tables_and_crawlers() {
        sandbox(|context| {
            let database = |text: &str| json!({ "CatalogId": "123456789012", "DatabaseInput": { "Name": "records", "Description": text } });
            assert_eq!(life(context, "AWS::Glue::Database", database("a"), database("b")), "records");
            create(context, "AWS::Glue::Database", database("c")).unwrap();
            let again = create(context, "AWS::Glue::Database", database("c")).unwrap_err();
            assert_eq!(again.code, HandlerErrorCode::AlreadyExists);
            let table = |kind: &str| {
                json!({
                    "CatalogId": "123456789012",
                    "DatabaseName": "records",
                    "TableInput": {
                        "Name": "contacts",
                        "TableType": "EXTERNAL_TABLE",
                        "Parameters": { "projection.enabled": "true" },
                        "PartitionKeys": [{ "Name": "day", "Type": kind }],
                        "StorageDescriptor": { "Location": "s3://bucket/contacts/", "Columns": [] },
                    },
                })
            };
            assert_eq!(life(context, "AWS::Glue::Table", table("string"), table("date")), "records|contacts");
            let mut foreign = table("date");
            foreign["DatabaseName"] = "nothing".into();
            assert_eq!(create(context, "AWS::Glue::Table", foreign).unwrap_err().code, HandlerErrorCode::NotFound);
            let crawler = |text: &str| {
                json!({
                    "Name": "contacts",
                    "Role": "arn:aws:iam::123456789012:role/crawler",
                    "DatabaseName": "records",
                    "Description": text,
                    "Targets": { "S3Targets": [{ "Path": "s3://bucket/contacts/" }] },
                    "Schedule": { "ScheduleExpression": "cron(0 1 * * ? *)" },
                })
            };
            life(context, "AWS::Glue::Crawler", crawler("a"), crawler("b"));
        });
    }

    #[test]
    fn a_database_takes_its_tables_with_it() {
        sandbox(|context| {
            let database = json!({ "CatalogId": "123456789012", "DatabaseInput": { "Name": "records" } });
            let table = json!({
                "CatalogId": "123456789012", "DatabaseName": "records", "TableInput": { "Name": "contacts" },
            });
            let id = create(context, "AWS::Glue::Database", database.clone()).unwrap();
            let table = create(context, "AWS::Glue::Table", table).unwrap();
            assert_eq!(read(context, "AWS::Glue::Table", &table)["TableInput"], json!({ "Name": "contacts" }));
            super::super::tests::of("AWS::Glue::Database").delete(context, &id).unwrap();
            create(context, "AWS::Glue::Database", database).unwrap();
            assert_eq!(super::super::tests::of("AWS::Glue::Table").read(context, &table).unwrap(), None);
        });
    }
}
