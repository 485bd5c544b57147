//! One life per type: created, read, updated there and back, deleted.

use serde_json::{Value, json};

use super::{World, flow, module};
use crate::handler::HandlerErrorCode;

fn tags(first: &str, second: &str) -> Value {
    json!([{"Key": "center", "Value": first}, {"Key": second, "Value": "1"}])
}

/// Properties of a resource with name and instance.
fn named(world: &World, name: &str, further: Value) -> Value {
    let mut properties = json!({"InstanceArn": world.instance, "Name": name});
    let Value::Object(further) = further else { panic!("an object is expected") };
    properties.as_object_mut().unwrap().extend(further);
    properties
}

fn times(day: &str, from: u8, till: u8) -> Value {
    json!({"Day": day, "StartTime": {"Hours": from, "Minutes": 0}, "EndTime": {"Hours": till, "Minutes": 30}})
}

#[test]
fn hours_of_operation() {
    let world = World::new();
    let holiday = |name: &str, day: &str| {
        json!({
            "OverrideName": name,
            "EffectiveFrom": day,
            "EffectiveTill": day,
            "OverrideType": "STANDARD",
            "OverrideConfig": [times("FRIDAY", 10, 12)],
        })
    };
    world.live(
        "HoursOfOperation",
        &named(
            &world,
            "Business",
            json!({
                "Description": "Five days",
                "TimeZone": "America/Los_Angeles",
                "Config": [times("MONDAY", 9, 17), times("TUESDAY", 9, 17)],
                "HoursOfOperationOverrides": [holiday("New Year", "2027-01-01"), holiday("Eve", "2026-12-31")],
                "Tags": tags("kwglobal", "a"),
            }),
        ),
        &named(
            &world,
            "Business hours",
            json!({
                "TimeZone": "Europe/Berlin",
                "Config": [times("MONDAY", 9, 17), times("FRIDAY", 8, 12)],
                "HoursOfOperationOverrides": [holiday("New Year", "2028-01-01"), holiday("Labor Day", "2027-05-01")],
                "Tags": tags("other", "b"),
            }),
        ),
    );
}

#[test]
fn quick_connect() {
    let world = World::new();
    world.live(
        "QuickConnect",
        &named(
            &world,
            "Management",
            json!({
                "Description": "By phone",
                "QuickConnectConfig": {
                    "QuickConnectType": "PHONE_NUMBER",
                    "PhoneConfig": {"PhoneNumber": "+15550100100"},
                },
                "Tags": tags("kwglobal", "a"),
            }),
        ),
        &named(
            &world,
            "Basic",
            json!({
                "QuickConnectConfig": {
                    "QuickConnectType": "QUEUE",
                    "QueueConfig": {
                        "QueueArn": world.queue(),
                        "ContactFlowArn": world.flow("Default queue transfer"),
                    },
                },
            }),
        ),
    );
}

#[test]
fn queue() {
    let world = World::new();
    let quick_connect = |number: usize| {
        let properties = named(
            &world,
            &format!("Phone {number}"),
            json!({
                "QuickConnectConfig": {
                    "QuickConnectType": "PHONE_NUMBER",
                    "PhoneConfig": {"PhoneNumber": format!("+15550100{number:03}")},
                },
            }),
        );
        world.create("QuickConnect", &format!("quick connect {number}"), &properties)
    };
    let quick_connects: Vec<String> = (0..130).map(quick_connect).collect();
    let number = json!({"TargetArn": world.instance, "CountryCode": "US", "Type": "DID"});
    let number = world.create("PhoneNumber", "number", &number);
    world.live(
        "Queue",
        &named(
            &world,
            "Sales",
            json!({
                "Description": "Buying",
                "HoursOfOperationArn": world.hours(),
                "MaxContacts": 10,
                "OutboundCallerConfig": {
                    "OutboundCallerIdName": "KWGlobal",
                    "OutboundCallerIdNumberArn": number,
                    "OutboundFlowArn": world.flow("Default outbound"),
                },
                "QuickConnectArns": &quick_connects[..120],
                "Status": "DISABLED",
                "Tags": tags("kwglobal", "a"),
            }),
        ),
        &named(
            &world,
            "Sales and service",
            json!({"HoursOfOperationArn": world.hours(), "QuickConnectArns": &quick_connects[2..130], "Status": "ENABLED"}),
        ),
    );
}

