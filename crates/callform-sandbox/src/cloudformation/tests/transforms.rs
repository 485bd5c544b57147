//! Transforms, rules and stack policies, from the request to the resources.

use serde_json::{Value, json};

use super::{Sandbox, parameter, template, topic};

const LOOP: &str = "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'a,b'}
Mappings:
  Sizes: {known: {Text: large}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic${Name}:
        Type: AWS::SNS::Topic
        DeletionPolicy: !If [Keep, Retain, Delete]
        Properties:
          TopicName: !Sub 'topic-${Name}'
          DisplayName: !FindInMap [Sizes, unknown, Text, {DefaultValue: small}]
  Count:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Length [1, 2, 3]}
Conditions:
  Keep: !Equals [!Length [1], 2]
";

#[test]
fn loops_make_resources_of_the_parameters() {
    let sandbox = Sandbox::new();
    let body = [("StackName", "s"), ("TemplateBody", LOOP)];
    assert_eq!(sandbox.refusal("CreateStack", &body), "Requires capabilities : [CAPABILITY_AUTO_EXPAND]");
    let expand = [("Capabilities.member.1", "CAPABILITY_AUTO_EXPAND")];
    sandbox.call("CreateStack", &[&body[..], &expand[..]].concat()).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "CREATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "topic-b").unwrap()["DisplayName"], "small");
    assert_eq!(sandbox.physical_id("Topica"), "topic-a");
    let text = |stage: &str| {
        let found = sandbox.call("GetTemplate", &[("StackName", "s"), ("TemplateStage", stage)]).unwrap();
        found["TemplateBody"].as_str().unwrap().to_owned()
    };
    assert_eq!(text("Original"), LOOP);
    assert!(text("Processed").contains("\"Topicb\"") && !text("Processed").contains("ForEach"));
    // The same template with other parameters.
    let parameters = [
        ("StackName", "s"),
        ("UsePreviousTemplate", "true"),
        ("Parameters.member.1.ParameterKey", "Names"),
        ("Parameters.member.1.ParameterValue", "b,c"),
    ];
    sandbox.call("UpdateStack", &[&parameters[..], &expand[..]].concat()).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "topic-a"), None);
    assert!(sandbox.thing("AWS::SNS::Topic", "topic-c").is_some());
}

#[test]
fn without_the_extensions_their_functions_are_refused() {
    let sandbox = Sandbox::new();
    let resource = json!({ "Type": "AWS::SNS::Topic", "DeletionPolicy": { "Fn::If": ["C", "Retain", "Delete"] } });
    let body = json!({ "Conditions": { "C": { "Fn::Equals": ["a", "b"] } }, "Resources": { "A": resource } });
    assert_eq!(
        sandbox.refusal("CreateStack", &[("StackName", "s"), ("TemplateBody", &body.to_string())]),
        "Template format error: Every DeletionPolicy member must be a string."
    );
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let sandbox = Sandbox::new();
    let refusal = |template: &Value, more: &[(&str, &str)]| {
        let body = template.to_string();
        let own =
            [("StackName", "s"), ("TemplateBody", body.as_str()), ("Capabilities.member.1", "CAPABILITY_AUTO_EXPAND")];
        sandbox.refusal("CreateStack", &[&own[..], more].concat())
    };
    let a = json!({ "A": topic("a", "x") });
    let with = |member: &str, value: Value| {
        let mut template = template(&a);
        template[member] = value;
        template
    };
    let of_resource = |member: &str, value: Value| {
        let mut template = template(&a);
        template["Resources"]["A"][member] = value;
        template
    };
    for (template, message) in [
        (with("Transform", json!("Mine")), "No transform named Mine found."),
        (with("AWSTemplateFormatVersion", json!("2010-09-10")), "unsupported value for AWSTemplateFormatVersion"),
        (with("Description", json!("x".repeat(1_025))), "'Description' length is greater than 1024"),
        (with("Description", json!({ "Ref": "A" })), "Description must be a string"),
        (
            of_resource("CreationPolicy", json!({ "ResourceSignal": {} })),
            "does not support the CreationPolicy of resource A",
        ),
        (
            of_resource("UpdatePolicy", json!({ "AutoScalingRollingUpdate": {} })),
            "UpdatePolicy [AutoScalingRollingUpdate]",
        ),
    ] {
        let refused = refusal(&template, &[]);
        assert!(refused.contains(message), "{refused}");
    }
    for (more, message) in [
        (
            &[("RoleARN", "arn:aws:iam::123456789012:role/none")][..],
            "Role arn:aws:iam::123456789012:role/none is invalid or cannot be assumed",
        ),
        (&[("RollbackConfiguration.RollbackTriggers.member.1.Arn", "x")], "does not support RollbackConfiguration"),
        (
            &[("ResourceTypes.member.1", "AWS::S3::*")],
            "Resource type(s) [AWS::SNS::Topic] are not in the ResourceTypes",
        ),
        (&[("DisableRollback", "true"), ("OnFailure", "DELETE")], "either DisableRollback or OnFailure"),
        (&[("TimeoutInMinutes", "0")], "greater than or equal to 1"),
        (&[("StackPolicyBody", "{}")], "Error validating stack policy"),
    ] {
        let refused = refusal(&template(&a), more);
        assert!(refused.contains(message), "{refused}");
    }
}

