//! AWS Lambda: functions, versions, aliases and permissions, stored with their code. [`crate::functions`] runs them.

pub(crate) mod asynchronous;
pub mod code;
pub(crate) mod event_sources;
mod function;
mod layers;
mod others;
mod policy;
mod versions;

pub use function::{Found, find};

use serde_json::{Map, Value};

use super::table::{Operation, Service, routed};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::operation;

/// The service. `Invoke` is answered by [`crate::functions`]: it must not run in a transaction.
pub(crate) static SERVICE: Service = Service {
    table: operation::Service { name: "Lambda", tables: &[OPERATIONS], others: others::OTHERS },
    error: "InvalidParameterValueException",
};

const OPERATIONS: &[Operation] = &[
    routed("CreateFunction", "POST", "/2015-03-31/functions", 201, &[], function::create),
    routed("ListFunctions", "GET", "/2015-03-31/functions", 200, &[], function::list),
    routed("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}", 200, &[], function::call),
    routed("DeleteFunction", "DELETE", "/2015-03-31/functions/{FunctionName}", 204, &[], function::call),
    routed(
        "GetFunctionConfiguration",
        "GET",
        "/2015-03-31/functions/{FunctionName}/configuration",
        200,
        &[],
        function::call,
    ),
    routed(
        "UpdateFunctionConfiguration",
        "PUT",
        "/2015-03-31/functions/{FunctionName}/configuration",
        200,
        &[],
        function::call,
    ),
    routed("UpdateFunctionCode", "PUT", "/2015-03-31/functions/{FunctionName}/code", 200, &[], function::call),
    routed("Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations", 200, &[], function::call),
    routed("PublishVersion", "POST", "/2015-03-31/functions/{FunctionName}/versions", 201, &[], versions::call),
    routed("ListVersionsByFunction", "GET", "/2015-03-31/functions/{FunctionName}/versions", 200, &[], versions::call),
    routed("CreateAlias", "POST", "/2015-03-31/functions/{FunctionName}/aliases", 201, &[], versions::call),
    routed("ListAliases", "GET", "/2015-03-31/functions/{FunctionName}/aliases", 200, &[], versions::call),
    routed("GetAlias", "GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", 200, &[], versions::call),
    routed("UpdateAlias", "PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", 200, &[], versions::call),
    routed("DeleteAlias", "DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", 204, &[], versions::call),
    routed("AddPermission", "POST", "/2015-03-31/functions/{FunctionName}/policy", 201, &[], policy::call),
    routed("GetPolicy", "GET", "/2015-03-31/functions/{FunctionName}/policy", 200, &[], policy::call),
    routed(
        "RemovePermission",
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        204,
        &[],
        policy::call,
    ),
    routed(
        "PutFunctionConcurrency",
        "PUT",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        200,
        &[],
        function::call,
    ),
    routed(
        "DeleteFunctionConcurrency",
        "DELETE",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        204,
        &[],
        function::call,
    ),
    routed(
        "GetFunctionConcurrency",
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
        200,
        &[],
        function::call,
    ),
    routed("CreateEventSourceMapping", "POST", "/2015-03-31/event-source-mappings", 202, &[], event_sources::call),
    routed("ListEventSourceMappings", "GET", "/2015-03-31/event-source-mappings", 200, &[], event_sources::call),
    routed("GetEventSourceMapping", "GET", "/2015-03-31/event-source-mappings/{UUID}", 200, &[], event_sources::call),
    routed(
        "UpdateEventSourceMapping",
        "PUT",
        "/2015-03-31/event-source-mappings/{UUID}",
        202,
        &[],
        event_sources::call,
    ),
    routed(
        "DeleteEventSourceMapping",
        "DELETE",
        "/2015-03-31/event-source-mappings/{UUID}",
        202,
        &[],
        event_sources::call,
    ),
    routed("ListLayers", "GET", "/2018-10-31/layers", 200, &[], layers::call),
    routed("PublishLayerVersion", "POST", "/2018-10-31/layers/{LayerName}/versions", 201, &[], layers::call),
    routed("ListLayerVersions", "GET", "/2018-10-31/layers/{LayerName}/versions", 200, &[], layers::call),
    routed("GetLayerVersion", "GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", 200, &[], layers::call),
    routed(
        "DeleteLayerVersion",
        "DELETE",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
        204,
        &[],
        layers::call,
    ),
    routed("ListTags", "GET", "/2017-03-31/tags/{Resource}", 200, &[], function::tag),
    routed("TagResource", "POST", "/2017-03-31/tags/{Resource}", 204, &[], function::tag),
    routed("UntagResource", "DELETE", "/2017-03-31/tags/{Resource}", 204, &[], function::tag),
];

/// An operation, its status of success, and the labels of its path.
pub type Routed = (&'static str, u16, Map<String, Value>);

/// The operation a method and path mean.
pub fn route(method: &str, path: &str) -> Option<Routed> {
    let (operation, labels) = SERVICE.table.route(method, path.trim_end_matches('/'))?;
    Some((operation.name, operation.status, labels))
}

/// Answers a REST request: HTTP status and body.
pub fn handle(
    environment: &Environment,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Result<(u16, Value), AwsError> {
    let (operation, labels) = SERVICE.table.need_route(method, path.trim_end_matches('/'))?;
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
    Ok((operation.status, call(environment, operation.name, &input)?))
}

/// Carries out an operation by name; members of path and query are in the input.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
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