#[test]
fn routing_profile() {
    let world = World::new();
    let queue = |number: usize| {
        let properties = named(&world, &format!("Queue {number}"), json!({"HoursOfOperationArn": world.hours()}));
        world.create("Queue", &format!("queue {number}"), &properties)
    };
    let queues: Vec<String> = (0..70).map(queue).collect();
    let config = |at: usize, priority: usize, delay: usize| {
        let reference = json!({"QueueArn": queues[at], "Channel": "VOICE"});
        json!({"QueueReference": reference, "Priority": priority, "Delay": delay})
    };
    let manual = |at: usize| json!({"QueueReference": {"QueueArn": queues[at], "Channel": "CHAT"}});
    let voice = json!({"Channel": "VOICE", "Concurrency": 1});
    let chat = json!({"Channel": "CHAT", "Concurrency": 2});
    world.live(
        "RoutingProfile",
        &named(
            &world,
            "Agents",
            json!({
                "Description": "Agents",
                "DefaultOutboundQueueArn": queues[0],
                "MediaConcurrencies": [voice, chat],
                "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
                "QueueConfigs": (0..60).map(|at| config(at, 1, 0)).collect::<Vec<_>>(),
                "ManualAssignmentQueueConfigs": [manual(1)],
                "Tags": tags("kwglobal", "a"),
            }),
        ),
        &named(
            &world,
            "Consultants",
            json!({
                "Description": "Consultants",
                "DefaultOutboundQueueArn": queues[1],
                "MediaConcurrencies": [voice, {"Channel": "CHAT", "Concurrency": 5}],
                "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND",
                "QueueConfigs": (3..70).map(|at| config(at, 1 + at % 2, 15)).collect::<Vec<_>>(),
                "ManualAssignmentQueueConfigs": [manual(2)],
            }),
        ),
    );
}

#[test]
fn security_profile() {
    let world = World::new();
    let profile = |further: Value| {
        let mut properties = json!({"InstanceArn": world.instance, "SecurityProfileName": "Supervisor"});
        properties.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        properties
    };
    world.live(
        "SecurityProfile",
        &profile(json!({
            "Description": "Watches",
            "Permissions": ["BasicAgentAccess", "OutboundCallAccess"],
            "AllowedAccessControlTags": [{"Key": "team", "Value": "a"}],
            "TagRestrictedResources": ["User"],
            "Tags": tags("kwglobal", "a"),
        })),
        &profile(json!({"Permissions": ["BasicAgentAccess"]})),
    );
}

#[test]
fn user() {
    let world = World::new();
    let profile = |name: &str| world.builtin("ListSecurityProfiles", "SecurityProfileSummaryList", name);
    let basic = world.builtin("ListRoutingProfiles", "RoutingProfileSummaryList", "Basic Routing Profile");
    let other = named(
        &world,
        "Other",
        json!({
            "Description": "Other",
            "DefaultOutboundQueueArn": world.queue(),
            "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}],
        }),
    );
    let other = world.create("RoutingProfile", "other", &other);
    let structure = json!({
        "InstanceArn": world.instance,
        "UserHierarchyStructure": {"LevelOne": {"Name": "Company"}},
    });
    world.create("UserHierarchyStructure", "structure", &structure);
    let group = world.create("UserHierarchyGroup", "group", &named(&world, "KWGlobal", json!({})));
    let attribute = named(&world, "Language", json!({"Values": {"StringList": ["English", "Chinese"]}}));
    world.create("PredefinedAttribute", "language", &attribute);
    let skill =
        |language: &str, level: f64| json!({"AttributeName": "Language", "AttributeValue": language, "Level": level});
    let mary = |further: Value| {
        let mut properties = json!({"InstanceArn": world.instance, "Username": "mary.jane", "Password": "Passw0rd-1"});
        properties.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        properties
    };
    world.live(
        "User",
        &mary(json!({
            "IdentityInfo": {"FirstName": "Mary", "LastName": "Jane", "Email": "mary@example.com"},
            "PhoneConfig": {
                "PhoneType": "DESK_PHONE",
                "DeskPhoneNumber": "+15550100101",
                "AutoAccept": false,
                "AfterContactWorkTimeLimit": 30,
            },
            "RoutingProfileArn": basic,
            "SecurityProfileArns": [profile("Agent"), profile("Admin")],
            "HierarchyGroupArn": group,
            "UserProficiencies": [skill("English", 3.0), skill("Chinese", 5.0)],
            "Tags": tags("kwglobal", "a"),
        })),
        &mary(json!({
            "IdentityInfo": {"FirstName": "Mary", "LastName": "Doe"},
            "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 0},
            "RoutingProfileArn": other,
            "SecurityProfileArns": [profile("Agent")],
            "UserProficiencies": [skill("English", 4.0)],
        })),
    );
}

