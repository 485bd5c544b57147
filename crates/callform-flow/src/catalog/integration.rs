//! Interactions with other services: Lambda, customer profiles, data tables.

use super::{ActionSpec, Class, Conditions, ObjectKind, Shape, USUAL, optional, required};

const PROFILE_REQUEST: super::ParameterSpec = required("ProfileRequestData", Class::Dynamic, Shape::Any);
const PROFILE_RESPONSE: super::ParameterSpec = optional("ProfileResponseData", Class::Dynamic, Shape::Any);

pub(super) const TABLE: &[ActionSpec] = &[
    ActionSpec {
        name: "InvokeLambdaFunction",
        block: "AWS Lambda function",
        parameters: &[
            required("LambdaFunctionARN", Class::Dynamic, Shape::Object(ObjectKind::LambdaFunction)),
            required("InvocationTimeLimitSeconds", Class::Static, Shape::Integer(1, 60)),
            optional("InvocationType", Class::Static, Shape::OneOf(&["SYNCHRONOUS", "ASYNCHRONOUS"])),
            optional("LambdaInvocationAttributes", Class::Dynamic, Shape::Map),
            optional(
                "ResponseValidation",
                Class::Static,
                Shape::Members(&[required("ResponseType", Class::Static, Shape::OneOf(&["STRING_MAP", "JSON"]))]),
            ),
        ],
        verified: true,
        ..USUAL
    },
    ActionSpec {
        name: "CreateCustomerProfile",
        block: "Customer profiles",
        parameters: &[PROFILE_REQUEST, PROFILE_RESPONSE],
        ..USUAL
    },
    ActionSpec {
        name: "UpdateCustomerProfile",
        block: "Customer profiles",
        parameters: &[PROFILE_REQUEST, PROFILE_RESPONSE],
        ..USUAL
    },
    ActionSpec {
        name: "GetCustomerProfile",
        block: "Customer profiles",
        parameters: &[PROFILE_REQUEST, PROFILE_RESPONSE],
        required_errors: &["MultipleFoundError", "NoneFoundError", "NoMatchingError"],
        ..USUAL
    },
    ActionSpec {
        name: "GetCustomerProfileObject",
        block: "Customer profiles",
        parameters: &[PROFILE_REQUEST, PROFILE_RESPONSE],
        required_errors: &["NoneFoundError", "NoMatchingError"],
        ..USUAL
    },
    ActionSpec {
        name: "GetCalculatedAttributesForCustomerProfile",
        block: "Customer profiles",
        parameters: &[PROFILE_REQUEST, PROFILE_RESPONSE],
        required_errors: &["NoneFoundError", "NoMatchingError"],
        ..USUAL
    },
    ActionSpec {
        name: "AssociateContactToCustomerProfile",
        block: "Customer profiles",
        parameters: &[PROFILE_REQUEST, PROFILE_RESPONSE],
        ..USUAL
    },
    ActionSpec {
        name: "EvaluateDataTableValues",
        block: "Data table",
        parameters: &[
            required("DataTableId", Class::StaticOrPath, Shape::Text),
            optional("Queries", Class::Dynamic, Shape::List),
        ],
        ..USUAL
    },
    ActionSpec {
        name: "ListDataTableValues",
        block: "Data table",
        parameters: &[
            required("DataTableId", Class::StaticOrPath, Shape::Text),
            optional("PrimaryKeyGroups", Class::Dynamic, Shape::List),
        ],
        ..USUAL
    },
    ActionSpec {
        name: "UpsertDataTableValues",
        block: "Data table",
        parameters: &[
            required("DataTableId", Class::StaticOrPath, Shape::Text),
            optional("LockVersion", Class::Dynamic, Shape::Any),
            optional("DataTableUpsertAttributes", Class::Dynamic, Shape::Any),
        ],
        ..USUAL
    },
    ActionSpec {
        name: "CheckSegmentMembership",
        block: "Check segment membership",
        conditions: Conditions::Any,
        optional_errors: &["NoMatchingCondition"],
        ..USUAL
    },
];
