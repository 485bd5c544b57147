//! A security profile.

use callform_aws::ObjectType;

use super::descriptor::{
    ArnForm, Builtins, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "security_profile",
    plural: "security profiles",
    resource_type: "AWS::Connect::SecurityProfile",
    prefix: "SecurityProfile",
    is_single: false,
    lowering: Some(Lowering {
        section: "security_profiles",
        names: |blueprint| keys(&blueprint.security_profiles),
        lower: |resolver| resolver.security_profiles(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("security-profile"),
        attribute: Some("SecurityProfileArn"),
        parameter: "SecurityProfileIds",
    },
    name: UniqueName::in_instance("/SecurityProfileName"),
    lookup: None,
    builtins: Some(Builtins {
        known: &["Admin", "Agent", "CallCenterManager", "QualityAnalyst"],
        objects: ObjectType::SecurityProfile,
    }),
    lifetime: Lifetime::losing("its users lose its permissions"),
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_security_profiles(reading.instance, reading.managed))),
    drift: Drift { written_together: &["Description", "Permissions"], ..Drift::PLAIN },
    service: Service::limited("L-F325A715", "Security profiles per instance", 100),
    own_rules: &[],
};
