//! Queues.

use super::members::Members;
use super::resolver::Resolver;
use super::{Kind, Value, naming};
use crate::blueprint::{CallerId, Definition as _, Name, Queue};

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
                .with_some("MaxContacts", queue.max_contacts.as_ref().map(|most| most.value))
                .with("Status", if queue.enabled.unwrap_or(true) { "ENABLED" } else { "DISABLED" })
                .with_list("QuickConnectArns", quick_connects)
                .with_tags(queue.tags.as_ref())
                .finish();
            let resource = self.add(Kind::Queue, key, queue.common(), "AWS::Connect::Queue", properties);
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
