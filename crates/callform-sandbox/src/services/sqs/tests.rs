//! Queues and messages, by the service's operations.

use serde_json::{Value, json};

use super::call;
use crate::handler::Environment;
use crate::input::object;
use crate::resources::sandboxed;

fn ask(environment: &Environment, operation: &str, input: Value) -> Value {
    call(environment, operation, &object(input)).unwrap()
}

fn queue(environment: &Environment, name: &str, attributes: &Value) -> Value {
    ask(environment, "CreateQueue", json!({ "QueueName": name, "Attributes": attributes }))["QueueUrl"].clone()
}

#[test]
fn a_message_is_hidden_while_it_is_worked_on() {
    sandboxed(|environment| {
        let url = queue(environment, "calls", &json!({ "VisibilityTimeout": "30" }));
        assert_eq!(url, "https://sqs.us-west-2.amazonaws.com/123456789012/calls");
        let attributes = json!({ "kind": { "DataType": "String", "StringValue": "missed" } });
        let sent = json!({ "QueueUrl": url, "MessageBody": "hello", "MessageAttributes": attributes });
        let sent = ask(environment, "SendMessage", sent);
        assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
        let receive = json!({ "QueueUrl": url, "MessageAttributeNames": ["All"], "AttributeNames": ["All"] });
        let received = ask(environment, "ReceiveMessage", receive.clone());
        let message = &received["Messages"][0];
        assert_eq!((&message["Body"], &message["MessageAttributes"]), (&json!("hello"), &attributes));
        assert_eq!(message["Attributes"]["ApproximateReceiveCount"], "1");
        assert_eq!(ask(environment, "ReceiveMessage", receive.clone()), json!({}));
        let later = Environment { now: environment.now + std::time::Duration::from_secs(31), ..*environment };
        let again = ask(&later, "ReceiveMessage", receive);
        assert_eq!(again["Messages"][0]["Attributes"]["ApproximateReceiveCount"], "2");
        let delete = json!({ "QueueUrl": url, "ReceiptHandle": again["Messages"][0]["ReceiptHandle"] });
        ask(&later, "DeleteMessage", delete);
        let counts = json!({ "QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessagesNotVisible"] });
        let counted = ask(&later, "GetQueueAttributes", counts);
        assert_eq!(counted["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "0");
    });
}

#[test]
fn what_is_received_too_often_goes_to_the_dead_letter_queue() {
    sandboxed(|environment| {
        let dead = queue(environment, "dead", &json!({}));
        let redrive = json!({ "deadLetterTargetArn": "arn:aws:sqs:us-west-2:123456789012:dead", "maxReceiveCount": 1 });
        let url =
            queue(environment, "calls", &json!({ "RedrivePolicy": redrive.to_string(), "VisibilityTimeout": "0" }));
        ask(environment, "SendMessage", json!({ "QueueUrl": url, "MessageBody": "bad" }));
        let receive = |url: &Value| ask(environment, "ReceiveMessage", json!({ "QueueUrl": url }));
        assert_eq!(receive(&url)["Messages"][0]["Body"], "bad");
        assert_eq!(receive(&url), json!({}));
        assert_eq!(receive(&dead)["Messages"][0]["Body"], "bad");
    });
}

#[test]
fn a_fifo_queue_keeps_the_order_of_a_group_and_drops_what_it_knows() {
    sandboxed(|environment| {
        let attributes = json!({ "FifoQueue": "true", "ContentBasedDeduplication": "true" });
        let url = queue(environment, "calls.fifo", &attributes);
        for (group, body) in [("a", "1"), ("a", "2"), ("b", "3"), ("a", "1")] {
            ask(environment, "SendMessage", json!({ "QueueUrl": url, "MessageBody": body, "MessageGroupId": group }));
        }
        let bodies = |most: usize| -> Vec<Value> {
            let received = ask(environment, "ReceiveMessage", json!({ "QueueUrl": url, "MaxNumberOfMessages": most }));
            let messages = received["Messages"].as_array().cloned().unwrap_or_default();
            messages.iter().map(|message| message["Body"].clone()).collect()
        };
        assert_eq!(bodies(1), [json!("1")]);
        assert_eq!(bodies(10), [json!("3")], "the group is being worked on");
        assert!(call(environment, "CreateQueue", &object(json!({ "QueueName": "no.fifo" }))).is_err());
    });
}

#[test]
fn what_is_not_there_or_not_known_is_refused() {
    sandboxed(|environment| {
        let refused = |operation: &str, input: Value| call(environment, operation, &object(input)).unwrap_err().code;
        let nowhere = json!({ "QueueUrl": "https://sqs.us-west-2.amazonaws.com/123456789012/none" });
        assert_eq!(refused("ReceiveMessage", nowhere), "QueueDoesNotExist");
        assert_eq!(refused("AddPermission", json!({})), "NotImplementedException");
        let wrong = json!({ "QueueName": "a", "Attributes": { "VisibilityTimeout": "50000" } });
        assert_eq!(refused("CreateQueue", wrong), "InvalidAttributeValue");
        queue(environment, "a", &json!({ "DelaySeconds": "5" }));
        let other = json!({ "QueueName": "a", "Attributes": { "DelaySeconds": "6" } });
        assert_eq!(refused("CreateQueue", other), "QueueNameExists");
    });
}
