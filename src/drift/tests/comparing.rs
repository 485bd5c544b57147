use callform_aws::{Beside, Repair};
use serde_json::{Value, json};

use super::{INSTANCE, TestCenter, arn, found, id, lines, members, present};

use crate::inventory::{LiveResource, Told};

const QUEUE: &str = "AWS::Connect::Queue";

#[test]
fn what_aws_fills_in_is_silent() {
    let cases: [(&str, &str, Value, Value); 8] = [
        ("queue/a", QUEUE, json!({ "Name": "A" }), json!({ "Name": "A", "Status": "ENABLED", "Type": "STANDARD" })),
        (
            "agent_status/a",
            "AWS::Connect::AgentStatus",
            json!({ "Name": "A", "State": "ENABLED" }),
            json!({ "Name": "A", "State": "ENABLED", "Type": "CUSTOM", "DisplayOrder": 7 }),
        ),
        (
            "user/a",
            "AWS::Connect::User",
            json!({ "Username": "a", "PhoneConfig": { "PhoneType": "SOFT_PHONE" } }),
            json!({ "Username": "a", "PhoneConfig": {
                "PhoneType": "SOFT_PHONE", "AutoAccept": false, "AfterContactWorkTimeLimit": 0,
                "PersistentConnection": false,
            } }),
        ),
        (
            "routing_profile/a",
            "AWS::Connect::RoutingProfile",
            json!({ "Name": "A", "MediaConcurrencies": [{ "Channel": "VOICE", "Concurrency": 1 }] }),
            json!({ "Name": "A", "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY", "MediaConcurrencies": [{
                "Channel": "VOICE", "Concurrency": 1,
                "CrossChannelBehavior": { "BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY" },
            }] }),
        ),
        (
            "flow_module/a",
            "AWS::Connect::ContactFlowModule",
            json!({ "Name": "A" }),
            json!({ "Name": "A", "State": "ACTIVE", "Status": "PUBLISHED",
                "ExternalInvocationConfiguration": { "Enabled": false } }),
        ),
        (
            "instance/instance",
            "AWS::Connect::Instance",
            json!({ "Attributes": { "InboundCalls": true } }),
            json!({ "Attributes": { "InboundCalls": true, "EarlyMedia": true, "MessageStreaming": true },
                "InstanceAlias": "kw" }),
        ),
        (
            "phone_number/a",
            "AWS::Connect::PhoneNumber",
            json!({ "TargetArn": INSTANCE, "Prefix": "+1555" }),
            json!({ "TargetArn": INSTANCE, "CountryCode": "US", "Type": "DID", "Address": "+15550100100" }),
        ),
        (
            "hours/a",
            "AWS::Connect::HoursOfOperation",
            json!({ "Name": "A", "Config": [], "HoursOfOperationOverrides": [{
                "OverrideName": "X", "EffectiveFrom": "2027-01-01", "EffectiveTill": "2027-01-01",
                "OverrideConfig": [] }] }),
            json!({ "Name": "A", "Config": [], "HoursOfOperationOverrides": [{
                "OverrideName": "X", "EffectiveFrom": "2027-01-01", "EffectiveTill": "2027-01-01",
                "OverrideConfig": [], "OverrideType": "STANDARD", "HoursOfOperationOverrideId": "1" }] }),
        ),
    ];
    for (address, resource_type, template, live) in cases {
        assert_eq!(found(address, resource_type, template, live), Vec::<String>::new(), "{address}");
    }
}

