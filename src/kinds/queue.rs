//! A queue.

use callform_aws::ObjectType;
use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Builtins, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach,
    Service, Touched, UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Name, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Kind, Value, naming};

resource! {
    /// A queue where contacts wait for an agent.
    pub struct Queue {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// The hours of operation.
        pub hours: Name,
        /// How the center appears on outgoing calls.
        pub caller_id: Option<CallerId>,
        /// The flow an outgoing call runs before the agent talks (outbound whisper).
        pub outbound_flow: Option<Name>,
        /// ARN or id of the e-mail address that answers to e-mails come from.
        pub email: Option<Spanned<String>>,
        /// How many contacts may wait. Default: no limit but the instance's.
        pub max_contacts: Option<Spanned<u32>>,
        /// Whether contacts can be put into the queue. Default: true.
        pub enabled: Option<bool>,
        /// Quick connects that agents see while they serve this queue.
        pub quick_connects: Option<Spanned<Vec<Name>>>,
    }
}

/// How a center appears on outgoing calls.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallerId {
    /// The name shown.
    pub name: Option<Spanned<String>>,
    /// The number shown: a phone number of this blueprint, or its ARN.
    pub number: Option<Name>,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "queue",
    plural: "queues",
    resource_type: "AWS::Connect::Queue",
    prefix: "Queue",
    is_single: false,
    lowering: Some(Lowering {
        section: "queues",
        names: |blueprint| keys(&blueprint.queues),
        lower: |resolver| resolver.queues(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::InInstance("queue"), attribute: Some("QueueArn"), parameter: "QueueIds" },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: Some(Builtins { known: &["BasicQueue"], objects: ObjectType::Queue }),
    lifetime: Lifetime::held_losing("reports lose the history of the queue"),
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
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    pub(crate) fn queues(&mut self) {
        for (key, queue) in &self.blueprint().queues {
            let name = queue.name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone());
            let quick_connects = self.quick_connects_of(queue);
            let circular = !quick_connects.is_empty();
            let properties = Members::of_instance()
                .with("Name", name)
                .with_some("Description", queue.description.as_ref())
                .with("HoursOfOperationArn", self.arn(Kind::Hours, &queue.hours))
                .with_some(
                    "OutboundCallerConfig",
                    self.outbound_caller(queue.caller_id.as_ref(), queue.outbound_flow.as_ref()),
                )
                .with_some("OutboundEmailConfig", queue.email.as_ref().map(|email| email_config(email)))
                .with_some("MaxContacts", queue.max_contacts.as_ref().map(|most| most.value))
                .with("Status", if queue.enabled.unwrap_or(true) { "ENABLED" } else { "DISABLED" })
                .with_list("QuickConnectArns", quick_connects)
                .with_tags(queue.tags.as_ref())
                .finish();
            let resource = self.add(Kind::Queue, key, queue.common(), properties);
            if circular {
                resource.deferrable.insert("QuickConnectArns".to_owned(), None);
            }
        }
    }

    /// A queue's quick connects in an order that does not depend on how they are written: Connect keeps a set.
    fn quick_connects_of(&mut self, queue: &Queue) -> Vec<Value> {
        let mut names: Vec<&Name> = queue.quick_connects.iter().flat_map(|list| &list.value).collect();
        names.sort();
        names.into_iter().map(|name| self.arn(Kind::QuickConnect, name)).collect()
    }

    fn outbound_caller(&mut self, caller_id: Option<&CallerId>, flow: Option<&Name>) -> Option<Members> {
        if caller_id.is_none() && flow.is_none() {
            return None;
        }
        let number = caller_id.and_then(|caller_id| caller_id.number.as_ref());
        let members = Members::new()
            .with_some("OutboundCallerIdName", caller_id.and_then(|caller_id| caller_id.name.as_ref()))
            .with_some("OutboundCallerIdNumberArn", number.map(|number| self.arn(Kind::PhoneNumber, number)))
            .with_some("OutboundFlowArn", flow.map(|flow| self.arn(Kind::Flow, flow)));
        Some(members)
    }
}

/// The service takes the bare id.
fn email_config(address: &str) -> Members {
    Members::new().with("OutboundEmailAddressId", address.rsplit('/').next().unwrap_or(address))
}