#[test]
fn rules_hold_of_the_parameters() {
    let sandbox = Sandbox::new();
    let body = "
Parameters:
  Stage: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
Rules:
  Production:
    RuleCondition: !Equals [!Ref Stage, prod]
    Assertions:
      - Assert: !EachMemberIn [!Ref Zones, [a, b, c]]
        AssertDescription: zones are a, b and c
      - Assert: !Not [!Contains [[dev], !Ref Stage]]
Resources:
  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Stage}}
";
    let create = |stack: &str, stage: &str, zones: &str| {
        sandbox.call(
            "CreateStack",
            &[
                ("StackName", stack),
                ("TemplateBody", body),
                ("Parameters.member.1.ParameterKey", "Stage"),
                ("Parameters.member.1.ParameterValue", stage),
                ("Parameters.member.2.ParameterKey", "Zones"),
                ("Parameters.member.2.ParameterValue", zones),
            ],
        )
    };
    create("dev", "dev", "x").unwrap();
    create("prod", "prod", "a,c").unwrap();
    assert_eq!(
        create("other", "prod", "a,x").unwrap_err().message,
        "Template validation error: Rule Production failed: zones are a, b and c"
    );
}

#[test]
fn a_stack_policy_protects_resources() {
    let sandbox = Sandbox::new();
    let of = |display: &str, more: bool| {
        let mut resources = json!({ "A": topic("a", display), "B": topic("b", display) });
        if more {
            resources["C"] = parameter(&json!("c"));
        }
        template(&resources)
    };
    sandbox.create(&of("1", true));
    let policy = r#"{"Statement":[
        {"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"},
        {"Effect":"Deny","Action":"Update:Modify","Principal":"*","Resource":"LogicalResourceId/B"},
        {"Effect":"Deny","Action":"Update:Delete","Principal":"*","Resource":"LogicalResourceId/C"}]}"#;
    sandbox.call("SetStackPolicy", &[("StackName", "s"), ("StackPolicyBody", policy)]).unwrap();
    assert_eq!(sandbox.update(&of("2", true)), "UPDATE_ROLLBACK_COMPLETE");
    let events = sandbox.events("s").join("\n");
    assert!(
        events.contains("B UPDATE_FAILED Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [LogicalResourceId/B]"),
        "{events}"
    );
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "a").unwrap()["DisplayName"], "1");
    assert_eq!(sandbox.update(&of("1", false)), "UPDATE_ROLLBACK_COMPLETE", "C is protected");
    assert_eq!(sandbox.things("AWS::SSM::Parameter"), 1);
    // For this update alone everything is allowed.
    let free = r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}"#;
    let body = of("2", true).to_string();
    let update = [("StackName", "s"), ("TemplateBody", body.as_str()), ("StackPolicyDuringUpdateBody", free)];
    sandbox.call("UpdateStack", &update).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_COMPLETE");
    assert_eq!(sandbox.update(&of("3", true)), "UPDATE_ROLLBACK_COMPLETE", "the stack's own policy holds again");
}

#[test]
fn a_creation_that_takes_too_long_is_given_up() {
    let sandbox = Sandbox::new();
    let wait = json!({
        "H": { "Type": "AWS::CloudFormation::WaitConditionHandle" },
        "W": { "Type": "AWS::CloudFormation::WaitCondition", "Properties": { "Handle": { "Ref": "H" }, "Timeout": 600 } },
    });
    let body = template(&wait).to_string();
    sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &body), ("TimeoutInMinutes", "5")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "CREATE_IN_PROGRESS");
    sandbox.now.set(sandbox.now.get() + std::time::Duration::from_mins(5));
    sandbox.run();
    assert_eq!(sandbox.status(), "ROLLBACK_COMPLETE");
    assert!(sandbox.events("s").join("\n").contains("Stack creation time exceeded the specified timeout."));
}
