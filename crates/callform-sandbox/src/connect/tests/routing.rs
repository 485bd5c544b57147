//! Hours, queues, quick connects and routing profiles.

use serde_json::{Value, json};

use super::{ARN, Instance, but};
use crate::faults::Faults;
use crate::handler::Environment;

const AGENT_TRANSFER: &str = "aaaaaaaa-2222-4333-8444-555555555555";
const QUEUE_TRANSFER: &str = "bbbbbbbb-2222-4333-8444-555555555555";
const NUMBER: &str = "cccccccc-2222-4333-8444-555555555555";
const NOTHING: &str = "dddddddd-2222-4333-8444-555555555555";

fn day(day: &str, from: (u8, u8), to: (u8, u8)) -> Value {
    json!({
        "Day": day,
        "StartTime": { "Hours": from.0, "Minutes": from.1 },
        "EndTime": { "Hours": to.0, "Minutes": to.1 },
    })
}

#[test]
fn hours_may_not_pass_midnight() {
    let instance = Instance::new();
    let hours = |name: &str, from, to| json!({ "Name": name, "TimeZone": "America/Los_Angeles", "Config": [day("MONDAY", from, to)] });
    assert_eq!(
        instance.refusal("CreateHoursOfOperation", hours("night", (16, 0), (6, 0))),
        "InvalidParameterException: Start time: 16:0 cannot be greater than end time: 6:0"
    );
    for (name, from, to) in [("evening", (16, 0), (0, 0)), ("always", (0, 0), (0, 0)), ("day", (9, 0), (18, 30))] {
        instance.call("CreateHoursOfOperation", hours(name, from, to));
    }
    let zone = but(hours("zone", (9, 0), (17, 0)), json!({ "TimeZone": "America/Portland" }));
    assert_eq!(
        instance.refusal("CreateHoursOfOperation", zone),
        "InvalidParameterException: The time zone America/Portland is not valid"
    );
    assert_eq!(
        instance.refusal("CreateHoursOfOperation", hours("day", (9, 0), (10, 0))),
        "DuplicateResourceException: The hours of operation day exists already."
    );
}

#[test]
fn hours_in_use_stay() {
    let instance = Instance::new();
    let hours = instance.made(
        "CreateHoursOfOperation",
        json!({ "Name": "day", "TimeZone": "UTC", "Config": [] }),
        "HoursOfOperationId",
    );
    let queue = instance.made("CreateQueue", json!({ "Name": "q", "HoursOfOperationId": hours }), "QueueId");
    let error = instance.attempt("DeleteHoursOfOperation", json!({ "HoursOfOperationId": hours })).expect_err("in use");
    assert_eq!((error.code.as_str(), error.status), ("ResourceInUseException", 409));
    assert_eq!(error.members["ResourceId"], hours.as_str());
    let basic = instance.id_of("ListHoursOfOperations", "HoursOfOperationSummaryList", "Basic Hours");
    instance.call("UpdateQueueHoursOfOperation", json!({ "QueueId": queue, "HoursOfOperationId": basic }));
    instance.call("DeleteHoursOfOperation", json!({ "HoursOfOperationId": hours }));
    let refusal = instance.refusal("DescribeHoursOfOperation", json!({ "HoursOfOperationId": hours }));
    assert!(refusal.starts_with("ResourceNotFoundException"), "{refusal}");
}

