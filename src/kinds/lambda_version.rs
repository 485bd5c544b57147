//! Versions of functions, and the alias `live` that flows and streams invoke.
//!
//! A version is what the function was when it was published: code, settings, variables. CloudFormation publishes one
//! when a resource of that type is created and never again, so the logical ID carries a digest of what a version
//! consists of: it changes exactly when the function does. The alias moves to the new version; then the old one, which
//! nothing uses any more, is deleted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use callform_source::Spanned;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service, VersionOf,
};
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
    finish: Some(finish),
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "VersionArns" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime {
        // arn:<partition>:lambda:<region>:<account>:function:<name>:<number>
        version_of: Some(VersionOf { kind: Kind::Lambda, number_at: 7, outside: &OUTSIDE }),
        ..Lifetime::PLAIN
    },
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

fn finish(resolver: &mut Resolver<'_>) {
    resolver.name_versions();
}

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

    /// Puts into the logical ID of every version, of whatever it is one, what it consists of. All resources have to be
    /// there.
    pub(crate) fn name_versions(&mut self) {
        let digests: Vec<(Address, String)> = self
            .resources
            .values()
            .filter_map(|version| {
                let of = version.address.kind.version_of()?;
                let whole = self.resources.get(&Address::new(of.kind, version.address.name.clone()))?;
                Some((version.address.clone(), sha256_hex(self.content_of(whole, of.outside).as_bytes())))
            })
            .collect();
        for (version, digest) in digests {
            if let Some(version) = self.resources.get_mut(&version) {
                version.logical_id.push_str(&digest[..DIGITS]);
            }
        }
    }

    /// What a version of something consists of, as text: its properties, and of what they refer to all that makes
    /// another thing of it. A table that is replaced has another name, which the function's variables then have too.
    fn content_of(&self, function: &Resource, outside: &[&str]) -> String {
        let mut text = String::new();
        write_properties(&mut text, &function.properties, |name| !outside.contains(&name));
        let targets: BTreeSet<&Target> =
            function.properties.values().flat_map(Value::references).map(|reference| &reference.target).collect();
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