#[test]
fn user_hierarchy() {
    let world = World::new();
    let structure = |levels: Value| json!({"InstanceArn": world.instance, "UserHierarchyStructure": levels});
    world.live(
        "UserHierarchyStructure",
        &structure(json!({"LevelOne": {"Name": "Company"}, "LevelTwo": {"Name": "Department"}})),
        &structure(json!({"LevelOne": {"Name": "Firm"}})),
    );
    let levels = json!({"LevelOne": {"Name": "Company"}, "LevelTwo": {"Name": "Department"}});
    world.create("UserHierarchyStructure", "structure", &structure(levels));
    let parent = world.create("UserHierarchyGroup", "parent", &named(&world, "KWGlobal", json!({})));
    world.live(
        "UserHierarchyGroup",
        &named(&world, "Consulting", json!({"ParentGroupArn": parent, "Tags": tags("kwglobal", "a")})),
        &named(&world, "Service", json!({"ParentGroupArn": parent})),
    );
}

#[test]
fn predefined_attribute() {
    let world = World::new();
    world.live(
        "PredefinedAttribute",
        &named(&world, "Language", json!({"Values": {"StringList": ["English"]}})),
        &named(&world, "Language", json!({"Values": {"StringList": ["English", "Chinese"]}})),
    );
}

#[test]
fn prompt() {
    let world = World::new();
    world.put_object("assets", "prompts/hello.wav");
    world.put_object("assets", "prompts/bye.wav");
    world.live(
        "Prompt",
        &named(
            &world,
            "Hello",
            json!({
                "Description": "Says hello",
                "S3Uri": "s3://assets/prompts/hello.wav",
                "Tags": tags("kwglobal", "a"),
            }),
        ),
        &named(&world, "Bye", json!({"S3Uri": "https://assets.s3.us-west-2.amazonaws.com/prompts/bye.wav"})),
    );
}

#[test]
fn contact_flow() {
    let world = World::new();
    let properties = |name: &str, content: String, further: Value| {
        let mut properties = named(&world, name, further);
        properties["Content"] = content.into();
        properties
    };
    world.live(
        "ContactFlow",
        &properties(
            "Main menu",
            flow("Welcome"),
            json!({"Type": "CONTACT_FLOW", "Description": "First", "State": "ACTIVE", "Tags": tags("kwglobal", "a")}),
        ),
        &properties("Menu", flow("Hello"), json!({"Type": "CONTACT_FLOW", "State": "ARCHIVED"})),
    );
    world.live(
        "ContactFlowModule",
        &properties("Greeting", module("Welcome"), json!({"Description": "First", "Tags": tags("kwglobal", "a")})),
        &properties("Greetings", module("Hello"), json!({})),
    );
}

#[test]
fn versions_and_aliases() {
    let world = World::new();
    let kind = json!({"Type": "CONTACT_FLOW", "Content": flow("Welcome")});
    let main = world.create("ContactFlow", "flow", &named(&world, "Main", kind));
    let version = json!({"ContactFlowId": main, "Description": "First"});
    let first = world.create("ContactFlowVersion", "first", &version);
    assert_eq!(first, format!("{main}:1"));
    world.check("ContactFlowVersion", &first, &version);
    let second = world.create("ContactFlowVersion", "second", &version);
    world.delete("ContactFlowVersion", &second).unwrap();
    assert_eq!(world.read("ContactFlowVersion", &second), None);
    let third = world.create("ContactFlowVersion", "third", &version);
    assert_eq!(third, format!("{main}:3"), "numbers are never used again");

    let module = named(&world, "Module", json!({"Content": module("Welcome")}));
    let module = world.create("ContactFlowModule", "module", &module);
    let version = json!({"ContactFlowModuleId": module});
    for at in ["1", "2"] {
        let made = world.create("ContactFlowModuleVersion", at, &version);
        world.check("ContactFlowModuleVersion", &made, &version);
    }
    let alias = |name: &str, number: u32, further: Value| {
        let mut properties = json!({"ContactFlowModuleId": module, "Name": name, "ContactFlowModuleVersion": number});
        properties.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        properties
    };
    world.live(
        "ContactFlowModuleAlias",
        &alias("live", 1, json!({"Description": "In use"})),
        &alias("prod", 2, json!({})),
    );
}