#[test]
fn hours_have_overrides() {
    let instance = Instance::new();
    let hours = instance.id_of("ListHoursOfOperations", "HoursOfOperationSummaryList", "Basic Hours");
    let input = json!({
        "HoursOfOperationId": hours,
        "Name": "Christmas",
        "Config": [],
        "EffectiveFrom": "2026-12-24",
        "EffectiveTill": "2026-12-26",
        "OverrideType": "CLOSED",
    });
    let id = instance.made("CreateHoursOfOperationOverride", input.clone(), "HoursOfOperationOverrideId");
    let refusal = instance.refusal("CreateHoursOfOperationOverride", input.clone());
    assert!(refusal.starts_with("DuplicateResourceException"), "{refusal}");
    let backwards = but(input, json!({ "Name": "x", "EffectiveTill": "2026-12-23" }));
    assert_eq!(
        instance.refusal("CreateHoursOfOperationOverride", backwards),
        "InvalidParameterException: EffectiveFrom cannot be after EffectiveTill"
    );
    let path = json!({ "HoursOfOperationId": hours, "HoursOfOperationOverrideId": id });
    instance.call("UpdateHoursOfOperationOverride", but(path.clone(), json!({ "EffectiveTill": "2026-12-27" })));
    let described = instance.call("DescribeHoursOfOperationOverride", path);
    assert_eq!(described["HoursOfOperationOverride"]["EffectiveTill"], "2026-12-27");
    let listed = instance.call("ListHoursOfOperationOverrides", json!({ "HoursOfOperationId": hours }));
    assert_eq!(listed["HoursOfOperationOverrideList"].as_array().map(Vec::len), Some(1));
    let after = |date: &str| {
        let condition = json!({ "FieldName": "EffectiveFrom", "Value": date, "ComparisonType": "GREATER_THAN" });
        let found = instance
            .call("SearchHoursOfOperationOverrides", json!({ "SearchCriteria": { "DateCondition": condition } }));
        found["ApproximateTotalCount"].clone()
    };
    assert_eq!((after("2026-12-23"), after("2026-12-24")), (json!(1), json!(0)));
}

#[test]
fn a_queue_refers_to_what_exists() {
    let instance = Instance::new();
    let hours = instance.id_of("ListHoursOfOperations", "HoursOfOperationSummaryList", "Basic Hours");
    let queue = |changes: Value| but(json!({ "Name": "q", "HoursOfOperationId": hours }), changes);
    let cases = [
        (json!({ "HoursOfOperationId": NOTHING }), "ResourceNotFoundException"),
        (json!({ "HoursOfOperationId": "nine-to-five" }), "InvalidParameterException"),
        (json!({ "HoursOfOperationId": format!("{ARN}/queue/{hours}") }), "InvalidParameterException"),
        (json!({ "QuickConnectIds": [NOTHING] }), "ResourceNotFoundException"),
        (json!({ "OutboundCallerConfig": { "OutboundCallerIdNumberId": NOTHING } }), "ResourceNotFoundException"),
        (json!({ "OutboundCallerConfig": { "OutboundFlowId": NOTHING } }), "ResourceNotFoundException"),
        (json!({ "Name": "BasicQueue" }), "DuplicateResourceException"),
    ];
    for (changes, code) in cases {
        let refusal = instance.refusal("CreateQueue", queue(changes));
        assert!(refusal.starts_with(code), "{refusal}");
    }
    let number = instance.phone_number(NUMBER, "arn:aws:connect:us-west-2:123456789012:instance/other");
    let caller =
        json!({ "OutboundCallerConfig": { "OutboundCallerIdName": "KW", "OutboundCallerIdNumberId": number } });
    let refusal = instance.refusal("CreateQueue", queue(caller.clone()));
    assert!(refusal.ends_with("was not found in this instance."), "{refusal}");
    instance.phone_number(NUMBER, ARN);
    let full = but(caller, json!({ "HoursOfOperationId": format!("{ARN}/operating-hours/{hours}") }));
    let id = instance.made("CreateQueue", queue(full), "QueueId");
    let described = instance.call("DescribeQueue", json!({ "QueueId": id }))["Queue"].clone();
    assert_eq!(described["HoursOfOperationId"], hours.as_str());
    assert_eq!(described["OutboundCallerConfig"]["OutboundCallerIdNumberId"], NUMBER);
    assert_eq!(described["Status"], "ENABLED");
    assert_eq!(described["QueueArn"], format!("{ARN}/queue/{id}"));
    assert_eq!(described.get("QuickConnectIds"), None);
}

