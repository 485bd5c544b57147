//! A CloudWatch log group.

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service, UniqueName,
};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "log_group",
    plural: "log groups",
    resource_type: "AWS::Logs::LogGroup",
    prefix: "LogGroup",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Id}:*"),
        attribute: Some("Arn"),
        parameter: "LogGroupNames",
    },
    name: Some(UniqueName::in_account("/LogGroupName")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime { loss: Some("the logs are lost"), holds_data: true, ..Lifetime::PLAIN },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};
