//! An approved origin: where pages may be that have Connect's panels in them.

use std::collections::BTreeSet;

use callform_source::Diagnostic;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use crate::blueprint::Common;
use crate::model::members::Members;
use crate::model::{Kind, Resolver, Value};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "approved_origin",
    plural: "approved origins",
    resource_type: "AWS::Connect::ApprovedOrigin",
    prefix: "Origin",
    is_single: false,
    lowering: Some(Lowering {
        section: "approved_origins",
        names: |blueprint| blueprint.approved_origins.iter().map(|origin| origin.value.as_str().into()).collect(),
        lower: |resolver| resolver.approved_origins(),
        files: None,
    }),
    finish: None,
    // `Ref` is the instance and the origin; there is no ARN.
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "ApprovedOriginRefs" },
    name: Some(UniqueName::in_instance("/Origin")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_approved_origins(reading.instance))),
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks {
        codes: &[
            ("invalid-origin", "An approved origin is not a scheme, a host and perhaps a port."),
            ("origin-twice", "An approved origin is named twice."),
        ],
        ..Checks::PLAIN
    },
};

impl Resolver<'_> {
    fn approved_origins(&mut self) {
        let mut seen = BTreeSet::new();
        for origin in &self.blueprint().approved_origins {
            if let Err(reason) = check(origin) {
                self.diagnostics.push(
                    Diagnostic::error("invalid-origin", format!("`{}` is no origin", origin.value))
                        .at(origin.span, reason)
                        .help("Write scheme, host and perhaps a port: `https://crm.acme.example:8443`."),
                );
            }
            if !seen.insert(origin.value.as_str()) {
                let twice = Diagnostic::error("origin-twice", format!("`{}` is named twice", origin.value));
                self.diagnostics.push(twice.at(origin.span, ""));
                continue;
            }
            let properties = Members::new().with("InstanceId", Value::instance_arn()).with("Origin", origin).finish();
            self.add(Kind::ApprovedOrigin, origin, Common::NONE, properties);
        }
    }
}

/// Says what is wrong with an origin. Browsers compare scheme, host and port. Source: Amazon Connect Streams,
/// "Allowlisting": entries identify these three, and domains must be HTTPS. Pages of a developer's own machine have no
/// certificate (?).
fn check(origin: &str) -> Result<(), &'static str> {
    let (scheme, rest) = origin.split_once("://").ok_or("it has no scheme")?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    if rest.contains(['/', '?', '#', '@']) {
        return Err("there is more than a host and a port, such as a path or a `/` at the end");
    }
    if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')) {
        return Err("its host is no name");
    }
    if origin.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("browsers write origins in lower case");
    }
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Err("its port is no number from 1 to 65535");
    }
    match (scheme, host, port) {
        ("https", _, Some("443")) | ("http", _, Some("80")) => Err("browsers leave the usual port out"),
        ("https", _, _) | ("http", "localhost", _) => Ok(()),
        _ => Err("it has to be HTTPS"),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn origins_are_scheme_host_and_port() {
        for right in ["https://crm.acme.example", "https://acme.example:8443", "http://localhost:3000"] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in [
            "crm.acme.example",
            "http://crm.acme.example",
            "ftp://localhost",
            "https://",
            "https://crm.acme.example/",
            "https://crm.acme.example/ccp",
            "https://*.acme.example",
            "https://me@acme.example",
            "https://CRM.acme.example",
            "https://acme.example:",
            "https://acme.example:0",
            "https://acme.example:99999",
            "https://acme.example:443",
            "http://localhost:80",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