#[test]
fn queues_are_changed_part_by_part() {
    let instance = Instance::new();
    let id = instance.queue("sales");
    let update = |operation: &str, members: Value| instance.call(operation, but(members, json!({ "QueueId": id })));
    update("UpdateQueueName", json!({ "Name": "Sales", "Description": "all of them" }));
    update("UpdateQueueMaxContacts", json!({ "MaxContacts": 5 }));
    update("UpdateQueueStatus", json!({ "Status": "DISABLED" }));
    update("UpdateQueueOutboundCallerConfig", json!({ "OutboundCallerConfig": { "OutboundCallerIdName": "KW" } }));
    let queue = |member: &str| instance.call("DescribeQueue", json!({ "QueueId": id }))["Queue"][member].clone();
    assert_eq!(queue("Name"), "Sales");
    assert_eq!(queue("Description"), "all of them");
    assert_eq!(queue("MaxContacts"), 5);
    assert_eq!(queue("Status"), "DISABLED");
    assert_eq!(queue("OutboundCallerConfig"), json!({ "OutboundCallerIdName": "KW" }));
    update("UpdateQueueMaxContacts", json!({}));
    assert_eq!(queue("MaxContacts"), Value::Null);
    let refusal = instance.refusal("UpdateQueueName", json!({ "QueueId": id, "Name": "BasicQueue" }));
    assert!(refusal.starts_with("DuplicateResourceException"), "{refusal}");
}

#[test]
fn every_user_has_an_agent_queue() {
    let instance = Instance::new();
    let user = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    let queues = |types: Value| instance.call("ListQueues", json!({ "QueueTypes": types }))["QueueSummaryList"].clone();
    let agent = queues(json!(["AGENT"]));
    assert_eq!(agent[0]["Arn"], format!("{ARN}/queue/agent/{user}"));
    assert_eq!(agent[0]["QueueType"], "AGENT");
    assert_eq!(queues(json!(["STANDARD"])).as_array().map(Vec::len), Some(1));
    assert_eq!(queues(json!([])).as_array().map(Vec::len), Some(2));
    let first = instance.call("ListQueues", json!({ "MaxResults": 1 }));
    let second = instance.call("ListQueues", json!({ "MaxResults": 1, "NextToken": first["NextToken"] }));
    assert_eq!(second["QueueSummaryList"], agent);
    assert_eq!(second["NextToken"], Value::Null);
}

fn phone(name: &str) -> Value {
    json!({
        "Name": name,
        "QuickConnectConfig": { "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": "+15550100100" } },
    })
}

#[test]
fn quick_connects_lead_where_their_type_says() {
    let instance = Instance::new();
    instance.flow(AGENT_TRANSFER, "AGENT_TRANSFER");
    instance.flow(QUEUE_TRANSFER, "QUEUE_TRANSFER");
    let queue = instance.queue("sales");
    let user = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    let refused =
        |config: Value| instance.refusal("CreateQuickConnect", json!({ "Name": "x", "QuickConnectConfig": config }));
    let cases = [
        (json!({ "QuickConnectType": "QUEUE" }), "QueueConfig is required for a quick connect of type QUEUE"),
        (
            json!({ "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": "555 0100" } }),
            "555 0100 is not a phone number in E.164 format",
        ),
        (
            json!({ "QuickConnectType": "QUEUE", "QueueConfig": { "QueueId": queue, "ContactFlowId": AGENT_TRANSFER } }),
            "The flow AGENT_TRANSFER is not of type QUEUE_TRANSFER",
        ),
        (
            json!({ "QuickConnectType": "QUEUE", "QueueConfig": { "QueueId": queue, "ContactFlowId": QUEUE_TRANSFER }, "FlowConfig": { "ContactFlowId": QUEUE_TRANSFER } }),
            "FlowConfig does not belong to a quick connect of type QUEUE",
        ),
        (
            json!({ "QuickConnectType": "USER", "UserConfig": { "UserId": NOTHING, "ContactFlowId": AGENT_TRANSFER } }),
            "was not found.",
        ),
    ];
    for (config, expected) in cases {
        let refusal = refused(config);
        assert!(refusal.ends_with(expected), "{refusal}");
    }
    let config =
        json!({ "QuickConnectType": "USER", "UserConfig": { "UserId": user, "ContactFlowId": AGENT_TRANSFER } });
    let id =
        instance.made("CreateQuickConnect", json!({ "Name": "mary", "QuickConnectConfig": config }), "QuickConnectId");
    let described = instance.call("DescribeQuickConnect", json!({ "QuickConnectId": id }))["QuickConnect"].clone();
    assert_eq!(described["QuickConnectConfig"], config);
    assert_eq!(described["QuickConnectARN"], format!("{ARN}/transfer-destination/{id}"));
    instance.call("UpdateQuickConnectConfig", but(phone("x"), json!({ "QuickConnectId": id })));
    let users = instance.call("ListQuickConnects", json!({ "QuickConnectTypes": ["USER"] }));
    assert_eq!(users["QuickConnectSummaryList"], json!([]));
}

