//! Phone numbers that were claimed before: taken over, never claimed anew, never released.

use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, connect};

const INSTANCE: &str = "center: house
region: us-west-2
instance: { alias: house, identity: connect-managed, inbound: true, outbound: true }
";

const CENTER: &str = "center: desk
region: us-west-2
instance: { existing: house }
phone_numbers:
  main: { existing: \"+15550100007\", country: US, type: DID, description: Main, flow: hello }
queues:
  sales: { hours: builtin/Basic Hours, caller_id: { name: Sales, number: main } }
flows:
  hello: { steps: [{ say: Hello. }, hang_up] }
";

fn numbers(serving: &Serving) -> Vec<(String, String)> {
    let listed = connect(serving, "POST", "/phone-number/list", &json!({}));
    let text = |number: &Value, member: &str| number[member].as_str().unwrap().to_owned();
    let numbers = listed["ListPhoneNumbersSummaryList"].as_array().unwrap();
    let mut found: Vec<(String, String)> =
        numbers.iter().map(|number| (text(number, "PhoneNumber"), text(number, "PhoneNumberArn"))).collect();
    found.sort();
    found
}

/// An instance with two numbers that nothing manages.
fn with_two_numbers() -> (TestEnvironment, Serving) {
    let test = TestEnvironment::empty();
    test.write("house.yaml", INSTANCE);
    test.expect(0, &["apply", "house.yaml", "--sandbox", "--yes"]);
    let serving = test.serve(&[]);
    let instances = connect(&serving, "GET", "/instance", &json!({}));
    let instance = instances["InstanceSummaryList"][0]["Arn"].clone();
    for number in ["+15550100007", "+15550101008"] {
        let claim = json!({ "TargetArn": instance, "PhoneNumber": number });
        connect(&serving, "POST", "/phone-number/claim", &claim);
    }
    test.write("desk.yaml", CENTER);
    (test, serving)
}

#[test]
fn numbers_are_taken_over_into_new_and_old_stacks_and_survive_their_center() {
    let (test, serving) = with_two_numbers();
    let before = numbers(&serving);
    assert_eq!(before.len(), 2);

    let plan = test.json(&["plan", "desk.yaml", "--sandbox", "--format=json"]);
    let change = plan["changes"].as_array().unwrap().iter().find(|change| change["action"] == "import").unwrap();
    assert_eq!(change["address"], "phone_number/main");
    test.expect(0, &["apply", "desk.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "desk.yaml", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", "desk.yaml", "--sandbox", "--detailed-exitcode"]);
    assert_eq!(numbers(&serving), before);
    let (_, id) = before[0].1.rsplit_once('/').unwrap();
    let main = connect(&serving, "GET", &format!("/phone-number/{id}"), &json!({}));
    assert_eq!(main["ClaimedPhoneNumberSummary"]["PhoneNumberDescription"], "Main");

    let free = "  free: { existing: \"+15550101008\", country: US, type: TOLL_FREE, flow: hello }\nqueues:";
    test.edit("desk.yaml", "queues:", free);
    test.expect(0, &["apply", "desk.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "desk.yaml", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", "desk.yaml", "--sandbox", "--detailed-exitcode"]);

    test.expect(0, &["destroy", "desk.yaml", "--sandbox", "--yes"]);
    assert_eq!(numbers(&serving), before);
    test.expect(0, &["apply", "desk.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "desk.yaml", "--sandbox", "--detailed-exitcode"]);
    assert_eq!(numbers(&serving), before);
}

#[test]
fn a_number_that_is_not_there_or_of_another_kind_is_an_error_with_its_place() {
    let (test, _serving) = with_two_numbers();
    let refused = |from: &str, to: &str| {
        test.write("desk.yaml", CENTER.replace(from, to));
        test.expect(1, &["plan", "desk.yaml", "--sandbox"]).stderr
    };
    let unknown = refused("+15550100007", "+15550100009");
    assert!(unknown.contains("the instance has no phone number +15550100009"), "{unknown}");
    assert!(unknown.contains("desk.yaml:5:3"), "{unknown}");
    let kind = refused("type: DID", "type: TOLL_FREE");
    assert!(kind.contains("has the type DID, and the blueprint says TOLL_FREE"), "{kind}");
    assert!(kind.contains("desk.yaml:5:3"), "{kind}");
    let country = refused("country: US", "country: CA");
    assert!(country.contains("has the country US, and the blueprint says CA"), "{country}");
}
