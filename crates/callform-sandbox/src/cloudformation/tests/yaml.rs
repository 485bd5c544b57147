//! Templates in YAML, from the request to the resources.

use serde_json::{Value, json};

use super::Sandbox;

const TEMPLATE: &str = r#"# A comment before everything.
AWSTemplateFormatVersion: 2010-09-09
Description: >-
  A template
  in YAML
Parameters:
  Stage: {Type: String, Default: dev}
Mappings:
  Sizes:
    dev: {Text: small}
    prod: {Text: large}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsOther: !Not [!Condition IsProd]
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Sub ${AWS::StackName}-${Stage}
      DisplayName: !If [IsProd, "yes", !FindInMap [Sizes, !Ref Stage, Text]]
  Only:
    Type: AWS::SNS::Topic
    Condition: IsProd
    Properties: {TopicName: only}
  Value:
    Type: AWS::SSM::Parameter
    DependsOn: [Topic]
    Properties:
      Type: String
      Value: !Join
        - ','
        - - !GetAtt Topic.Arn
          - !Sub ['${A}/${!B}', {A: !Select [1, !Split ['-', a-b]]}]
          - !Base64 x
Outputs:
  Arn:
    Value: !GetAtt [Topic, Arn]
    Export: {Name: !Sub '${AWS::StackName}-arn'}
"#;

#[test]
fn a_template_in_yaml_makes_a_stack() {
    let sandbox = Sandbox::new();
    sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", TEMPLATE)]).unwrap();
    sandbox.run();
    let stack = sandbox.stack("s");
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE");
    assert_eq!(stack["Description"], "A template in YAML");
    assert_eq!(stack["Outputs"][0]["OutputValue"], "arn:test:s-dev");
    assert_eq!(stack["Outputs"][0]["ExportName"], "s-arn");
    assert_eq!(
        sandbox.thing("AWS::SNS::Topic", "s-dev"),
        Some(json!({ "TopicName": "s-dev", "DisplayName": "small" }))
    );
    let value = sandbox.thing("AWS::SSM::Parameter", &sandbox.physical_id("Value")).unwrap();
    assert_eq!(value["Value"], "arn:test:s-dev,b/${B},eA==");
    let body = |stage: &str| {
        sandbox.call("GetTemplate", &[("StackName", "s"), ("TemplateStage", stage)]).unwrap()["TemplateBody"].clone()
    };
    assert_eq!(body("Original"), TEMPLATE);
    assert_eq!(body("Processed"), TEMPLATE);

    let parameters = [("Parameters.member.1.ParameterKey", "Stage"), ("Parameters.member.1.ParameterValue", "prod")];
    let update = [("StackName", "s"), ("UsePreviousTemplate", "true")];
    sandbox.call("UpdateStack", &[&update[..], &parameters[..]].concat()).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_COMPLETE");
    assert_eq!(sandbox.physical_id("Only"), "only");
    let topic = sandbox.thing("AWS::SNS::Topic", "s-prod").unwrap();
    assert_eq!(topic["DisplayName"], "yes", "what is quoted is text");
}

#[test]
fn the_same_template_in_yaml_is_no_update() {
    let sandbox = Sandbox::new();
    let yaml = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: a\n";
    sandbox.create(&json!({ "Resources": { "A": super::topic("a", "x") } }));
    let same = "Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: a, DisplayName: x}}}";
    assert_eq!(
        sandbox.refusal("UpdateStack", &[("StackName", "s"), ("TemplateBody", same)]),
        "No updates are to be performed."
    );
    sandbox.call("UpdateStack", &[("StackName", "s"), ("TemplateBody", yaml)]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "a"), Some(json!({ "TopicName": "a" })));
}

#[test]
fn yaml_is_checked_like_json() {
    let sandbox = Sandbox::new();
    let refusal = |body: &str| sandbox.refusal("ValidateTemplate", &[("TemplateBody", body)]);
    for (body, message) in [
        ("just text", "Template format error: unsupported structure."),
        ("- a\n- b\n", "Template format error: unsupported structure."),
        ("# nothing\n", "Template format error: unsupported structure."),
        ("Resources:\n  A: {Type: [}\n", "Template format error: YAML not well-formed. (line 2, column 13)"),
        (
            "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName:\n",
            "[/Resources/A/Properties/TopicName] 'null' values are not allowed in templates",
        ),
        (
            "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Ref B}\n",
            "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
        ),
    ] {
        assert_eq!(refusal(body), message, "{body}");
    }
    let summary = sandbox.call("GetTemplateSummary", &[("TemplateBody", TEMPLATE)]).unwrap();
    assert_eq!(summary["Parameters"][0]["DefaultValue"], "dev");
    assert_eq!(summary["Version"], Value::from("2010-09-09"));
}
