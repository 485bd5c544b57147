use serde_json::json;

use super::*;

fn create_error(template: &Value) -> String {
    let sandbox = Sandbox::new();
    sandbox.refusal("CreateStack", &[("StackName", "s"), ("TemplateBody", &template.to_string())])
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn templates_that_are_not_well_formed() {
    let plain = |name: &str, value: Value| template(&json!({ name: parameter(&value) }));
    let many: serde_json::Map<String, Value> = (0..501).map(|index| (format!("T{index}"), topic("t", "x"))).collect();
    for (template, expected) in [
        (json!({}), "Template format error: At least one Resources member must be defined."),
        (json!({ "Resources": { "A": 1 } }), "Template format error: Any Resources member must be an object."),
        (
            json!({ "Resources": { "A": {} } }),
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
        ),
        (plain("my-x", json!("x")), "Template format error: Resource name my-x is non alphanumeric."),
        (
            json!({ "Parameters": { "AWS::NoValue": { "Type": "String" } }, "Resources": { "A": topic("a", "x") } }),
            "Template format error: Parameter name AWS::NoValue is non alphanumeric.",
        ),
        (
            json!({ "Resources": { "A": { "Type": "AWS::SNS::Topic", "Invalid": 1 } } }),
            "Invalid template resource property 'Invalid'",
        ),
        (
            json!({ "Resources": { "A": topic("a", "x") }, "Outputs": { "X": { "Value": null } } }),
            "[/Outputs/X/Value] 'null' values are not allowed in templates",
        ),
        (
            json!({ "Resources": { "A": topic("a", "x") }, "Outputs": { "X": {} } }),
            "Template format error: Every Outputs member must contain a Value object",
        ),
        (
            plain("A", json!({ "Ref": "Nothing" })),
            "Template format error: Unresolved resource dependencies [Nothing] in the Resources block of the template",
        ),
        (
            plain("A", json!({ "Fn::Sub": "${Gone.Arn}" })),
            "Template format error: Unresolved resource dependencies [Gone] in the Resources block of the template",
        ),
        (
            json!({ "Resources": { "A": topic("a", "x") }, "Outputs": { "X": { "Value": { "Ref": "B" } } } }),
            "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template",
        ),
        (
            template(
                &json!({ "A": parameter(&json!({ "Ref": "B" })), "B": parameter(&json!({ "Ref": "A" })), "C": parameter(&json!({ "Ref": "B" })) }),
            ),
            "Circular dependency between resources: [A, B]",
        ),
        (
            template(&json!({ "A": { "Type": "AWS::Nothing::Here" } })),
            "Template format error: Unrecognized resource types: [AWS::Nothing::Here]",
        ),
        (
            template(&Value::Object(many)),
            "Template format error: Number of resources, 501, is greater than maximum allowed, 500",
        ),
        (
            plain("A", json!({ "Fn::Nothing": "x" })),
            "Template error: Encountered unsupported function: Fn::Nothing Supported functions are: [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::If, Fn::Sub, Fn::Cidr]",
        ),
        (
            plain("A", json!({ "Fn::If": ["C", "a", "b"] })),
            "Template error: unresolved condition dependency C in Fn::If",
        ),
        (plain("A", json!({ "Fn::ImportValue": "e" })), "No export named e found"),
    ] {
        assert_eq!(create_error(&template), expected);
    }
}

#[test]
fn texts_that_are_no_templates() {
    let sandbox = Sandbox::new();
    for (body, expected) in [
        ("{\"Resources\": ", "Template format error: JSON not well-formed. (line 1, column 14)"),
        ("[]", "Template format error: unsupported structure."),
        ("no template", "Template format error: unsupported structure."),
    ] {
        assert_eq!(sandbox.refusal("ValidateTemplate", &[("TemplateBody", body)]), expected);
    }
    let large = format!("{{\"Description\": \"{}\"}}", "x".repeat(51_200));
    assert_eq!(
        sandbox.refusal("ValidateTemplate", &[("TemplateBody", &large)]),
        format!(
            "1 validation error detected: Value '{large}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200"
        )
    );
    assert_eq!(sandbox.refusal("ValidateTemplate", &[]), "Either Template URL or Template Body must be specified.");
    assert_eq!(
        sandbox.refusal("ValidateTemplate", &[("TemplateURL", "https://example.com/x/y")]),
        "TemplateURL must be a supported URL."
    );
}

#[test]
fn parameter_values_are_checked() {
    let sandbox = Sandbox::new();
    let declared = |declaration: Value| {
        json!({ "Parameters": { "P": declaration }, "Resources": { "A": topic("a", "x") } }).to_string()
    };
    let given = |body: &str, key: &str, value: &str| {
        sandbox.refusal(
            "CreateStack",
            &[
                ("StackName", "s"),
                ("TemplateBody", body),
                ("Parameters.member.1.ParameterKey", key),
                ("Parameters.member.1.ParameterValue", value),
            ],
        )
    };
    let text = declared(json!({ "Type": "String" }));
    assert_eq!(
        sandbox.refusal("CreateStack", &[("StackName", "s"), ("TemplateBody", &text)]),
        "Parameters: [P] must have values"
    );
    assert_eq!(given(&text, "Q", "x"), "Parameters: [Q] do not exist in the template");
    assert_eq!(given(&declared(json!({ "Type": "Number" })), "P", "x"), "Parameter 'P' must be a number.");
    assert_eq!(
        given(&declared(json!({ "Type": "String", "AllowedValues": ["a", "b"] })), "P", "c"),
        "Parameter 'P' must be one of AllowedValues"
    );
    assert_eq!(
        given(
            &declared(json!({ "Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "letters" })),
            "P",
            "1"
        ),
        "Parameter 'P' failed to satisfy constraint: letters"
    );
    assert_eq!(
        given(&declared(json!({ "Type": "String", "MinLength": 3 })), "P", "ab"),
        "Parameter 'P' must contain at least 3 characters"
    );
    assert!(given(&text, "P", &"x".repeat(4097)).ends_with("Member must have length less than or equal to 4096"));
    let ssm = declared(json!({ "Type": "AWS::SSM::Parameter::Value<String>" }));
    assert_eq!(
        sandbox.refusal("CreateStack", &[("StackName", "s"), ("TemplateBody", &ssm)]),
        "Parameter P should either have input value or default value"
    );
}

#[test]
fn previous_values_are_kept_when_asked_for() {
    let sandbox = Sandbox::new();
    let body = json!({
        "Parameters": { "P": { "Type": "String", "Default": "default" } },
        "Resources": { "A": parameter(&json!({ "Ref": "P" })) },
    })
    .to_string();
    let key = ("Parameters.member.1.ParameterKey", "P");
    let request =
        [("StackName", "s"), ("TemplateBody", body.as_str()), key, ("Parameters.member.1.ParameterValue", "given")];
    sandbox.call("CreateStack", &request).unwrap();
    sandbox.run();
    let request =
        [("StackName", "s"), ("UsePreviousTemplate", "true"), key, ("Parameters.member.1.UsePreviousValue", "true")];
    assert_eq!(sandbox.refusal("UpdateStack", &request), "No updates are to be performed.");
    sandbox.call("UpdateStack", &[("StackName", "s"), ("UsePreviousTemplate", "true")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.stack("s")["Parameters"][0]["ParameterValue"], "default");
}

#[test]
fn iam_resources_have_to_be_acknowledged() {
    let sandbox = Sandbox::new();
    let role = |properties: Value| {
        template(&json!({ "R": { "Type": "AWS::IAM::Role", "Properties": properties } })).to_string()
    };
    let plain = role(json!({ "AssumeRolePolicyDocument": {} }));
    let named = role(json!({ "AssumeRolePolicyDocument": {}, "RoleName": "r" }));
    let error = sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &plain)]).unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]")
    );
    let request = [("StackName", "s"), ("TemplateBody", &named as &str), ("Capabilities.member.1", "CAPABILITY_IAM")];
    assert_eq!(sandbox.refusal("CreateStack", &request), "Requires capabilities : [CAPABILITY_NAMED_IAM]");
    let request =
        [("StackName", "s"), ("TemplateBody", &named as &str), ("Capabilities.member.1", "CAPABILITY_NAMED_IAM")];
    sandbox.call("CreateStack", &request).unwrap();
}

