//! A published version of a Lambda function.

use super::descriptor::{ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "lambda_version",
    plural: "versions of functions",
    resource_type: "AWS::Lambda::Version",
    prefix: "Version",
    is_single: false,
    lowering: None,
    finish: Some(|resolver| resolver.name_versions()),
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "VersionArns" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    own_rules: &[],
};
