//! Contacts, what agents do, rules, and the hours of a date.

use serde_json::json;

use super::{ARN, ID, Instance};

const FLOW: &str = "99999999-2222-4333-8444-555555555555";
const NUMBER: &str = "88888888-2222-4333-8444-555555555555";

#[test]
fn a_contact_is_started_kept_and_stopped() {
    let instance = Instance::new();
    instance.flow(FLOW, "CONTACT_FLOW");
    instance.phone_number(NUMBER, ARN);
    let start = json!({
        "DestinationPhoneNumber": "+15550100101",
        "SourcePhoneNumber": "+15550100100",
        "ContactFlowId": FLOW,
        "Attributes": { "order": "7" },
        "ClientToken": "one",
    });
    let refused = instance.refusal("StartOutboundVoiceContact", start.clone());
    assert!(refused.starts_with("OutboundContactNotPermittedException"), "{refused}");
    instance.call("UpdateInstanceAttribute", json!({ "AttributeType": "OUTBOUND_CALLS", "Value": "true" }));
    let contact = instance.made("StartOutboundVoiceContact", start.clone(), "ContactId");
    assert_eq!(instance.made("StartOutboundVoiceContact", start.clone(), "ContactId"), contact, "once per token");
    let with =
        |changes: serde_json::Value| super::but(super::but(start.clone(), json!({ "ClientToken": null })), changes);
    for (changes, code) in [
        (json!({ "DestinationPhoneNumber": "5550100101" }), "InvalidParameterException"),
        (json!({ "ContactFlowId": NUMBER }), "ResourceNotFoundException"),
        (json!({ "SourcePhoneNumber": "+15550100199" }), "InvalidRequestException"),
        (json!({ "SourcePhoneNumber": null }), "InvalidRequestException"),
        (json!({ "QueueId": NUMBER }), "ResourceNotFoundException"),
        (json!({ "Attributes": { "a": "x".repeat(32 * 1024) } }), "InvalidRequestException"),
        (json!({ "RingTimeoutInSeconds": 5 }), "InvalidParameterException"),
        (json!({ "OutboundStrategy": { "Type": "AGENT_FIRST" } }), "NotImplementedException"),
    ] {
        let refused = instance.refusal("StartOutboundVoiceContact", with(changes.clone()));
        assert!(refused.starts_with(code), "{changes}: {refused}");
    }
    let described = instance.call("DescribeContact", json!({ "ContactId": contact }));
    assert_eq!(described["Contact"]["CustomerEndpoint"]["Address"], "+15550100101");
    assert!(described["Contact"].get("DisconnectTimestamp").is_none(), "{described}");
    let more = json!({ "InitialContactId": contact, "Attributes": { "name": "Mary" } });
    instance.call("UpdateContactAttributes", more);
    let attributes = instance.call("GetContactAttributes", json!({ "InitialContactId": contact }));
    assert_eq!(attributes, json!({ "Attributes": { "order": "7", "name": "Mary" } }));
    instance.call("StopContact", json!({ "ContactId": contact }));
    let again = instance.refusal("StopContact", json!({ "ContactId": contact }));
    assert!(again.starts_with("ContactNotFoundException"), "{again}");
    let unknown = instance.refusal("GetContactAttributes", json!({ "InitialContactId": "nobody" }));
    assert!(unknown.starts_with("ResourceNotFoundException"), "{unknown}");
}

