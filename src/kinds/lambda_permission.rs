//! A permission for Connect to invoke a Lambda function.

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "lambda_permission",
    plural: "permissions to invoke functions",
    resource_type: "AWS::Lambda::Permission",
    prefix: "Permission",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "PermissionRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside { is_of_region: false, may_be_of_others: true },
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};