#[test]
fn queues_and_quick_connects_are_associated_50_at_a_time() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let ids: Vec<String> =
        (0..51).map(|at| instance.made("CreateQuickConnect", phone(&format!("qc {at}")), "QuickConnectId")).collect();
    let input = |ids: &[String]| json!({ "QueueId": queue, "QuickConnectIds": ids });
    assert_eq!(
        instance.refusal("AssociateQueueQuickConnects", input(&ids)),
        "InvalidParameterException: QuickConnectIds must include at most 50 items"
    );
    instance.call("AssociateQueueQuickConnects", input(&ids[..50]));
    instance.call("AssociateQueueQuickConnects", input(&ids[49..]));
    instance.call("DisassociateQueueQuickConnects", input(&ids[..1]));
    instance.call("DeleteQuickConnect", json!({ "QuickConnectId": ids[1] }));
    let listed = instance.call("ListQueueQuickConnects", json!({ "QueueId": queue }));
    let list = listed["QuickConnectSummaryList"].as_array().expect("a list");
    assert_eq!(list.len(), 49);
    assert_eq!(list[0]["QuickConnectType"], "PHONE_NUMBER");
    let faults = Faults { keep_listed_quick_connects: true, ..Faults::default() };
    faults.save(instance.folder()).expect("faults");
    assert_eq!(
        instance.refusal("DeleteQuickConnect", json!({ "QuickConnectId": ids[2] })),
        "InvalidRequestException: The quick connect qc 2 is associated with 1 queues."
    );
    instance.call("DeleteQuickConnect", json!({ "QuickConnectId": ids[0] }));
}

#[test]
fn a_queue_has_more_quick_connects_than_a_call_takes() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let ids: Vec<String> =
        (0..120).map(|at| instance.made("CreateQuickConnect", phone(&format!("qc {at}")), "QuickConnectId")).collect();
    for batch in ids.chunks(50) {
        instance.call("AssociateQueueQuickConnects", json!({ "QueueId": queue, "QuickConnectIds": batch }));
    }
    let first = instance.call("ListQueueQuickConnects", json!({ "QueueId": queue }));
    let second = instance.call("ListQueueQuickConnects", json!({ "QueueId": queue, "NextToken": first["NextToken"] }));
    let count = |page: &Value| page["QuickConnectSummaryList"].as_array().expect("a list").len();
    assert_eq!((count(&first), count(&second)), (100, 20));
}