#[test]
fn names_and_requests_that_are_refused() {
    let sandbox = Sandbox::new();
    let body = template(&json!({ "A": topic("a", "x") }));
    assert!(sandbox.refusal("CreateStack", &[("StackName", "1x"), ("TemplateBody", &body.to_string())]).ends_with(
        "at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
    ));
    assert_eq!(
        sandbox.refusal("CreateStack", &[("TemplateBody", &body.to_string())]),
        "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null"
    );
    sandbox.create(&body);
    let error = sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &body.to_string())]).unwrap_err();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("AlreadyExistsException", "Stack [s] already exists"));
    assert_eq!(sandbox.call("FrobnicateStack", &[]).unwrap_err().status, 501);
    let mut other = template(&json!({ "A": parameter(&json!("x")) })).to_string();
    assert_eq!(
        sandbox.refusal("UpdateStack", &[("StackName", "s"), ("TemplateBody", &other)]),
        "Update of resource type is not permitted. The new template modifies resource type of the following resources: [A]"
    );
    other.clear();
    assert_eq!(
        sandbox.refusal("DescribeStackResource", &[("StackName", "t"), ("LogicalResourceId", "A")]),
        "Stack 't' does not exist"
    );
    assert_eq!(
        sandbox.refusal("CreateChangeSet", &[("StackName", "t"), ("ChangeSetName", "c"), ("TemplateBody", &other)]),
        "Stack [t] does not exist"
    );
}