#[test]
fn view() {
    let world = World::new();
    world.live(
        "View",
        &named(
            &world,
            "Guide",
            json!({"Description": "Leads", "Template": {"Body": []}, "Actions": ["Next"], "Tags": tags("kwglobal", "a")}),
        ),
        &named(&world, "Guides", json!({"Template": {"Body": ["x"]}, "Actions": []})),
    );
}

#[test]
fn task_template() {
    let world = World::new();
    let flow = world.flow("Sample AB test");
    let field = |name: &str, kind: &str| json!({"Id": {"Name": name}, "Type": kind});
    let required = json!({"RequiredFields": [{"Id": {"Name": "Title"}}]});
    world.live(
        "TaskTemplate",
        &named(
            &world,
            "Follow up",
            json!({
                "Description": "Call again",
                "ContactFlowArn": flow,
                "Constraints": required,
                "Defaults": [{"Id": {"Name": "Title"}, "DefaultValue": "Call"}],
                "Fields": [field("Title", "NAME"), field("Note", "TEXT")],
                "Status": "ACTIVE",
                "Tags": tags("kwglobal", "a"),
            }),
        ),
        &named(
            &world,
            "Follow up",
            json!({"ContactFlowArn": flow, "Fields": [field("Title", "NAME")], "Status": "INACTIVE"}),
        ),
    );
}

/// A status outlives its stack, as nothing can delete it: one of its name cannot be made again.
#[test]
fn agent_status() {
    let world = World::new();
    let lunch = named(
        &world,
        "Lunch",
        json!({"Description": "Eating", "State": "ENABLED", "DisplayOrder": 5, "Tags": tags("kwglobal", "a")}),
    );
    let id = world.create("AgentStatus", "first", &lunch);
    world.check("AgentStatus", &id, &lunch);
    let pause = named(&world, "Pause", json!({"State": "DISABLED", "DisplayOrder": 4}));
    world.update("AgentStatus", &id, &lunch, &pause);
    world.check("AgentStatus", &id, &pause);
    world.delete("AgentStatus", &id).unwrap();
    assert!(world.read("AgentStatus", &id).is_some());
    let again = named(&world, "Pause", json!({"State": "ENABLED", "DisplayOrder": 4}));
    let refused = world.try_create("AgentStatus", "second", &again).unwrap_err();
    assert_eq!(refused.code, HandlerErrorCode::AlreadyExists);
}

#[test]
fn rule() {
    let world = World::new();
    let flow = world.flow("Default outbound");
    let task = json!({"Name": "Call back", "ContactFlowArn": flow, "References": {"Case": {"Type": "URL", "Value": "https://x"}}});
    let mail = json!({"DeliveryMethod": "EMAIL", "Content": "Late", "ContentType": "PLAIN_TEXT",
        "Recipient": {"UserArns": [format!("{}/agent/a", world.instance), "$.ContactLens.Agent"]}});
    let rule = |further: Value| {
        named(
            &world,
            "late",
            json!({
                "TriggerEventSource": {"EventSourceName": "OnPostCallAnalysisAvailable"},
                "Function": "{}",
                "Actions": further["Actions"],
                "PublishStatus": further["PublishStatus"],
                "Tags": tags("kwglobal", "a"),
            }),
        )
    };
    let first = rule(json!({
        "PublishStatus": "DRAFT",
        "Actions": {"EventBridgeActions": [{"Name": "late"}], "TaskActions": [task], "SendNotificationActions": [mail]},
    }));
    let second = rule(json!({"PublishStatus": "PUBLISHED", "Actions": {"AssignContactCategoryActions": [{}]}}));
    world.live("Rule", &first, &second);
    world.create("Rule", "again", &first);
    let listed = world.call("ListRules", json!({})).unwrap();
    let id = &listed["RuleSummaryList"][0]["RuleId"];
    let shown = world.call("DescribeRule", json!({"RuleId": id})).unwrap();
    let actions = shown["Rule"]["Actions"].as_array().unwrap();
    let found = |kind: &str| actions.iter().find(|action| action["ActionType"] == kind).unwrap();
    let id = flow.rsplit('/').next().unwrap();
    assert_eq!(found("CREATE_TASK")["TaskAction"]["ContactFlowId"], id);
    let users = &found("SEND_NOTIFICATION")["SendNotificationAction"]["Recipient"]["UserIds"];
    assert_eq!(users, &json!(["a", "$.ContactLens.Agent"]));
}

