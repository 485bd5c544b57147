//! The alias of a KMS key.

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service, UniqueName,
};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "kms_alias",
    plural: "aliases of keys",
    resource_type: "AWS::KMS::Alias",
    prefix: "KmsAlias",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "KmsAliasNames" },
    name: Some(UniqueName::in_account("/AliasName")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};
