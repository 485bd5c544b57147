//! Topics, subscriptions and what becomes of a message.

use serde_json::{Value, json};

use super::{call, delivery};
use crate::handler::Environment;
use crate::input::object;
use crate::resources::sandboxed;
use crate::services::carrying::{InvocationError, Step};
use crate::services::sqs;

const TOPIC: &str = "arn:aws:sns:us-west-2:123456789012:calls";

fn ask(environment: &Environment, operation: &str, input: Value) -> Value {
    call(environment, operation, &object(input)).unwrap()
}

fn received(environment: &Environment) -> Value {
    let url = "https://sqs.us-west-2.amazonaws.com/123456789012/calls";
    sqs::call(environment, "ReceiveMessage", &object(json!({ "QueueUrl": url }))).unwrap()
}

fn subscribed(environment: &Environment, protocol: &str, endpoint: &str, attributes: &Value) -> Value {
    assert_eq!(ask(environment, "CreateTopic", json!({ "Name": "calls" }))["TopicArn"], TOPIC);
    sqs::call(environment, "CreateQueue", &object(json!({ "QueueName": "calls" }))).unwrap();
    let input =
        json!({ "TopicArn": TOPIC, "Protocol": protocol, "Endpoint": endpoint, "Attributes": { "entry": attributes } });
    ask(environment, "Subscribe", input)["SubscriptionArn"].clone()
}

#[test]
fn a_message_reaches_the_queue() {
    sandboxed(|environment| {
        subscribed(environment, "sqs", "arn:aws:sqs:us-west-2:123456789012:calls", &json!([]));
        let published = ask(environment, "Publish", json!({ "TopicArn": TOPIC, "Subject": "s", "Message": "hello" }));
        let message = received(environment);
        let body: Value = serde_json::from_str(message["Messages"][0]["Body"].as_str().unwrap()).unwrap();
        assert_eq!(
            (&body["Message"], &body["Subject"], &body["TopicArn"], &body["MessageId"]),
            (&json!("hello"), &json!("s"), &json!(TOPIC), &published["MessageId"])
        );
    });
}

#[test]
fn a_filter_keeps_messages_out() {
    sandboxed(|environment| {
        let attributes = json!([
            { "key": "FilterPolicy", "value": r#"{"kind": ["missed", {"prefix": "lost"}]}"# },
            { "key": "RawMessageDelivery", "value": "true" },
        ]);
        subscribed(environment, "sqs", "arn:aws:sqs:us-west-2:123456789012:calls", &attributes);
        for (kind, passes) in [("answered", false), ("missed", true), ("lost-1", true)] {
            let attributes =
                json!({ "entry": [{ "Name": "kind", "Value": { "DataType": "String", "StringValue": kind } }] });
            ask(environment, "Publish", json!({ "TopicArn": TOPIC, "Message": kind, "MessageAttributes": attributes }));
            assert_eq!(received(environment)["Messages"][0]["Body"] == kind, passes, "{kind}");
        }
        let unknown = json!({ "TopicArn": TOPIC, "Protocol": "email", "Endpoint": "a@example.com",
            "Attributes": { "FilterPolicy": r#"{"kind": [{"cidr": "10.0.0.0/8"}]}"# } });
        assert!(call(environment, "Subscribe", &object(unknown)).unwrap_err().message.contains("cidr"));
    });
}

#[test]
fn a_function_gets_a_message_three_times_at_most() {
    sandboxed(|environment| {
        let function = "arn:aws:lambda:us-west-2:123456789012:function:f";
        subscribed(environment, "lambda", function, &json!([]));
        ask(environment, "Publish", json!({ "TopicArn": TOPIC, "Message": "hello" }));
        for _ in 0..3 {
            let Step::Invoke(invocation) = delivery::step(environment).unwrap() else { panic!("nothing to do") };
            assert_eq!(invocation.function, function);
            let event: Value = serde_json::from_slice(&invocation.payload).unwrap();
            assert_eq!(event["Records"][0]["Sns"]["Message"], "hello");
            delivery::settle(environment, &Err(InvocationError::Failed("no".to_owned()))).unwrap();
        }
        assert_eq!(delivery::step(environment).unwrap(), Step::Idle);
        assert_eq!(delivery::regions(environment.tx).unwrap(), Vec::<String>::new());
    });
}

#[test]
fn mail_waits_for_somebody_to_confirm() {
    sandboxed(|environment| {
        assert_eq!(subscribed(environment, "email", "a@example.com", &json!([])), "pending confirmation");
        let listed = ask(environment, "ListSubscriptionsByTopic", json!({ "TopicArn": TOPIC }));
        assert_eq!(listed["Subscriptions"][0]["SubscriptionArn"], "PendingConfirmation");
        ask(environment, "DeleteTopic", json!({ "TopicArn": TOPIC }));
        assert_eq!(ask(environment, "ListSubscriptions", json!({}))["Subscriptions"], json!([]));
        let refused = call(environment, "Publish", &object(json!({ "TopicArn": TOPIC, "Message": "m" })));
        assert_eq!(refused.unwrap_err().code, "NotFound");
    });
}