#[test]
fn use_cases_and_versions_of_views() {
    let world = World::new();
    let integration = json!({"InstanceId": world.instance, "IntegrationType": "APPLICATION",
        "IntegrationArn": "arn:aws:app-integrations:us-west-2:123456789012:application/a"});
    let integration = world.create("IntegrationAssociation", "integration", &integration);
    let association = world.read("IntegrationAssociation", &integration).unwrap();
    let case = |tags: Value| {
        json!({"InstanceId": world.instance, "IntegrationAssociationId": association["IntegrationAssociationId"],
            "UseCaseType": "RULES_EVALUATION", "Tags": tags})
    };
    world.live("UseCase", &case(tags("kwglobal", "a")), &case(tags("kwglobal", "b")));

    let view = named(&world, "Form", json!({"Template": {"Head": {}, "Body": []}, "Actions": ["Submit"]}));
    let view = world.create("View", "view", &view);
    let version = json!({"ViewArn": view, "VersionDescription": "first"});
    let id = world.create("ViewVersion", "version", &version);
    assert_eq!(id, format!("{view}:1"));
    let live = world.read("ViewVersion", &id).unwrap();
    assert_eq!((&live["Version"], &live["VersionDescription"]), (&json!(1), &json!("first")));
    let listed = world.call("ListViewVersions", json!({"ViewId": view})).unwrap();
    assert_eq!(listed["ViewVersionSummaryList"].as_array().unwrap().len(), 1);
    world.delete("ViewVersion", &id).unwrap();
    assert_eq!(world.read("ViewVersion", &id), None);
}

#[test]
fn test_case() {
    let world = World::new();
    let content = |text: &str| {
        json!({
            "Version": "2019-10-30",
            "Observations": [{
                "Identifier": "greeting",
                "Event": {
                    "Identifier": "greeting-event",
                    "Type": "MessageReceived",
                    "Actor": "System",
                    "Properties": {"Text": text, "MatchingCriteria": {"Type": "Inclusion"}},
                },
                "Actions": [],
            }],
        })
        .to_string()
    };
    let flow = world.flow("Sample inbound flow (first contact experience)");
    let entry = json!({"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": {"FlowId": flow}});
    let chat = json!({"Type": "CHAT", "ChatEntryPointParameters": {"FlowId": flow}});
    world.live(
        "TestCase",
        &named(
            &world,
            "Greets",
            json!({
                "Description": "hello",
                "Content": content("hello"),
                "EntryPoint": entry,
                "InitializationData": "{\"Attributes\":{\"a\":\"b\"}}",
                "Status": "PUBLISHED",
                "Tags": tags("kwglobal", "a"),
            }),
        ),
        &named(&world, "Says hello", json!({"Content": content("hi"), "EntryPoint": chat, "Tags": tags("other", "b")})),
    );
    let refused = named(&world, "Wrong", json!({"Content": "{}", "EntryPoint": entry, "Status": "PUBLISHED"}));
    let refusal = world.try_create("TestCase", "wrong", &refused).unwrap_err();
    assert_eq!(refusal.code, HandlerErrorCode::InvalidRequest);
    assert!(
        refusal.message.starts_with("Invalid test case content (Service: Connect, Status Code: 400"),
        "{refusal:?}"
    );
    let saved = named(&world, "Draft", json!({"Content": "{}", "Status": "SAVED"}));
    let id = world.create("TestCase", "draft", &saved);
    world.check("TestCase", &id, &saved);
}