#[test]
fn what_people_add_is_found_although_the_template_does_not_name_it() {
    let cases: [(&str, &str, Value, &[&str]); 6] = [
        (
            "queue/a",
            QUEUE,
            json!({ "Name": "A", "Status": "DISABLED", "MaxContacts": 5, "Description": "d",
                "QuickConnectArns": [arn("transfer-destination", 77)] }),
            &[
                "queue/a Status: - => \"DISABLED\"",
                "queue/a MaxContacts: - => 5",
                "queue/a Description: - => \"d\"",
                &format!("queue/a QuickConnectArns: - => [\"{}\"]", arn("transfer-destination", 77)),
            ],
        ),
        (
            "queue/a",
            QUEUE,
            json!({ "Name": "A", "Tags": [{ "Key": "aws:x", "Value": "y" }, { "Key": "by", "Value": "hand" }] }),
            &["queue/a Tags: - => [{\"Key\":\"by\",\"Value\":\"hand\"}]"],
        ),
        (
            "flow/a",
            "AWS::Connect::ContactFlow",
            json!({ "Name": "A", "State": "ARCHIVED" }),
            &["flow/a State: - => \"ARCHIVED\""],
        ),
        (
            "routing_profile/a",
            "AWS::Connect::RoutingProfile",
            json!({ "Name": "A", "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND" }),
            &["routing_profile/a AgentAvailabilityTimer: - => \"TIME_SINCE_LAST_INBOUND\""],
        ),
        (
            "user/a",
            "AWS::Connect::User",
            json!({ "Name": "A", "PhoneConfig": { "PhoneType": "SOFT_PHONE", "AutoAccept": true } }),
            &["user/a PhoneConfig: - => {\"AutoAccept\":true}"],
        ),
        (
            "security_profile/a",
            "AWS::Connect::SecurityProfile",
            json!({ "Name": "A", "Permissions": ["BasicAgentAccess"] }),
            &["security_profile/a Permissions: - => [\"BasicAgentAccess\"]"],
        ),
    ];
    for (address, resource_type, live, expected) in cases {
        let found = found(address, resource_type, json!({ "Name": "A" }), live);
        assert_eq!(found, expected, "{address}");
    }
}

#[test]
fn named_properties_are_compared_one_by_one() {
    let template =
        json!({ "Name": "A", "Status": "ENABLED", "OutboundCallerConfig": { "OutboundCallerIdName": "KW" } });
    let live = json!({ "Name": "B", "Status": "ENABLED", "OutboundCallerConfig": { "OutboundCallerIdName": "X" } });
    assert_eq!(
        found("queue/a", QUEUE, template, live),
        ["queue/a Name: \"A\" => \"B\"", "queue/a OutboundCallerConfig/OutboundCallerIdName: \"KW\" => \"X\""]
    );
}

#[test]
fn lists_have_no_order() {
    let queue = |number: u32, priority: u32| {
        json!({ "Priority": priority, "Delay": 0,
            "QueueReference": { "Channel": "VOICE", "QueueArn": arn("queue", number) } })
    };
    let resource_type = "AWS::Connect::RoutingProfile";
    let template = json!({ "Name": "A", "QueueConfigs": [queue(1, 1), queue(2, 2)] });
    let turned = json!({ "Name": "A", "QueueConfigs": [queue(2, 2), queue(1, 1)] });
    assert_eq!(found("routing_profile/a", resource_type, template.clone(), turned), Vec::<String>::new());
    let other = json!({ "Name": "A", "QueueConfigs": [queue(2, 9), queue(1, 1)] });
    let line = format!("routing_profile/a QueueConfigs[VOICE {}]/Priority: 2 => 9", arn("queue", 2));
    assert_eq!(found("routing_profile/a", resource_type, template, other), [line]);
}

#[test]
fn empty_and_absent_are_the_same_and_numbers_have_one_form() {
    let template = json!({ "Name": "A", "QuickConnectArns": [], "MaxContacts": "5" });
    assert_eq!(
        found("queue/a", QUEUE, template, json!({ "Name": "A", "Description": "", "MaxContacts": 5.0 })),
        [""; 0]
    );
}

#[test]
fn what_cannot_be_read_is_not_compared() {
    let template = json!({ "Username": "a", "Password": "{{resolve:secretsmanager:kw/a}}" });
    assert_eq!(found("user/a", "AWS::Connect::User", template, json!({ "Username": "a" })), [""; 0]);
    let template = json!({ "Name": "A", "S3Uri": "s3://b/k" });
    assert_eq!(found("prompt/a", "AWS::Connect::Prompt", template, json!({ "Name": "A" })), [""; 0]);
    let mut center = TestCenter::new();
    let user = center.resource(
        "user/a",
        "AWS::Connect::User",
        &arn("agent", 1),
        &json!({ "Username": "a", "IdentityInfo": { "FirstName": "A", "Email": "a@example.com" } }),
    );
    let properties = members(json!({ "Username": "a", "IdentityInfo": { "FirstName": "A" } }));
    let unread = vec!["IdentityInfo/Email".to_owned(), "UserProficiencies".to_owned()];
    center.live(&user, LiveResource::Present { properties, unread, told: None });
    let report = center.report();
    assert!(report.is_in_sync(), "{report:?}");
    let noted: Vec<_> = report.not_compared.iter().map(|one| (one.path.as_str(), one.resources)).collect();
    assert_eq!(noted, [("IdentityInfo/Email", 1)], "what the template does not name need not be told");
}

