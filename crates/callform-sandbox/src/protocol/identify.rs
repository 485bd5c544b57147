//! Which service, region and operation a request means.

use http::request::Parts;
use http::{HeaderMap, Method};

use super::form::{form, query_parameters};
use super::{Service, Wire};
use crate::error::AwsError;

/// What the head of a request says.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// The service, where the head tells it.
    pub service: Option<Service>,
    /// The service's name as the client wrote it, for messages.
    pub name: String,
    /// The region of the signature.
    pub region: Option<String>,
}

/// Reads the credential scope (`Authorization` header or `X-Amz-Credential` parameter), then `X-Amz-Target`, then the
/// path.
pub fn scope(head: &Parts) -> Scope {
    if let Some((region, name)) = credential_scope(head) {
        return Scope { service: Service::of_scope(&name), name, region: Some(region) };
    }
    let service = target(&head.headers).and_then(|(prefix, _)| Service::of_target(prefix));
    let service = service.or_else(|| service_of_path(head));
    Scope { service, name: service.map_or("this service", Service::name).to_owned(), region: None }
}

fn credential_scope(head: &Parts) -> Option<(String, String)> {
    let header = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let of_header = header.and_then(|value| value.split_once("Credential="));
    let credential = if let Some((_, rest)) = of_header {
        rest.split([',', ' ']).next().unwrap_or_default().to_owned()
    } else {
        let parameters = query_parameters(head.uri.query().unwrap_or_default());
        parameters.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amz-credential"))?.1
    };
    // <access key>/<date>/<region>/<service>/aws4_request; access keys of some tools hold slashes.
    let mut parts = credential.rsplit('/');
    if parts.next() != Some("aws4_request") {
        return None;
    }
    let service = parts.next()?.to_owned();
    let region = parts.next()?.to_owned();
    Some((region, service))
}

/// The two halves of `X-Amz-Target`.
fn target(headers: &HeaderMap) -> Option<(&str, &str)> {
    headers.get("x-amz-target")?.to_str().ok()?.rsplit_once('.')
}

/// The REST services by path: Lambda's paths begin with a date, Connect's are in its operation table, S3 has the rest.
fn service_of_path(head: &Parts) -> Option<Service> {
    if head.method == Method::POST && is_form(&head.headers) {
        return None;
    }
    // Only S3 is signed in the old way.
    if head.uri.query().is_some_and(|query| query.contains("AWSAccessKeyId=")) {
        return Some(Service::S3);
    }
    let path = head.uri.path();
    let first = path.split('/').nth(1).unwrap_or_default();
    let is_date = first.len() == 10 && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_date {
        Some(Service::Lambda)
    } else if crate::connect::operation_name(head.method.as_str(), path).is_some() {
        Some(Service::Connect)
    } else {
        Some(Service::S3)
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

/// The service of a request whose head does not name one: a form tells by its `Version`.
pub fn service(scope: &Scope, body: &[u8]) -> Result<Service, AwsError> {
    let of_version = || form(body).get("Version").and_then(|version| Service::of_version(version));
    scope.service.or_else(of_version).ok_or_else(|| {
        AwsError::new(501, "NotImplementedException", format!("The sandbox does not have the service {}.", scope.name))
    })
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
    fn service_by_signature() {
        let authorization =
            "AWS4-HMAC-SHA256 Credential=AK/ID/20261121/us-west-2/iam/aws4_request, SignedHeaders=host, Signature=00";
        let scope_of_header = scope(&head("/", &[("authorization", authorization)]));
        assert_eq!(
            (scope_of_header.service, scope_of_header.region.as_deref()),
            (Some(Service::Iam), Some("us-west-2"))
        );
        let presigned = scope(&head("/b/k?X-Amz-Credential=AK%2F20261121%2Feu-west-2%2Fs3%2Faws4_request", &[]));
        assert_eq!((presigned.service, presigned.region.as_deref()), (Some(Service::S3), Some("eu-west-2")));
    }

    #[test]
    fn an_unknown_service_is_named() {
        let authorization = "AWS4-HMAC-SHA256 Credential=A/20261121/us-west-2/polly/aws4_request, SignedHeaders=host";
        let error = service(&scope(&head("/", &[("authorization", authorization)])), b"").unwrap_err();
        assert_eq!((error.status, error.message.as_str()), (501, "The sandbox does not have the service polly."));
    }

    #[test]
    fn service_without_signature() {
        let dynamodb = head("/", &[("x-amz-target", "DynamoDB_20120810.GetItem")]);
        assert_eq!(service(&scope(&dynamodb), b"{}").unwrap(), Service::DynamoDb);
        assert_eq!(operation(Service::DynamoDb, &dynamodb, b"{}"), "GetItem");
        let form_head = head("/", &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")]);
        let body = b"Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(service(&scope(&form_head), body).unwrap(), Service::Sts);
        assert_eq!(operation(Service::Sts, &form_head, body), "GetCallerIdentity");
        assert_eq!(service(&scope(&head("/2015-03-31/functions", &[])), b"").unwrap(), Service::Lambda);
        assert_eq!(service(&scope(&head("/bucket/key", &[])), b"").unwrap(), Service::S3);
    }
}