#[test]
fn a_routing_profile_has_as_many_queues_as_its_quota_says() {
    let instance = Instance::new();
    let queues: Vec<String> = (0..61).map(|at| instance.queue(&format!("queue {at}"))).collect();
    let configs = |queues: &[String]| -> Vec<Value> {
        let reference = |queue: &String| json!({ "QueueId": queue, "Channel": "VOICE" });
        queues.iter().map(|queue| json!({ "QueueReference": reference(queue), "Priority": 1, "Delay": 0 })).collect()
    };
    let profile = json!({
        "Name": "Agents", "Description": "Agents", "DefaultOutboundQueueId": queues[0],
        "MediaConcurrencies": [{ "Channel": "VOICE", "Concurrency": 1 }],
    });
    let profile = instance.made("CreateRoutingProfile", profile, "RoutingProfileId");
    let add = |queues: &[String]| json!({ "RoutingProfileId": profile, "QueueConfigs": configs(queues) });
    for batch in queues[..60].chunks(10) {
        instance.call("AssociateRoutingProfileQueues", add(batch));
    }
    let quotas = [("L-516BC0EB".to_owned(), 60)].into_iter().collect();
    let faults = Faults { default_quotas: true, quotas, ..Faults::default() };
    faults.save(instance.folder()).expect("faults");
    assert_eq!(
        instance.refusal("AssociateRoutingProfileQueues", add(&queues[60..])),
        "LimitExceededException: The limit of 60 for queues of a routing profile is reached."
    );
    instance.call("AssociateRoutingProfileQueues", add(&queues[..1]));
}

#[test]
fn who_releases_too_many_numbers_claims_no_more() {
    let instance = Instance::new();
    let faults = Faults { default_quotas: true, ..Faults::default() };
    faults.save(instance.folder()).expect("faults");
    let claim = |last: usize| json!({ "PhoneNumber": format!("+1555010{last:04}") });
    for last in 0..10 {
        let id = instance.made("ClaimPhoneNumber", claim(last), "PhoneNumberId");
        instance.call("ReleasePhoneNumber", json!({ "PhoneNumberId": id }));
    }
    let refused = instance.refusal("ClaimPhoneNumber", claim(10));
    assert!(refused.contains("200 % of the quota of 5"), "{refused}");
    let later = |days: u64, last: usize| {
        let mut input = crate::input::object(claim(last));
        input.insert("InstanceId".to_owned(), super::ID.into());
        instance.try_with(|environment| {
            let now = environment.now + std::time::Duration::from_hours(24 * days);
            super::super::call(&Environment { now, ..*environment }, "ClaimPhoneNumber", &input)
        })
    };
    assert!(later(179, 0).is_err());
    assert!(later(180, 0).is_ok(), "the account is free again, and so is the number");
}

#[test]
fn who_makes_and_deletes_too_many_instances_makes_no_more() {
    let instance = Instance::new();
    let faults = Faults { default_quotas: true, ..Faults::default() };
    faults.save(instance.folder()).expect("faults");
    let input = |alias: &str| {
        json!({ "InstanceAlias": alias, "IdentityManagementType": "CONNECT_MANAGED",
            "InboundCallsEnabled": true, "OutboundCallsEnabled": true })
    };
    for _ in 0..50 {
        let id = instance.made("CreateInstance", input("again"), "Id");
        instance.call("DeleteInstance", json!({ "InstanceId": id }));
    }
    assert_eq!(
        instance.refusal("CreateInstance", input("once-more")),
        "ServiceQuotaExceededException: Your account has been flagged for an excessive number of creation and deletion attempts"
    );
}

fn profile(instance: &Instance, queue: &str) -> Value {
    let outbound = instance.id_of("ListQueues", "QueueSummaryList", "BasicQueue");
    json!({
        "Name": "sales",
        "Description": "for sales",
        "DefaultOutboundQueueId": outbound,
        "MediaConcurrencies": [{ "Channel": "VOICE", "Concurrency": 1 }],
        "QueueConfigs": [config(queue, "VOICE", 1)],
    })
}

fn config(queue: &str, channel: &str, priority: u8) -> Value {
    json!({ "QueueReference": { "QueueId": queue, "Channel": channel }, "Priority": priority, "Delay": 15 })
}

