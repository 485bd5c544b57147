use serde_json::{Value, json};

use super::{INSTANCE, TestCenter, arn, id, present};
use crate::drift::{RevertError, revert};
use crate::inventory::LiveResource;
use crate::plan::{Action, Identifier, OperationKind, ParameterValue, Plan, Reason, StackOperation, Step};

const QUEUE: &str = "AWS::Connect::Queue";

fn plan(center: &TestCenter) -> Plan {
    revert(&center.report(), &center.inventory).unwrap()
}

/// The only operations of each step.
fn operations(plan: &Plan) -> Vec<&StackOperation> {
    plan.steps
        .iter()
        .map(|step| match step {
            Step::Stacks(operations) => match operations.as_slice() {
                [only] => only,
                several => panic!("{several:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect()
}

fn kinds(plan: &Plan) -> Vec<(OperationKind, bool)> {
    operations(plan).iter().map(|operation| (operation.kind, operation.transitional)).collect()
}

#[test]
fn nothing_drifted_nothing_to_do() {
    let mut center = TestCenter::new();
    center.pair("queue/a", QUEUE, &arn("queue", 1), json!({ "Name": "A" }), json!({ "Name": "A" }));
    let plan = plan(&center);
    assert!(plan.is_empty() && plan.changes.is_empty(), "{plan:?}");
}

#[test]
fn named_properties_go_back_in_one_operation_with_the_deployed_template() {
    let mut center = TestCenter::new();
    center.pair("queue/a", QUEUE, &arn("queue", 1), json!({ "Name": "A" }), json!({ "Name": "B" }));
    let plan = plan(&center);
    assert_eq!(kinds(&plan), [(OperationKind::RevertDrift, false)]);
    let operation = operations(&plan)[0];
    assert_eq!(operation.template, Value::Null);
    let known = ParameterValue::Join(vec![Identifier::Known(INSTANCE.to_owned())]);
    assert_eq!(operation.parameters["InstanceArn"], known);
    let change = &plan.changes[0];
    assert_eq!((change.action, &change.reasons[..]), (Action::Update, &[Reason::ChangedByHand][..]));
    let property = &change.properties[0];
    assert_eq!((&property.before, &property.after), (&Some(json!("B")), &Some(json!("A"))), "back from live");
}

#[test]
fn additions_are_learned_and_then_taken_away() {
    let mut center = TestCenter::new();
    let caller = |value: Value| json!({ "Name": "A", "OutboundCallerConfig": value });
    let mut live = caller(json!({ "OutboundCallerIdName": "KW", "OutboundFlowArn": arn("contact-flow", 9) }));
    live["MaxContacts"] = json!(5);
    live["Tags"] = json!([{ "Key": "own", "Value": "1" }, { "Key": "by", "Value": "hand" }]);
    let mut template = caller(json!({ "OutboundCallerIdName": "KW" }));
    template["Tags"] = json!([{ "Key": "own", "Value": "1" }]);
    center.pair("queue/a", QUEUE, &arn("queue", 1), template, live.clone());
    let plan = plan(&center);
    assert_eq!(kinds(&plan), [(OperationKind::RevertDrift, true), (OperationKind::Update, false)]);
    let operations = operations(&plan);
    assert_eq!(operations[0].template["Resources"]["queuea"]["Properties"], live, "all of it at its live value");
    assert_eq!(operations[1].template, center.inventory.stacks["kw"].template);
}

#[test]
fn members_that_the_service_requires_are_learned_although_they_are_empty() {
    let mut center = TestCenter::new();
    let entry = json!({ "OverrideName": "X", "EffectiveFrom": "2027-01-01", "EffectiveTill": "2027-01-01",
        "OverrideConfig": [] });
    let live = json!({ "Name": "A", "HoursOfOperationOverrides": [entry] });
    center.pair("hours/a", "AWS::Connect::HoursOfOperation", &arn("operating-hours", 1), json!({ "Name": "A" }), live);
    let plan = plan(&center);
    let learned = &operations(&plan)[0].template["Resources"]["hoursa"]["Properties"]["HoursOfOperationOverrides"];
    assert_eq!(learned, &json!([entry]));
}

#[test]
fn what_cannot_be_taken_away_is_set_to_what_aws_fills_in() {
    let mut center = TestCenter::new();
    let live = json!({ "Name": "A", "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND" });
    let resource_type = "AWS::Connect::RoutingProfile";
    center.pair("routing_profile/a", resource_type, &arn("routing-profile", 1), json!({ "Name": "A" }), live);
    let plan = plan(&center);
    assert_eq!(kinds(&plan), [(OperationKind::RevertDrift, true), (OperationKind::RevertDrift, false)]);
    let operations = operations(&plan);
    let timer = &operations[0].template["Resources"]["routingprofilea"]["Properties"]["AgentAvailabilityTimer"];
    assert_eq!(timer, "TIME_SINCE_LAST_ACTIVITY");
    assert_eq!(operations[1].template, center.inventory.stacks["kw"].template);
}

#[test]
fn what_is_made_anew_gets_its_new_identifier_everywhere() {
    let mut center = TestCenter::new();
    center.parameter("QuickConnectIds", &format!("{},{}", id(5), id(6)));
    for (number, name) in [(5, "gone"), (6, "there")] {
        let address = format!("quick_connect/{name}");
        let resource_type = "AWS::Connect::QuickConnect";
        let logical_id = center.resource(&address, resource_type, &arn("transfer-destination", number), &json!({}));
        center.live(&logical_id, if number == 5 { LiveResource::Gone } else { present(json!({})) });
    }
    let item = |position: &str| {
        json!({ "Fn::Join": ["/", [{ "Ref": "InstanceArn" }, "transfer-destination",
            { "Fn::Select": [position, { "Ref": "QuickConnectIds" }] }] ] })
    };
    let template = json!({ "QuickConnectArns": [item("0"), item("1")] });
    let live = json!({ "QuickConnectArns": [arn("transfer-destination", 6)] });
    center.pair("queue/a", QUEUE, &arn("queue", 1), template, live);
    let plan = plan(&center);
    assert_eq!(kinds(&plan), [(OperationKind::RevertDrift, true), (OperationKind::Update, false)]);
    let operations = operations(&plan);
    let first = &operations[0].template["Resources"]["queuea"]["Properties"]["QuickConnectArns"];
    assert_eq!(first, &json!([item("1")]), "the old identifier is not used any more");
    let ParameterValue::Join(identifiers) = &operations[1].parameters["QuickConnectIds"] else { panic!() };
    assert!(
        matches!(&identifiers[0], Identifier::AfterApply { logical_id, .. } if logical_id == "quickconnectgone"),
        "{identifiers:?}"
    );
    assert_eq!(identifiers[1], Identifier::Known(id(6)));
    assert!(plan.changes.iter().any(|change| change.action == Action::Create));
}

#[test]
fn flows_that_need_one_another_are_stubs_at_first() {
    let mut center = TestCenter::new();
    center.parameter("ContactFlowIds", &format!("{},{}", id(1), id(2)));
    for (number, name, position) in [(1, "one", "1"), (2, "two", "0")] {
        let content = json!({ "Fn::Sub": ["{\"Other\":\"${Item}\"}",
            { "Item": { "Fn::Select": [position, { "Ref": "ContactFlowIds" }] } }] });
        let template = json!({ "Name": name, "Type": "CONTACT_FLOW", "Content": content });
        let resource_type = "AWS::Connect::ContactFlow";
        let logical_id =
            center.resource(&format!("flow/{name}"), resource_type, &arn("contact-flow", number), &template);
        center.live(&logical_id, LiveResource::Gone);
    }
    let plan = plan(&center);
    assert_eq!(kinds(&plan), [(OperationKind::RevertDrift, true), (OperationKind::Update, false)]);
    for flow in ["flowone", "flowtwo"] {
        let content = &operations(&plan)[0].template["Resources"][flow]["Properties"]["Content"];
        assert!(content.as_str().is_some_and(|content| content.contains("2019-10-30")), "{content}");
    }
}

#[test]
fn a_stack_waits_for_what_it_cannot_do_without() {
    let mut center = TestCenter::new();
    let profile =
        center.resource("routing_profile/a", "AWS::Connect::RoutingProfile", &arn("routing-profile", 1), &json!({}));
    center.live(&profile, LiveResource::Gone);
    let mut other = center.inventory.stacks["kw"].clone();
    other.name = "aa".to_owned();
    other.parameters.insert("RoutingProfileIds".to_owned(), id(1));
    other.physical_ids = [("usera".to_owned(), arn("agent", 1))].into();
    let profile = json!({ "Fn::Select": ["0", { "Ref": "RoutingProfileIds" }] });
    other.template = json!({
        "Parameters": { "RoutingProfileIds": { "Type": "CommaDelimitedList" } },
        "Resources": { "usera": {
            "Type": "AWS::Connect::User",
            "Properties": { "Username": "a", "RoutingProfileArn": profile },
            "Metadata": { "Callform": { "Address": "user/a" } },
        } },
    });
    center.inventory.stacks.insert("aa".to_owned(), other);
    center.inventory.live.insert(("aa".to_owned(), "usera".to_owned()), LiveResource::Gone);
    let plan = plan(&center);
    let order: Vec<_> = operations(&plan).iter().map(|one| (one.stack.as_str(), one.kind)).collect();
    let revert = OperationKind::RevertDrift;
    let update = OperationKind::Update;
    // The last one drops the note of what the profile's identifier was.
    assert_eq!(order, [("kw", revert), ("aa", revert), ("aa", update), ("kw", update)]);
    let ParameterValue::Join(identifiers) = &operations(&plan)[1].parameters["RoutingProfileIds"] else { panic!() };
    assert!(matches!(identifiers.as_slice(), [Identifier::AfterApply { .. }]), "{identifiers:?}");
}

#[test]
fn numbers_get_their_flows_back() {
    let mut center = TestCenter::new();
    center.pair("flow/one", "AWS::Connect::ContactFlow", &arn("contact-flow", 1), json!({}), json!({}));
    for (number, name) in [(11, "a"), (12, "b")] {
        let physical_id = format!("arn:aws:connect:us-west-2:123456789012:phone-number/{}", id(number));
        center.pair(&format!("phone_number/{name}"), "AWS::Connect::PhoneNumber", &physical_id, json!({}), json!({}));
    }
    center.answered_by("phone_number/a", "flow/one");
    center.inventory.phone_number_flows.insert(id(12), id(77));
    let plan = plan(&center);
    let [Step::Associate(links)] = plan.steps.as_slice() else { panic!("{:?}", plan.steps) };
    assert_eq!(links[0].action, Action::Associate);
    assert_eq!(links[0].phone_number_id, Identifier::Known(id(11)));
    assert_eq!(links[0].flow_id, Some(Identifier::Known(id(1))));
    assert_eq!(links[0].instance, Identifier::Known(INSTANCE.to_owned()));
    assert_eq!((links[1].action, &links[1].flow), (Action::Disassociate, &None));
}

#[test]
fn without_an_instance_there_is_nothing_to_go_back_to() {
    let mut center = TestCenter::new();
    let logical_id = center.resource("queue/a", QUEUE, &arn("queue", 1), &json!({}));
    center.live(&logical_id, LiveResource::Gone);
    center.inventory.instance = None;
    assert_eq!(revert(&center.report(), &center.inventory), Err(RevertError::NoInstance));
}

/// What CloudFormation has after an operation, as if the rest had never come.
fn interrupted_after(center: &mut TestCenter, operation: &StackOperation) {
    if !operation.template.is_null() {
        center.stack().template = operation.template.clone();
    }
}

#[test]
fn an_interrupted_revert_is_known_and_goes_on() {
    let mut center = TestCenter::new();
    let live = json!({ "Name": "B", "MaxContacts": 7, "Tags": [{ "Key": "by", "Value": "hand" }] });
    center.pair("queue/a", QUEUE, &arn("queue", 1), json!({ "Name": "A" }), live.clone());
    let original = center.inventory.stacks["kw"].template.clone();
    let first = plan(&center);
    interrupted_after(&mut center, operations(&first)[0]);
    center.live("queuea", present(json!({ "Name": "A", "MaxContacts": 7, "Tags": live["Tags"] })));

    let report = center.report();
    assert_eq!(report.unfinished, ["kw"]);
    let open: Vec<&str> = report.resources[0].differences.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(open, ["MaxContacts", "Tags"], "what is still open, and nothing else");
    let again = plan(&center);
    assert_eq!(kinds(&again), [(OperationKind::RevertDrift, false), (OperationKind::Update, false)]);
    assert_eq!(operations(&again)[0].template, Value::Null, "CloudFormation knows it already");
    assert_eq!(operations(&again)[1].template, original);

    // Somebody took the rest back by hand: only CloudFormation's template is left to mend.
    center.live("queuea", present(json!({ "Name": "A" })));
    let report = center.report();
    assert!(report.resources.is_empty() && !report.is_in_sync(), "{report:?}");
    let last = plan(&center);
    assert_eq!(kinds(&last), [(OperationKind::Update, false)]);
    assert_eq!(operations(&last)[0].template, original);

    interrupted_after(&mut center, operations(&last)[0]);
    assert!(center.report().is_in_sync());
}

#[test]
fn an_interrupted_revert_of_what_cannot_be_taken_away_goes_on() {
    let mut center = TestCenter::new();
    let resource_type = "AWS::Connect::RoutingProfile";
    let live = json!({ "Name": "A", "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND" });
    center.pair("routing_profile/a", resource_type, &arn("routing-profile", 1), json!({ "Name": "A" }), live);
    let original = center.inventory.stacks["kw"].template.clone();
    let first = plan(&center);
    interrupted_after(&mut center, operations(&first)[0]);
    let default = json!({ "Name": "A", "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY" });
    center.live("routingprofilea", present(default));
    let again = plan(&center);
    let last = operations(&again).into_iter().next_back().unwrap().clone();
    assert_eq!((last.kind, &last.template), (OperationKind::RevertDrift, &original), "{again:?}");
}

#[test]
fn after_an_interruption_old_identifiers_still_say_what_they_were() {
    let mut center = TestCenter::new();
    center.parameter("QuickConnectIds", &id(5));
    let resource_type = "AWS::Connect::QuickConnect";
    let gone = center.resource("quick_connect/gone", resource_type, &arn("transfer-destination", 5), &json!({}));
    center.live(&gone, LiveResource::Gone);
    let item = json!({ "Fn::Join": ["/", [{ "Ref": "InstanceArn" }, "transfer-destination",
        { "Fn::Select": ["0", { "Ref": "QuickConnectIds" }] }] ] });
    center.pair("queue/a", QUEUE, &arn("queue", 1), json!({ "QuickConnectArns": [item] }), json!({}));
    let original = center.inventory.stacks["kw"].template.clone();
    let first = plan(&center);
    interrupted_after(&mut center, operations(&first)[0]);
    center.stack().physical_ids.insert(gone.clone(), arn("transfer-destination", 50));
    center.live(&gone, present(json!({})));

    let report = center.report();
    assert_eq!(report.unfinished, ["kw"]);
    let missing = report.resources.iter().flat_map(|one| &one.differences).find_map(|one| one.before.clone());
    assert_eq!(missing.unwrap().to_string().matches("quick_connect/gone").count(), 1, "by name: {report:?}");
    let again = plan(&center);
    let last = operations(&again).into_iter().next_back().unwrap().clone();
    assert_eq!(last.template, original);
    assert_eq!(last.parameters["QuickConnectIds"], ParameterValue::Join(vec![Identifier::Known(id(50))]));
}

#[test]
fn a_flow_is_told_the_way_it_goes_back() {
    let content = |text: &str| {
        json!({ "Version": "2019-10-30", "StartAction": "a", "Metadata": {}, "Actions": [
            { "Identifier": "a", "Type": "MessageParticipant", "Parameters": { "Text": text },
              "Transitions": { "NextAction": "b", "Errors": [{ "NextAction": "b", "ErrorType": "NoMatchingError" }] } },
            { "Identifier": "b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} } ] })
        .to_string()
    };
    let mut center = TestCenter::new();
    let flow = |text: &str| json!({ "Content": content(text) });
    center.pair("flow/a", "AWS::Connect::ContactFlow", &arn("contact-flow", 1), flow("Ours"), flow("Theirs"));
    let there = center.report().resources[0].differences[0].description.join("\n");
    assert!(there.find("Ours") < there.find("Theirs"), "{there}");
    let back = plan(&center).changes[0].properties[0].description.join("\n");
    assert!(back.find("Theirs") < back.find("Ours"), "{back}");
}

#[test]
fn a_lost_tag_of_the_stack_is_named_for_a_while() {
    let mut center = TestCenter::new();
    center.stack().tags.insert("team".to_owned(), "blue".to_owned());
    center.pair("queue/a", QUEUE, &arn("queue", 1), json!({ "Name": "A" }), json!({ "Name": "A" }));
    let plan = plan(&center);
    assert_eq!(kinds(&plan), [(OperationKind::RevertDrift, true), (OperationKind::Update, false)]);
    let tags = &operations(&plan)[0].template["Resources"]["queuea"]["Properties"]["Tags"];
    assert_eq!(tags, &json!([{ "Key": "team", "Value": "blue" }]));
}

#[test]
fn attributes_of_the_instance_go_back_to_what_new_ones_have() {
    let mut center = TestCenter::new();
    let wanted = json!({ "Attributes": { "InboundCalls": true } });
    let live = json!({ "Attributes": { "InboundCalls": true, "EarlyMedia": false, "ContactLens": true } });
    center.pair("instance/instance", "AWS::Connect::Instance", INSTANCE, wanted, live);
    let plan = plan(&center);
    assert_eq!(kinds(&plan), [(OperationKind::RevertDrift, true), (OperationKind::RevertDrift, false)]);
    let attributes = &operations(&plan)[0].template["Resources"]["instanceinstance"]["Properties"]["Attributes"];
    assert_eq!(attributes, &json!({ "InboundCalls": true, "EarlyMedia": true }));
}
