//! Amazon DynamoDB and DynamoDB Streams: the dynoxide engine on `dynamodb.db` in the folder.
//!
//! The engine knows neither account nor region; its ARNs are translated. What it does not keep (point-in-time recovery)
//! is a document in the store. That document is also what makes a table exist for good: the engine's file is not part
//! of the store's transaction, so a table without a document is what an interrupted request left behind, and the next
//! `CreateTable` of that name replaces it. Tables of all regions share one namespace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dynoxide::{Database, DynoxideError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;

const KIND: &str = "dynamodb/table";
const ENGINE_ARN: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// What the engine does not keep of a table.
#[derive(Default, Serialize, Deserialize)]
struct Settings {
    point_in_time_recovery: bool,
    recovery_days: i64,
    enabled_at: f64,
    /// `SSESpecification` of the last `UpdateTable` that had one.
    encryption: Option<Value>,
}

/// Open engines by file: an engine holds the tokens of idempotent transactions, and opening one costs milliseconds.
static OPEN: Mutex<BTreeMap<PathBuf, Database>> = Mutex::new(BTreeMap::new());

fn database(folder: &Path) -> Result<Database, AwsError> {
    let file = folder.join("dynamodb.db");
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(database) = open.get(&file) {
        return Ok(database.clone());
    }
    crate::private::database(&file).map_err(|error| crate::error::own_file(&file, &error))?;
    let database = Database::new(&file.to_string_lossy()).map_err(|error| failure(&error))?;
    open.insert(file, database.clone());
    Ok(database)
}

/// Closes the engine of a folder that is about to be emptied.
pub(crate) fn close(folder: &Path) {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&folder.join("dynamodb.db"));
}

/// The engine's error as the service's: it knows the wire form of each.
fn failure(error: &DynoxideError) -> AwsError {
    let body: Map<String, Value> = serde_json::from_str(&error.to_json()).unwrap_or_default();
    let code = error.error_type().rsplit('#').next().unwrap_or_default();
    let mut failure = AwsError::new(error.status_code(), code, error.to_string());
    failure.members = body.into_iter().filter(|(name, _)| name != "__type" && name != "message").collect();
    failure
}

/// Carries out an operation of DynamoDB or DynamoDB Streams.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let mut input = input.clone();
    let own = format!("arn:aws:dynamodb:{}:{}:", environment.region, environment.account);
    for name in ["TableName", "ResourceArn", "StreamArn"] {
        if let Some(Value::String(text)) = input.get_mut(name)
            && let Some(rest) = text.strip_prefix(&own)
        {
            *text = match rest.strip_prefix("table/") {
                Some(table) if name == "TableName" => table.to_owned(),
                _ => format!("{ENGINE_ARN}{rest}"),
            };
        }
    }
    let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let database = database(environment.folder)?;
    match operation {
        "CreateTable" if environment.tx.get::<Settings>(KIND, "", &table)?.is_none() => {
            drop_leftover(&database, &table);
        }
        "DescribeContinuousBackups" | "UpdateContinuousBackups" => {
            return continuous_backups(environment, &database, operation, &table, &input);
        }
        "UpdateTable" => update_encryption(environment, &database, &table, &mut input)?,
        _ => {}
    }
    let only_encryption = operation == "UpdateTable" && input.keys().eq(["TableName"]);
    let mut answer = if only_encryption {
        let mut answer = run(&database, "DescribeTable", input)?;
        json!({ "TableDescription": answer["Table"].take() })
    } else {
        run(&database, operation, input)?
    };
    match operation {
        "CreateTable" => environment.tx.put(KIND, "", &table, None, &Settings::default())?,
        "DeleteTable" => {
            environment.tx.delete(KIND, "", &table)?;
        }
        // Data is the client's own; only descriptions hold the engine's ARNs.
        "DescribeTable" | "UpdateTable" | "ListStreams" | "DescribeStream" => {}
        _ => return Ok(answer),
    }
    describe_encryption(environment, &table, &mut answer)?;
    translate(&mut answer, &own);
    Ok(answer)
}

/// The engine takes encryption at creation only; later changes are kept here.
fn update_encryption(
    environment: &Environment,
    database: &Database,
    table: &str,
    input: &mut Map<String, Value>,
) -> Result<(), AwsError> {
    let Some(encryption) = input.shift_remove("SSESpecification") else {
        return Ok(());
    };
    run(database, "DescribeTable", object(json!({ "TableName": table })))?;
    let mut settings = environment.tx.get::<Settings>(KIND, "", table)?.unwrap_or_default();
    settings.encryption = Some(encryption);
    environment.tx.put(KIND, "", table, None, &settings)
}

