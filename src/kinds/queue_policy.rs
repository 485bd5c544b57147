//! Who may put messages into an SQS queue: services that the blueprint has send there, for what sends.

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use crate::blueprint::Common;
use crate::model::members::Members;
use crate::model::senders::{self, senders};
use crate::model::{Address, Attribute, Kind, Reference, Resolver, Target, Value, access};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "queue_policy",
    plural: "policies of SQS queues",
    resource_type: "AWS::SQS::QueuePolicy",
    prefix: "QueuePolicy",
    is_single: false,
    lowering: None,
    finish: Some(finish),
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "QueuePolicyIds" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

fn finish(resolver: &mut Resolver<'_>) {
    resolver.queue_policies();
}

impl Resolver<'_> {
    /// One policy for each queue: a second one would take the place of the first.
    fn queue_policies(&mut self) {
        let blueprint = self.blueprint();
        let senders = senders(blueprint);
        for (key, definition) in &blueprint.sqs_queues {
            let to_queue: Vec<_> = senders.iter().filter(|one| one.goes_to(Kind::SqsQueue, key)).collect();
            if to_queue.is_empty() {
                continue;
            }
            let queue = Address::new(Kind::SqsQueue, key.value.clone());
            let arn = Value::arn_of(queue.clone());
            let url = Reference { target: Target::Resource(queue), attribute: Attribute::Ref };
            let properties = Members::new()
                .with("Queues", vec![Value::Reference(url)])
                .with("PolicyDocument", access::document(senders::statements(&to_queue, "sqs:SendMessage", &arn)))
                .finish();
            // What comes with a queue is renamed with it: of two policies of one queue, the one that goes takes all.
            let common = Common { renamed_from: definition.renamed_from.as_ref(), ..Common::NONE };
            self.add(Kind::QueuePolicy, key, common, properties);
        }
    }
}
