//! `AWS::Connect::Queue`, with its quick connects.

use serde_json::{Value, json};

use super::properties::{
    arn_in, differs, instance_arn, missing, present, refuse_change, tag_list, tags, text, text_or_empty, texts,
};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct Queue;

/// Quick connects that one call of the service takes.
const QUICK_CONNECTS_PER_CALL: usize = 50;

impl ResourceHandler for Queue {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let arn = service.call_for(
            "CreateQueue",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Description": properties.get("Description"),
                "HoursOfOperationId": properties.get("HoursOfOperationArn"),
                "MaxContacts": properties.get("MaxContacts"),
                "OutboundCallerConfig": caller_for_service(properties),
                "OutboundEmailConfig": properties.get("OutboundEmailConfig"),
                "Tags": tags(properties),
            }),
            "QueueArn",
        )?;
        quick_connects(service, "AssociateQueueQuickConnects", &arn, &texts(properties, "QuickConnectArns"))?;
        if text(properties, "Status") == "DISABLED" {
            update_status(service, &arn, properties)?;
        }
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let service = Service::new(context);
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "QueueId": physical_id});
        let Some(queue) = service.describe("DescribeQueue", input, "Queue")? else {
            return Ok(None);
        };
        Ok(Some(present(json!({
            "QueueArn": physical_id,
            "InstanceArn": instance,
            "Name": queue.get("Name"),
            "Description": queue.get("Description"),
            "HoursOfOperationArn": arn_in(instance, "operating-hours", queue.get("HoursOfOperationId")),
            "MaxContacts": queue.get("MaxContacts"),
            "OutboundCallerConfig": caller_from_service(instance, queue.get("OutboundCallerConfig")),
            "OutboundEmailConfig": queue.get("OutboundEmailConfig"),
            "QuickConnectArns": linked(service, physical_id)?,
            "Status": queue.get("Status"),
            "Type": "STANDARD",
            "Tags": tag_list(queue.get("Tags")),
            "LastModifiedTime": queue.get("LastModifiedTime"),
            "LastModifiedRegion": queue.get("LastModifiedRegion"),
        }))))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        let call = |operation: &str, member: &str, value: Value| {
            let input = json!({"InstanceId": new.get("InstanceArn"), "QueueId": physical_id, member: value});
            service.call(operation, input).map(drop)
        };
        if differs(old, new, &["Name", "Description"]) {
            service.call(
                "UpdateQueueName",
                json!({
                    "InstanceId": new.get("InstanceArn"),
                    "QueueId": physical_id,
                    "Name": new.get("Name"),
                    "Description": text_or_empty(new, "Description"),
                }),
            )?;
        }
        if differs(old, new, &["HoursOfOperationArn"]) {
            call("UpdateQueueHoursOfOperation", "HoursOfOperationId", json!(new.get("HoursOfOperationArn")))?;
        }
        if differs(old, new, &["MaxContacts"]) {
            call("UpdateQueueMaxContacts", "MaxContacts", json!(new.get("MaxContacts")))?;
        }
        if differs(old, new, &["OutboundCallerConfig"]) {
            let caller = caller_for_service(new);
            let caller = if caller.is_null() { json!({}) } else { caller };
            call("UpdateQueueOutboundCallerConfig", "OutboundCallerConfig", caller)?;
        }
        if differs(old, new, &["Status"]) {
            update_status(service, physical_id, new)?;
        }
        let (before, after) = (texts(old, "QuickConnectArns"), texts(new, "QuickConnectArns"));
        // A quick connect that was deleted is off the queue already.
        let live = linked(service, physical_id)?;
        let gone: Vec<&str> =
            missing(&before, &after).into_iter().filter(|arn| live.iter().any(|one| one == arn)).collect();
        quick_connects(service, "DisassociateQueueQuickConnects", physical_id, &gone)?;
        quick_connects(service, "AssociateQueueQuickConnects", physical_id, &missing(&after, &before))?;
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "QueueId": physical_id});
        Service::new(context).call("DeleteQueue", input).map(drop)
    }
}

/// A queue without the property is enabled, as a new one.
fn update_status(service: Service, arn: &str, properties: &Properties) -> HandlerResult<()> {
    let status = properties.get("Status").cloned().unwrap_or_else(|| "ENABLED".into());
    let input = json!({"InstanceId": instance_arn(arn)?, "QueueId": arn, "Status": status});
    service.call("UpdateQueueStatus", input).map(drop)
}

/// The ARNs of a queue's quick connects, sorted.
fn linked(service: Service, arn: &str) -> HandlerResult<Vec<String>> {
    let input = json!({"InstanceId": instance_arn(arn)?, "QueueId": arn});
    let linked = service.list("ListQueueQuickConnects", input, "QuickConnectSummaryList")?;
    let mut arns: Vec<String> =
        linked.iter().filter_map(|quick_connect| Some(quick_connect.get("Arn")?.as_str()?.to_owned())).collect();
    arns.sort_unstable();
    Ok(arns)
}

fn quick_connects(service: Service, operation: &str, arn: &str, ids: &[&str]) -> HandlerResult<()> {
    for batch in ids.chunks(QUICK_CONNECTS_PER_CALL) {
        let input = json!({"InstanceId": instance_arn(arn)?, "QueueId": arn, "QuickConnectIds": batch});
        service.call(operation, input)?;
    }
    Ok(())
}

fn caller_for_service(properties: &Properties) -> Value {
    properties.get("OutboundCallerConfig").map_or(Value::Null, |caller| {
        json!({
            "OutboundCallerIdName": caller.get("OutboundCallerIdName"),
            "OutboundCallerIdNumberId": caller.get("OutboundCallerIdNumberArn"),
            "OutboundFlowId": caller.get("OutboundFlowArn"),
        })
    })
}

fn caller_from_service(instance: &str, caller: Option<&Value>) -> Value {
    let Some(caller) = caller else { return Value::Null };
    // Phone numbers belong to the account: their ARNs have the instance's beginning without the instance.
    let account = instance.split_once(":instance/").map_or(instance, |(account, _)| account);
    let number = match caller.get("OutboundCallerIdNumberId").and_then(Value::as_str) {
        None | Some("") => Value::Null,
        Some(arn) if arn.starts_with("arn:") => arn.into(),
        Some(id) => format!("{account}:phone-number/{id}").into(),
    };
    Value::Object(present(json!({
        "OutboundCallerIdName": caller.get("OutboundCallerIdName"),
        "OutboundCallerIdNumberArn": number,
        "OutboundFlowArn": arn_in(instance, "contact-flow", caller.get("OutboundFlowId")),
    })))
}