#[test]
fn routing_profiles_hold_their_rules() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let input = profile(&instance, &queue);
    let concurrency = |channel: &str, count: u8| json!({ "Channel": channel, "Concurrency": count });
    let cases = [
        (json!({ "MediaConcurrencies": [concurrency("VOICE", 2)] }), "The concurrency of VOICE must be 1, but is 2"),
        (
            json!({ "MediaConcurrencies": [concurrency("VOICE", 1), concurrency("CHAT", 0)] }),
            "between 1 and 10, but is 0",
        ),
        (
            json!({ "MediaConcurrencies": [concurrency("VOICE", 1), concurrency("VOICE", 1)] }),
            "has the channel VOICE twice",
        ),
        (json!({ "QueueConfigs": [config(&queue, "CHAT", 1)] }), "the channel CHAT, which MediaConcurrencies lacks"),
        (json!({ "QueueConfigs": vec![config(&queue, "VOICE", 1); 11] }), "QueueConfigs must include at most 10 items"),
        (json!({ "QueueConfigs": vec![config(&queue, "VOICE", 1); 2] }), "with the channel VOICE twice"),
        (json!({ "QueueConfigs": [config(NOTHING, "VOICE", 1)] }), "was not found."),
        (json!({ "QueueConfigs": [config(&queue, "VOICE", 100)] }), "Member must have value less than or equal to 99"),
    ];
    for (changes, expected) in cases {
        let refusal = instance.refusal("CreateRoutingProfile", but(input.clone(), changes));
        assert!(refusal.ends_with(expected), "{refusal}");
    }
    let id = instance.made("CreateRoutingProfile", input, "RoutingProfileId");
    let described =
        instance.call("DescribeRoutingProfile", json!({ "RoutingProfileId": id }))["RoutingProfile"].clone();
    assert_eq!(described["NumberOfAssociatedQueues"], 1);
    assert_eq!(described["NumberOfAssociatedUsers"], 0);
    assert_eq!(described["IsDefault"], false);
    assert_eq!(described.get("AssociatedQueueIds"), None);
    assert_eq!(described.get("QueueConfigs"), None);
    let condition = json!({ "FieldName": "associatedQueueIds", "Value": queue, "ComparisonType": "EXACT" });
    let found = instance.call("SearchRoutingProfiles", json!({ "SearchCriteria": { "StringCondition": condition } }));
    assert_eq!(found["RoutingProfiles"][0]["AssociatedQueueIds"], json!([queue]));
    assert_eq!(found["RoutingProfiles"][0].get("LastModifiedTime"), None);
    assert_eq!(found["ApproximateTotalCount"], 1);
}

#[test]
fn queues_of_a_routing_profile_change() {
    let instance = Instance::new();
    let (sales, service) = (instance.queue("sales"), instance.queue("service"));
    let id = instance.made("CreateRoutingProfile", profile(&instance, &sales), "RoutingProfileId");
    let update =
        |operation: &str, members: Value| instance.attempt(operation, but(members, json!({ "RoutingProfileId": id })));
    update("AssociateRoutingProfileQueues", json!({ "QueueConfigs": [config(&service, "VOICE", 2)] })).expect("added");
    update("UpdateRoutingProfileQueues", json!({ "QueueConfigs": [config(&service, "VOICE", 9)] })).expect("changed");
    update(
        "DisassociateRoutingProfileQueues",
        json!({ "QueueReferences": [{ "QueueId": sales, "Channel": "VOICE" }] }),
    )
    .expect("removed");
    let listed = instance.call("ListRoutingProfileQueues", json!({ "RoutingProfileId": id }));
    assert_eq!(
        listed["RoutingProfileQueueConfigSummaryList"],
        json!([{
            "QueueId": service,
            "QueueArn": format!("{ARN}/queue/{service}"),
            "QueueName": "service",
            "Priority": 9,
            "Delay": 15,
            "Channel": "VOICE",
        }])
    );
    let gone = update("UpdateRoutingProfileQueues", json!({ "QueueConfigs": [config(&sales, "VOICE", 1)] }));
    assert_eq!(gone.expect_err("gone").code, "ResourceNotFoundException");
    instance.call("DeleteQueue", json!({ "QueueId": sales }));
    let refusal = instance.refusal("DeleteQueue", json!({ "QueueId": service }));
    assert_eq!(refusal, format!("ResourceInUseException: The queue is in use by the routing profile {id}."));
}