#[test]
fn templates_are_summarized() {
    let sandbox = Sandbox::new();
    let body = json!({
        "Description": "d",
        "Parameters": { "P": { "Type": "String", "Default": "x", "AllowedValues": ["x", "y"] } },
        "Resources": { "A": topic("a", "x"), "R": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {} } } },
    })
    .to_string();
    let summary = sandbox.call("GetTemplateSummary", &[("TemplateBody", &body)]).unwrap();
    assert_eq!(summary["ResourceTypes"], json!(["AWS::IAM::Role", "AWS::SNS::Topic"]));
    assert_eq!(summary["Capabilities"], json!(["CAPABILITY_IAM"]));
    assert_eq!(summary["Parameters"][0]["ParameterConstraints"], json!({ "AllowedValues": ["x", "y"] }));
    assert_eq!(summary["ResourceIdentifierSummaries"][0]["ResourceIdentifiers"], json!(["RoleName"]));
    let validated = sandbox.call("ValidateTemplate", &[("TemplateBody", &body)]).unwrap();
    assert_eq!(validated["Parameters"][0], json!({ "ParameterKey": "P", "DefaultValue": "x", "NoEcho": false }));
}

#[test]
fn stacks_and_resources_are_listed() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x") })));
    let id = sandbox.stack("s")["StackId"].clone();
    let listed = sandbox.call("ListStacks", &[("StackStatusFilter.member.1", "CREATE_COMPLETE")]).unwrap();
    assert_eq!(listed["StackSummaries"][0]["StackId"], id);
    let listed = sandbox.call("ListStacks", &[("StackStatusFilter.member.1", "DELETE_COMPLETE")]).unwrap();
    assert_eq!(listed["StackSummaries"], json!([]));
    let resource = &sandbox.call("ListStackResources", &[("StackName", "s")]).unwrap()["StackResourceSummaries"][0];
    assert_eq!(
        (resource["LogicalResourceId"].as_str(), resource["PhysicalResourceId"].as_str()),
        (Some("A"), Some("a"))
    );
    let by_id = sandbox.call("DescribeStackResources", &[("PhysicalResourceId", "a")]).unwrap();
    assert_eq!(by_id["StackResources"][0]["StackId"], id);
    sandbox.call("SetStackPolicy", &[("StackName", "s"), ("StackPolicyBody", r#"{"Statement":[]}"#)]).unwrap();
    assert_eq!(
        sandbox.call("GetStackPolicy", &[("StackName", "s")]).unwrap(),
        json!({ "StackPolicyBody": r#"{"Statement":[]}"# })
    );
}

#[test]
fn a_large_stack_takes_little_time_per_step() {
    let sandbox = Sandbox::new();
    let mut resources = serde_json::Map::new();
    for index in 0..225 {
        resources.insert(format!("T{index}"), topic(&format!("t{index}"), &"x".repeat(100)));
        resources.insert(format!("P{index}"), parameter(&json!({ "Fn::GetAtt": [format!("T{index}"), "Arn"] })));
    }
    let body = template(&Value::Object(resources)).to_string();
    assert!(body.len() > 51_200, "it would have to come from S3");
    sandbox
        .with(|environment| {
            let upload = crate::cloudformation::template::Template::parse(&body)?;
            assert_eq!(upload.resource_types().count(), 450);
            let mut stack = crate::cloudformation::state::Stack::new(environment, "s");
            let digest = crate::cloudformation::state::save_template(environment.tx, &stack.id, &upload)?;
            let settings = crate::cloudformation::state::Settings { template: digest, ..Default::default() };
            let evaluation = crate::cloudformation::preparation::evaluate(environment, &stack, &upload, &settings)?;
            let options = crate::cloudformation::engine::start::Options {
                kind: crate::cloudformation::engine::operation::Kind::Create,
                on_failure: crate::cloudformation::state::OnFailure::Rollback,
                retain_except_on_create: false,
                change_set: None,
                revert_drift: false,
                imports: BTreeMap::new(),
            };
            crate::cloudformation::engine::start::forward(environment, &mut stack, settings, evaluation, options)
        })
        .unwrap();
    assert_eq!(sandbox.run(), 450 + 2 + 1);
    assert_eq!(sandbox.status(), "CREATE_COMPLETE");
}