#[test]
fn wallboards_show_the_agents_that_are_there() {
    let instance = Instance::new();
    let mary = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    let queue = instance.id_of("ListQueues", "QueueSummaryList", "BasicQueue");
    let statuses = instance.call("ListAgentStatuses", json!({}));
    let status = |name: &str| {
        let list = statuses["AgentStatusSummaryList"].as_array().unwrap();
        list.iter().find(|status| status["Name"] == name).unwrap()["Id"].clone()
    };
    let put = |name: &str| {
        instance.call("PutUserStatus", json!({ "UserId": mary, "AgentStatusId": status(name) }));
    };
    let seen = || instance.call("GetCurrentUserData", json!({ "Filters": { "Queues": [queue] } }));
    let metrics = || {
        let names = ["AGENTS_ONLINE", "AGENTS_AVAILABLE", "CONTACTS_IN_QUEUE", "ESTIMATED_WAIT_TIME"];
        let metrics: Vec<_> = names.iter().map(|name| json!({ "Name": name, "Unit": "COUNT" })).collect();
        let input = json!({ "Filters": { "Queues": [queue] }, "Groupings": ["QUEUE"], "CurrentMetrics": metrics });
        let answer = instance.call("GetCurrentMetricData", input);
        let result = &answer["MetricResults"][0];
        assert_eq!(result["Dimensions"]["Queue"]["Id"], json!(queue));
        result["Collections"].as_array().unwrap().iter().map(|entry| entry["Value"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen()["UserDataList"], json!([]));
    assert_eq!(metrics(), [json!(0.0), json!(0.0), json!(0.0), json!(null)]);
    put("Available");
    assert_eq!(seen()["UserDataList"][0]["Status"]["StatusName"], "Available");
    assert_eq!(seen()["UserDataList"][0]["AvailableSlotsByChannel"]["VOICE"], 1);
    assert_eq!(metrics(), [json!(1.0), json!(1.0), json!(0.0), json!(null)]);
    put("Offline");
    assert_eq!(metrics(), [json!(0.0), json!(0.0), json!(0.0), json!(null)]);
    put("Available");
    instance.call("DeleteUser", json!({ "UserId": mary }));
    assert_eq!(seen()["UserDataList"], json!([]));
    let none = instance.refusal("GetCurrentUserData", json!({ "Filters": {} }));
    assert!(none.starts_with("InvalidParameterException"), "{none}");
    let other = json!({ "Filters": { "Queues": [queue] }, "Groupings": ["CHANNEL"], "CurrentMetrics": [{ "Name": "AGENTS_ONLINE" }] });
    let other = instance.refusal("GetCurrentMetricData", other);
    assert!(other.contains("grouped by CHANNEL"), "{other}");
}

#[test]
fn the_queue_of_an_agent_is_described() {
    let instance = Instance::new();
    let mary = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    let arn = format!("{ARN}/queue/agent/{mary}");
    let described = instance.call("DescribeQueue", json!({ "QueueId": arn }));
    assert_eq!(described["Queue"]["QueueArn"], json!(arn));
    let nobody = instance.refusal("DescribeQueue", json!({ "QueueId": format!("agent/{ID}") }));
    assert!(nobody.starts_with("ResourceNotFoundException"), "{nobody}");
}

#[test]
fn rules_are_kept_and_listed() {
    let instance = Instance::new();
    let rule = json!({
        "Name": "Calls",
        "TriggerEventSource": { "EventSourceName": "OnPostCallAnalysisAvailable" },
        "Function": "$.x == 1",
        "Actions": [{ "ActionType": "ASSIGN_CONTACT_CATEGORY", "AssignContactCategoryAction": {} }],
        "PublishStatus": "DRAFT",
    });
    assert_eq!(instance.call("ListRules", json!({})), json!({ "RuleSummaryList": [] }));
    let id = instance.made("CreateRule", rule.clone(), "RuleId");
    let twice = instance.refusal("CreateRule", rule.clone());
    assert!(twice.starts_with("ResourceConflictException"), "{twice}");
    let wrong = instance.refusal("CreateRule", super::but(rule, json!({ "Name": "a b" })));
    assert!(wrong.starts_with("InvalidRequestException"), "{wrong}");
    let listed = instance.call("ListRules", json!({ "PublishStatus": "DRAFT" }));
    assert_eq!(listed["RuleSummaryList"][0]["EventSourceName"], "OnPostCallAnalysisAvailable");
    assert_eq!(listed["RuleSummaryList"][0]["ActionSummaries"], json!([{ "ActionType": "ASSIGN_CONTACT_CATEGORY" }]));
    assert_eq!(instance.call("ListRules", json!({ "PublishStatus": "PUBLISHED" }))["RuleSummaryList"], json!([]));
    instance.call("DeleteRule", json!({ "RuleId": id }));
    let gone = instance.refusal("DescribeRule", json!({ "RuleId": id }));
    assert!(gone.starts_with("ResourceNotFoundException"), "{gone}");
}

#[test]
fn overrides_change_the_hours_of_a_date() {
    let instance = Instance::new();
    let span = |day: &str, from: u8, to: u8| json!({ "Day": day, "StartTime": { "Hours": from, "Minutes": 0 }, "EndTime": { "Hours": to, "Minutes": 0 } });
    let hours =
        json!({ "Name": "Office", "TimeZone": "UTC", "Config": [span("MONDAY", 9, 17), span("TUESDAY", 9, 0)] });
    let hours = instance.made("CreateHoursOfOperation", hours, "HoursOfOperationId");
    let change = |name: &str, kind: &str, day: &str, config: serde_json::Value| {
        let input = json!({
            "HoursOfOperationId": hours, "Name": name, "OverrideType": kind, "Config": config,
            "EffectiveFrom": day, "EffectiveTill": day,
        });
        instance.call("CreateHoursOfOperationOverride", input);
    };
    // 23 November 2026 is a Monday.
    change("lunch", "CLOSED", "2026-11-23", json!([span("MONDAY", 12, 13)]));
    change("late", "OPEN", "2026-11-23", json!([span("MONDAY", 17, 20)]));
    change("holiday", "STANDARD", "2026-11-30", json!([]));
    let ask = |from: &str, to: &str| json!({ "HoursOfOperationId": hours, "FromDate": from, "ToDate": to });
    let answer = instance.call("GetEffectiveHoursOfOperations", ask("2026-11-23", "2026-11-30"));
    let open = |at: usize| {
        let list = answer["EffectiveHoursOfOperationList"][at]["OperationalHours"].as_array().unwrap();
        list.iter().map(|part| (part["Start"]["Hours"].clone(), part["End"]["Hours"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(open(0), [(json!(9), json!(12)), (json!(13), json!(20))]);
    assert_eq!(open(1), [(json!(9), json!(0))]);
    assert!(open(2).is_empty() && open(7).is_empty(), "{answer}");
    let changed = answer["EffectiveOverrideHoursList"].as_array().unwrap();
    assert_eq!(changed.len(), 2, "{answer}");
    assert_eq!(changed[0]["OverrideHours"][1]["OperationalStatus"], "CLOSED");
    for (from, to) in [("2026-11-30", "2026-11-23"), ("2026-1-1", "2026-11-23"), ("2020-01-01", "2026-11-23")] {
        let refused = instance.refusal("GetEffectiveHoursOfOperations", ask(from, to));
        assert!(refused.starts_with("InvalidParameterException"), "{refused}");
    }
}

#[test]
fn overrides_recur() {
    const DAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    let instance = Instance::new();
    let whole = |day: &str| json!({ "Day": day, "StartTime": { "Hours": 0, "Minutes": 0 }, "EndTime": { "Hours": 0, "Minutes": 0 } });
    let week = DAYS.map(whole);
    let hours = json!({ "Name": "Always", "TimeZone": "UTC", "Config": week });
    let hours = instance.made("CreateHoursOfOperation", hours, "HoursOfOperationId");
    let closed = |name: &str, config: serde_json::Value, pattern: serde_json::Value| {
        let input = json!({
            "HoursOfOperationId": hours, "Name": name, "OverrideType": "CLOSED", "Config": config,
            "EffectiveFrom": "2026-01-01", "EffectiveTill": "2030-12-31",
            "RecurrenceConfig": { "RecurrencePattern": pattern },
        });
        instance.call("CreateHoursOfOperationOverride", input);
    };
    closed(
        "christmas",
        json!(week),
        json!({ "Frequency": "YEARLY", "Interval": 1, "ByMonth": [12], "ByMonthDay": [25] }),
    );
    let memorial = json!({ "Frequency": "YEARLY", "Interval": 1, "ByMonth": [5], "ByWeekdayOccurrence": [-1] });
    closed("memorial day", json!([whole("MONDAY")]), memorial);
    let inventory = json!({ "Frequency": "MONTHLY", "Interval": 3, "ByMonthDay": [-1] });
    closed("inventory", json!(week), inventory);
    let closed_on = |from: &str, to: &str| -> Vec<String> {
        let ask = json!({ "HoursOfOperationId": hours, "FromDate": from, "ToDate": to });
        let answer = instance.call("GetEffectiveHoursOfOperations", ask);
        let days = answer["EffectiveHoursOfOperationList"].as_array().unwrap();
        let is_closed = |day: &&serde_json::Value| day["OperationalHours"].as_array().unwrap().is_empty();
        days.iter().filter(is_closed).map(|day| day["Date"].as_str().unwrap().to_owned()).collect()
    };
    // The last Monday of May 2027 is the 31st, which no third month from January ends on.
    assert_eq!(
        closed_on("2027-01-01", "2027-12-31"),
        ["2027-01-31", "2027-04-30", "2027-05-31", "2027-07-31", "2027-10-31", "2027-12-25"]
    );
    assert_eq!(closed_on("2031-05-01", "2031-12-31"), [""; 0]);
}

#[test]
fn words_of_searches_are_those_of_the_model() {
    let instance = Instance::new();
    for (operation, criteria) in [
        ("SearchContactFlows", json!({ "StateCondition": "ON" })),
        ("SearchContactFlows", json!({ "AndConditions": [{ "TypeCondition": "FLOW" }] })),
        ("SearchContactFlowModules", json!({ "StatusCondition": 7 })),
        ("SearchQueues", json!({ "QueueTypeCondition": "AGENT" })),
        ("SearchUsers", json!({ "QueueTypeCondition": "STANDARD" })),
    ] {
        let refused = instance.refusal(operation, json!({ "SearchCriteria": criteria }));
        assert!(refused.starts_with("InvalidParameterException"), "{operation}: {refused}");
    }
    instance.call("SearchContactFlows", json!({ "SearchCriteria": { "TypeCondition": "CONTACT_FLOW" } }));
    instance.call("SearchQueues", json!({ "SearchCriteria": { "QueueTypeCondition": "STANDARD" } }));
}

#[test]
fn operations_that_are_missing_are_named() {
    let instance = Instance::new();
    let answer = instance.try_with(|environment| {
        super::super::handle(environment, "POST", "/evaluation-forms/i/f/activate", &[], b"{}")
    });
    let message = answer.unwrap_err().message;
    assert_eq!(message, "The sandbox does not support Connect ActivateEvaluationForm.");
}
