//! Versions of functions, and the alias `live` that flows and streams invoke.
//!
//! A version is what the function was when it was published: code, settings, variables. CloudFormation publishes one
//! when a resource of that type is created and never again, so the logical ID carries a digest of what a version
//! consists of: it changes exactly when the function does. The alias moves to the new version; then the old one, which
//! nothing uses any more, is deleted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use callform_source::Spanned;

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use crate::blueprint::Common;
use crate::digest::sha256_hex;
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Attribute, Kind, Properties, Reference, Resource, Target, Value};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "lambda_version",
    plural: "versions of functions",
    resource_type: "AWS::Lambda::Version",
    prefix: "Version",
    is_single: false,
    lowering: None,
    finish: Some(|resolver| resolver.name_versions(Kind::LambdaVersion, &OUTSIDE)),
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "VersionArns" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime { version: Some((Kind::Lambda, "Version")), beside: Some(Kind::Lambda), ..Lifetime::PLAIN },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

/// The name of the alias.
pub(crate) const ALIAS: &str = "live";

/// Properties of a function that are not part of a version.
const OUTSIDE: [&str; 4] = ["Description", "FunctionName", "ReservedConcurrentExecutions", "Tags"];

/// How much of the digest is in the logical ID.
pub(crate) const DIGITS: usize = 10;

impl Resolver<'_> {
    /// The version and the alias of a function.
    pub(crate) fn version_and_alias(&mut self, key: &Spanned<String>) {
        let function = Value::Reference(reference(Kind::Lambda, key, Attribute::Ref));
        let version = Members::new().with("FunctionName", function.clone()).finish();
        self.add(Kind::LambdaVersion, key, Common::NONE, version);
        let alias = Members::new()
            .with("FunctionName", function)
            .with("FunctionVersion", Value::Reference(reference(Kind::LambdaVersion, key, Attribute::Id)))
            .with("Name", ALIAS)
            .finish();
        self.add(Kind::LambdaAlias, key, Common::NONE, alias);
    }

    /// Puts into the logical ID of every version what it consists of, which is all but some properties of what it is a
    /// version of. All resources have to be there.
    pub(crate) fn name_versions(&mut self, kind: Kind, outside: &[&str]) {
        let Some((of, _)) = kind.descriptor().lifetime.version else { return };
        let digests: Vec<(Address, String)> = self
            .resources
            .values()
            .filter(|resource| resource.address.kind == of)
            .map(|whole| {
                let version = Address::new(kind, whole.address.name.clone());
                (version, sha256_hex(self.content_of(whole, outside).as_bytes()))
            })
            .collect();
        for (version, digest) in digests {
            if let Some(version) = self.resources.get_mut(&version) {
                version.logical_id.push_str(&digest[..DIGITS]);
            }
        }
    }

    /// What a version consists of, as text: properties, and of what they refer to all that makes another thing of it. A
    /// table that is replaced has another name, which a function's variables then have too.
    fn content_of(&self, whole: &Resource, outside: &[&str]) -> String {
        let part = || whole.properties.iter().filter(|(name, _)| !outside.contains(&name.as_str()));
        let mut text = String::new();
        write_properties(&mut text, &whole.properties, |name| !outside.contains(&name));
        let targets: BTreeSet<&Target> =
            part().flat_map(|(_, value)| value.references()).map(|reference| &reference.target).collect();
        for target in targets {
            let Target::Resource(address) = target else { continue };
            let Some(resource) = self.resources.get(address) else { continue };
            let Some(schema) = callform_schemas::get(&resource.resource_type) else { continue };
            write_properties(&mut text, &resource.properties, |name| {
                let mut replacing = schema.create_only.iter().chain(&schema.conditional_create_only);
                replacing.any(|pointer| pointer.property() == name)
            });
        }
        text
    }
}

fn reference(kind: Kind, key: &str, attribute: Attribute) -> Reference {
    Reference { target: Target::Resource(Address::new(kind, key)), attribute }
}

fn write_properties(text: &mut String, properties: &Properties, is_part: impl Fn(&str) -> bool) {
    for (name, value) in properties.iter().filter(|(name, _)| is_part(name)) {
        // Writing into a text cannot fail. The derived form is the same wherever the value is.
        let _cannot_fail = writeln!(text, "{name}: {value:?}");
    }
}
