//! A DynamoDB table.

use callform_aws::NamedResource;

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "table",
    plural: "tables",
    resource_type: "AWS::DynamoDB::Table",
    prefix: "Table",
    is_single: false,
    lowering: Some(Lowering {
        section: "tables",
        names: |blueprint| keys(&blueprint.tables),
        lower: |resolver| resolver.tables(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Id}"),
        attribute: Some("Arn"),
        parameter: "TableNames",
    },
    name: UniqueName::in_account("/TableName"),
    lookup: Some(Lookup { property: "TableName", resource: NamedResource::Table, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime {
        loss: Some("the items of the table are lost"),
        is_retained: true,
        holds_data: true,
        is_named_by_default: true,
        ..Lifetime::PLAIN
    },
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { seconds: 30, ..Service::PLAIN },
    own_rules: &[],
};
