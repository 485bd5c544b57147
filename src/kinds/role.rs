//! An IAM role.

use callform_aws::NamedResource;

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "role",
    plural: "roles",
    resource_type: "AWS::IAM::Role",
    prefix: "Role",
    is_single: false,
    lowering: Some(Lowering {
        section: "roles",
        names: |blueprint| keys(&blueprint.roles),
        lower: |resolver| resolver.roles(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Id}"),
        attribute: Some("Arn"),
        parameter: "RoleNames",
    },
    name: UniqueName::in_account("/RoleName"),
    lookup: Some(Lookup { property: "RoleName", resource: NamedResource::Role, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::Template { but: Some("policies") },
    drift: Drift::PLAIN,
    service: Service { seconds: 20, ..Service::PLAIN },
    own_rules: &[],
};
