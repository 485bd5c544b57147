use serde_json::{Value, json};

use super::{TestCenter, arn, id, members, present};
use crate::drift::DriftReport;
use crate::inventory::LiveResource;
use crate::view::{Style, drift_human, drift_json, drift_markdown};

/// One of everything a report can have.
fn sample() -> DriftReport {
    let mut center = TestCenter::new();
    let template = json!({ "Name": "Sales", "Description": "Who buys" });
    let live = json!({ "Name": "Sales | shop", "MaxContacts": 5 });
    center.pair("queue/sales", "AWS::Connect::Queue", &arn("queue", 1), template, live);
    let gone = center.resource("user/mary", "AWS::Connect::User", &arn("agent", 1), &json!({}));
    center.live(&gone, LiveResource::Gone);
    let lee = json!({ "IdentityInfo": { "Email": "lee@example.com" } });
    let lee = center.resource("user/lee", "AWS::Connect::User", &arn("agent", 2), &lee);
    let unread = vec!["IdentityInfo/Email".to_owned()];
    center.live(&lee, LiveResource::Present { properties: members(json!({})), unread, told: None });
    let policy = center.resource("policy/logs", "AWS::IAM::ManagedPolicy", "p", &json!({}));
    center.live(
        &policy,
        LiveResource::NotChecked { reason: "CloudFormation answers NOT_CHECKED".to_owned(), failed: false },
    );
    let number = format!("arn:aws:connect:us-west-2:123456789012:phone-number/{}", id(11));
    let number = center.resource("phone_number/main", "AWS::Connect::PhoneNumber", &number, &json!({}));
    center.live(&number, present(json!({})));
    center.pair("flow/menu", "AWS::Connect::ContactFlow", &arn("contact-flow", 1), json!({}), json!({}));
    center.answered_by("phone_number/main", "flow/menu");
    center.report()
}

fn plain() -> Style {
    Style { color: false, width: 100 }
}

#[test]
fn for_a_terminal() {
    let expected = r#"    ~ queue sales
          name Sales -> "Sales | shop"
          description "Who buys" -> not set
          max contacts not set -> 5
    - user mary: deleted
          ! it is made anew with another identifier; what was lost with the old one stays lost
    ~ phone number main: answered by no flow instead of flow/menu

note: policy logs was not checked: CloudFormation answers NOT_CHECKED
note: IdentityInfo/Email of AWS::Connect::User was not compared (1 of them has it)
Drift: 3 changes by hand in kw; 5 resources were compared. Not looked at: e-mail addresses, mobile
            numbers and proficiencies of users for whom the blueprint has none.
"#;
    assert_eq!(drift_human(&sample(), plain()), expected);
    assert!(drift_human(&sample(), Style { color: true, width: 100 }).contains("\u{1b}[31m-\u{1b}[0m user mary"));
    let nothing = TestCenter::new().report();
    assert_eq!(drift_human(&nothing, plain()), "No drift: kw is as it was last applied; 0 resources were compared.\n");
}

#[test]
fn for_pull_requests() {
    let expected = r#"### Drift: 3 changes by hand in kw; 5 resources were compared. Not looked at: e-mail addresses, mobile numbers and proficiencies of users for whom the blueprint has none.

- `queue sales`
  - `name Sales -> "Sales | shop"`
  - `description "Who buys" -> not set`
  - `max contacts not set -> 5`
- `user mary`: deleted
  - it is made anew with another identifier; what was lost with the old one stays lost
- `phone number main`: `answered by no flow instead of flow/menu`

- `policy logs` was not checked: CloudFormation answers NOT_CHECKED
- `IdentityInfo/Email of AWS::Connect::User was not compared (1 of them has it)`
"#;
    assert_eq!(drift_markdown(&sample()), expected);
}

#[test]
fn for_programs() {
    let view: Value = serde_json::from_str(&drift_json(&sample())).unwrap();
    let expected = json!({
        "format_version": 1,
        "center": "kw",
        "region": "us-west-2",
        "checked": 5,
        "resources": [
            {
                "address": "queue/sales", "type": "AWS::Connect::Queue", "stack": "kw", "logical_id": "queuesales",
                "status": "MODIFIED",
                "differences": [
                    { "path": "Name", "before": "Sales", "after": "Sales | shop", "description": [] },
                    { "path": "Description", "before": "Who buys", "after": null, "description": [] },
                    { "path": "MaxContacts", "before": null, "after": 5, "description": [] },
                ],
                "irreversible": null,
            },
            {
                "address": "user/mary", "type": "AWS::Connect::User", "stack": "kw", "logical_id": "usermary",
                "status": "DELETED",
                "differences": [],
                "irreversible": "it is made anew with another identifier; what was lost with the old one stays lost",
            },
        ],
        "associations": [{ "phone_number": "phone_number/main", "expected": "flow/menu", "live": null }],
        "not_checked": [{ "address": "policy/logs", "reason": "CloudFormation answers NOT_CHECKED", "failed": false }],
        "not_compared": [{ "type": "AWS::Connect::User", "path": "IdentityInfo/Email", "resources": 1 }],
        "not_looked_at": ["e-mail addresses, mobile numbers and proficiencies of users for whom the blueprint has none"],
        "unfinished": [],
    });
    assert_eq!(view, expected);
}
