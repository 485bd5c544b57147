//! `AWS::Athena::WorkGroup` and `AWS::Athena::NamedQuery`.

use serde_json::{Map, Value, json};

use crate::handler::properties::{
    call, flag, forget, list, name_or_generated, not_found, recall, remember, tag_changes, text, without_empty,
};
use crate::handler::{Context, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};
use crate::services::athena;

/// Calls Athena about something that may not be there: its error for that is one of a wrong request.
fn find(context: &Context, operation: &str, input: Value) -> HandlerResult<Option<Value>> {
    match call(context, athena::call, operation, input) {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.message.contains("is not found") => Ok(None),
        Err(error) => Err(error),
    }
}

/// An operation on something that has to be there.
fn must(context: &Context, type_name: &str, id: &str, operation: &str, input: Value) -> HandlerResult<Value> {
    find(context, operation, input)?.ok_or_else(|| not_found(type_name, id))
}

pub(super) struct WorkGroup;

const WORKGROUP: &str = "AWS::Athena::WorkGroup";

fn arn(context: &Context, name: &str) -> String {
    format!("arn:aws:athena:{}:{}:workgroup/{name}", context.environment.region, context.environment.account)
}

/// Every member of the new configuration is set, every member of the old one that the new one lacks is removed.
fn updates(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let mut updates = Map::new();
    for (member, value) in new {
        if member == "ResultConfiguration" {
            let empty = Map::new();
            let of = |parent: &Map<String, Value>| parent.get(member).and_then(Value::as_object).cloned();
            let result = self::updates(&of(old).unwrap_or_default(), value.as_object().unwrap_or(&empty));
            updates.insert("ResultConfigurationUpdates".to_owned(), result.into());
        } else {
            updates.insert(member.clone(), value.clone());
        }
    }
    for gone in old.keys().filter(|member| !new.contains_key(*member)) {
        updates.insert(format!("Remove{gone}"), true.into());
    }
    updates
}

/// A configuration without what the service filled in and the template did not ask for.
fn asked_for(mut live: Map<String, Value>) -> Map<String, Value> {
    if let Some(engine) = live.get_mut("EngineVersion").and_then(Value::as_object_mut) {
        engine.shift_remove("EffectiveEngineVersion");
    }
    without_empty(live)
}

impl ResourceHandler for WorkGroup {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "Name", 128);
        let input = json!({
            "Name": name,
            "Configuration": properties.get("WorkGroupConfiguration").cloned().unwrap_or_else(|| json!({})),
            "Description": properties.get("Description"),
            "Tags": list(properties, "Tags"),
        });
        call(context, athena::call, "CreateWorkGroup", input).map_err(|mut error| {
            if error.message.contains("already created") {
                error.code = HandlerErrorCode::AlreadyExists;
            }
            error
        })?;
        remember(context, WORKGROUP, &name, properties)?;
        if let Some(state) = text(properties, "State") {
            call(context, athena::call, "UpdateWorkGroup", json!({ "WorkGroup": name, "State": state }))?;
        }
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(answer) = find(context, "GetWorkGroup", json!({ "WorkGroup": physical_id }))? else {
            return Ok(None);
        };
        let workgroup = &answer["WorkGroup"];
        let tags =
            call(context, athena::call, "ListTagsForResource", json!({ "ResourceARN": arn(context, physical_id) }))?;
        let configuration = workgroup["Configuration"].as_object().cloned().unwrap_or_default();
        let mut properties = Properties::new();
        for member in ["Name", "State", "Description"] {
            properties.insert(member.to_owned(), workgroup[member].clone());
        }
        properties.insert("WorkGroupConfiguration".to_owned(), asked_for(configuration).into());
        properties.insert("CreationTime".to_owned(), workgroup["CreationTime"].to_string().into());
        properties.insert("Tags".to_owned(), tags["Tags"].clone());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let configuration = |properties: &Properties| {
            properties.get("WorkGroupConfiguration").and_then(Value::as_object).cloned().unwrap_or_default()
        };
        let input = json!({
            "WorkGroup": physical_id,
            "Description": text(new, "Description").unwrap_or_default(),
            "State": text(new, "State").unwrap_or("ENABLED"),
            "ConfigurationUpdates": updates(&configuration(old), &configuration(new)),
        });
        must(context, WORKGROUP, physical_id, "UpdateWorkGroup", input)?;
        let (set, removed) = tag_changes(old, new, "Tags");
        let resource = arn(context, physical_id);
        call(context, athena::call, "UntagResource", json!({ "ResourceARN": resource, "TagKeys": removed }))?;
        call(context, athena::call, "TagResource", json!({ "ResourceARN": resource, "Tags": set }))?;
        remember(context, WORKGROUP, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let properties = recall(context, WORKGROUP, physical_id)?.unwrap_or_default();
        let recursive = properties.get("RecursiveDeleteOption").is_some_and(flag);
        let input = json!({ "WorkGroup": physical_id, "RecursiveDeleteOption": recursive });
        must(context, WORKGROUP, physical_id, "DeleteWorkGroup", input)?;
        forget(context, WORKGROUP, physical_id).map(|_| ())
    }
}

