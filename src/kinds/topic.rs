//! An SNS topic, with its subscriptions.

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Name, resource};
use crate::model::members::{self, Members};
use crate::model::{Address, Kind, Resolver, Value};

resource! {
    /// An SNS topic: what is published to it goes to all who subscribed.
    pub struct Topic {
        /// Name of the topic; one that ends in `.fifo` keeps the order. Default: a name that CloudFormation makes.
        pub name: Option<Spanned<String>>,
        /// The name that e-mails come from.
        pub display_name: Option<Spanned<String>>,
        /// Who gets what is published.
        #[serde(default)]
        pub subscriptions: Vec<Spanned<Subscription>>,
        /// KMS key: one of this blueprint, its ARN, id or alias; `none` for no encryption. Default: the key of SNS, which
        /// alarms and rules of EventBridge cannot use.
        pub kms_key: Option<Name>,
    }
}

/// Who gets what is published: exactly one of `email`, `queue` and `lambda`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// An e-mail address. Its owner is asked to confirm.
    pub email: Option<Spanned<String>>,
    /// An SQS queue of this blueprint, or its ARN. A queue of this blueprint gets the policy that lets the topic send.
    pub queue: Option<Name>,
    /// A function of this blueprint, or its ARN; the topic gets the permission to invoke it.
    pub lambda: Option<Name>,
    /// Which messages, by their attributes, as SNS filters them: `{ kind: [late, lost] }`. Default: all.
    #[serde(default)]
    pub filter: Map<String, Json>,
    /// Whether the filter looks at the message itself, which is JSON, instead of its attributes. Default: false.
    #[serde(default)]
    pub filter_body: bool,
    /// Whether a queue gets the message alone, without what SNS says of it. Default: false.
    #[serde(default)]
    pub raw: bool,
    /// The SQS queue for what could not be delivered.
    pub dead_letters: Option<Name>,
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "topic",
    plural: "topics",
    resource_type: "AWS::SNS::Topic",
    prefix: "Topic",
    is_single: false,
    lowering: Some(Lowering {
        section: "topics",
        names: |blueprint| keys(&blueprint.topics),
        lower: |resolver| resolver.topics(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::Whole(Some(("sns", ""))),
        attribute: Some("TopicArn"),
        parameter: "TopicArns",
    },
    name: Some(UniqueName::in_account("/TopicName")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("subscriptions of others are lost, and e-mail addresses have to be confirmed again"),
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks {
        codes: &[(
            "topic-subscription",
            "A subscription of a topic leads nowhere, to several places, or where it cannot.",
        )],
        ..Checks::PLAIN
    },
};

/// The key of SNS itself.
pub(crate) const KEY_OF_SNS: &str = "alias/aws/sns";

/// What turns encryption off.
pub(crate) const NO_KEY: &str = "none";

/// The ending that SNS and SQS tell ordered topics and queues by.
fn is_fifo(name: Option<&Spanned<String>>) -> bool {
    name.is_some_and(|name| name.strip_suffix(".fifo").is_some())
}

impl Resolver<'_> {
    fn topics(&mut self) {
        for (key, topic) in &self.blueprint().topics {
            let fifo = is_fifo(topic.name.as_ref());
            let kms = match &topic.kms_key {
                Some(none) if none.value == NO_KEY => None,
                Some(key) => Some(self.kms_key(key)),
                None => Some(KEY_OF_SNS.into()),
            };
            let properties = Members::new()
                .with_some("TopicName", topic.name.as_ref())
                .with_some("DisplayName", topic.display_name.as_ref())
                .with_some("FifoTopic", fifo.then_some(true))
                .with_some("ContentBasedDeduplication", fifo.then_some(true))
                .with_some("KmsMasterKeyId", kms)
                .with_tags(topic.tags.as_ref())
                .finish();
            self.add(Kind::Topic, key, topic.common(), properties);
            for subscription in &topic.subscriptions {
                self.subscription(key, topic, subscription);
            }
        }
    }

    fn subscription(&mut self, topic: &Spanned<String>, of: &Topic, subscription: &Spanned<Subscription>) {
        let fifo = is_fifo(of.name.as_ref());
        let given = [&subscription.email, &subscription.queue, &subscription.lambda];
        let mut refuse = |title: &str, help: &str| {
            self.diagnostics.push(Diagnostic::error("topic-subscription", title).at(subscription.span, "").help(help));
        };
        let [Some(endpoint)] = given.into_iter().filter(|it| it.is_some()).collect::<Vec<_>>()[..] else {
            refuse("a subscription leads to exactly one place", "Give one of `email:`, `queue:` and `lambda:`.");
            return;
        };
        if fifo && subscription.queue.is_none() {
            // Amazon SNS Developer Guide, "Message delivery for FIFO topics".
            refuse("a topic that keeps the order has only queues", "Put the messages into a queue, and read that.");
        }
        if subscription.raw && subscription.queue.is_none() {
            refuse("only queues get the message alone", "Remove `raw:`.");
        }
        if subscription.email.as_ref().is_some_and(|address| !is_address(address)) {
            refuse("this is no e-mail address", "One looks like `alerts@acme.example`.");
        }
        let queue = subscription.queue.as_ref().and_then(|queue| self.blueprint().sqs_queues.get(queue));
        if !fifo && queue.is_some_and(|queue| is_fifo(queue.name.as_ref())) {
            self.diagnostics.push(
                Diagnostic::error("topic-subscription", "a queue that keeps the order gets nothing from this topic")
                    .at(endpoint.span, "its name ends in `.fifo`, and the topic's does not")
                    .help("Give the topic a name that ends in `.fifo` as well, or name another queue."),
            );
        }
        let (protocol, place) = self.endpoint(topic, subscription);
        let arn = Value::arn_of(Address::new(Kind::Topic, topic.value.clone()));
        let dead = subscription.dead_letters.as_ref().map(|queue| self.arn(Kind::SqsQueue, queue));
        let scope = if subscription.filter_body { "MessageBody" } else { "MessageAttributes" };
        let filter =
            (!subscription.filter.is_empty()).then(|| members::from_json(&Json::Object(subscription.filter.clone())));
        let properties = Members::new()
            .with("TopicArn", arn)
            .with("Protocol", protocol)
            .with("Endpoint", place)
            .with_some("FilterPolicyScope", filter.is_some().then_some(scope))
            .with_some("FilterPolicy", filter)
            .with_some("RawMessageDelivery", subscription.raw.then_some(true))
            .with_some("RedrivePolicy", dead.map(|arn| Members::new().with("deadLetterTargetArn", arn)))
            .finish();
        let name = Spanned::new(format!("{topic}.{protocol}.{endpoint}"), endpoint.span);
        // Renamed with its topic and its queue: of two subscriptions of one place, the one that goes takes both.
        let old_topic = of.renamed_from.as_ref().unwrap_or(topic);
        let old_endpoint = queue.and_then(|queue| queue.renamed_from.as_ref()).unwrap_or(endpoint);
        let old = Spanned::new(format!("{old_topic}.{protocol}.{old_endpoint}"), endpoint.span);
        let common = Common { renamed_from: (old.value != name.value).then_some(&old), ..Common::NONE };
        self.add(Kind::TopicSubscription, &name, common, properties);
    }

    /// How and where messages go. A function has to allow it.
    fn endpoint(&mut self, topic: &Spanned<String>, subscription: &Subscription) -> (&'static str, Value) {
        if let Some(address) = &subscription.email {
            return ("email", address.into());
        }
        if let Some(queue) = &subscription.queue {
            return ("sqs", self.arn(Kind::SqsQueue, queue));
        }
        let Some(lambda) = &subscription.lambda else { return ("lambda", Value::from("")) };
        let source = Address::new(Kind::Topic, topic.value.clone());
        ("lambda", self.invoked_by("sns.amazonaws.com", source, lambda))
    }
}

/// Whether a text may be an e-mail address: SNS asks its owner anyway.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && host.contains('.'));
    parts.is_some_and(|(_, host)| !host.contains('@') && !text.contains(char::is_whitespace))
}
