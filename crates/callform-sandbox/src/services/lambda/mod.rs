//! AWS Lambda: functions, versions, aliases and permissions, stored with their code. [`crate::functions`] runs them.

pub mod code;
pub(crate) mod event_sources;
mod function;
mod layers;
mod others;
mod policy;
mod versions;

pub use function::{Found, find};

use serde_json::{Map, Value};

use super::input::Input;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::form::decode;
use crate::protocol::identify;

/// A route: method, path with labels, operation, status of success.
type RouteRow = (&'static str, &'static str, &'static str, u16);

const ROUTES: &[RouteRow] = &[
    ("POST", "/2015-03-31/functions", "CreateFunction", 201),
    ("GET", "/2015-03-31/functions", "ListFunctions", 200),
    ("GET", "/2015-03-31/functions/{FunctionName}", "GetFunction", 200),
    ("DELETE", "/2015-03-31/functions/{FunctionName}", "DeleteFunction", 204),
    ("GET", "/2015-03-31/functions/{FunctionName}/configuration", "GetFunctionConfiguration", 200),
    ("PUT", "/2015-03-31/functions/{FunctionName}/configuration", "UpdateFunctionConfiguration", 200),
    ("PUT", "/2015-03-31/functions/{FunctionName}/code", "UpdateFunctionCode", 200),
    ("POST", "/2015-03-31/functions/{FunctionName}/invocations", "Invoke", 200),
    ("POST", "/2015-03-31/functions/{FunctionName}/versions", "PublishVersion", 201),
    ("GET", "/2015-03-31/functions/{FunctionName}/versions", "ListVersionsByFunction", 200),
    ("POST", "/2015-03-31/functions/{FunctionName}/aliases", "CreateAlias", 201),
    ("GET", "/2015-03-31/functions/{FunctionName}/aliases", "ListAliases", 200),
    ("GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", "GetAlias", 200),
    ("PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", "UpdateAlias", 200),
    ("DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", "DeleteAlias", 204),
    ("POST", "/2015-03-31/functions/{FunctionName}/policy", "AddPermission", 201),
    ("GET", "/2015-03-31/functions/{FunctionName}/policy", "GetPolicy", 200),
    ("DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", "RemovePermission", 204),
    ("PUT", "/2017-10-31/functions/{FunctionName}/concurrency", "PutFunctionConcurrency", 200),
    ("DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", "DeleteFunctionConcurrency", 204),
    ("GET", "/2019-09-30/functions/{FunctionName}/concurrency", "GetFunctionConcurrency", 200),
    ("POST", "/2015-03-31/event-source-mappings", "CreateEventSourceMapping", 202),
    ("GET", "/2015-03-31/event-source-mappings", "ListEventSourceMappings", 200),
    ("GET", "/2015-03-31/event-source-mappings/{UUID}", "GetEventSourceMapping", 200),
    ("PUT", "/2015-03-31/event-source-mappings/{UUID}", "UpdateEventSourceMapping", 202),
    ("DELETE", "/2015-03-31/event-source-mappings/{UUID}", "DeleteEventSourceMapping", 202),
    ("GET", "/2018-10-31/layers", "ListLayers", 200),
    ("POST", "/2018-10-31/layers/{LayerName}/versions", "PublishLayerVersion", 201),
    ("GET", "/2018-10-31/layers/{LayerName}/versions", "ListLayerVersions", 200),
    ("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", "GetLayerVersion", 200),
    ("DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", "DeleteLayerVersion", 204),
    ("GET", "/2017-03-31/tags/{Resource}", "ListTags", 200),
    ("POST", "/2017-03-31/tags/{Resource}", "TagResource", 204),
    ("DELETE", "/2017-03-31/tags/{Resource}", "UntagResource", 204),
];

/// An operation, its status of success, and the labels of its path.
pub type Routed = (&'static str, u16, Map<String, Value>);

/// The operation a method and path mean.
pub fn route(method: &str, path: &str) -> Option<Routed> {
    let segments: Vec<_> = path.trim_end_matches('/').split('/').collect();
    ROUTES.iter().filter(|row| row.0 == method).find_map(|(_, pattern, operation, status)| {
        let patterns: Vec<_> = pattern.split('/').collect();
        if patterns.len() != segments.len() {
            return None;
        }
        let mut labels = Map::new();
        for (pattern, segment) in patterns.iter().zip(&segments) {
            match pattern.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
                Some(label) => {
                    labels.insert(label.to_owned(), decode(segment, false).into());
                }
                None if pattern == segment => {}
                None => return None,
            }
        }
        Some((*operation, *status, labels))
    })
}

/// Answers a REST request: HTTP status and body.
pub fn handle(
    environment: &Environment,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Result<(u16, Value), AwsError> {
    let (operation, status, labels) = route(method, path).ok_or_else(|| {
        let named = identify::named(others::OTHERS, method, path).map(str::to_owned);
        AwsError::unsupported("Lambda", &named.unwrap_or_else(|| format!("{method} {path}")))
    })?;
    let mut input: Map<String, Value> = if body.is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(body).map_err(|_| {
            AwsError::new(400, "InvalidRequestContentException", "Could not parse request body into json")
        })?
    };
    for (name, value) in query {
        if name == "tagKeys" {
            let keys = input.entry("TagKeys").or_insert_with(|| Value::Array(Vec::new()));
            if let Some(keys) = keys.as_array_mut() {
                keys.push(value.clone().into());
            }
        } else {
            input.insert(name.clone(), value.clone().into());
        }
    }
    input.extend(labels);
    Ok((status, call(environment, operation, &input)?))
}

/// Carries out an operation by name; members of path and query are in the input.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let input = Input::new(input, "InvalidParameterValueException");
    match operation {
        "AddPermission" | "GetPolicy" | "RemovePermission" => policy::call(environment, operation, &input),
        "CreateEventSourceMapping"
        | "ListEventSourceMappings"
        | "GetEventSourceMapping"
        | "UpdateEventSourceMapping"
        | "DeleteEventSourceMapping" => event_sources::call(environment, operation, &input),
        "PublishVersion"
        | "ListVersionsByFunction"
        | "CreateAlias"
        | "GetAlias"
        | "UpdateAlias"
        | "DeleteAlias"
        | "ListAliases" => versions::call(environment, operation, &input),
        "PublishLayerVersion" | "GetLayerVersion" | "ListLayers" | "ListLayerVersions" | "DeleteLayerVersion" => {
            layers::call(environment, operation, &input)
        }
        _ => function::call(environment, operation, &input),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_with_labels() {
        let (operation, status, labels) = route("GET", "/2015-03-31/functions/f%3A1/configuration").unwrap();
        assert_eq!(
            (operation, status, labels["FunctionName"].as_str()),
            ("GetFunctionConfiguration", 200, Some("f:1"))
        );
        assert_eq!(route("GET", "/2015-03-31/functions/").unwrap().0, "ListFunctions");
        assert!(route("PATCH", "/2015-03-31/functions").is_none());
    }
}
