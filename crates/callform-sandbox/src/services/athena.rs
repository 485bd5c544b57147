//! Amazon Athena: workgroups and named queries, stored; no query runs.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::table::{Operation, Service, operation, service};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object, page};
use crate::tags;

const WORKGROUPS: &str = "athena/workgroup";
const QUERIES: &str = "athena/query";
/// The workgroup every account has.
const PRIMARY: &str = "primary";

/// The service.
pub(crate) static SERVICE: Service = service("Athena", "InvalidRequestException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateWorkGroup", create_workgroup),
    operation("GetWorkGroup", get_workgroup),
    operation("ListWorkGroups", list_workgroups),
    operation("UpdateWorkGroup", update_workgroup),
    operation("DeleteWorkGroup", delete_workgroup),
    operation("CreateNamedQuery", create_query),
    operation("GetNamedQuery", get_query),
    operation("BatchGetNamedQuery", get_queries),
    operation("ListNamedQueries", list_queries),
    operation("UpdateNamedQuery", update_query),
    operation("DeleteNamedQuery", delete_query),
    operation("TagResource", tag),
    operation("UntagResource", tag),
    operation("ListTagsForResource", tag),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn get_workgroup(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({ "WorkGroup": described(load(environment, input)?) }))
}

fn get_query(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({ "NamedQuery": query(environment, input, input.need("NamedQueryId")?)? }))
}

fn get_queries(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let ids = input.texts("NamedQueryIds");
    if ids.is_empty() || ids.len() > 50 {
        return Err(input.wrong("NamedQueryIds must have 1 to 50 entries."));
    }
    let found: Vec<_> = ids.iter().map(|id| (id, query(environment, input, id))).collect();
    let missing = found.iter().filter(|(_, query)| query.is_err());
    let missing: Vec<_> = missing.map(|(id, _)| json!({ "NamedQueryId": id })).collect();
    let queries: Vec<_> = found.into_iter().filter_map(|(_, query)| query.ok()).collect();
    Ok(json!({ "NamedQueries": queries, "UnprocessedNamedQueryIds": missing }))
}

fn update_query(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.need("NamedQueryId")?;
    let mut stored = query(environment, input, id)?;
    input.copy(&["Name", "Description", "QueryString"], &mut stored);
    environment.tx.put(QUERIES, environment.region, id, None, &stored)?;
    Ok(json!({}))
}

fn delete_query(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.need("NamedQueryId")?;
    query(environment, input, id)?;
    environment.tx.delete(QUERIES, environment.region, id)?;
    Ok(json!({}))
}

fn find(environment: &Environment, name: &str) -> Result<Option<Map<String, Value>>, AwsError> {
    let found = environment.tx.get(WORKGROUPS, environment.region, name)?;
    let primary = || {
        object(json!({
            "Name": PRIMARY,
            "State": "ENABLED",
            "Configuration": configuration(Map::new()),
            "CreationTime": 0,
        }))
    };
    Ok(found.or_else(|| (name == PRIMARY).then(primary)))
}

fn load(environment: &Environment, input: &Input) -> Result<Map<String, Value>, AwsError> {
    find(environment, input.need("WorkGroup")?)?.ok_or_else(|| input.wrong("WorkGroup is not found."))
}

fn save(environment: &Environment, workgroup: &Map<String, Value>) -> Result<(), AwsError> {
    let name = workgroup.get("Name").and_then(Value::as_str).unwrap_or_default();
    environment.tx.put(WORKGROUPS, environment.region, name, None, workgroup)
}

fn described(mut workgroup: Map<String, Value>) -> Value {
    workgroup.remove("Tags");
    workgroup.into()
}

/// A configuration with what the service fills in.
fn configuration(mut given: Map<String, Value>) -> Map<String, Value> {
    for (member, value) in [
        ("EnforceWorkGroupConfiguration", true),
        ("PublishCloudWatchMetricsEnabled", true),
        ("RequesterPaysEnabled", false),
    ] {
        given.entry(member).or_insert_with(|| value.into());
    }
    given.entry("ResultConfiguration").or_insert_with(|| json!({}));
    let engine = given.entry("EngineVersion").or_insert_with(|| json!({ "SelectedEngineVersion": "AUTO" }));
    engine["EffectiveEngineVersion"] = "Athena engine version 3".into();
    given
}

fn check(input: &Input, configuration: &Map<String, Value>) -> Result<(), AwsError> {
    let limit = configuration.get("BytesScannedCutoffPerQuery").and_then(Value::as_i64);
    if limit.is_some_and(|limit| limit < 10_000_000) {
        return Err(input.wrong("BytesScannedCutoffPerQuery must be at least 10000000."));
    }
    let location = configuration.get("ResultConfiguration").and_then(|result| result["OutputLocation"].as_str());
    if location.is_some_and(|location| !location.starts_with("s3://")) {
        return Err(input.wrong("OutputLocation is not a valid S3 path."));
    }
    Ok(())
}

fn create_workgroup(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.len() > 128 || !name.bytes().all(right) {
        return Err(input.wrong("The name of a workgroup has 1 to 128 letters, digits, dots, hyphens and underscores."));
    }
    if find(environment, name)?.is_some() {
        return Err(input.wrong("WorkGroup is already created"));
    }
    let configuration = configuration(input.object("Configuration"));
    check(input, &configuration)?;
    let mut workgroup = object(json!({
        "Name": name,
        "State": "ENABLED",
        "Configuration": configuration,
        "CreationTime": epoch_seconds(environment.now),
    }));
    input.copy(&["Description"], &mut workgroup);
    tags::add(&mut workgroup, tags::from_list(input.list("Tags")));
    save(environment, &workgroup)?;
    Ok(json!({}))
}

