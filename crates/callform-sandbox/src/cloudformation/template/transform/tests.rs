use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Surroundings, declared, expand};
use crate::cloudformation::failure::validation;
use crate::error::AwsError;

fn expanded(template: &Value) -> Result<Value, AwsError> {
    let parameters: BTreeMap<String, Value> =
        [("Names", json!(["a", "b-c"])), ("Bucket", json!("bucket")), ("AWS::Region", json!("us-west-2"))]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
    let fetch = |url: &str| match url {
        "s3://bucket/properties.yaml" => Ok("TopicName: included\nDisplayName:\n  Ref: Name\n".to_owned()),
        "s3://bucket/resources.json" => Ok(r#"{"Resources": {"B": {"Type": "T"}}, "Outputs": {}}"#.to_owned()),
        "s3://bucket/short.yaml" => Ok("TopicName: !Ref Name\n".to_owned()),
        "s3://bucket/list.json" => Ok("[1, 2]".to_owned()),
        "s3://bucket/self.json" => {
            Ok(r#"{"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/self.json"}}}"#
                .to_owned())
        }
        _ => Err(validation("S3 error: The specified key does not exist.")),
    };
    let surroundings = Surroundings { parameters: &parameters, fetch: &fetch };
    expand(template.as_object().unwrap(), &surroundings).map(Value::Object)
}

fn include(location: &Value) -> Value {
    json!({ "Name": "AWS::Include", "Parameters": { "Location": location } })
}

#[test]
fn snippets_are_included() {
    let template = json!({
        "Transform": include(&json!("s3://bucket/resources.json")),
        "Resources": { "A": { "Type": "T", "Properties": {
            "TopicName": "own",
            "Fn::Transform": include(&json!({ "Fn::Sub": "s3://${Bucket}/properties.yaml" })),
            "List": { "Fn::Transform": include(&json!("s3://bucket/list.json")) },
        } } },
    });
    assert_eq!(
        expanded(&template).unwrap(),
        json!({
            "Resources": {
                "A": { "Type": "T", "Properties": {
                    "TopicName": "own", "List": [1, 2], "DisplayName": { "Ref": "Name" }
                } },
                "B": { "Type": "T" },
            },
            "Outputs": {},
        })
    );
    for (location, message) in [
        (
            "s3://bucket/none",
            "Transform AWS::Include failed with: S3 error: The specified key does not exist. (Location s3://bucket/none)",
        ),
        ("s3://bucket/self.json", "Transform AWS::Include failed with: Snippets include each other."),
        (
            "s3://bucket/short.yaml",
            "Transform AWS::Include failed with: Template format error: YAML not well-formed. (line 1, column 17) The tag !Ref is not supported. (Location s3://bucket/short.yaml)",
        ),
    ] {
        let template = json!({ "Resources": { "A": { "Fn::Transform": include(&json!(location)) } } });
        assert_eq!(expanded(&template).unwrap_err().message, message);
    }
}

#[test]
fn loops_repeat_what_is_in_them() {
    let template = json!({
        "Transform": ["AWS::LanguageExtensions"],
        "Mappings": { "M": { "x": { "Items": ["1", "2"] } } },
        "Conditions": { "Fn::ForEach::C": ["N", { "Ref": "Names" }, { "Is&{N}": { "Fn::Equals": ["${N}", "a"] } }] },
        "Resources": {
            "Fn::ForEach::Outer": ["N", { "Ref": "Names" }, {
                "Topic&{N}": { "Type": "T", "Properties": { "Name": { "Fn::Sub": "${N}-${AWS::Region}" }, "Raw": { "Ref": "N" } } },
                "Fn::ForEach::Inner": ["I", { "Fn::FindInMap": ["M", "x", "Items"] }, {
                    "Both&{N}${I}": { "Type": "T", "DependsOn": "Topic&{N}" }
                }]
            }],
            "Plain": { "Type": "T", "Properties": { "Fn::ForEach::P": ["K", ["Left", "Right"], { "${K}": { "Ref": "K" } }] } },
        },
    });
    assert_eq!(
        expanded(&template).unwrap(),
        json!({
            "Mappings": { "M": { "x": { "Items": ["1", "2"] } } },
            "Conditions": { "Isa": { "Fn::Equals": ["a", "a"] }, "Isbc": { "Fn::Equals": ["b-c", "a"] } },
            "Resources": {
                "Topica": { "Type": "T", "Properties": { "Name": { "Fn::Sub": "a-${AWS::Region}" }, "Raw": "a" } },
                "Botha1": { "Type": "T", "DependsOn": "Topica" },
                "Botha2": { "Type": "T", "DependsOn": "Topica" },
                "Topicbc": { "Type": "T", "Properties": { "Name": { "Fn::Sub": "b-c-${AWS::Region}" }, "Raw": "b-c" } },
                "Bothbc1": { "Type": "T", "DependsOn": "Topicbc" },
                "Bothbc2": { "Type": "T", "DependsOn": "Topicbc" },
                "Plain": { "Type": "T", "Properties": { "Left": "Left", "Right": "Right" } },
            },
        })
    );
}

#[test]
fn loops_that_are_wrong_are_refused() {
    for (argument, message) in [
        (json!("x"), "a loop is a list"),
        (json!(["N", { "Ref": "Unknown" }, {}]), "the collection has to be a list"),
        (json!(["N", [{ "a": 1 }], {}]), "the items of a collection have to be texts"),
        (json!(["Names", ["a"], {}]), "the identifier is that of a parameter"),
        (json!(["N", ["a", "b"], { "Same": {} }]), "The key Same is there twice"),
    ] {
        let template = json!({ "Transform": "AWS::LanguageExtensions", "Resources": { "Fn::ForEach::L": argument } });
        let error = expanded(&template).unwrap_err().message;
        assert!(
            error.starts_with("Transform AWS::LanguageExtensions failed with: ") && error.contains(message),
            "{error}"
        );
    }
    let many: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let inner = json!(["B", many, { "${A}x${B}": {} }]);
    let template = json!({ "Transform": "AWS::LanguageExtensions",
        "Resources": { "Fn::ForEach::L": ["A", many, { "Fn::ForEach::M": inner }] } });
    assert!(expanded(&template).unwrap_err().message.contains("the loops make too much"));
}

#[test]
fn other_transforms_are_refused_by_name() {
    for (transform, message) in [
        ("AWS::CodeDeployBlueGreen", "The sandbox does not support the transform AWS::CodeDeployBlueGreen."),
        ("Mine", "No transform named Mine found. The sandbox does not support macros of one's own."),
    ] {
        let at_top = json!({ "Transform": transform, "Resources": {} });
        assert_eq!(expanded(&at_top).unwrap_err().message, message);
        let inside = json!({ "Resources": { "A": { "Fn::Transform": { "Name": transform } } } });
        assert_eq!(expanded(&inside).unwrap_err().message, message);
    }
    let both =
        json!({ "Transform": ["A", { "Name": "B" }], "Resources": { "R": [{ "Fn::Transform": { "Name": "C" } }] } });
    assert_eq!(declared(both.as_object().unwrap()), ["A", "B", "C"]);
}

fn serverless(resources: &Value) -> Result<Value, AwsError> {
    expanded(&json!({ "Transform": "AWS::Serverless-2016-10-31", "Resources": resources }))
}

#[test]
fn a_serverless_function_is_a_function_with_its_role() {
    let document = expanded(&json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": { "Function": { "Runtime": "python3.12", "Environment": { "Variables": { "A": "1" } } } },
        "Resources": { "F": { "Type": "AWS::Serverless::Function", "Condition": "C", "Properties": {
            "CodeUri": "s3://code/f.zip",
            "Handler": "app.handler",
            "AutoPublishAlias": "live",
            "Environment": { "Variables": { "B": "2" } },
            "Tags": { "team": "x" },
            "Policies": ["AmazonConnectReadOnlyAccess", { "DynamoDBReadPolicy": { "TableName": { "Ref": "T" } } },
                { "Statement": [{ "Effect": "Allow", "Action": "connect:*", "Resource": "*" }] }],
            "Events": {
                "Queue": { "Type": "SQS", "Properties": { "Queue": { "Fn::GetAtt": ["Q", "Arn"] }, "BatchSize": 5 } },
                "Daily": { "Type": "Schedule", "Properties": { "Schedule": "rate(1 day)", "Enabled": false } },
            },
        } } },
        "Outputs": { "Alias": { "Value": { "Ref": "F.Alias" } } },
    }))
    .unwrap();
    assert_eq!(document.get("Globals"), None);
    assert_eq!(document["Outputs"]["Alias"]["Value"], json!({ "Ref": "FAliaslive" }));
    let resources = &document["Resources"];
    let function = &resources["F"];
    assert_eq!((&function["Type"], &function["Condition"]), (&json!("AWS::Lambda::Function"), &json!("C")));
    let properties = &function["Properties"];
    assert_eq!(properties["Code"], json!({ "S3Bucket": "code", "S3Key": "f.zip" }));
    assert_eq!(properties["Runtime"], "python3.12");
    assert_eq!(properties["Environment"]["Variables"], json!({ "A": "1", "B": "2" }));
    assert_eq!(properties["Role"], json!({ "Fn::GetAtt": ["FRole", "Arn"] }));
    assert_eq!(
        properties["Tags"],
        json!([{ "Key": "lambda:createdBy", "Value": "SAM" }, { "Key": "team", "Value": "x" }])
    );
    let role = &resources["FRole"]["Properties"];
    assert_eq!(
        role["ManagedPolicyArns"],
        json!([
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
            "arn:aws:iam::aws:policy/AmazonConnectReadOnlyAccess",
        ])
    );
    assert_eq!(role["Policies"][0]["PolicyName"], "FRolePolicy0");
    let statement = &role["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert!(statement["Action"].as_array().unwrap().contains(&json!("dynamodb:Query")));
    assert_eq!(
        statement["Resource"][0],
        json!({ "Fn::Sub": [
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}",
            { "TableName": { "Ref": "T" } }
        ] })
    );
    assert_eq!(role["Policies"][1]["PolicyDocument"]["Statement"][0]["Action"], "connect:*");
    assert_eq!(resources["FAliaslive"]["Properties"]["Name"], "live");
    let version = resources["FAliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0].as_str().unwrap();
    assert_eq!(resources[version]["Type"], "AWS::Lambda::Version");
    check_events(resources);
}