#[test]
fn tags_of_the_stack_belong_to_every_resource() {
    let mut center = TestCenter::new();
    center.stack().tags.insert("team".to_owned(), "voice".to_owned());
    let tagged = json!({ "Name": "A", "Tags": [{ "Key": "team", "Value": "voice" }] });
    center.pair("queue/a", QUEUE, &arn("queue", 1), json!({ "Name": "A" }), tagged);
    let own = json!({ "Name": "B", "Tags": [{ "Key": "team", "Value": "chat" }] });
    center.pair("queue/b", QUEUE, &arn("queue", 2), own.clone(), own);
    center.pair("queue/c", QUEUE, &arn("queue", 3), json!({ "Name": "C" }), json!({ "Name": "C" }));
    assert_eq!(lines(&center.report()), ["queue/c Tags: [{\"Key\":\"team\",\"Value\":\"voice\"}] => -"]);
}

#[test]
fn identifiers_are_shown_as_names() {
    let mut center = TestCenter::new();
    center.pair("hours/day", "AWS::Connect::HoursOfOperation", &arn("operating-hours", 1), json!({}), json!({}));
    center.pair("hours/night", "AWS::Connect::HoursOfOperation", &arn("operating-hours", 2), json!({}), json!({}));
    let template = json!({ "InstanceArn": { "Ref": "InstanceArn" }, "HoursOfOperationArn": { "Ref": "hoursday" } });
    let live = json!({ "InstanceArn": INSTANCE, "HoursOfOperationArn": arn("operating-hours", 2) });
    center.pair("queue/a", QUEUE, &arn("queue", 1), template.clone(), live);
    let live = json!({ "InstanceArn": INSTANCE, "HoursOfOperationArn": arn("operating-hours", 77) });
    center.pair("queue/b", QUEUE, &arn("queue", 2), template.clone(), live);
    let live = json!({ "InstanceArn": INSTANCE, "HoursOfOperationArn": arn("operating-hours", 1) });
    center.pair("queue/c", QUEUE, &arn("queue", 3), template, live);
    let outbound = |arn: String| json!({ "DefaultOutboundQueueArn": arn });
    let (before, after) = (outbound(arn("queue", 1)), outbound(arn("queue", 900)));
    center.pair("routing_profile/a", "AWS::Connect::RoutingProfile", &arn("routing-profile", 1), before, after);
    let unknown = arn("operating-hours", 77);
    assert_eq!(
        lines(&center.report()),
        [
            "queue/a HoursOfOperationArn: \"hours/day\" => \"hours/night\"".to_owned(),
            format!("queue/b HoursOfOperationArn: \"hours/day\" => \"{unknown}\""),
            "routing_profile/a DefaultOutboundQueueArn: \"queue/a\" => \"builtin/queue/BasicQueue\"".to_owned(),
        ]
    );
}

#[test]
fn identifiers_in_parameters_are_what_they_stand_for() {
    let mut center = TestCenter::new();
    center.parameter("QuickConnectIds", &id(5));
    center.pair("quick_connect/x", "AWS::Connect::QuickConnect", &arn("transfer-destination", 5), json!({}), json!({}));
    let item = json!({ "Fn::Join": ["/", [
        { "Ref": "InstanceArn" }, "transfer-destination", { "Fn::Select": ["0", { "Ref": "QuickConnectIds" }] }] ] });
    let template = json!({ "QuickConnectArns": [item] });
    let live = json!({ "QuickConnectArns": [arn("transfer-destination", 5)] });
    center.pair("queue/a", QUEUE, &arn("queue", 1), template.clone(), live);
    center.pair("queue/b", QUEUE, &arn("queue", 2), template, json!({}));
    assert_eq!(lines(&center.report()), ["queue/b QuickConnectArns: [\"quick_connect/x\"] => -"]);
}