fn list_workgroups(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut workgroups = environment.tx.list::<Map<String, Value>>(WORKGROUPS, environment.region)?;
    if workgroups.iter().all(|(name, _)| name != PRIMARY) {
        workgroups.extend(find(environment, PRIMARY)?.map(|primary| (PRIMARY.to_owned(), primary)));
    }
    let summaries = workgroups.into_iter().map(|(_, workgroup)| {
        let mut summary = Map::new();
        Input::new(&workgroup, "").copy(&["Name", "State", "Description", "CreationTime"], &mut summary);
        let engine = workgroup.get("Configuration").and_then(|configuration| configuration.get("EngineVersion"));
        summary.extend(engine.map(|engine| ("EngineVersion".to_owned(), engine.clone())));
        Value::Object(summary)
    });
    let size = usize::try_from(input.number("MaxResults").unwrap_or(50)).unwrap_or(50).clamp(1, 50);
    let (page, next) = page(summaries.collect(), input.text("NextToken"), size);
    let mut answer = json!({ "WorkGroups": page });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

/// Members of `ConfigurationUpdates` take the place of those of the configuration; `Remove…: true` takes one away.
fn apply_updates(target: &mut Map<String, Value>, updates: &Map<String, Value>) {
    for (member, value) in updates {
        if let Some(removed) = member.strip_prefix("Remove") {
            if value == true {
                target.remove(removed);
            }
        } else if member == "ResultConfigurationUpdates" {
            let result = target.entry("ResultConfiguration").or_insert_with(|| json!({}));
            if let (Some(result), Some(updates)) = (result.as_object_mut(), value.as_object()) {
                apply_updates(result, updates);
            }
        } else if !value.is_null() {
            target.insert(member.clone(), value.clone());
        }
    }
}

fn update_workgroup(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut workgroup = load(environment, input)?;
    input.copy(&["Description", "State"], &mut workgroup);
    let stored = workgroup.get("Configuration").and_then(Value::as_object).cloned();
    let mut stored = stored.unwrap_or_default();
    apply_updates(&mut stored, &input.object("ConfigurationUpdates"));
    let stored = configuration(stored);
    check(input, &stored)?;
    workgroup.insert("Configuration".to_owned(), stored.into());
    save(environment, &workgroup)?;
    Ok(json!({}))
}

fn delete_workgroup(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("WorkGroup")?;
    load(environment, input)?;
    if name == PRIMARY {
        return Err(input.wrong("The primary workgroup cannot be deleted."));
    }
    let queries = queries_of(environment, name)?;
    if !queries.is_empty() && !input.flag("RecursiveDeleteOption") {
        return Err(input.wrong(format!("WorkGroup {name} is not empty")));
    }
    for id in queries {
        environment.tx.delete(QUERIES, environment.region, &id)?;
    }
    environment.tx.delete(WORKGROUPS, environment.region, name)?;
    Ok(json!({}))
}

fn queries_of(environment: &Environment, workgroup: &str) -> Result<Vec<String>, AwsError> {
    let queries = environment.tx.list::<Value>(QUERIES, environment.region)?;
    Ok(queries.into_iter().filter(|(_, query)| query["WorkGroup"] == workgroup).map(|(id, _)| id).collect())
}

fn query(environment: &Environment, input: &Input, id: &str) -> Result<Map<String, Value>, AwsError> {
    let found = environment.tx.get(QUERIES, environment.region, id)?;
    found.ok_or_else(|| input.wrong(format!("NamedQuery {id} is not found.")))
}

fn create_query(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    for member in ["Name", "Database", "QueryString"] {
        input.need(member)?;
    }
    let workgroup = input.text("WorkGroup").unwrap_or(PRIMARY);
    find(environment, workgroup)?.ok_or_else(|| input.wrong("WorkGroup is not found."))?;
    // A token names one query, however often it is sent.
    let id = match input.text("ClientRequestToken") {
        Some(token) => Uuid::new_v5(&Uuid::NAMESPACE_OID, token.as_bytes()).to_string(),
        None => Uuid::new_v4().to_string(),
    };
    let mut stored = object(json!({ "NamedQueryId": id, "WorkGroup": workgroup }));
    input.copy(&["Name", "Description", "Database", "QueryString"], &mut stored);
    environment.tx.put(QUERIES, environment.region, &id, None, &stored)?;
    Ok(json!({ "NamedQueryId": id }))
}

fn list_queries(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let ids = queries_of(environment, input.text("WorkGroup").unwrap_or(PRIMARY))?;
    let size = usize::try_from(input.number("MaxResults").unwrap_or(50)).unwrap_or(50).clamp(1, 50);
    let (ids, next) = page(ids.into_iter().map(Value::from).collect(), input.text("NextToken"), size);
    let mut answer = json!({ "NamedQueryIds": ids });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

/// Tags of workgroups: `arn:aws:athena:<region>:<account>:workgroup/<name>`.
fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let arn = input.need("ResourceARN")?;
    let name = arn.rsplit_once("workgroup/").map_or("", |(_, name)| name);
    let found = find(environment, name)?;
    let mut found = found.ok_or_else(|| {
        AwsError::new(400, "ResourceNotFoundException", format!("{arn} not found")).with("ResourceName", arn)
    })?;
    match operation {
        "ListTagsForResource" => return Ok(json!({ "Tags": tags::to_list(&tags::stored(&found)) })),
        "TagResource" => tags::add(&mut found, tags::from_list(input.list("Tags"))),
        "UntagResource" => tags::remove(&mut found, &input.texts("TagKeys")),
        _ => return Err(AwsError::unsupported("Athena", operation)),
    }
    save(environment, &found)?;
    Ok(json!({}))
}
