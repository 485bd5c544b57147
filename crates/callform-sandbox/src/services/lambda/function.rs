//! Functions and their configuration.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::code::{self, Code};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object, page};
use crate::services::iam;
use crate::tags;

const KIND: &str = "lambda/function";

/// Members of a configuration that clients set and that are answered as they are.
pub(super) const SETTABLE: [&str; 16] = [
    "Description",
    "Runtime",
    "Role",
    "Handler",
    "Timeout",
    "MemorySize",
    "Environment",
    "VpcConfig",
    "DeadLetterConfig",
    "KMSKeyArn",
    "TracingConfig",
    "EphemeralStorage",
    "LoggingConfig",
    "SnapStart",
    "FileSystemConfigs",
    "ImageConfig",
];

/// A function; the store's key is its name.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Function {
    /// `$LATEST`.
    pub(super) configuration: Map<String, Value>,
    /// The code of `$LATEST`.
    pub(super) code: Code,
    /// Tags.
    pub(super) tags: BTreeMap<String, String>,
    /// Published versions by number.
    pub(super) versions: BTreeMap<u64, Published>,
    /// Number of the last published version, which is never used again.
    pub(super) last_version: u64,
    /// Aliases by name: what `GetAlias` answers.
    pub(super) aliases: BTreeMap<String, Map<String, Value>>,
    /// Statements by qualifier (empty for the function itself) and statement id.
    pub(super) policies: BTreeMap<String, BTreeMap<String, Value>>,
    /// Reserved concurrency.
    pub(super) concurrency: Option<i64>,
}

/// A published version.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Published {
    pub(super) configuration: Map<String, Value>,
    pub(super) code: Code,
}

/// Name and qualifier of a name, a partial ARN or an ARN, each with or without qualifier.
pub(super) fn name_and_qualifier<'a>(input: &Input<'a>) -> Result<(&'a str, Option<&'a str>), AwsError> {
    let given = input.need("FunctionName")?;
    let rest = given.rsplit_once("function:").map_or(given, |(_, rest)| rest);
    let (name, own) = match rest.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (rest, None),
    };
    Ok((name, input.text("Qualifier").or(own)))
}

/// A version of a function, for running it.
pub struct Found {
    /// Its configuration, as `GetFunctionConfiguration` answers it.
    pub configuration: Map<String, Value>,
    /// Name of the file of its code under `lambda/`.
    pub code: String,
    /// The function's ARN with the qualifier that it was named with.
    pub invoked_arn: String,
    /// How many may run at once, where that is reserved.
    pub concurrency: Option<usize>,
}

/// Finds what a name or ARN and a qualifier mean.
pub fn find(environment: &Environment, function: &str, qualifier: Option<&str>) -> Result<Found, AwsError> {
    let input = object(json!({ "FunctionName": function, "Qualifier": qualifier }));
    let (name, qualifier) = name_and_qualifier(&Input::new(&input, "InvalidParameterValueException"))?;
    let found = load(environment, name)?;
    let (configuration, code) = resolve(environment, name, &found, qualifier)?;
    let qualified = qualifier.map_or_else(|| name.to_owned(), |qualifier| format!("{name}:{qualifier}"));
    Ok(Found {
        configuration,
        code: code.file,
        invoked_arn: arn(environment, &qualified),
        concurrency: found.concurrency.and_then(|count| usize::try_from(count).ok()),
    })
}

pub(super) fn arn(environment: &Environment, name: &str) -> String {
    format!("arn:aws:lambda:{}:{}:function:{name}", environment.region, environment.account)
}

pub(super) fn not_found(environment: &Environment, name: &str) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", format!("Function not found: {}", arn(environment, name)))
        .with("Type", "User")
}

pub(super) fn load(environment: &Environment, name: &str) -> Result<Function, AwsError> {
    let function = environment.tx.get::<Function>(KIND, environment.region, name)?;
    function.ok_or_else(|| not_found(environment, name))
}

pub(super) fn save(environment: &Environment, name: &str, function: &Function) -> Result<(), AwsError> {
    environment.tx.put(KIND, environment.region, name, None, function)
}