fn flow(text: &str, identifier: &str) -> Value {
    json!({
        "Version": "2019-10-30",
        "StartAction": identifier,
        "Actions": [
            { "Identifier": identifier, "Type": "MessageParticipant", "Parameters": { "Text": text },
              "Transitions": { "NextAction": "end", "Errors": [{ "NextAction": "end", "ErrorType": "NoMatchingError" }] } },
            { "Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
        ],
    })
}

#[test]
fn a_flow_saved_again_is_no_drift() {
    let resource_type = "AWS::Connect::ContactFlow";
    let template = json!({ "Content": flow("Hello", "greet").to_string() });
    let mut saved = flow("Hello", "5f6a7b8c");
    saved["Metadata"] = json!({ "entryPointPosition": { "x": 20, "y": 20 } });
    let again = json!({ "Content": serde_json::to_string_pretty(&saved).unwrap() });
    assert_eq!(found("flow/a", resource_type, template.clone(), again), [""; 0]);
    let changed = json!({ "Content": flow("Good morning", "greet").to_string() });
    let lines = found("flow/a", resource_type, template, changed);
    assert!(matches!(lines.as_slice(), [line] if line.contains("Good morning") && !line.contains("=>")), "{lines:?}");
}

#[test]
fn other_types_are_compared_as_cloudformation_tells() {
    let mut center = TestCenter::new();
    let table = center.resource("table/a", "AWS::DynamoDB::Table", "a", &json!({}));
    let expected = json!({
        "TimeToLiveSpecification": { "Enabled": "true", "AttributeName": "t" },
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }],
    });
    let actual = json!({
        "TimeToLiveSpecification": { "Enabled": true, "AttributeName": "t" },
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": false, "RecoveryPeriodInDays": 35 },
        "Tags": [{ "Key": "b", "Value": "2" }, { "Key": "a", "Value": "1" }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    let told = Told { expected: members(expected), actual: members(actual) };
    center.live(&table, LiveResource::Compared { told, beside: Ok(Vec::new()) });
    assert_eq!(
        lines(&center.report()),
        ["table/a PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled: true => false"]
    );
}

#[test]
fn parameters_of_processors_are_compared_by_name() {
    let processing = |parameters: Value| {
        json!({ "ExtendedS3DestinationConfiguration": { "ProcessingConfiguration": { "Enabled": true,
            "Processors": [{ "Type": "Lambda", "Parameters": parameters }] } } })
    };
    let one = |name: &str, value: &str| json!({ "ParameterName": name, "ParameterValue": value });
    let found = |live: Value| {
        let mut center = TestCenter::new();
        let stream = center.resource("delivery_stream/a", "AWS::KinesisFirehose::DeliveryStream", "a", &json!({}));
        let wanted = json!([one("LambdaArn", "f"), one("BufferSizeInMBs", "1")]);
        let told = Told { expected: members(processing(wanted)), actual: members(processing(live)) };
        center.live(&stream, LiveResource::Compared { told, beside: Ok(Vec::new()) });
        lines(&center.report())
    };
    let filled_in = json!([
        one("BufferSizeInMBs", "1"),
        one("RoleArn", "arn:aws:iam::123456789012:role/r"),
        one("NumberOfRetries", "3"),
        one("LambdaArn", "f"),
    ]);
    assert_eq!(found(filled_in), [""; 0]);
    let changed = found(json!([one("BufferSizeInMBs", "3"), one("LambdaArn", "f")]));
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].ends_with("[BufferSizeInMBs]/ParameterValue: \"1\" => \"3\""), "{changed:?}");
}

