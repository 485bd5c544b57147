//! Users, their hierarchy, security profiles, statuses and proficiencies.

use serde_json::{Value, json};

use super::{ARN, Instance, but};

fn refused(instance: &Instance, changes: Value) -> String {
    instance.refusal("CreateUser", but(instance.user_input("mary.jane"), changes))
}

#[test]
fn new_users_hold_the_rules() {
    let instance = Instance::new();
    let cases = [
        (json!({ "Username": "mary jane" }), "The username mary jane is not valid"),
        (json!({ "Username": "mary@example" }), "The username mary@example is not valid"),
        (json!({ "Username": "x".repeat(21) }), "has more than 20 characters"),
        (json!({ "Password": "password1" }), "an upper case letter and a digit"),
        (json!({ "Password": "Passw0rd" .repeat(9) }), "an upper case letter and a digit"),
        (json!({ "Password": "Pass w0rd" }), "an upper case letter and a digit"),
        (json!({ "Password": null }), "Password is required"),
        (json!({ "IdentityInfo": { "FirstName": "Mary" } }), "IdentityInfo.LastName is required"),
        (
            json!({ "PhoneConfig": { "PhoneType": "DESK_PHONE" } }),
            "PhoneConfig.DeskPhoneNumber is required for a desk phone",
        ),
        (
            json!({ "PhoneConfig": { "PhoneType": "DESK_PHONE", "DeskPhoneNumber": "5550100" } }),
            "5550100 is not a phone number in E.164 format",
        ),
        (
            json!({ "PhoneConfig": { "PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 2_000_001 } }),
            "Member must have value less than or equal to 2000000",
        ),
        (json!({ "AutoAcceptConfigs": [{ "Channel": "VOICE", "AutoAccept": true }] }), "cannot be used together"),
        (json!({ "SecurityProfileIds": [] }), "Member must have length greater than or equal to 1"),
        (json!({ "RoutingProfileId": "dddddddd-2222-4333-8444-555555555555" }), "was not found."),
    ];
    for (changes, expected) in cases {
        let refusal = refused(&instance, changes);
        assert!(refusal.ends_with(expected), "{refusal}");
    }
    instance.call("CreateUser", instance.user_input("Mary.Jane"));
    assert_eq!(refused(&instance, json!({})), "DuplicateResourceException: The user mary.jane exists already.");
}

#[test]
fn identity_management_decides_what_a_user_needs() {
    let saml = Instance::managed("SAML");
    let input = but(saml.user_input(&"x".repeat(64)), json!({ "Password": null }));
    let refusal = saml.refusal("CreateUser", input.clone());
    assert_eq!(refusal, "InvalidParameterException: IdentityInfo.Email is not supported with SAML");
    let input = but(input, json!({ "IdentityInfo": { "FirstName": "Mary", "LastName": "Jane" } }));
    saml.call("CreateUser", input.clone());
    // What an identity provider sends, which is no address.
    saml.call("CreateUser", but(input.clone(), json!({ "Username": "pat@006AB000000XX7E@00DAB000000f999" })));
    let refusal = saml.refusal("CreateUser", but(input.clone(), json!({ "Username": "pat jane@example" })));
    assert!(refusal.ends_with("is not valid"), "{refusal}");
    let refusal = saml.refusal("CreateUser", but(input, json!({ "Username": "y", "Password": "Passw0rd1" })));
    assert!(refusal.contains("Password is not supported"), "{refusal}");
    let directory = Instance::managed("EXISTING_DIRECTORY");
    directory.call("CreateUser", but(directory.user_input("mary"), json!({ "Password": null, "IdentityInfo": null })));
}

#[test]
fn users_are_described_and_searched() {
    let instance = Instance::new();
    let id = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    let user = instance.call("DescribeUser", json!({ "UserId": id }))["User"].clone();
    assert_eq!(user["Arn"], format!("{ARN}/agent/{id}"));
    assert_eq!(
        user["PhoneConfig"],
        json!({ "PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30, "AutoAccept": false })
    );
    assert_eq!(user["IdentityInfo"]["Email"], "mary@example.com");
    assert_eq!(user.get("Password"), None);
    let found = instance.call(
        "SearchUsers",
        json!({ "SearchCriteria": { "StringCondition": { "FieldName": "FirstName", "Value": "mar", "ComparisonType": "STARTS_WITH" } } }),
    );
    let found = &found["Users"][0];
    assert_eq!(found["Id"], id.as_str());
    assert_eq!(found["PhoneConfig"]["AfterContactWorkTimeLimit"], 30_000);
    assert_eq!(found["IdentityInfo"], json!({ "FirstName": "Mary", "LastName": "Jane" }));
    let listed = instance.call("ListUsers", json!({}));
    assert_eq!(listed["UserSummaryList"][0]["Username"], "mary");
}

#[test]
fn users_are_changed_part_by_part() {
    let instance = Instance::new();
    let id = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    let update = |operation: &str, members: Value| instance.attempt(operation, but(members, json!({ "UserId": id })));
    let desk = json!({ "PhoneConfig": { "PhoneType": "DESK_PHONE", "DeskPhoneNumber": "+15550100100" } });
    update("UpdateUserPhoneConfig", desk).expect("a phone");
    update("UpdateUserIdentityInfo", json!({ "IdentityInfo": { "FirstName": "M", "LastName": "J" } })).expect("a name");
    let admin = instance.id_of("ListSecurityProfiles", "SecurityProfileSummaryList", "Admin");
    update("UpdateUserSecurityProfiles", json!({ "SecurityProfileIds": [admin] })).expect("a profile");
    let user = || instance.call("DescribeUser", json!({ "UserId": id }))["User"].clone();
    assert_eq!(user()["PhoneConfig"]["DeskPhoneNumber"], "+15550100100");
    assert_eq!(user()["IdentityInfo"], json!({ "FirstName": "M", "LastName": "J" }));
    assert_eq!(user()["SecurityProfileIds"], json!([admin]));
    let config = json!({ "AfterContactWorkConfigs": [{ "Channel": "CHAT", "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": 5 } }] });
    update("UpdateUserConfig", config.clone()).expect("a config");
    assert_eq!(user()["AfterContactWorkConfigs"], config["AfterContactWorkConfigs"]);
    assert_eq!(user().get("PhoneConfig"), None);
    let error = update("UpdateUserIdentityInfo", json!({ "IdentityInfo": { "FirstName": "M" } })).expect_err("no name");
    assert_eq!(error.code, "InvalidParameterException");
}

/// Three levels with one group on each; the ids of the groups.
fn hierarchy(instance: &Instance) -> [String; 3] {
    let levels = json!({ "LevelOne": { "Name": "Company" }, "LevelTwo": { "Name": "Region" }, "LevelThree": { "Name": "City" } });
    instance.call("UpdateUserHierarchyStructure", json!({ "HierarchyStructure": levels }));
    let group = |name: &str, parent: &str| {
        let input = json!({ "Name": name, "ParentGroupId": parent });
        instance.made("CreateUserHierarchyGroup", input, "HierarchyGroupId")
    };
    let top = group("KWGlobal", "");
    let middle = group("West", &top);
    let bottom = group("Portland", &middle);
    [top, middle, bottom]
}

#[test]
fn groups_stand_under_their_levels() {
    let instance = Instance::new();
    let refusal = instance.refusal("CreateUserHierarchyGroup", json!({ "Name": "KWGlobal" }));
    assert_eq!(refusal, "InvalidParameterException: The hierarchy has no level 1");
    let [top, middle, bottom] = hierarchy(&instance);
    let refusal = instance.refusal("CreateUserHierarchyGroup", json!({ "Name": "x", "ParentGroupId": bottom }));
    assert_eq!(refusal, "InvalidParameterException: The hierarchy has no level 4");
    let refusal = instance.refusal("CreateUserHierarchyGroup", json!({ "Name": "Portland", "ParentGroupId": middle }));
    assert!(refusal.starts_with("DuplicateResourceException"), "{refusal}");
    instance.call("UpdateUserHierarchyGroupName", json!({ "HierarchyGroupId": top, "Name": "KW" }));
    let group =
        instance.call("DescribeUserHierarchyGroup", json!({ "HierarchyGroupId": bottom }))["HierarchyGroup"].clone();
    assert_eq!(group["LevelId"], "3");
    assert_eq!(group["HierarchyPath"]["LevelOne"]["Name"], "KW");
    assert_eq!(group["HierarchyPath"]["LevelThree"]["Id"], bottom.as_str());
    assert_eq!(group.get("ParentGroupId"), None);
    let structure = instance.call("DescribeUserHierarchyStructure", json!({}))["HierarchyStructure"].clone();
    assert_eq!(structure["LevelTwo"]["Arn"], format!("{ARN}/agent-group-level/2"));
}

#[test]
fn levels_and_groups_in_use_stay() {
    let instance = Instance::new();
    let [top, middle, bottom] = hierarchy(&instance);
    let fewer =
        json!({ "HierarchyStructure": { "LevelOne": { "Name": "Company" }, "LevelTwo": { "Name": "Region" } } });
    let error = instance.attempt("UpdateUserHierarchyStructure", fewer.clone()).expect_err("in use");
    assert_eq!(
        (error.code.as_str(), &error.members["ResourceType"]),
        ("ResourceInUseException", &json!("HIERARCHY_LEVEL"))
    );
    let gap = json!({ "HierarchyStructure": { "LevelTwo": { "Name": "Region" } } });
    let refusal = instance.refusal("UpdateUserHierarchyStructure", gap);
    assert_eq!(refusal, "InvalidParameterException: LevelTwo is given, but a level above it is not");
    let user =
        instance.made("CreateUser", but(instance.user_input("mary"), json!({ "HierarchyGroupId": bottom })), "UserId");
    for (group, holder) in [(&middle, "hierarchy group"), (&bottom, "user")] {
        let refusal = instance.refusal("DeleteUserHierarchyGroup", json!({ "HierarchyGroupId": group }));
        assert!(refusal.contains(&format!("is in use by the {holder} ")), "{refusal}");
    }
    let count = |group: &str, how: &str| {
        let condition = json!({ "Value": group, "HierarchyGroupMatchType": how });
        let criteria = json!({ "SearchCriteria": { "HierarchyGroupCondition": condition } });
        instance.call("SearchUsers", criteria)["ApproximateTotalCount"].clone()
    };
    assert_eq!(
        (count(&top, "EXACT"), count(&top, "WITH_CHILD_GROUPS"), count(&bottom, "EXACT")),
        (json!(0), json!(1), json!(1))
    );
    instance.call("UpdateUserHierarchy", json!({ "UserId": user }));
    instance.call("DeleteUserHierarchyGroup", json!({ "HierarchyGroupId": bottom }));
    instance.call("UpdateUserHierarchyStructure", fewer);
}

#[test]
fn security_profiles_are_kept_while_in_use() {
    let instance = Instance::new();
    let refusal = instance.refusal("CreateSecurityProfile", json!({ "SecurityProfileName": "a/b" }));
    assert!(refusal.starts_with("InvalidParameterException"), "{refusal}");
    let input = json!({ "SecurityProfileName": "Team lead", "Permissions": ["BasicAgentAccess"], "AllowedAccessControlTags": { "team": "a" } });
    let id = instance.made("CreateSecurityProfile", input, "SecurityProfileId");
    instance.call(
        "UpdateSecurityProfile",
        json!({ "SecurityProfileId": id, "Permissions": ["OutboundCallAccess", "Users.View"] }),
    );
    let permissions =
        instance.call("ListSecurityProfilePermissions", json!({ "SecurityProfileId": id, "MaxResults": 1 }));
    assert_eq!(permissions["Permissions"], json!(["OutboundCallAccess"]));
    assert!(permissions["NextToken"].is_string());
    let profile =
        instance.call("DescribeSecurityProfile", json!({ "SecurityProfileId": id }))["SecurityProfile"].clone();
    assert_eq!(profile["Type"], "CUSTOMER_MANAGED");
    assert_eq!(profile["AllowedAccessControlTags"], json!({ "team": "a" }));
    assert_eq!(profile.get("Permissions"), None);
    let user =
        instance.made("CreateUser", but(instance.user_input("mary"), json!({ "SecurityProfileIds": [id] })), "UserId");
    let refusal = instance.refusal("DeleteSecurityProfile", json!({ "SecurityProfileId": id }));
    assert_eq!(refusal, format!("ResourceInUseException: The security profile is in use by the user {user}."));
    let agent = instance.id_of("ListSecurityProfiles", "SecurityProfileSummaryList", "Agent");
    let entity = json!({ "EntityType": "USER", "EntityArn": format!("{ARN}/agent/{user}") });
    let refusal = instance
        .refusal("DisassociateSecurityProfiles", but(entity.clone(), json!({ "SecurityProfiles": [{ "Id": id }] })));
    assert!(refusal.ends_with("A user has between 1 and 10 security profiles"), "{refusal}");
    instance.call("AssociateSecurityProfiles", but(entity.clone(), json!({ "SecurityProfiles": [{ "Id": agent }] })));
    instance.call("DisassociateSecurityProfiles", but(entity.clone(), json!({ "SecurityProfiles": [{ "Id": id }] })));
    assert_eq!(instance.call("ListEntitySecurityProfiles", entity)["SecurityProfiles"], json!([{ "Id": agent }]));
    instance.call("DeleteSecurityProfile", json!({ "SecurityProfileId": id }));
    let refusal = instance.refusal("DeleteSecurityProfile", json!({ "SecurityProfileId": agent }));
    assert!(refusal.starts_with("AccessDeniedException"), "{refusal}");
}

#[test]
fn built_in_statuses_stay_enabled() {
    let instance = Instance::new();
    let available = instance.id_of("ListAgentStatuses", "AgentStatusSummaryList", "Available");
    let refusal = instance.refusal("UpdateAgentStatus", json!({ "AgentStatusId": available, "State": "DISABLED" }));
    assert!(refusal.starts_with("InvalidRequestException"), "{refusal}");
    let lunch = instance.made(
        "CreateAgentStatus",
        json!({ "Name": "Lunch", "State": "ENABLED", "DisplayOrder": 3 }),
        "AgentStatusId",
    );
    instance
        .call("UpdateAgentStatus", json!({ "AgentStatusId": lunch, "State": "DISABLED", "ResetOrderNumber": true }));
    let status = instance.call("DescribeAgentStatus", json!({ "AgentStatusId": lunch }))["AgentStatus"].clone();
    assert_eq!(
        (&status["State"], &status["Type"], status.get("DisplayOrder")),
        (&json!("DISABLED"), &json!("CUSTOM"), None)
    );
    let custom = instance.call("ListAgentStatuses", json!({ "AgentStatusTypes": ["CUSTOM"] }));
    assert_eq!(custom["AgentStatusSummaryList"].as_array().map(Vec::len), Some(1));
    let refusal = instance.refusal("CreateAgentStatus", json!({ "Name": "Lunch", "State": "ENABLED" }));
    assert!(refusal.starts_with("DuplicateResourceException"), "{refusal}");
}

#[test]
fn proficiencies_are_values_of_predefined_attributes() {
    let instance = Instance::new();
    let user = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    instance.call("CreatePredefinedAttribute", json!({ "Name": "language", "Values": { "StringList": ["en", "de"] } }));
    let refusal = instance.refusal("CreatePredefinedAttribute", json!({ "Name": "language" }));
    assert!(refusal.starts_with("DuplicateResourceException"), "{refusal}");
    let input = |value: &str, level: f64| json!({ "UserId": user, "UserProficiencies": [{ "AttributeName": "language", "AttributeValue": value, "Level": level }] });
    let refusal = instance.refusal("AssociateUserProficiencies", input("fr", 1.0));
    assert!(refusal.ends_with("does not have the value fr"), "{refusal}");
    let refusal = instance.refusal("AssociateUserProficiencies", input("en", 5.5));
    assert!(refusal.ends_with("less than or equal to 5"), "{refusal}");
    instance.call("AssociateUserProficiencies", input("en", 2.0));
    instance.call("AssociateUserProficiencies", input("en", 3.0));
    instance.call("UpdateUserProficiencies", input("en", 4.0));
    let listed = instance.call("ListUserProficiencies", json!({ "UserId": user }));
    assert_eq!(listed["UserProficiencyList"][0]["Level"], json!(4.0));
    assert_eq!(listed["UserProficiencyList"].as_array().map(Vec::len), Some(1));
    let refusal = instance.refusal("DeletePredefinedAttribute", json!({ "Name": "language" }));
    assert!(refusal.starts_with("ResourceInUseException"), "{refusal}");
    instance.call("DisassociateUserProficiencies", input("en", 4.0));
    instance.call("DeletePredefinedAttribute", json!({ "Name": "language" }));
}

#[test]
fn everything_can_be_searched_by_name() {
    let instance = Instance::new();
    hierarchy(&instance);
    instance.call("CreatePredefinedAttribute", json!({ "Name": "language", "Values": { "StringList": ["en"] } }));
    let cases = [
        ("SearchAgentStatuses", "AgentStatuses", "Name", "Available"),
        ("SearchSecurityProfiles", "SecurityProfiles", "SecurityProfileName", "QualityAnalyst"),
        ("SearchUserHierarchyGroups", "UserHierarchyGroups", "Name", "West"),
        ("SearchPredefinedAttributes", "PredefinedAttributes", "Name", "language"),
    ];
    for (operation, list, member, name) in cases {
        let condition = json!({ "FieldName": "name", "Value": name, "ComparisonType": "EXACT" });
        let found = instance.call(operation, json!({ "SearchCriteria": { "StringCondition": condition } }));
        assert_eq!(found["ApproximateTotalCount"], 1, "{operation}");
        assert_eq!(found[list][0][member], name, "{operation}");
        assert_eq!(found[list][0].get("Permissions"), None, "{operation}");
    }
    let groups = instance.call("ListUserHierarchyGroups", json!({}));
    assert_eq!(groups["UserHierarchyGroupSummaryList"].as_array().map(Vec::len), Some(3));
}

#[test]
fn attributes_change_their_values() {
    let instance = Instance::new();
    instance.call("CreatePredefinedAttribute", json!({ "Name": "language", "Values": { "StringList": ["en"] } }));
    let path = json!({ "Name": "language" });
    instance.call("UpdatePredefinedAttribute", but(path.clone(), json!({ "Values": { "StringList": ["en", "de"] } })));
    let attribute = instance.call("DescribePredefinedAttribute", path)["PredefinedAttribute"].clone();
    assert_eq!(attribute["Values"], json!({ "StringList": ["en", "de"] }));
    let listed = instance.call("ListPredefinedAttributes", json!({}));
    assert_eq!(listed["PredefinedAttributeSummaryList"][0]["Name"], "language");
    let refusal = instance.refusal("CreatePredefinedAttribute", json!({ "Name": "connect:Language" }));
    assert!(refusal.starts_with("InvalidParameterException"), "{refusal}");
}

#[test]
fn a_changed_routing_profile_is_counted() {
    let instance = Instance::new();
    let user = instance.made("CreateUser", instance.user_input("mary"), "UserId");
    let basic = instance.id_of("ListRoutingProfiles", "RoutingProfileSummaryList", "Basic Routing Profile");
    let outbound = instance.id_of("ListQueues", "QueueSummaryList", "BasicQueue");
    let input = json!({
        "Name": "other",
        "Description": "d",
        "DefaultOutboundQueueId": outbound,
        "MediaConcurrencies": [{ "Channel": "VOICE", "Concurrency": 1 }],
    });
    let other = instance.made("CreateRoutingProfile", input, "RoutingProfileId");
    instance.call("UpdateUserRoutingProfile", json!({ "UserId": user, "RoutingProfileId": other }));
    let users = |id: &str| {
        let described = instance.call("DescribeRoutingProfile", json!({ "RoutingProfileId": id }));
        described["RoutingProfile"]["NumberOfAssociatedUsers"].clone()
    };
    assert_eq!((users(&basic), users(&other)), (json!(0), json!(1)));
}

#[test]
fn security_profiles_list_what_else_they_allow() {
    let instance = Instance::new();
    let application =
        json!({ "Namespace": "crm", "ApplicationPermissions": ["ACCESS"], "Type": "THIRD_PARTY_APPLICATION" });
    let module = json!({ "Type": "MCP", "FlowModuleId": "dddddddd-2222-4333-8444-555555555555" });
    let input =
        json!({ "SecurityProfileName": "Team lead", "Applications": [application], "AllowedFlowModules": [module] });
    let id = instance.made("CreateSecurityProfile", input, "SecurityProfileId");
    let list =
        |operation: &str, member: &str| instance.call(operation, json!({ "SecurityProfileId": id }))[member].clone();
    assert_eq!(list("ListSecurityProfileApplications", "Applications"), json!([application]));
    assert_eq!(list("ListSecurityProfileFlowModules", "AllowedFlowModules"), json!([module]));
    assert_eq!(list("ListSecurityProfileAIAgents", "AllowedAIAgents"), json!([]));
}