fn check_events(resources: &Value) {
    let mapping = &resources["FQueue"];
    assert_eq!(mapping["Type"], "AWS::Lambda::EventSourceMapping");
    assert_eq!(mapping["Properties"]["FunctionName"], json!({ "Ref": "FAliaslive" }));
    let rule = &resources["FDaily"]["Properties"];
    assert_eq!((&rule["ScheduleExpression"], &rule["State"]), (&json!("rate(1 day)"), &json!("DISABLED")));
    assert_eq!(resources["FDailyPermission"]["Properties"]["SourceArn"], json!({ "Fn::GetAtt": ["FDaily", "Arn"] }));
}

#[test]
fn tables_layers_apis_and_notifications_of_buckets() {
    let function = |events: Value| {
        json!({ "Type": "AWS::Serverless::Function", "Properties": {
            "InlineCode": "x", "Handler": "index.handler", "Runtime": "python3.12", "Role": "arn:r", "Events": events
        } })
    };
    let document = serverless(&json!({
        "T": { "Type": "AWS::Serverless::SimpleTable", "Properties": { "PrimaryKey": { "Name": "phone", "Type": "String" } } },
        "B": { "Type": "AWS::S3::Bucket", "DependsOn": "T" },
        "L": { "Type": "AWS::Serverless::LayerVersion", "Properties": { "ContentUri": { "Bucket": "b", "Key": "k" } } },
        "F": function(json!({
            "Get": { "Type": "Api", "Properties": { "Path": "/calls/{id}", "Method": "get" } },
            "Any": { "Type": "HttpApi" },
            "Put": { "Type": "S3", "Properties": { "Bucket": { "Ref": "B" }, "Events": "s3:ObjectCreated:*" } },
        })),
        "User": { "Type": "T", "Properties": { "Layer": { "Ref": "L" } } },
    }))
    .unwrap();
    let resources = &document["Resources"];
    assert_eq!(
        resources["T"]["Properties"],
        json!({
            "AttributeDefinitions": [{ "AttributeName": "phone", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "phone", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
        })
    );
    let layer = resources["User"]["Properties"]["Layer"]["Ref"].as_str().unwrap();
    assert_eq!(resources[layer]["Type"], "AWS::Lambda::LayerVersion");
    assert_eq!(resources[layer]["Properties"]["Content"], json!({ "S3Bucket": "b", "S3Key": "k" }));
    assert_eq!(resources["B"]["DependsOn"], json!(["T", "FPutPermission"]));
    assert_eq!(
        resources["B"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"],
        json!([{ "Event": "s3:ObjectCreated:*", "Function": { "Fn::GetAtt": ["F", "Arn"] } }])
    );
    assert_eq!(resources["F"]["Properties"]["Code"], json!({ "ZipFile": "x" }));
    let api = &resources["ServerlessRestApi"];
    assert_eq!(api["Type"], "AWS::ApiGateway::RestApi");
    assert!(api["Properties"]["Body"]["paths"]["/calls/{id}"]["get"].is_object());
    let stage = &resources["ServerlessRestApiProdStage"]["Properties"];
    let deployment = stage["DeploymentId"]["Ref"].as_str().unwrap();
    assert_eq!(resources[deployment]["Type"], "AWS::ApiGateway::Deployment");
    assert_eq!(
        resources["FGetPermissionProd"]["Properties"]["SourceArn"]["Fn::Sub"][0],
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/calls/*"
    );
    assert_eq!(resources["ServerlessHttpApi"]["Type"], "AWS::ApiGatewayV2::Api");
    assert_eq!(resources["ServerlessHttpApiApiGatewayDefaultStage"]["Properties"]["StageName"], "$default");
}

#[test]
fn what_the_model_has_besides_is_refused_by_name() {
    let function = |more: Value| {
        let mut properties = json!({ "InlineCode": "x", "Handler": "h", "Runtime": "python3.12" });
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "F": { "Type": "AWS::Serverless::Function", "Properties": properties } })
    };
    for (resources, word) in [
        (json!({ "M": { "Type": "AWS::Serverless::StateMachine" } }), "AWS::Serverless::StateMachine"),
        (function(json!({ "DeploymentPreference": {} })), "DeploymentPreference"),
        (function(json!({ "Events": { "E": { "Type": "MSK" } } })), "MSK"),
        (function(json!({ "Policies": [{ "UnknownPolicy": {} }] })), "UnknownPolicy"),
        (function(json!({ "Policies": [{ "S3ReadPolicy": {} }] })), "BucketName"),
        (
            json!({ "F": { "Type": "AWS::Serverless::Function", "Properties": { "CodeUri": "./src" } } }),
            "'./src' is not a valid S3 Uri",
        ),
    ] {
        let error = serverless(&resources).unwrap_err().message;
        assert!(error.starts_with("Transform AWS::Serverless-2016-10-31 failed with: "), "{error}");
        assert!(error.contains(word), "{error}");
    }
}
