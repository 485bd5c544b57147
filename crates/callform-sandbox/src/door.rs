//! Who may speak to the sandbox: programs of this machine that sign their requests, and no web page.
//!
//! A browser sends requests to 127.0.0.1 for any page that it shows. What it adds by itself tells such a request from
//! one of an AWS client: the page's `Origin`, `Sec-Fetch-Site`, and the name in `Host` that the page's address had when
//! a name server sent it here. What it does not let a page add without asking the server first (which always says no)
//! is an `Authorization` header, and a content type other than those of forms and plain text.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::error::AwsError;
use crate::protocol::answer::{self, Answer};
use crate::protocol::form::query_parameters;
use crate::protocol::identify::{self, Scope};
use crate::protocol::{Service, Wire};

/// Query parameters of a signature of version 4.
const SIGNED_QUERY: [&str; 5] =
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"];
/// Query parameters of a signature of version 2, which only S3 takes.
const OLD_SIGNED_QUERY: [&str; 3] = ["AWSAccessKeyId", "Expires", "Signature"];

/// A request that may come in, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// The service.
    pub(crate) service: Service,
    /// Region of the signature, where it names one.
    pub(crate) region: Option<String>,
}

/// Looks at a request before any of its body is read. `has_body` is false where it is known to have none.
pub(crate) fn admit(head: &Parts, has_body: bool) -> Result<Admitted, AwsError> {
    from_this_machine(head)?;
    let Scope { service, name, region } = signature(head)?;
    let service = service.ok_or_else(|| {
        AwsError::new(501, "NotImplementedException", format!("The sandbox does not have the service {name}."))
    })?;
    form_of_protocol(head, service, has_body)?;
    Ok(Admitted { service, region })
}

/// A refusal in the words of the service that the request seems to be for.
pub(crate) fn refuse(head: &Parts, mut error: AwsError) -> Answer {
    let service = signature(head).ok().and_then(|scope| scope.service).unwrap_or_else(|| identify::seems(head));
    if matches!(service.wire(), Wire::Query(..) | Wire::RestXml) {
        error.code = match error.code.trim_end_matches("Exception") {
            "MissingAuthenticationToken" if service == Service::S3 => "AccessDenied".to_owned(),
            code => code.to_owned(),
        };
    }
    answer::error(service, service.spoken(&head.headers), &error)
}

/// Refuses what comes from a page of another site, and what asks for another name than this machine's own.
pub(crate) fn from_this_machine(head: &Parts) -> Result<(), AwsError> {
    let host = own_host(head)?;
    for origin in head.headers.get_all(ORIGIN) {
        // The pages of this very server are objects that somebody stored; they run no scripts (see `server::respond`).
        let own = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        if !own.is_some_and(|own| own.eq_ignore_ascii_case(&host)) {
            let origin = String::from_utf8_lossy(origin.as_bytes()).into_owned();
            return Err(denied(&format!("the request comes from a web page ({origin})")));
        }
    }
    for site in head.headers.get_all("sec-fetch-site") {
        if !matches!(site.as_bytes(), b"none" | b"same-origin") {
            return Err(denied("the request comes from a web page"));
        }
    }
    Ok(())
}

fn denied(reason: &str) -> AwsError {
    AwsError::new(
        403,
        "AccessDeniedException",
        format!(
            "The sandbox takes no such request: {reason}. Call it from a program on this machine, such as the AWS CLI \
             with --endpoint-url."
        ),
    )
}

/// The `Host` of a request, where it is a name of this machine.
fn own_host(head: &Parts) -> Result<String, AwsError> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default().to_owned(),
        _ => return Err(denied("it does not name one host")),
    };
    let authority = head.uri.authority().map(http::uri::Authority::as_str);
    let foreign = [Some(host.as_str()), authority].into_iter().flatten().find(|name| !is_loopback(name));
    if let Some(name) = foreign {
        return Err(denied(&format!(
            "it was sent to the host `{name}`; the sandbox answers to localhost, 127.0.0.1 and [::1] alone"
        )));
    }
    Ok(host)
}

/// True for `localhost`, 127.0.0.0/8 and `[::1]`, with any port, and for names below the first two, in which S3 clients
/// put the bucket. Nobody can own such a name: `.localhost` is reserved, and no top-level domain is a number.
fn is_loopback(authority: &str) -> bool {
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (authority, "0"),
    };
    if port.parse::<u16>().is_err() {
        return false;
    }
    if let Some(address) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    let name = name.to_ascii_lowercase();
    let is_name = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')) && !name.is_empty()
    };
    if name == "localhost" || name.strip_suffix(".localhost").is_some_and(is_name) {
        return true;
    }
    // The last four labels; what is before them is a bucket.
    let start = name.rmatch_indices('.').nth(3).map_or(0, |(at, _)| at + 1);
    let (bucket, address) = name.split_at(start);
    let bucket_is_name = bucket.is_empty() || bucket.strip_suffix('.').is_some_and(is_name);
    bucket_is_name && address.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// What the signature says. It is not checked: any key is as good as any other.
