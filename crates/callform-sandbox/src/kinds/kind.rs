//! What is declared of a plain kind, beside what its schema says.

use serde_json::{Map, Value};

use super::document::Kept;
use crate::error::AwsError;
use crate::handler::{Environment, Properties};

/// A plain kind: a resource type whose service does nothing with it that its schema does not say.
pub(crate) struct Kind {
    /// Such as `AWS::Cognito::UserPool`.
    pub(crate) type_name: &'static str,
    /// Pointer to what `Ref` returns, where that is not the whole identifier.
    pub(crate) reference: Option<&'static str>,
    /// Pointers to what together must differ between two resources, beside the identifier.
    pub(crate) unique: &'static [&'static str],
    /// Pointers to attributes and their forms; see `document::attributes`. A form may use what stands before it.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    /// Properties that name resources of other plain kinds by identifier.
    pub(crate) refers: &'static [Reference],
    /// Kinds whose resources go with one of this kind, and their property that has its identifier.
    pub(crate) owns: &'static [(&'static str, &'static str)],
    /// Refuses properties that the schema takes and the service does not.
    pub(crate) check: fn(&Properties) -> Result<(), Refusal>,
    /// What happens when a resource was made or changed, or is gone; by its identifier. `None` for kinds whose resources are
    /// only stored: the stack's event says so.
    pub(crate) kept: Option<Keeping>,
    /// How the service's API shows it.
    pub(crate) shape: Shape,
}

/// Learns what became of a resource.
pub(crate) type Keeping = fn(&Environment, &str, Option<&Kept>) -> Result<(), AwsError>;

/// A property that names a resource of another plain kind.
pub(crate) struct Reference {
    /// The property.
    pub(crate) property: &'static str,
    /// The other's type.
    pub(crate) type_name: &'static str,
    /// Values that are there without a resource.
    pub(crate) always: &'static [&'static str],
}

/// Why properties are refused: the service's code, and what is wrong.
pub(crate) struct Refusal {
    /// Error code of the service.
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) message: String,
}

/// How the API of a kind's service shows its resources.
pub(crate) struct Shape {
    /// Properties that the API calls otherwise: property and member.
    pub(crate) renamed: &'static [(&'static str, &'static str)],
    /// Properties that the API does not show.
    pub(crate) hidden: &'static [&'static str],
    /// Members that the API has and the schema has not: they are kept as they are given.
    pub(crate) further: &'static [&'static str],
    /// Members that nobody gives.
    pub(crate) shown: &'static [(&'static str, Shown)],
    /// Changes an input that is not in the shape of the properties.
    pub(crate) take: fn(&mut Map<String, Value>),
    /// Changes an answer that is not to be in the shape of the properties; gets them as well.
    pub(crate) show: fn(&Properties, &mut Map<String, Value>),
    /// Code of the error where it is not there, if the service has one of its own for the kind.
    pub(crate) absent: Option<&'static str>,
    /// Code of the error where it is there already, if the service has one of its own for the kind.
    pub(crate) present: Option<&'static str>,
}

/// A member that nobody gives.
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    /// This text, where nothing else is known.
    Text(&'static str),
    /// When it was made, seconds since 1970.
    Created,
    /// When it was last changed, seconds since 1970.
    Changed,
}

/// As the schema has it.
pub(crate) const AS_IT_IS: Shape = Shape {
    renamed: &[],
    hidden: &[],
    further: &[],
    shown: &[],
    take: |_| {},
    show: |_, _| {},
    absent: None,
    present: None,
};

/// A kind of which there is nothing to say.
pub(crate) const PLAIN: Kind = Kind {
    type_name: "",
    reference: None,
    unique: &[],
    attributes: &[],
    refers: &[],
    owns: &[],
    check: |_| Ok(()),
    kept: None,
    shape: AS_IT_IS,
};

/// A kind whose `Ref` is a part of its identifier, or an attribute.
pub(super) const fn refers(type_name: &'static str, reference: &'static str) -> Kind {
    Kind { type_name, reference: Some(reference), ..PLAIN }
}

/// A kind with something that is unique beside the identifier.
pub(super) const fn unique(type_name: &'static str, unique: &'static [&'static str]) -> Kind {
    Kind { type_name, unique, ..PLAIN }
}

/// A kind with attributes of a form of their own.
pub(super) const fn formed(type_name: &'static str, attributes: &'static [(&'static str, &'static str)]) -> Kind {
    Kind { type_name, attributes, ..PLAIN }
}
