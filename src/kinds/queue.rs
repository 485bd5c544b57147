//! A queue.

use callform_aws::ObjectType;

use super::descriptor::{
    ArnForm, Builtins, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    Touched, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "queue",
    plural: "queues",
    resource_type: "AWS::Connect::Queue",
    prefix: "Queue",
    is_single: false,
    lowering: Some(Lowering {
        section: "queues",
        names: |blueprint| keys(&blueprint.queues),
        lower: |resolver| resolver.queues(),
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::InInstance("queue"), attribute: Some("QueueArn"), parameter: "QueueIds" },
    name: UniqueName::in_instance("/Name"),
    lookup: None,
    builtins: Some(Builtins { known: &["BasicQueue"], objects: ObjectType::Queue }),
    lifetime: Lifetime::losing("reports lose the history of the queue"),
    reach: Reach::listed(Touched::Queues),
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| {
        Box::pin(async { reading.gateway.live_queues(reading.instance, &|id| reading.is_managed(id)).await })
    }),
    drift: Drift {
        filled_in: &[("Status", FilledIn::Text("ENABLED"))],
        written_together: &["Name", "Description"],
        ..Drift::PLAIN
    },
    service: Service {
        batch: Some(("QuickConnectArns", 50)),
        ..Service::limited("L-19A87C94", "Queues per instance", 50)
    },
    own_rules: &[],
};