#[test]
fn what_the_bulk_read_leaves_out_is_taken_from_cloudformation() {
    let named = json!({ "Username": "a", "IdentityInfo": { "FirstName": "A", "Email": "a@example.com" },
        "UserProficiencies": [{ "AttributeName": "l", "AttributeValue": "en", "Level": 3 }] });
    let found = |actual: Value| {
        let mut center = TestCenter::new();
        let user = center.resource("user/a", "AWS::Connect::User", &arn("agent", 1), &named);
        let properties = members(json!({ "Username": "a", "IdentityInfo": { "FirstName": "A" } }));
        let unread = vec!["IdentityInfo/Email".to_owned(), "UserProficiencies".to_owned()];
        let told = Some(Told { expected: members(named.clone()), actual: members(actual) });
        center.live(&user, LiveResource::Present { properties, unread, told });
        let report = center.report();
        assert!(report.not_compared.is_empty(), "{report:?}");
        assert!(report.not_looked_at.iter().any(|one| one.contains("proficiencies")), "{report:?}");
        lines(&report)
    };
    assert_eq!(found(named.clone()), [""; 0]);
    let mut changed = named.clone();
    changed["IdentityInfo"]["Email"] = json!("b@example.com");
    changed["UserProficiencies"][0]["Level"] = json!(5);
    assert_eq!(
        found(changed),
        [
            "user/a IdentityInfo/Email: \"a@example.com\" => \"b@example.com\"",
            "user/a UserProficiencies[l]/Level: 3 => 5"
        ]
    );
    let gone = found(json!({ "Username": "a", "IdentityInfo": { "FirstName": "A", "Email": "a@example.com" } }));
    assert_eq!(gone.len(), 1, "{gone:?}");
}

#[test]
fn what_is_beside_a_template_is_drift_and_taken_back_by_calls() {
    let mut center = TestCenter::new();
    let bucket = center.resource("bucket/a", "AWS::S3::Bucket", "a", &json!({}));
    let repair = Repair::DeleteBucketCors { bucket: "a".to_owned() };
    let beside = Beside {
        path: "CorsConfiguration".to_owned(),
        before: None,
        after: json!("1 origin: *"),
        repair: repair.clone(),
    };
    center.live(&bucket, LiveResource::Compared { told: Told::default(), beside: Ok(vec![beside]) });
    let report = center.report();
    assert_eq!(lines(&report), ["bucket/a CorsConfiguration: - => \"1 origin: *\""]);
    assert_eq!(report.resources[0].repairs, [repair]);
    assert_eq!(report.not_looked_at, ["what the blueprint does not name of buckets (but lifecycle and CORS rules)"]);
    center.live(&bucket, LiveResource::Compared { told: Told::default(), beside: Err("S3 said no".to_owned()) });
    let report = center.report();
    assert!(report.is_in_sync() && report.is_incomplete(), "{report:?}");
}

#[test]
fn what_was_added_to_a_list_is_told_in_order() {
    let mut center = TestCenter::new();
    for number in [10, 2, 1] {
        let name = format!("quick_connect/q{number}");
        let id =
            center.resource(&name, "AWS::Connect::QuickConnect", &arn("transfer-destination", 90 - number), &json!({}));
        center.live(&id, present(json!({})));
    }
    let live: Vec<String> = [80, 89, 88].into_iter().map(|number| arn("transfer-destination", number)).collect();
    center.pair("queue/a", "AWS::Connect::Queue", &arn("queue", 1), json!({}), json!({ "QuickConnectArns": live }));
    let told = lines(&center.report());
    assert_eq!(told.len(), 1, "a property the template does not name is one difference: {told:?}");
    let mut named = TestCenter::new();
    let mut live: Vec<String> = [10, 2, 1].into_iter().map(|number| format!("q{number}")).collect();
    let wanted = json!({ "QuickConnectArns": ["q0"] });
    live.push("q0".to_owned());
    named.pair("queue/a", "AWS::Connect::Queue", &arn("queue", 1), wanted, json!({ "QuickConnectArns": live }));
    let expected = ["q1", "q2", "q10"].map(|name| format!("queue/a QuickConnectArns[]: - => \"{name}\""));
    assert_eq!(lines(&named.report()), expected);
}

#[test]
fn a_lost_tag_of_the_stack_is_known_as_such() {
    let mut center = TestCenter::new();
    center.stack().tags.insert("team".to_owned(), "blue".to_owned());
    center.pair("queue/a", "AWS::Connect::Queue", &arn("queue", 1), json!({ "Name": "A" }), json!({ "Name": "A" }));
    let report = center.report();
    assert_eq!(report.resources[0].stack_tags, ["team"], "{report:?}");
}
