//! Which service, region and operation a request means.

use http::HeaderMap;
use http::request::Parts;

use super::form::{form, query_parameters};
use super::{Service, Wire};

/// What a signature says.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// The service, where the sandbox has it.
    pub service: Option<Service>,
    /// The service's name as the client wrote it, for messages.
    pub name: String,
    /// The region; signatures of version 2 have none.
    pub region: Option<String>,
}

/// Reads a credential, `<access key>/<date>/<region>/<service>/aws4_request`. Access keys of some tools hold slashes.
pub fn credential_scope(credential: &str) -> Option<Scope> {
    let mut parts = credential.rsplit('/');
    if parts.next() != Some("aws4_request") {
        return None;
    }
    let name = parts.next()?.to_owned();
    let region = parts.next()?.to_owned();
    Some(Scope { service: Service::of_scope(&name), name, region: Some(region) })
}

/// The two halves of `X-Amz-Target`.
pub fn target(headers: &HeaderMap) -> Option<(&str, &str)> {
    headers.get("x-amz-target")?.to_str().ok()?.rsplit_once('.')
}

/// The service whose protocol a request seems to speak, for the form of a refusal.
pub fn seems(head: &Parts) -> Service {
    let content_type = head.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if target(&head.headers).is_some() {
        Service::Kinesis
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        Service::Sts
    } else {
        Service::Lambda
    }
}

/// The name of a method and path in a table of operations (name, method, path with labels); a path with fewer labels is
/// the better match.
pub(crate) fn named(
    table: &[(&'static str, &'static str, &'static str)],
    method: &str,
    path: &str,
) -> Option<&'static str> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let labels = |pattern: &str| pattern.matches('{').count();
    let fits = |pattern: &str| {
        let patterns: Vec<&str> = pattern.trim_matches('/').split('/').collect();
        patterns.len() == segments.len()
            && patterns.iter().zip(&segments).all(|(pattern, segment)| pattern.starts_with('{') || pattern == segment)
    };
    let found = table.iter().filter(|(_, own, pattern)| *own == method && fits(pattern));
    found.min_by_key(|(_, _, pattern)| labels(pattern)).map(|(name, ..)| *name)
}

/// The operation a request of a service names, as far as faults and messages need it: `PutObject`, `CreateQueue`. A
/// request that names none gets its method and path.
pub fn operation(service: Service, head: &Parts, body: &[u8]) -> String {
    let method = head.method.as_str();
    let path = head.uri.path();
    let by_path = || format!("{method} {path}");
    match service.wire() {
        Wire::Json(_) => target(&head.headers).map_or_else(by_path, |(_, operation)| operation.to_owned()),
        Wire::Query(..) => form(body)
            .remove("Action")
            .or_else(|| {
                let parameters = query_parameters(head.uri.query().unwrap_or_default());
                parameters.into_iter().find(|(name, _)| name == "Action").map(|(_, value)| value)
            })
            .unwrap_or_else(by_path),
        Wire::RestJson if service == Service::Lambda => {
            crate::services::lambda::route(method, path).map_or_else(by_path, |(name, ..)| name.to_owned())
        }
        Wire::RestJson if service == Service::ApiGateway => {
            crate::services::documents::route_name(method, path).map_or_else(by_path, str::to_owned)
        }
        Wire::RestJson => crate::connect::operation_name(method, path).map_or_else(by_path, str::to_owned),
        Wire::RestXml => crate::services::s3::route(head).name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn scopes_of_credentials() {
        let scope = credential_scope("AK/ID/20261121/us-west-2/iam/aws4_request").unwrap();
        assert_eq!((scope.service, scope.region.as_deref()), (Some(Service::Iam), Some("us-west-2")));
        let scope = credential_scope("AK/20261121/us-west-2/polly/aws4_request").unwrap();
        assert_eq!((scope.service, scope.name.as_str()), (None, "polly"));
        assert_eq!(credential_scope("AK/20261121/us-west-2/iam/aws3_request"), None);
        assert_eq!(credential_scope("aws4_request"), None);
    }

    #[test]
    fn operations_by_header_form_and_path() {
        let target = [("x-amz-target", "DynamoDB_20120810.GetItem")];
        assert_eq!(operation(Service::DynamoDb, &head("/", &target), b"{}"), "GetItem");
        let body = b"Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(operation(Service::Sts, &head("/", &[]), body), "GetCallerIdentity");
        assert_eq!(operation(Service::Connect, &head("/nothing", &[]), b""), "POST /nothing");
    }
}
