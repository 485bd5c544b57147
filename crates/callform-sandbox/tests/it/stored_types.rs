//! Stacks over the wire: types that are only stored, and numbers that are claimed at once.

use std::path::Path;
use std::time::Duration;

use callform_sandbox::{Faults, Options, Running, start};
use serde_json::{Value, json};

use crate::http::{form, json as call, send};

async fn serve(folder: &Path, faults: Option<&str>) -> Running {
    let faults = faults.map(|faults| serde_json::from_str::<Faults>(faults).unwrap());
    let options = Options { folder: folder.to_owned(), port: 0, region: "us-west-2".to_owned(), faults };
    start(options).await.unwrap()
}

/// Runs blocking requests beside the server.
async fn with<R: Send + 'static>(running: &Running, work: impl FnOnce(&str) -> R + Send + 'static) -> R {
    let url = running.url().to_owned();
    tokio::task::spawn_blocking(move || work(&url)).await.unwrap()
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

fn stack(url: &str, action: &str, further: &str) -> String {
    form(url, &format!("Action={action}&Version=2010-05-15&StackName=s{further}")).text()
}

/// Makes a stack and waits until it stands still.
fn deploy(url: &str, resources: &Value) -> String {
    let template = json!({ "Resources": resources }).to_string();
    let made = stack(url, "CreateStack", &format!("&TemplateBody={}", encode(&template)));
    if made.contains("<Error>") {
        return made;
    }
    loop {
        let described = stack(url, "DescribeStacks", "");
        if !described.contains("_IN_PROGRESS</StackStatus>") {
            return described;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_type_that_is_only_stored_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let running = serve(folder.path(), None).await;
    with(&running, |url| {
        let resources = json!({
            "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": { "UserPoolName": "agents" } },
            "Api": { "Type": "AWS::ApiGateway::RestApi", "Properties": { "Name": "calls" } },
            "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "QueueName": "calls" } },
            "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "TopicName": "calls", "Subscription": [
                { "Protocol": "sqs", "Endpoint": { "Fn::GetAtt": ["Queue", "Arn"] } } ] } },
        });
        let described = deploy(url, &resources);
        assert!(described.contains("CREATE_COMPLETE"), "{described}");
        let of = |logical_id: &str| stack(url, "DescribeStackResource", &format!("&LogicalResourceId={logical_id}"));
        assert!(of("Pool").contains("Stored only: "), "{}", of("Pool"));
        assert!(!of("Queue").contains("Stored only: "), "{}", of("Queue"));

        let pools = call(url, "AWSCognitoIdentityProviderService.ListUserPools", r#"{"MaxResults": 10}"#).text();
        let pools: Value = serde_json::from_str(&pools).unwrap();
        assert_eq!(pools["UserPools"][0]["Name"], "agents");
        let get = json!({ "TypeName": "AWS::Cognito::UserPool", "Identifier": pools["UserPools"][0]["Id"] });
        let found = call(url, "CloudApiService.GetResource", &get.to_string()).text();
        assert!(found.contains("agents"), "{found}");
        let refused = call(url, "AWSCognitoIdentityProviderService.SignUp", "{}").text();
        assert!(refused.contains("does not support Cognito user pools SignUp"), "{refused}");
        let authorization = crate::http::authorization("apigateway");
        let apis = send(url, "GET", "/restapis", &[("authorization", &authorization)], b"").unwrap().text();
        assert!(apis.contains(r#""name":"calls""#) && apis.contains(r#""rootResourceId":"#), "{apis}");

        let publish =
            "Action=Publish&Version=2010-03-31&Message=hello&TopicArn=arn:aws:sns:us-west-2:123456789012:calls";
        assert_eq!(form(url, publish).status, 200);
        let receive = r#"{"QueueUrl": "https://sqs.us-west-2.amazonaws.com/123456789012/calls"}"#;
        let received = call(url, "AmazonSQS.ReceiveMessage", receive).text();
        assert!(received.contains("hello"), "{received}");
    })
    .await;
    running.stop().await;
}

/// Types of Connect that other people's templates have, most of which the sandbox knows by their schema alone: each with
/// what it needs at least, and what else has to be there.
fn rare_types_of_connect() -> Vec<(&'static str, Value, Value)> {
    let arn = json!({ "Fn::GetAtt": ["Center", "Arn"] });
    let table = json!({ "Type": "AWS::Connect::DataTable", "Properties": {
        "InstanceArn": arn, "Name": "Prices", "TimeZone": "UTC", "ValueLockLevel": "NONE", "Status": "PUBLISHED" } });
    let table_arn = json!({ "Fn::GetAtt": ["Table", "Arn"] });
    let view = json!({ "Type": "AWS::Connect::View", "Properties": {
        "InstanceArn": arn, "Name": "Form", "Template": { "Head": {}, "Body": [] }, "Actions": ["Submit"] } });
    let integration = json!({ "Type": "AWS::Connect::IntegrationAssociation", "Properties": {
        "InstanceId": arn, "IntegrationType": "APPLICATION",
        "IntegrationArn": "arn:aws:app-integrations:us-west-2:123456789012:application/a" } });
    let nothing = || json!({});
    vec![
        (
            "EvaluationForm",
            json!({ "InstanceArn": arn, "Title": "Calls", "Status": "DRAFT", "Items": [{ "Section": {
                "RefId": "s1", "Title": "Greeting", "Items": [{ "Question": {
                    "RefId": "q1", "Title": "Friendly?", "QuestionType": "TEXT" } }] } }] }),
            nothing(),
        ),
        (
            "Rule",
            json!({ "InstanceArn": arn, "Name": "late", "TriggerEventSource": { "EventSourceName": "OnPostCallAnalysisAvailable" },
                "Function": "{}", "Actions": { "EventBridgeActions": [{ "Name": "late" }] }, "PublishStatus": "DRAFT" }),
            nothing(),
        ),
        ("EmailAddress", json!({ "InstanceArn": arn, "EmailAddress": "help@example.com" }), nothing()),
        (
            "Vocabulary",
            json!({ "InstanceId": arn, "VocabularyName": "words", "LanguageCode": "en-US",
                "Content": "Phrase\tIPA\tSoundsLike\tDisplayAs\n" }),
            nothing(),
        ),
        ("DataTable", table["Properties"].clone(), nothing()),
        (
            "DataTableAttribute",
            json!({ "InstanceArn": arn, "DataTableArn": table_arn, "Name": "Price", "ValueType": "NUMBER" }),
            json!({ "Table": table }),
        ),
        (
            "DataTableRecord",
            json!({ "InstanceArn": arn, "DataTableArn": table_arn,
                "DataTableRecord": { "Values": [{ "AttributeId": "a", "AttributeValue": "1" }] } }),
            json!({ "Table": table }),
        ),
        ("Workspace", json!({ "InstanceArn": arn, "Name": "Agents" }), nothing()),
        ("TrafficDistributionGroup", json!({ "InstanceArn": arn, "Name": "Regions" }), nothing()),
        ("ViewVersion", json!({ "ViewArn": { "Fn::GetAtt": ["View", "ViewArn"] } }), json!({ "View": view })),
        (
            "UseCase",
            json!({ "InstanceId": arn, "UseCaseType": "RULES_EVALUATION",
                "IntegrationAssociationId": { "Fn::GetAtt": ["Integration", "IntegrationAssociationId"] } }),
            json!({ "Integration": integration }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rare_types_deploy_and_go() {
    for (name, properties, others) in rare_types_of_connect() {
        let folder = tempfile::tempdir().unwrap();
        let running = serve(folder.path(), None).await;
        with(&running, move |url| {
            let type_name = format!("AWS::Connect::{name}");
            let mut resources = json!({
                "Center": { "Type": "AWS::Connect::Instance", "Properties": {
                    "InstanceAlias": "center", "IdentityManagementType": "CONNECT_MANAGED",
                    "Attributes": { "InboundCalls": true, "OutboundCalls": true } } },
                "Thing": { "Type": type_name, "Properties": properties },
            });
            resources.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
            let described = deploy(url, &resources);
            assert!(
                described.contains("<StackStatus>CREATE_COMPLETE</StackStatus>"),
                "{type_name} {described} {}",
                stack(url, "DescribeStackEvents", "")
            );
            let thing = stack(url, "DescribeStackResource", "&LogicalResourceId=Thing");
            let served = ["Rule", "UseCase", "ViewVersion"].contains(&name);
            assert_eq!(thing.contains("Stored only: "), !served, "{type_name} {thing}");
            if !served {
                let listed = json!({ "TypeName": type_name }).to_string();
                let listed = call(url, "CloudApiService.ListResources", &listed).text();
                let listed: Value = serde_json::from_str(&listed).unwrap();
                assert_eq!(listed["ResourceDescriptions"].as_array().unwrap().len(), 1, "{type_name} {listed}");
            }
            stack(url, "DeleteStack", "");
            loop {
                let stacks = stack(url, "ListStacks", "");
                if !stacks.contains("_IN_PROGRESS</StackStatus>") {
                    assert!(stacks.contains("<StackStatus>DELETE_COMPLETE</StackStatus>"), "{type_name} {stacks}");
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        })
        .await;
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_type_without_a_schema_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let running = serve(folder.path(), None).await;
    with(&running, |url| {
        let refused = deploy(url, &json!({ "Fleet": { "Type": "AWS::GameLift::Fleet", "Properties": {} } }));
        assert!(refused.contains("Unrecognized resource types: [AWS::GameLift::Fleet]"), "{refused}");
    })
    .await;
    running.stop().await;
}

fn numbers(second_after_first: bool) -> Value {
    let number = json!({ "TargetArn": { "Fn::GetAtt": ["Center", "Arn"] }, "CountryCode": "US", "Type": "DID" });
    let mut second = json!({ "Type": "AWS::Connect::PhoneNumber", "Properties": number });
    if second_after_first {
        second["DependsOn"] = "First".into();
    }
    json!({
        "Center": { "Type": "AWS::Connect::Instance", "Properties": {
            "InstanceAlias": "center", "IdentityManagementType": "CONNECT_MANAGED",
            "Attributes": { "InboundCalls": true, "OutboundCalls": true } } },
        "First": { "Type": "AWS::Connect::PhoneNumber", "Properties": number },
        "Second": second,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_that_are_claimed_at_once_meet_where_faults_ask_for_it() {
    for (faults, after, status) in [
        (r#"{ "race_for_phone_numbers": true }"#, false, "ROLLBACK_COMPLETE"),
        (r#"{ "race_for_phone_numbers": true }"#, true, "CREATE_COMPLETE"),
        ("{}", false, "CREATE_COMPLETE"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let running = serve(folder.path(), Some(faults)).await;
        with(&running, move |url| {
            let described = deploy(url, &numbers(after));
            assert!(described.contains(&format!("<StackStatus>{status}</StackStatus>")), "{faults} {described}");
            let events = stack(url, "DescribeStackEvents", "");
            assert_eq!(events.contains("Phone number not available"), status == "ROLLBACK_COMPLETE", "{faults}");
        })
        .await;
        running.stop().await;
    }
}

/// So many attributes, of which so many are made at the same time.
fn attributes(count: usize, width: usize) -> Value {
    let mut resources = json!({
        "Center": { "Type": "AWS::Connect::Instance", "Properties": {
            "InstanceAlias": "center", "IdentityManagementType": "CONNECT_MANAGED",
            "Attributes": { "InboundCalls": true, "OutboundCalls": true } } },
    });
    for at in 0..count {
        let mut attribute = json!({ "Type": "AWS::Connect::PredefinedAttribute", "Properties": {
            "InstanceArn": { "Fn::GetAtt": ["Center", "Arn"] }, "Name": format!("a{at}"),
            "Values": { "StringList": ["x"] } } });
        if let Some(before) = at.checked_sub(width) {
            attribute["DependsOn"] = format!("A{before}").into();
        }
        resources[format!("A{at}")] = attribute;
    }
    resources
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_made_at_once_is_throttled_where_faults_ask_for_it() {
    for (width, status) in [(100, "ROLLBACK_COMPLETE"), (50, "CREATE_COMPLETE")] {
        let folder = tempfile::tempdir().unwrap();
        let running = serve(folder.path(), Some(r#"{ "throttle_handlers": true }"#)).await;
        with(&running, move |url| {
            let described = deploy(url, &attributes(80, width));
            assert!(described.contains(&format!("<StackStatus>{status}</StackStatus>")), "{width} {described}");
        })
        .await;
        running.stop().await;
    }
}
