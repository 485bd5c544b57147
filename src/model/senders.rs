//! Who sends messages where by itself: services, because the blueprint says so. They need the policy of the queue or topic,
//! and the key it is encrypted with.

use indexmap::IndexMap;

use super::members::Members;
use super::{Address, Kind, Value};
use crate::blueprint::{Blueprint, Name};

/// The service that alarms come from.
const ALARMS: &str = "cloudwatch.amazonaws.com";

/// A service that sends messages to a queue or topic.
#[derive(Clone, Debug)]
pub(crate) struct Sender<'b> {
    /// The service, as policies name it.
    pub(crate) service: &'static str,
    /// What it sends for.
    pub(crate) source: Address,
    /// The kind of what it sends to.
    pub(crate) kind: Kind,
    /// What it sends to.
    pub(crate) to: &'b Name,
}

impl Sender<'_> {
    /// True where it sends to this queue or topic of the blueprint.
    pub(crate) fn goes_to(&self, kind: Kind, key: &str) -> bool {
        self.kind == kind && self.to.value == key
    }

    /// SNS's own policy lets alarms of the account publish, and nobody else.
    pub(crate) fn needs_policy_of_topic(&self) -> bool {
        self.service != ALARMS
    }
}

/// Lets services do that, for nothing but what sends: one statement for each service, since the policy of a queue has 20
/// at most (Amazon SQS Developer Guide, "Quotas related to policies").
pub(crate) fn statements(senders: &[&Sender], action: &str, resource: &Value) -> Vec<Value> {
    let mut sources: IndexMap<&str, Vec<Value>> = IndexMap::new();
    for sender in senders {
        let of_service = sources.entry(sender.service).or_default();
        let source = Value::arn_of(sender.source.clone());
        if !of_service.contains(&source) {
            of_service.push(source);
        }
    }
    sources.into_iter().map(|(service, sources)| statement(service, sources, action, resource)).collect()
}

fn statement(service: &str, mut sources: Vec<Value>, action: &str, resource: &Value) -> Value {
    // One alarm of the blueprint can become several.
    let condition = if service == ALARMS {
        let account = Members::new().with("aws:SourceAccount", Value::Pseudo("AWS::AccountId"));
        Members::new().with("StringEquals", account)
    } else {
        let source = if sources.len() == 1 { sources.remove(0) } else { Value::List(sources) };
        Members::new().with("ArnEquals", Members::new().with("aws:SourceArn", source))
    };
    Members::new()
        .with("Effect", "Allow")
        .with("Principal", Members::new().with("Service", service))
        .with("Action", action)
        .with("Resource", vec![resource.clone()])
        .with("Condition", condition)
        .into()
}

/// All senders of a blueprint, in its order.
pub(crate) fn senders(blueprint: &Blueprint) -> Vec<Sender<'_>> {
    let mut senders = Vec::new();
    for (key, topic) in &blueprint.topics {
        for to in topic.subscriptions.iter().flat_map(|one| one.queue.iter().chain(&one.dead_letters)) {
            let source = Address::new(Kind::Topic, key.value.clone());
            senders.push(Sender { service: "sns.amazonaws.com", source, kind: Kind::SqsQueue, to });
        }
    }
    for (key, alarm) in &blueprint.alarms {
        for to in alarm.notify.iter().flat_map(|topics| &topics.0) {
            let source = Address::new(Kind::Alarm, key.value.clone());
            senders.push(Sender { service: ALARMS, source, kind: Kind::Topic, to });
        }
    }
    for (key, rule) in &blueprint.event_rules {
        let source = Address::new(Kind::EventRule, key.value.clone());
        for target in &rule.targets {
            let queues = target.queue.iter().chain(&target.dead_letters).map(|to| (Kind::SqsQueue, to));
            for (kind, to) in queues.chain(target.topic.iter().map(|to| (Kind::Topic, to))) {
                senders.push(Sender { service: "events.amazonaws.com", source: source.clone(), kind, to });
            }
        }
    }
    senders
}

/// The key that something of the blueprint is encrypted with, as it is written.
pub(crate) fn key_of<'b>(blueprint: &'b Blueprint, kind: Kind, name: &Name) -> Option<&'b Name> {
    match kind {
        Kind::SqsQueue => blueprint.sqs_queues.get(name)?.kms_key.as_ref(),
        Kind::Topic => blueprint.topics.get(name)?.kms_key.as_ref(),
        Kind::Bucket => blueprint.buckets.get(name)?.kms_key.as_ref(),
        Kind::Stream => blueprint.streams.get(name)?.kms_key.as_ref(),
        Kind::Table => {
            let choice = blueprint.tables.get(name)?.encryption.as_ref()?;
            (!matches!(choice.as_str(), "aws-owned" | "aws-managed")).then_some(choice)
        }
        _ => None,
    }
}

/// Statements, none of them twice.
pub(crate) fn each_once(statements: Vec<Value>) -> Vec<Value> {
    let mut once: Vec<Value> = Vec::new();
    for statement in statements {
        if !once.contains(&statement) {
            once.push(statement);
        }
    }
    once
}