pub(super) fn call(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let (name, qualifier) = name_and_qualifier(input)?;
    let mut function = load(environment, name)?;
    match operation {
        "GetFunction" => {
            let (configuration, code) = resolve(environment, name, &function, qualifier)?;
            let location = code::path(environment.folder, &code.file);
            let mut answer = json!({
                "Configuration": configuration,
                "Code": { "RepositoryType": "S3", "Location": format!("file://{}", location.display()) },
                "Tags": function.tags,
            });
            if let Some(count) = function.concurrency {
                answer["Concurrency"] = json!({ "ReservedConcurrentExecutions": count });
            }
            return Ok(answer);
        }
        "GetFunctionConfiguration" => {
            return resolve(environment, name, &function, qualifier).map(|(configuration, _)| configuration.into());
        }
        "GetFunctionConcurrency" => return Ok(concurrency(&function)),
        "DeleteFunction" => return delete(environment, name, qualifier, function),
        "UpdateFunctionCode" => {
            function.code = code::take(environment, input)?;
            if let Some(architectures) = input.value("Architectures") {
                function.configuration.insert("Architectures".to_owned(), architectures.clone());
            }
            describe_code(&mut function);
        }
        "UpdateFunctionConfiguration" => {
            input.copy(&SETTABLE, &mut function.configuration);
            layers(environment, input, &mut function.configuration)?;
            check(environment, &function.configuration)?;
        }
        "PutFunctionConcurrency" => function.concurrency = input.number("ReservedConcurrentExecutions"),
        "DeleteFunctionConcurrency" => function.concurrency = None,
        _ => return Err(AwsError::unsupported("Lambda", operation)),
    }
    touch(environment, &mut function.configuration);
    save(environment, name, &function)?;
    Ok(match operation {
        "PutFunctionConcurrency" => concurrency(&function),
        "DeleteFunctionConcurrency" => Value::Null,
        _ => function.configuration.into(),
    })
}

fn concurrency(function: &Function) -> Value {
    match function.concurrency {
        Some(count) => json!({ "ReservedConcurrentExecutions": count }),
        None => json!({}),
    }
}

/// Configuration and code of a qualifier: none or `$LATEST`, a version, or an alias.
pub(super) fn resolve(
    environment: &Environment,
    name: &str,
    function: &Function,
    qualifier: Option<&str>,
) -> Result<(Map<String, Value>, Code), AwsError> {
    let Some(qualifier) = qualifier.filter(|qualifier| *qualifier != "$LATEST") else {
        return Ok((function.configuration.clone(), function.code.clone()));
    };
    let alias = function.aliases.get(qualifier).and_then(|alias| alias.get("FunctionVersion")).and_then(Value::as_str);
    let version = alias.unwrap_or(qualifier);
    if version == "$LATEST" {
        return Ok((function.configuration.clone(), function.code.clone()));
    }
    let published = version.parse().ok().and_then(|number: u64| function.versions.get(&number));
    let published = published.ok_or_else(|| not_found(environment, &format!("{name}:{qualifier}")))?;
    Ok((published.configuration.clone(), published.code.clone()))
}

pub(super) fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("FunctionName")?;
    let name = name.rsplit_once("function:").map_or(name, |(_, name)| name);
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if name.len() > 64 || !name.bytes().all(right) {
        return Err(AwsError::new(
            400,
            "ValidationException",
            format!(
                "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern"
            ),
        ));
    }
    if environment.tx.get::<Value>(KIND, environment.region, name)?.is_some() {
        return Err(AwsError::new(409, "ResourceConflictException", format!("Function already exist: {name}"))
            .with("Type", "User"));
    }
    let mut configuration = object(json!({
        "FunctionName": name,
        "FunctionArn": arn(environment, name),
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Version": "$LATEST",
        "TracingConfig": { "Mode": "PassThrough" },
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": { "Size": 512 },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{name}") },
    }));
    input.copy(&SETTABLE, &mut configuration);
    input.copy(&["Architectures", "PackageType"], &mut configuration);
    layers(environment, input, &mut configuration)?;
    for member in ["Runtime", "Handler", "Role"] {
        input.need(member)?;
    }
    check(environment, &configuration)?;
    let code_input = input.object("Code");
    let mut function = Function {
        configuration,
        code: code::take(environment, &Input::new(&code_input, "InvalidParameterValueException"))?,
        tags: tags::from_object(&input.object("Tags")),
        versions: BTreeMap::new(),
        last_version: 0,
        aliases: BTreeMap::new(),
        policies: BTreeMap::new(),
        concurrency: None,
    };
    describe_code(&mut function);
    touch(environment, &mut function.configuration);
    save(environment, name, &function)?;
    Ok(function.configuration.into())
}

