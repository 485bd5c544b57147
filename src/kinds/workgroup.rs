//! An Athena workgroup.

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "workgroup",
    plural: "workgroups",
    resource_type: "AWS::Athena::WorkGroup",
    prefix: "Workgroup",
    is_single: false,
    lowering: Some(Lowering {
        section: "workgroups",
        names: |blueprint| keys(&blueprint.workgroups),
        lower: |resolver| resolver.workgroups(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${Id}"),
        attribute: None,
        parameter: "WorkGroupNames",
    },
    name: UniqueName::in_account("/Name"),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("the history of its queries is lost"),
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    own_rules: &[],
};
