//! An event source mapping of a Lambda function.

use super::descriptor::{ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "event_source",
    plural: "event sources",
    resource_type: "AWS::Lambda::EventSourceMapping",
    prefix: "EventSource",
    is_single: false,
    lowering: Some(Lowering {
        section: "event_sources",
        names: |blueprint| keys(&blueprint.event_sources),
        lower: |resolver| resolver.event_sources(),
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "EventSourceMappingIds" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    own_rules: &[],
};