/// Layers are set as ARNs and answered as objects.
fn layers(environment: &Environment, input: &Input, configuration: &mut Map<String, Value>) -> Result<(), AwsError> {
    if input.value("Layers").is_some() {
        let layers = super::layers::configured(environment, &input.texts("Layers"))?;
        configuration.insert("Layers".to_owned(), layers.into());
    }
    Ok(())
}

fn describe_code(function: &mut Function) {
    function.configuration.insert("CodeSha256".to_owned(), function.code.sha256.clone().into());
    function.configuration.insert("CodeSize".to_owned(), function.code.size.into());
}

fn touch(environment: &Environment, configuration: &mut Map<String, Value>) {
    let modified = DateTime::<Utc>::from(environment.now).format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string();
    configuration.insert("LastModified".to_owned(), modified.into());
    configuration.insert("RevisionId".to_owned(), Uuid::new_v4().to_string().into());
}

/// What Lambda refuses in a configuration.
fn check(environment: &Environment, configuration: &Map<String, Value>) -> Result<(), AwsError> {
    let configuration = Input::new(configuration, "InvalidParameterValueException");
    for (member, least, most) in [("Timeout", 1, 900), ("MemorySize", 128, 10_240)] {
        let value = configuration.number(member).unwrap_or(least);
        if !(least..=most).contains(&value) {
            return Err(configuration.wrong(format!(
                "'{member}' value failed to satisfy constraint: Member must have value between {least} and {most}"
            )));
        }
    }
    let role = configuration.need("Role")?;
    let name = role.rsplit('/').next().unwrap_or_default();
    let found = iam::call(environment, "GetRole", &object(json!({ "RoleName": name })));
    if found.is_ok_and(|answer| answer.pointer("/Role/Arn").and_then(Value::as_str) == Some(role)) {
        Ok(())
    } else {
        Err(configuration.wrong("The role defined for the function cannot be assumed by Lambda."))
    }
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let functions = environment.tx.list::<Function>(KIND, environment.region)?;
    let functions = functions.into_iter().map(|(_, function)| function.configuration.into());
    let size = usize::try_from(input.number("MaxItems").unwrap_or(50)).unwrap_or(50).clamp(1, 10_000);
    let (functions, next) = page(functions.collect(), input.text("Marker"), size);
    let mut answer = json!({ "Functions": functions });
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer)
}

fn delete(
    environment: &Environment,
    name: &str,
    qualifier: Option<&str>,
    mut function: Function,
) -> Result<Value, AwsError> {
    match qualifier {
        None => {
            environment.tx.delete(KIND, environment.region, name)?;
        }
        Some(qualifier) => {
            let used = function
                .aliases
                .values()
                .any(|alias| alias.get("FunctionVersion").and_then(Value::as_str) == Some(qualifier));
            if used {
                return Err(AwsError::new(
                    409,
                    "ResourceConflictException",
                    format!("Cannot delete function version {qualifier} while an alias points to it."),
                ));
            }
            let removed = qualifier.parse().ok().and_then(|number: u64| function.versions.remove(&number));
            removed.ok_or_else(|| not_found(environment, &format!("{name}:{qualifier}")))?;
            save(environment, name, &function)?;
        }
    }
    Ok(Value::Null)
}

pub(super) fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let arn = input.need("Resource")?;
    if let Some((_, uuid)) = arn.rsplit_once("event-source-mapping:") {
        return super::event_sources::tag(environment, operation, uuid, input);
    }
    let name = arn.rsplit_once("function:").map_or(arn, |(_, name)| name);
    let mut function = load(environment, name)?;
    match operation {
        "ListTags" => return Ok(json!({ "Tags": function.tags })),
        "TagResource" => function.tags.extend(tags::from_object(&input.object("Tags"))),
        "UntagResource" => {
            let keys = input.texts("TagKeys");
            function.tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
        _ => return Err(AwsError::unsupported("Lambda", operation)),
    }
    save(environment, name, &function)?;
    Ok(Value::Null)
}
