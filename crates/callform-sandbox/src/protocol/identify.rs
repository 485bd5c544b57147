//! Which service, region and operation a request means.

use http::HeaderMap;
use http::request::Parts;

use super::Service;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_of_credentials() {
        let scope = credential_scope("AK/ID/20261121/us-west-2/iam/aws4_request").unwrap();
        assert_eq!((scope.service, scope.region.as_deref()), (Some(Service::Iam), Some("us-west-2")));
        let scope = credential_scope("AK/20261121/us-west-2/polly/aws4_request").unwrap();
        assert_eq!((scope.service, scope.name.as_str()), (None, "polly"));
        assert_eq!(credential_scope("AK/20261121/us-west-2/iam/aws3_request"), None);
        assert_eq!(credential_scope("aws4_request"), None);
    }
}
