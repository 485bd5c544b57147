//! A subscription of an SNS topic; its name is `<topic>.<protocol>.<endpoint>`.

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "topic_subscription",
    plural: "subscriptions of topics",
    resource_type: "AWS::SNS::Subscription",
    prefix: "Subscription",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "SubscriptionArns" },
    name: None,
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
