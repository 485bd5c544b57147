//! A table or view of a database of the Glue Data Catalog; its name is `<database>.<table>`.

use super::descriptor::{ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "catalog_table",
    plural: "catalog tables",
    resource_type: "AWS::Glue::Table",
    prefix: "CatalogTable",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "CatalogTableRefs" },
    name: None,
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