#[test]
fn what_is_in_use_stays() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let id = instance.made("CreateRoutingProfile", profile(&instance, &queue), "RoutingProfileId");
    let user =
        instance.made("CreateUser", but(instance.user_input("mary"), json!({ "RoutingProfileId": id })), "UserId");
    let refusal = instance.refusal("DeleteRoutingProfile", json!({ "RoutingProfileId": id }));
    assert_eq!(refusal, format!("ResourceInUseException: The routing profile is in use by the user {user}."));
    instance.call("DeleteUser", json!({ "UserId": user }));
    instance.call("DeleteRoutingProfile", json!({ "RoutingProfileId": id }));
    instance.call("DeleteQueue", json!({ "QueueId": queue }));
    let basic = instance.id_of("ListQueues", "QueueSummaryList", "BasicQueue");
    let refusal = instance.refusal("DeleteQueue", json!({ "QueueId": basic }));
    assert!(refusal.starts_with("ResourceInUseException"), "{refusal}");
}

#[test]
fn hours_have_parents_and_are_changed() {
    let instance = Instance::new();
    let hours = |name: &str| {
        let input = json!({ "Name": name, "TimeZone": "UTC", "Config": [day("MONDAY", (9, 0), (17, 0))] });
        instance.made("CreateHoursOfOperation", input, "HoursOfOperationId")
    };
    let (parent, child) = (hours("parent"), hours("child"));
    let path = json!({ "HoursOfOperationId": child });
    let parents = json!({ "ParentHoursOfOperationConfigs": [{ "HoursOfOperationId": parent }] });
    instance.call("AssociateHoursOfOperations", but(path.clone(), parents));
    instance
        .call("UpdateHoursOfOperation", json!({ "HoursOfOperationId": parent, "Name": "Company", "Description": "x" }));
    instance.call("UpdateHoursOfOperation", json!({ "HoursOfOperationId": parent, "Description": "" }));
    let described = instance.call("DescribeHoursOfOperation", path.clone())["HoursOfOperation"].clone();
    assert_eq!(described["ParentHoursOfOperations"][0]["Name"], "Company");
    let children = instance.call("ListChildHoursOfOperations", json!({ "HoursOfOperationId": parent }));
    assert_eq!(children["ChildHoursOfOperationsSummaryList"][0]["Id"], child.as_str());
    let refusal = instance.refusal("DeleteHoursOfOperation", json!({ "HoursOfOperationId": parent }));
    assert!(refusal.starts_with("ResourceInUseException"), "{refusal}");
    instance.call("DisassociateHoursOfOperations", but(path, json!({ "ParentHoursOfOperationIds": [parent] })));
    let company = json!({ "StringCondition": { "FieldName": "timezone", "Value": "utc", "ComparisonType": "EXACT" } });
    let found = instance.call("SearchHoursOfOperations", json!({ "SearchCriteria": company }));
    assert_eq!(found["ApproximateTotalCount"], 2);
    let input = json!({ "HoursOfOperationId": parent });
    assert_eq!(instance.call("DescribeHoursOfOperation", input.clone())["HoursOfOperation"].get("Description"), None);
    instance.call("DeleteHoursOfOperation", input);
    let bad = json!({ "HoursOfOperationId": child, "Config": [day("SUNDAY", (22, 0), (6, 0))] });
    let refusal = instance.refusal("UpdateHoursOfOperation", bad);
    assert!(refusal.starts_with("InvalidParameterException"), "{refusal}");
}

#[test]
fn overrides_go_with_their_hours() {
    let instance = Instance::new();
    let hours = json!({ "Name": "h", "TimeZone": "UTC", "Config": [] });
    let id = instance.made("CreateHoursOfOperation", hours, "HoursOfOperationId");
    let new = |name: &str| {
        let input = json!({
            "HoursOfOperationId": id,
            "Name": name,
            "Config": [],
            "EffectiveFrom": "2026-12-24",
            "EffectiveTill": "2026-12-24",
        });
        instance.made("CreateHoursOfOperationOverride", input, "HoursOfOperationOverrideId")
    };
    let (first, _second) = (new("first"), new("second"));
    let path = json!({ "HoursOfOperationId": id, "HoursOfOperationOverrideId": first });
    instance.call("DeleteHoursOfOperationOverride", path);
    let count = || instance.call("SearchHoursOfOperationOverrides", json!({}))["ApproximateTotalCount"].clone();
    assert_eq!(count(), 1);
    instance.call("DeleteHoursOfOperation", json!({ "HoursOfOperationId": id }));
    assert_eq!(count(), 0);
}

