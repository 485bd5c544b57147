//! An IAM managed policy.

use callform_aws::NamedResource;

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "policy",
    plural: "policies",
    resource_type: "AWS::IAM::ManagedPolicy",
    prefix: "Policy",
    is_single: false,
    lowering: Some(Lowering {
        section: "policies",
        names: |blueprint| keys(&blueprint.policies),
        lower: |resolver| resolver.policies(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::Whole(Some(("iam", "policy/"))),
        attribute: Some("PolicyArn"),
        parameter: "ManagedPolicyArns",
    },
    name: UniqueName::in_account("/ManagedPolicyName"),
    lookup: Some(Lookup { property: "ManagedPolicyName", resource: NamedResource::Policy, is_physical_id: false }),
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    own_rules: &[],
};
