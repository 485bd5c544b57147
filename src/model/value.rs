//! Property values: JSON plus references.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::{Address, Kind};

/// A property value before its references are rendered.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// JSON `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number that may not be a whole one.
    Number(serde_json::Number),
    /// A string.
    String(String),
    /// A list in the order it was written.
    List(Vec<Value>),
    /// An object in the order it was written.
    Object(IndexMap<String, Value>),
    /// A reference as the whole value.
    Reference(Reference),
    /// A string with references inside: flow content, policies.
    Text(Vec<TextPart>),
    /// A dynamic reference, `{{resolve:secretsmanager:…}}`: CloudFormation reads the secret, Callform never does.
    Secret(String),
    /// The S3 location of an asset, by its key; `S3Uri` form (`s3://bucket/key`).
    AssetUri(String),
    /// The name of the artifact bucket.
    AssetBucket,
    /// A pseudo parameter of CloudFormation: `AWS::AccountId`, `AWS::Partition`, `AWS::Region`.
    Pseudo(&'static str),
}

/// A piece of a [`Value::Text`].
#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    /// Literal characters.
    Literal(String),
    /// The identifier of another resource.
    Reference(Reference),
    /// A pseudo parameter of CloudFormation: `AWS::AccountId`, `AWS::Partition`, `AWS::Region`.
    Pseudo(&'static str),
}

/// A reference to something that has an identifier only AWS knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// What is referred to.
    pub target: Target,
    /// Which of its identifiers is wanted.
    pub attribute: Attribute,
}

/// What a reference points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A resource of this blueprint.
    Resource(Address),
    /// An object every instance has (`builtin/Agent`), looked up by its exact name at plan time.
    Builtin {
        /// What it is: queue, security profile, prompt, ….
        kind: Kind,
        /// Its name in Connect, such as `Basic Hours`.
        name: String,
    },
    /// The Connect instance.
    Instance,
}

/// Which identifier of a target is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The ARN.
    Arn,
    /// The bare identifier (the last part of the ARN); the number of a version.
    Id,
    /// What `Ref` gives, such as a table's or bucket's name.
    Ref,
    /// An attribute that `Fn::GetAtt` gives, of a resource in the same stack.
    Named(String),
}

/// The last part of an ARN or identifier, which is the bare id of what is in an instance.
pub(crate) fn bare_id(identifier: &str) -> &str {
    identifier.rsplit_once('/').map_or(identifier, |(_, id)| id)
}

impl Target {
    /// The kind of what is pointed to.
    pub fn kind(&self) -> Kind {
        match self {
            Target::Resource(address) => address.kind,
            Target::Builtin { kind, .. } => *kind,
            Target::Instance => Kind::Instance,
        }
    }
}

impl Reference {
    /// The identifier that is wanted, out of what `Ref` gives for the target: ARNs for the types of Connect, names for
    /// tables, roles, functions, buckets and streams.
    pub fn identifier<'a>(&self, physical_id: &'a str) -> Cow<'a, str> {
        if self.attribute != Attribute::Id {
            return physical_id.into();
        }
        match self.target.kind() {
            // `<alias>|<bot>`, which ARNs have the other way round.
            Kind::BotAlias => match physical_id.split_once('|') {
                Some((alias, bot)) => format!("{bot}/{alias}").into(),
                None => physical_id.into(),
            },
            kind if kind.version_of().is_some() => {
                physical_id.rsplit_once([':', '|']).map_or(physical_id, |(_, number)| number).into()
            }
            _ => bare_id(physical_id).into(),
        }
    }
}

impl Value {
    /// A reference to the ARN of a resource of this blueprint.
    pub fn arn_of(address: Address) -> Self {
        Value::Reference(Reference { target: Target::Resource(address), attribute: Attribute::Arn })
    }

    /// A reference to the ARN of the Connect instance.
    pub fn instance_arn() -> Self {
        Value::Reference(Reference { target: Target::Instance, attribute: Attribute::Arn })
    }

    /// All references inside, in reading order.
    pub fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        self.collect_references(&mut found);
        found
    }

    fn collect_references<'a>(&'a self, found: &mut Vec<&'a Reference>) {
        match self {
            Value::Reference(reference) => found.push(reference),
            Value::List(items) => items.iter().for_each(|item| item.collect_references(found)),
            Value::Object(members) => members.values().for_each(|member| member.collect_references(found)),
            Value::Text(parts) => found.extend(parts.iter().filter_map(|part| match part {
                TextPart::Reference(reference) => Some(reference),
                TextPart::Literal(_) | TextPart::Pseudo(_) => None,
            })),
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Secret(_)
            | Value::AssetUri(_)
            | Value::AssetBucket
            | Value::Pseudo(_) => {}
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `Ref` gives for the alias of a bot has its parts the other way round than the ARN.
    #[test]
    fn identifiers_out_of_physical_ids() {
        let id = |kind, physical_id: &str| {
            let target = Target::Resource(Address::new(kind, "x"));
            Reference { target, attribute: Attribute::Id }.identifier(physical_id).into_owned()
        };
        assert_eq!(id(Kind::BotAlias, "ALIAS|BOT"), "BOT/ALIAS");
        assert_eq!(id(Kind::BotVersion, "BOT|3"), "3");
        assert_eq!(id(Kind::LambdaVersion, "arn:aws:lambda:us-west-2:123456789012:function:f:7"), "7");
        assert_eq!(id(Kind::Queue, "arn:aws:connect:us-west-2:123456789012:instance/i/queue/q"), "q");
    }
}