fn describe_encryption(environment: &Environment, table: &str, answer: &mut Value) -> Result<(), AwsError> {
    let settings = environment.tx.get::<Settings>(KIND, "", table)?;
    let Some(encryption) = settings.and_then(|settings| settings.encryption) else {
        return Ok(());
    };
    for member in ["Table", "TableDescription"] {
        let Some(description) = answer.get_mut(member).and_then(Value::as_object_mut) else { continue };
        description.shift_remove("SSEDescription");
        if encryption["Enabled"] == true {
            let key = encryption["KMSMasterKeyId"].as_str().unwrap_or("alias/aws/dynamodb");
            let key = if key.starts_with("arn:") {
                key.to_owned()
            } else {
                format!("arn:aws:kms:{}:{}:key/{key}", environment.region, environment.account)
            };
            let described = json!({ "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key });
            description.insert("SSEDescription".to_owned(), described);
        }
    }
    Ok(())
}

/// Removes what an interrupted request left behind, where there is anything.
fn drop_leftover(database: &Database, table: &str) {
    let unprotect = object(json!({ "TableName": table, "DeletionProtectionEnabled": false }));
    if run(database, "DescribeTable", object(json!({ "TableName": table }))).is_ok() {
        // Fails where the table was not protected, which is as good.
        run(database, "UpdateTable", unprotect).unwrap_or_default();
        run(database, "DeleteTable", object(json!({ "TableName": table }))).unwrap_or_default();
    }
}

fn object(value: Value) -> Map<String, Value> {
    crate::input::object(value)
}

fn translate(value: &mut Value, own: &str) {
    match value {
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix(ENGINE_ARN) {
                *text = format!("{own}{rest}");
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| translate(entry, own)),
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| translate(member, own)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn read<T: DeserializeOwned>(input: Map<String, Value>) -> Result<T, AwsError> {
    // Through text, because the engine's readers mark their errors for text.
    serde_json::from_str(&Value::Object(input).to_string()).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let message = message.trim_start_matches("VALIDATION_REQUEST:").trim_start_matches("VALIDATION:");
        match message.strip_prefix("SERIALIZATION:") {
            Some(message) => AwsError::new(400, "SerializationException", message),
            None => AwsError::new(400, "ValidationException", message),
        }
    })
}

fn run(database: &Database, operation: &str, input: Map<String, Value>) -> Result<Value, AwsError> {
    macro_rules! dispatch {
        ($($name:literal => $function:ident),+ $(,)?) => {
            match operation {
                $($name => {
                    let answer = database.$function(read(input)?).map_err(|error| failure(&error))?;
                    Ok(serde_json::to_value(answer)?)
                })+
                _ => Err(AwsError::unsupported("DynamoDB", operation)),
            }
        };
    }
    dispatch! {
        "CreateTable" => create_table,
        "DeleteTable" => delete_table,
        "DescribeTable" => describe_table,
        "ListTables" => list_tables,
        "UpdateTable" => update_table,
        "PutItem" => put_item,
        "GetItem" => get_item,
        "DeleteItem" => delete_item,
        "UpdateItem" => update_item,
        "Query" => query,
        "Scan" => scan,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "TransactWriteItems" => transact_write_items,
        "TransactGetItems" => transact_get_items,
        "ListStreams" => list_streams,
        "DescribeStream" => describe_stream,
        "GetShardIterator" => get_shard_iterator,
        "GetRecords" => get_records,
        "UpdateTimeToLive" => update_time_to_live,
        "DescribeTimeToLive" => describe_time_to_live,
        "ExecuteStatement" => execute_statement,
        "ExecuteTransaction" => execute_transaction,
        "BatchExecuteStatement" => batch_execute_statement,
        "TagResource" => tag_resource,
        "UntagResource" => untag_resource,
        "ListTagsOfResource" => list_tags_of_resource,
    }
}

fn continuous_backups(
    environment: &Environment,
    database: &Database,
    operation: &str,
    table: &str,
    input: &Map<String, Value>,
) -> Result<Value, AwsError> {
    run(database, "DescribeTable", object(json!({ "TableName": table }))).map_err(|mut error| {
        if error.code == "ResourceNotFoundException" {
            "TableNotFoundException".clone_into(&mut error.code);
        }
        error
    })?;
    let mut settings = environment.tx.get::<Settings>(KIND, "", table)?.unwrap_or_default();
    if operation == "UpdateContinuousBackups" {
        let wanted = input.get("PointInTimeRecoverySpecification").unwrap_or(&Value::Null);
        let enabled = wanted["PointInTimeRecoveryEnabled"].as_bool().unwrap_or_default();
        if enabled && !settings.point_in_time_recovery {
            settings.enabled_at = epoch_seconds(environment.now);
        }
        settings.point_in_time_recovery = enabled;
        settings.recovery_days = wanted["RecoveryPeriodInDays"].as_i64().unwrap_or(35);
        environment.tx.put(KIND, "", table, None, &settings)?;
    }
    let mut recovery = json!({ "PointInTimeRecoveryStatus": "DISABLED" });
    if settings.point_in_time_recovery {
        recovery = json!({
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": settings.recovery_days,
            "EarliestRestorableDateTime": settings.enabled_at,
            "LatestRestorableDateTime": epoch_seconds(environment.now),
        });
    }
    Ok(json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": recovery,
    } }))
}