pub(super) struct NamedQuery;

const NAMED_QUERY: &str = "AWS::Athena::NamedQuery";

impl ResourceHandler for NamedQuery {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let mut input = Value::Object(properties.clone());
        input["Name"] = name_or_generated(context, properties, "Name", 128).into();
        input["ClientRequestToken"] = format!("{}/{}", context.token, context.logical_id).into();
        let answer = call(context, athena::call, "CreateNamedQuery", input)?;
        Ok(answer["NamedQueryId"].as_str().unwrap_or_default().to_owned())
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let found = find(context, "GetNamedQuery", json!({ "NamedQueryId": physical_id }))?;
        Ok(found.and_then(|answer| answer["NamedQuery"].as_object().cloned()))
    }

    fn update(&self, _: &Context, _: &str, _: &Properties, _: &Properties) -> HandlerResult<()> {
        Err(crate::handler::HandlerError {
            code: HandlerErrorCode::NotUpdatable,
            message: format!("Resource type {NAMED_QUERY} cannot be updated."),
        })
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        must(context, NAMED_QUERY, physical_id, "DeleteNamedQuery", json!({ "NamedQueryId": physical_id })).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{create, life, of, read, sandbox};
    use crate::handler::HandlerErrorCode;

    #[test]
    fn workgroups() {
        sandbox(|context| {
            let first = json!({
                "Name": "records",
                "State": "ENABLED",
                "Description": "a",
                "WorkGroupConfiguration": {
                    "EnforceWorkGroupConfiguration": true,
                    "PublishCloudWatchMetricsEnabled": true,
                    "RequesterPaysEnabled": false,
                    "BytesScannedCutoffPerQuery": 10_000_000,
                    "EngineVersion": { "SelectedEngineVersion": "AUTO" },
                    "ResultConfiguration": {
                        "OutputLocation": "s3://bucket/results/",
                        "EncryptionConfiguration": { "EncryptionOption": "SSE_S3" },
                    },
                },
                "Tags": [{ "Key": "a", "Value": "1" }],
            });
            let mut second = first.clone();
            second["WorkGroupConfiguration"] = json!({
                "EnforceWorkGroupConfiguration": false,
                "PublishCloudWatchMetricsEnabled": true,
                "RequesterPaysEnabled": false,
                "EngineVersion": { "SelectedEngineVersion": "AUTO" },
                "ResultConfiguration": { "OutputLocation": "s3://bucket/other/" },
            });
            second["Tags"] = json!([{ "Key": "b", "Value": "2" }]);
            life(context, "AWS::Athena::WorkGroup", first.clone(), second);
            let mut cheap = first;
            cheap["WorkGroupConfiguration"]["BytesScannedCutoffPerQuery"] = 1.into();
            let refused = create(context, "AWS::Athena::WorkGroup", cheap).unwrap_err();
            assert_eq!(refused.code, HandlerErrorCode::InvalidRequest);
        });
    }

    #[test]
    fn named_queries_keep_their_workgroup() {
        sandbox(|context| {
            let workgroup = create(context, "AWS::Athena::WorkGroup", json!({ "Name": "w" })).unwrap();
            let query = json!({ "Name": "q", "Database": "d", "QueryString": "SELECT 1", "WorkGroup": "w" });
            let id = create(context, "AWS::Athena::NamedQuery", query.clone()).unwrap();
            // A step that is repeated makes no second query.
            assert_eq!(create(context, "AWS::Athena::NamedQuery", query).unwrap(), id);
            assert_eq!(read(context, "AWS::Athena::NamedQuery", &id)["QueryString"], "SELECT 1");
            assert!(
                of("AWS::Athena::WorkGroup").delete(context, &workgroup).unwrap_err().message.contains("not empty")
            );
            of("AWS::Athena::NamedQuery").delete(context, &id).unwrap();
            of("AWS::Athena::WorkGroup").delete(context, &workgroup).unwrap();
            assert_eq!(of("AWS::Athena::NamedQuery").read(context, &id).unwrap(), None);
        });
    }
}
