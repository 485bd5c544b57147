//! Published versions and aliases.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::function::{Function, Published, arn, load, name_and_qualifier, not_found, save};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;

pub(super) fn call(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let (name, _) = name_and_qualifier(input)?;
    let mut function = load(environment, name)?;
    match operation {
        "ListVersionsByFunction" => {
            let mut versions = vec![Value::Object(function.configuration)];
            versions.extend(function.versions.into_values().map(|version| version.configuration.into()));
            Ok(json!({ "Versions": versions }))
        }
        "ListAliases" => Ok(json!({ "Aliases": function.aliases.into_values().collect::<Vec<_>>() })),
        "GetAlias" => {
            let alias = input.need("Name")?;
            match function.aliases.remove(alias) {
                Some(alias) => Ok(alias.into()),
                None => Err(alias_not_found(environment, name, alias)),
            }
        }
        "PublishVersion" => publish(environment, name, &mut function, input),
        "DeleteAlias" => {
            function.aliases.remove(input.need("Name")?);
            save(environment, name, &function)?;
            Ok(Value::Null)
        }
        "CreateAlias" | "UpdateAlias" => put_alias(environment, operation, name, &mut function, input),
        _ => Err(AwsError::unsupported("Lambda", operation)),
    }
}

fn alias_not_found(environment: &Environment, name: &str, alias: &str) -> AwsError {
    let arn = arn(environment, &format!("{name}:{alias}"));
    AwsError::new(404, "ResourceNotFoundException", format!("Cannot find alias arn: {arn}")).with("Type", "User")
}

/// Publishes `$LATEST`; where nothing changed since the last version, that one is answered.
fn publish(environment: &Environment, name: &str, function: &mut Function, input: &Input) -> Result<Value, AwsError> {
    if input.text("CodeSha256").is_some_and(|expected| expected != function.code.sha256) {
        return Err(input.wrong(format!("CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). Please try again with the CodeSHA256 in $LATEST.", input.text("CodeSha256").unwrap_or_default(), function.code.sha256)));
    }
    let latest = function.configuration.clone();
    if let Some(last) = function.versions.get(&function.last_version)
        && essence(&last.configuration) == essence(&latest)
    {
        return Ok(last.configuration.clone().into());
    }
    function.last_version += 1;
    let number = function.last_version;
    let mut configuration = latest;
    configuration.insert("Version".to_owned(), number.to_string().into());
    configuration.insert("FunctionArn".to_owned(), arn(environment, &format!("{name}:{number}")).into());
    input.copy(&["Description"], &mut configuration);
    let published = Published { configuration: configuration.clone(), code: function.code.clone() };
    function.versions.insert(number, published);
    save(environment, name, function)?;
    Ok(configuration.into())
}

/// A configuration without what differs between a version and the `$LATEST` it was made of.
fn essence(configuration: &Map<String, Value>) -> Map<String, Value> {
    let mut essence = configuration.clone();
    for member in ["Version", "FunctionArn", "Description", "LastModified", "RevisionId"] {
        essence.remove(member);
    }
    essence
}

fn put_alias(
    environment: &Environment,
    operation: &str,
    name: &str,
    function: &mut Function,
    input: &Input,
) -> Result<Value, AwsError> {
    let alias = input.need("Name")?;
    let mut document = match (operation, function.aliases.get(alias)) {
        ("CreateAlias", Some(_)) => {
            let arn = arn(environment, &format!("{name}:{alias}"));
            return Err(AwsError::new(409, "ResourceConflictException", format!("Alias already exists: {arn}")));
        }
        ("CreateAlias", None) => {
            input.need("FunctionVersion")?;
            Map::new()
        }
        (_, Some(document)) => document.clone(),
        (_, None) => return Err(alias_not_found(environment, name, alias)),
    };
    input.copy(&["Name", "FunctionVersion", "Description", "RoutingConfig"], &mut document);
    let version = document.get("FunctionVersion").and_then(Value::as_str).unwrap_or_default();
    let known =
        version == "$LATEST" || version.parse().is_ok_and(|number: u64| function.versions.contains_key(&number));
    if !known {
        return Err(not_found(environment, &format!("{name}:{version}")));
    }
    document.entry("Description").or_insert_with(|| "".into());
    document.insert("AliasArn".to_owned(), arn(environment, &format!("{name}:{alias}")).into());
    document.insert("RevisionId".to_owned(), Uuid::new_v4().to_string().into());
    function.aliases.insert(alias.to_owned(), document.clone());
    save(environment, name, function)?;
    Ok(document.into())
}
