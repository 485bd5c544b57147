use serde_json::json;

use super::{TestCenter, arn, id, present};
use crate::drift::{AssociationDrift, DriftStatus};
use crate::inventory::LiveResource;

const FLOW: &str = "AWS::Connect::ContactFlow";
const NUMBER: &str = "AWS::Connect::PhoneNumber";

#[test]
fn gone_is_deleted_and_unreadable_is_not_checked() {
    let mut center = TestCenter::new();
    let gone = center.resource("queue/a", "AWS::Connect::Queue", &arn("queue", 1), &json!({}));
    center.live(&gone, LiveResource::Gone);
    let odd = center.resource("policy/a", "AWS::IAM::ManagedPolicy", "p", &json!({}));
    center.live(
        &odd,
        LiveResource::NotChecked { reason: "CloudFormation answers NOT_CHECKED".to_owned(), failed: false },
    );
    center.resource("queue/never_made", "AWS::Connect::Queue", &arn("queue", 2), &json!({}));
    let report = center.report();
    assert!(!report.is_in_sync());
    assert_eq!(report.checked, 1);
    let found: Vec<_> = report.resources.iter().map(|one| (one.address.to_string(), one.status)).collect();
    assert_eq!(found, [("queue/a".to_owned(), DriftStatus::Deleted)]);
    assert!(report.resources[0].irreversible.is_some(), "reports lose a queue's history");
    let skipped: Vec<_> = report.not_checked.iter().map(|one| one.address.to_string()).collect();
    assert_eq!(skipped, ["queue/never_made", "policy/a"]);
}

#[test]
fn what_cannot_change_in_place_is_said_to_stay() {
    let mut center = TestCenter::new();
    let flow = |kind: &str| json!({ "Name": "A", "Type": kind });
    center.pair("flow/a", FLOW, &arn("contact-flow", 1), flow("CONTACT_FLOW"), flow("CUSTOMER_QUEUE"));
    let report = center.report();
    assert_eq!(report.resources[0].irreversible.as_deref(), Some("Type cannot be changed back in place"));
}

/// Two flows and three numbers, of which the first is answered by the first flow.
fn center_with_numbers() -> TestCenter {
    let mut center = TestCenter::new();
    for (number, name) in [(1, "one"), (2, "two")] {
        center.pair(&format!("flow/{name}"), FLOW, &arn("contact-flow", number), json!({}), json!({}));
    }
    for (number, name) in [(11, "a"), (12, "b"), (13, "c")] {
        let physical_id = format!("arn:aws:connect:us-west-2:123456789012:phone-number/{}", id(number));
        let logical_id = center.resource(&format!("phone_number/{name}"), NUMBER, &physical_id, &json!({}));
        center.live(&logical_id, present(json!({})));
    }
    center.answered_by("phone_number/a", "flow/one");
    center.answered_by("phone_number/b", "flow/one");
    center.inventory.phone_number_flows.insert(id(11), id(1));
    center
}

#[test]
fn numbers_have_the_flow_that_was_applied() {
    let mut center = center_with_numbers();
    center.inventory.phone_number_flows.insert(id(12), id(1));
    assert!(center.report().is_in_sync(), "{:?}", center.report());
    // A number of somebody else.
    center.inventory.phone_number_flows.insert(id(99), id(2));
    assert!(center.report().is_in_sync());
}

#[test]
fn numbers_with_another_flow_none_or_one_too_many_are_drift() {
    let mut center = center_with_numbers();
    center.inventory.phone_number_flows.insert(id(11), id(2));
    center.inventory.phone_number_flows.insert(id(13), id(77));
    let found: Vec<_> = center
        .report()
        .associations
        .iter()
        .map(|AssociationDrift { phone_number, expected, live, .. }| {
            (phone_number.to_string(), expected.as_ref().map(ToString::to_string), live.clone())
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        found,
        [
            ("phone_number/a".to_owned(), some("flow/one"), some("flow/two")),
            ("phone_number/b".to_owned(), some("flow/one"), None),
            ("phone_number/c".to_owned(), None, Some(id(77))),
        ]
    );
}
