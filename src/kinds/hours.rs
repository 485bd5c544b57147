//! Hours of operation.

use callform_aws::ObjectType;

use super::descriptor::{
    ArnForm, Builtins, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "hours",
    plural: "hours of operation",
    resource_type: "AWS::Connect::HoursOfOperation",
    prefix: "Hours",
    is_single: false,
    lowering: Some(Lowering {
        section: "hours",
        names: |blueprint| keys(&blueprint.hours),
        lower: |resolver| resolver.hours(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("operating-hours"),
        attribute: Some("HoursOfOperationArn"),
        parameter: "HoursOfOperationIds",
    },
    name: UniqueName::in_instance("/Name"),
    lookup: None,
    builtins: Some(Builtins { known: &["Basic Hours"], objects: ObjectType::Hours }),
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_hours(reading.instance))),
    drift: Drift {
        filled_in: &[
            ("HoursOfOperationOverrides/*/HoursOfOperationOverrideId", FilledIn::Anything),
            ("HoursOfOperationOverrides/*/OverrideType", FilledIn::Text("STANDARD")),
        ],
        written_together: &["Name", "Description", "TimeZone", "Config"],
        ..Drift::PLAIN
    },
    service: Service::limited("L-20CD02F7", "Hours of operation per instance", 100),
    own_rules: &[],
};