#[test]
fn quick_connects_are_renamed_and_searched() {
    let instance = Instance::new();
    let id = instance.made("CreateQuickConnect", phone("management"), "QuickConnectId");
    instance.call("CreateQuickConnect", phone("reception"));
    let rename =
        |members: Value| instance.attempt("UpdateQuickConnectName", but(members, json!({ "QuickConnectId": id })));
    assert_eq!(rename(json!({})).expect_err("nothing").code, "InvalidParameterException");
    assert_eq!(rename(json!({ "Name": "reception" })).expect_err("taken").code, "InvalidRequestException");
    rename(json!({ "Name": "Management", "Description": "the boss" })).expect("renamed");
    let condition = json!({ "FieldName": "description", "Value": "boss", "ComparisonType": "CONTAINS" });
    let found = instance.call("SearchQuickConnects", json!({ "SearchCriteria": { "StringCondition": condition } }));
    assert_eq!(found["QuickConnects"][0]["Name"], "Management");
}

#[test]
fn routing_profiles_are_changed_part_by_part() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let input = but(
        profile(&instance, &queue),
        json!({ "ManualAssignmentQueueConfigs": [{ "QueueReference": { "QueueId": queue, "Channel": "VOICE" } }] }),
    );
    let id = instance.made("CreateRoutingProfile", input, "RoutingProfileId");
    let update =
        |operation: &str, members: Value| instance.call(operation, but(members, json!({ "RoutingProfileId": id })));
    let chat = json!({
        "Channel": "CHAT",
        "Concurrency": 5,
        "CrossChannelBehavior": { "BehaviorType": "ROUTE_ANY_CHANNEL" },
    });
    update("UpdateRoutingProfileName", json!({ "Name": "Sales", "Description": "d" }));
    update("UpdateRoutingProfileDefaultOutboundQueue", json!({ "DefaultOutboundQueueId": queue }));
    update(
        "UpdateRoutingProfileAgentAvailabilityTimer",
        json!({ "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND" }),
    );
    update("UpdateRoutingProfileConcurrency", json!({ "MediaConcurrencies": [chat] }));
    let described =
        instance.call("DescribeRoutingProfile", json!({ "RoutingProfileId": id }))["RoutingProfile"].clone();
    assert_eq!(described["Name"], "Sales");
    assert_eq!(described["DefaultOutboundQueueId"], queue.as_str());
    assert_eq!(described["AgentAvailabilityTimer"], "TIME_SINCE_LAST_INBOUND");
    assert_eq!(described["MediaConcurrencies"], json!([chat]));
    assert_eq!(described["NumberOfAssociatedManualAssignmentQueues"], 1);
    let condition = json!({ "FieldName": "name", "Value": "Sales", "ComparisonType": "EXACT" });
    let found = instance.call("SearchRoutingProfiles", json!({ "SearchCriteria": { "StringCondition": condition } }));
    assert_eq!(found["RoutingProfiles"][0]["MediaConcurrencies"], json!([{ "Channel": "CHAT", "Concurrency": 5 }]));
    let manual = instance.call("ListRoutingProfileManualAssignmentQueues", json!({ "RoutingProfileId": id }));
    let list = &manual["RoutingProfileManualAssignmentQueueConfigSummaryList"];
    assert_eq!((&list[0]["QueueName"], list[0].get("Priority")), (&json!("sales"), None));
    let basic = instance.id_of("ListRoutingProfiles", "RoutingProfileSummaryList", "Basic Routing Profile");
    let refusal = instance.refusal("DeleteRoutingProfile", json!({ "RoutingProfileId": basic }));
    assert!(refusal.starts_with("InvalidRequestException"), "{refusal}");
}
