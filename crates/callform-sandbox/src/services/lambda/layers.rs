//! Layers: zip files in numbered versions, which functions have under `/opt`.
//!
//! Layers of other accounts (those that AWS gives out, say) are taken as names: nothing of theirs is here.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::code::{self, Code};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object};

const KIND: &str = "lambda/layer-version";
const LAST: &str = "lambda/layer-last-version";

/// A version of a layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct LayerVersion {
    name: String,
    version: u64,
    code: Code,
    /// What `GetLayerVersion` answers beside code and ARNs.
    settings: Map<String, Value>,
}

impl LayerVersion {
    fn arn(&self, environment: &Environment) -> String {
        let (region, account) = (environment.region, environment.account);
        format!("arn:aws:lambda:{region}:{account}:layer:{}:{}", self.name, self.version)
    }

    fn shown(&self, environment: &Environment) -> Value {
        let arn = self.arn(environment);
        let mut shown = Value::Object(self.settings.clone());
        shown["LayerVersionArn"] = arn.clone().into();
        shown["LayerArn"] = arn.rsplit_once(':').map_or("", |(layer, _)| layer).into();
        shown["Version"] = self.version.into();
        shown
    }

    fn with_content(&self, environment: &Environment) -> Value {
        let mut shown = self.shown(environment);
        shown["Content"] = json!({ "CodeSha256": self.code.sha256, "CodeSize": self.code.size, "Location": "" });
        shown
    }
}

fn key(name: &str, version: u64) -> String {
    format!("{name}:{version:010}")
}

fn find(environment: &Environment, name: &str, version: &str) -> Result<Option<LayerVersion>, AwsError> {
    match version.parse() {
        Ok(version) => environment.tx.get(KIND, environment.region, &key(name, version)),
        Err(_) => Ok(None),
    }
}

/// Carries out an operation.
pub(super) fn call(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    match operation {
        "PublishLayerVersion" => publish(environment, input),
        "ListLayers" => list(environment),
        "ListLayerVersions" => {
            let name = layer_name(input)?;
            let versions: Vec<Value> =
                versions(environment)?.iter().filter(|v| v.name == name).map(|v| v.shown(environment)).collect();
            Ok(json!({ "LayerVersions": versions }))
        }
        _ => {
            let (name, number) = (layer_name(input)?, input.need("VersionNumber")?);
            let found = find(environment, name, number)?;
            if operation == "DeleteLayerVersion" {
                // Deleting what is not there is no error; functions that have the version keep it.
                if let Some(version) = found {
                    environment.tx.delete(KIND, environment.region, &key(name, version.version))?;
                }
                return Ok(Value::Null);
            }
            let missing = || {
                let (region, account) = (environment.region, environment.account);
                let arn = format!("arn:aws:lambda:{region}:{account}:layer:{name}:{number}");
                AwsError::new(404, "ResourceNotFoundException", format!("Layer version {arn} does not exist."))
                    .with("Type", "User")
            };
            Ok(found.ok_or_else(missing)?.with_content(environment))
        }
    }
}

/// The name in a name or ARN.
fn layer_name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let given = input.need("LayerName")?;
    Ok(given.rsplit_once(":layer:").map_or(given, |(_, name)| name))
}

/// All versions, the newest of each layer first.
fn versions(environment: &Environment) -> Result<Vec<LayerVersion>, AwsError> {
    let all: Vec<(String, LayerVersion)> = environment.tx.list(KIND, environment.region)?;
    let mut all: Vec<LayerVersion> = all.into_iter().map(|(_, version)| version).collect();
    all.sort_by_key(|version| (version.name.clone(), Reverse(version.version)));
    Ok(all)
}

fn list(environment: &Environment) -> Result<Value, AwsError> {
    let mut newest = versions(environment)?;
    newest.dedup_by(|later, first| later.name == first.name);
    let layers: Vec<Value> = newest
        .iter()
        .map(|version| {
            let shown = version.shown(environment);
            json!({ "LayerName": version.name, "LayerArn": shown["LayerArn"], "LatestMatchingVersion": shown })
        })
        .collect();
    Ok(json!({ "Layers": layers }))
}

fn publish(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = layer_name(input)?;
    let content = input.object("Content");
    let code = code::take(environment, &Input::new(&content, "InvalidParameterValueException"))?;
    // A number is never used again.
    let version = environment.tx.get::<u64>(LAST, environment.region, name)?.unwrap_or_default() + 1;
    environment.tx.put(LAST, environment.region, name, None, &version)?;
    let created = DateTime::<Utc>::from(environment.now).format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string();
    let mut settings = object(json!({ "Description": "", "CreatedDate": created }));
    input.copy(&["Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo"], &mut settings);
    let published = LayerVersion { name: name.to_owned(), version, code, settings };
    environment.tx.put(KIND, environment.region, &key(name, version), None, &published)?;
    Ok(published.with_content(environment))
}

/// The version that an ARN names; `None` for one of another account or region.
fn of_arn(environment: &Environment, arn: &str) -> Result<Option<LayerVersion>, AwsError> {
    let start = format!("arn:aws:lambda:{}:{}:layer:", environment.region, environment.account);
    let Some((name, version)) = arn.strip_prefix(&start).and_then(|rest| rest.rsplit_once(':')) else {
        return Ok(None);
    };
    if let Some(found) = find(environment, name, version)? {
        return Ok(Some(found));
    }
    let message = format!("Layer version {arn} does not exist.");
    Err(AwsError::new(400, "InvalidParameterValueException", message).with("Type", "User"))
}

/// A function's layers as its configuration shows them; those of this account have to be there.
pub(super) fn configured(environment: &Environment, arns: &[&str]) -> Result<Vec<Value>, AwsError> {
    if arns.len() > 5 {
        return Err(AwsError::new(400, "InvalidParameterValueException", "Cannot reference more than 5 layers."));
    }
    arns.iter()
        .map(|arn| {
            let found = of_arn(environment, arn)?;
            let size = found.as_ref().map_or(0, |version| version.code.size);
            Ok(json!({ "Arn": arn, "CodeSize": size, "File": found.map(|version| version.code.file) }))
        })
        .collect()
}
