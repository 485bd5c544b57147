//! The alias of a Lambda function that flows and streams invoke.

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "lambda_alias",
    plural: "aliases of functions",
    resource_type: "AWS::Lambda::Alias",
    prefix: "Alias",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "AliasArns" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::Template { but: Some("who may invoke them") },
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};