fn signature(head: &Parts) -> Result<Scope, AwsError> {
    let mut headers = head.headers.get_all(AUTHORIZATION).iter();
    match (headers.next(), headers.next()) {
        (Some(header), None) => {
            let header = header.to_str().unwrap_or_default();
            if let Some(scope) = header.strip_prefix("AWS4-HMAC-SHA256 ").and_then(scope_of_header) {
                return Ok(scope);
            }
            if header.strip_prefix("AWS ").is_some_and(|rest| rest.contains(':')) {
                return Ok(old_scope());
            }
        }
        (None, _) => {
            let query = query_parameters(head.uri.query().unwrap_or_default());
            let has = |name: &str| query.iter().any(|(own, value)| own == name && !value.is_empty());
            let credential = query.iter().find(|(name, _)| name == "X-Amz-Credential").map(|(_, value)| value.as_str());
            if SIGNED_QUERY.iter().all(|name| has(name))
                && let Some(scope) = credential.and_then(identify::credential_scope)
            {
                reads_only(head, &scope, &query)?;
                return Ok(scope);
            }
            if OLD_SIGNED_QUERY.iter().all(|name| has(name)) {
                return Ok(old_scope());
            }
        }
        (Some(_), Some(_)) => {}
    }
    Err(AwsError::new(
        403,
        "MissingAuthenticationTokenException",
        "The request has no signature of AWS. Sign it as any AWS client does; every key is taken, such as \
         AWS_ACCESS_KEY_ID=any and AWS_SECRET_ACCESS_KEY=any.",
    ))
}

fn scope_of_header(rest: &str) -> Option<Scope> {
    let (_, credential) = rest.split_once("Credential=")?;
    identify::credential_scope(credential.split([',', ' ']).next()?)
}

fn old_scope() -> Scope {
    Scope { service: Some(Service::S3), name: Service::S3.name().to_owned(), region: None }
}

/// A page can make a browser follow any link and send any form, signed ones too. What changes something has to be signed
/// in a header; only objects of S3 are also put by links.
fn reads_only(head: &Parts, scope: &Scope, query: &[(String, String)]) -> Result<(), AwsError> {
    if scope.service == Some(Service::S3) {
        return Ok(());
    }
    let reads = |action: &str| ["Get", "List", "Describe"].iter().any(|verb| action.starts_with(verb));
    let mut actions = query.iter().filter(|(name, _)| name == "Action");
    if matches!(head.method, Method::GET | Method::HEAD) && actions.all(|(_, action)| reads(action)) {
        return Ok(());
    }
    Err(denied("a link may only read: what changes something is signed in the header Authorization"))
}

/// Refuses methods and content types that no client of the protocol sends.
fn form_of_protocol(head: &Parts, service: Service, has_body: bool) -> Result<(), AwsError> {
    let content_type = content_type(&head.headers);
    let content_type = content_type.as_deref();
    let wanted = match service.spoken(&head.headers) {
        Wire::Json(version) => {
            if head.method != Method::POST {
                let message = format!("{} is called with POST, not with {}.", service.name(), head.method);
                return Err(AwsError::new(405, "MethodNotAllowed", message));
            }
            match content_type {
                Some("application/x-amz-json-1.0" | "application/x-amz-json-1.1") => return Ok(()),
                _ => format!("application/x-amz-json-{version}"),
            }
        }
        Wire::Cbor => match content_type {
            Some("application/cbor") if head.method == Method::POST => return Ok(()),
            _ => "application/cbor".to_owned(),
        },
        Wire::Query(..) => match content_type {
            Some("application/x-www-form-urlencoded") => return Ok(()),
            _ if !has_body => return Ok(()),
            _ => "application/x-www-form-urlencoded".to_owned(),
        },
        // Some clients give no type to the payload of a function.
        Wire::RestJson => match content_type {
            None | Some("application/json" | "application/octet-stream") => return Ok(()),
            _ if !has_body => return Ok(()),
            _ => "application/json".to_owned(),
        },
        // What is put has the type that the object has, and no page can put anything.
        Wire::RestXml => match content_type {
            None | Some("application/xml" | "text/xml" | "application/octet-stream") => return Ok(()),
            _ if !has_body || head.method != Method::POST => return Ok(()),
            _ => "application/xml".to_owned(),
        },
    };
    let sent = content_type.map_or_else(|| "none".to_owned(), |sent| format!("`{sent}`"));
    Err(AwsError::new(
        415,
        "UnsupportedMediaTypeException",
        format!("Requests of {} have the content type `{wanted}`; this one has {sent}.", service.name()),
    ))
}

/// The media type of the body, without parameters; `None` where there is none. Two of them are none that is known.
fn content_type(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all(CONTENT_TYPE).iter();
    let first = String::from_utf8_lossy(all.next()?.as_bytes()).into_owned();
    if all.next().is_some() {
        return Some("several".to_owned());
    }
    Some(first.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
