//! A database of the Glue Data Catalog.

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "database",
    plural: "databases",
    resource_type: "AWS::Glue::Database",
    prefix: "Database",
    is_single: false,
    lowering: Some(Lowering {
        section: "databases",
        names: |blueprint| keys(&blueprint.databases),
        lower: |resolver| resolver.databases(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:database/${Id}"),
        attribute: None,
        parameter: "DatabaseNames",
    },
    name: UniqueName::in_account("/DatabaseInput/Name"),
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
