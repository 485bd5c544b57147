//! How identifiers travel: which of them, and in which packed parameters.

use crate::kinds::ArnForm;
use crate::model::{Attribute, Kind};

/// The form of a kind's ARNs.
pub(crate) fn arn_form(kind: Kind) -> ArnForm {
    kind.descriptor().identifiers.arn
}

/// The attribute of `Fn::GetAtt` that is the ARN; none where `Ref` is all there is.
pub(crate) fn arn_attribute(kind: Kind) -> Option<&'static str> {
    kind.descriptor().identifiers.attribute
}

/// The text before the bare id in an ARN, for splitting it off; none where the physical id is a name.
pub(crate) fn before_id(kind: Kind) -> Option<String> {
    match arn_form(kind) {
        ArnForm::InInstance(segment) => Some(format!("/{segment}/")),
        form @ ArnForm::ById(_) => {
            form.shape().map(|(_, beginning)| beginning.into_owned()).filter(|beginning| !beginning.is_empty())
        }
        ArnForm::ByName(_) | ArnForm::Whole(_) => None,
    }
}

/// The name of the packed parameter identifiers of a kind travel in.
pub(super) fn parameter_name(kind: Kind) -> &'static str {
    kind.descriptor().identifiers.parameter
}

/// The identifier of a kind that travels in parameters.
pub(crate) fn traveling(kind: Kind) -> Attribute {
    match arn_form(kind) {
        ArnForm::InInstance(_) | ArnForm::ById(_) => Attribute::Id,
        ArnForm::ByName(_) | ArnForm::Whole(_) => Attribute::Ref,
    }
}

/// The kind whose identifiers a parameter carries, by its name.
pub(crate) fn kind_of_parameter(name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|&kind| name.starts_with(parameter_name(kind)))
}

/// How many identifiers of a kind fit into one parameter, whose value may have 4,096 bytes: ids are UUIDs; names may
/// have 255 characters.
pub(super) fn per_parameter(kind: Kind) -> usize {
    match arn_form(kind) {
        ArnForm::InInstance(_) | ArnForm::ById(_) => 100,
        ArnForm::ByName(_) | ArnForm::Whole(_) => 15,
    }
}
