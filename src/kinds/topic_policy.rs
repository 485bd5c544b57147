//! Who may publish to an SNS topic, where SNS's own policy does not do.

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use crate::blueprint::Common;
use crate::model::members::Members;
use crate::model::senders::{self, senders};
use crate::model::{Address, Kind, Resolver, Value, access};

/// What SNS lets the owner of a topic do where it has no policy of its own. Source: Amazon SNS Developer Guide.
const OF_OWNER: [&str; 8] = [
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
];

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "topic_policy",
    plural: "policies of topics",
    resource_type: "AWS::SNS::TopicPolicy",
    prefix: "TopicPolicy",
    is_single: false,
    lowering: None,
    finish: Some(finish),
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "TopicPolicyIds" },
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
    resolver.topic_policies();
}

impl Resolver<'_> {
    /// Policies of topics that rules of EventBridge publish to. It takes the place of SNS's own, which alarms and the
    /// account itself go by: so that one is part of it.
    fn topic_policies(&mut self) {
        let blueprint = self.blueprint();
        let senders = senders(blueprint);
        for (key, definition) in &blueprint.topics {
            let to_topic: Vec<_> = senders.iter().filter(|one| one.goes_to(Kind::Topic, key)).collect();
            if !to_topic.iter().any(|one| one.needs_policy_of_topic()) {
                continue;
            }
            let topic = Value::arn_of(Address::new(Kind::Topic, key.value.clone()));
            let mut statements = vec![of_owner(&topic)];
            statements.extend(senders::statements(&to_topic, "sns:Publish", &topic));
            let properties = Members::new()
                .with("Topics", vec![topic])
                .with("PolicyDocument", access::document(statements))
                .finish();
            // What comes with a topic is renamed with it: of two policies of one topic, the one that goes takes all.
            let common = Common { renamed_from: definition.renamed_from.as_ref(), ..Common::NONE };
            self.add(Kind::TopicPolicy, key, common, properties);
        }
    }
}

fn of_owner(topic: &Value) -> Value {
    let owner = Members::new().with("aws:SourceOwner", Value::Pseudo("AWS::AccountId"));
    Members::new()
        .with("Effect", "Allow")
        .with("Principal", Members::new().with("AWS", "*"))
        .with("Action", OF_OWNER.map(Value::from).to_vec())
        .with("Resource", vec![topic.clone()])
        .with("Condition", Members::new().with("StringEquals", owner))
        .into()
}
