//! A saved query of an Athena workgroup; its name is `<workgroup>.<query>`.

use super::descriptor::{ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "named_query",
    plural: "queries",
    resource_type: "AWS::Athena::NamedQuery",
    prefix: "NamedQuery",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "NamedQueryIds" },
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
