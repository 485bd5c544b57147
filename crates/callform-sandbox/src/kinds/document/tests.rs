//! Documents by their schemas: identifiers, attributes, parents, twins.

use serde_json::{Value, json};

use crate::handler::{Context, HandlerErrorCode};
use crate::resources::tests::{create, life, of, read, sandbox};

fn user_pool(context: &Context) -> String {
    create(context, "AWS::Cognito::UserPool", json!({ "UserPoolName": "agents" })).unwrap()
}

#[test]
fn a_resource_has_the_attributes_of_its_schema() {
    sandbox(|context| {
        let pool = user_pool(context);
        assert!(pool.starts_with("us-west-2_") && pool.len() == 19, "{pool}");
        let properties = read(context, "AWS::Cognito::UserPool", &pool);
        assert_eq!(properties["Arn"], format!("arn:aws:cognito-idp:us-west-2:123456789012:userpool/{pool}"));
        assert_eq!(properties["ProviderName"], format!("cognito-idp.us-west-2.amazonaws.com/{pool}"));
        assert_eq!(properties["UserPoolName"], "agents");
        assert!(of("AWS::Cognito::UserPool").remark().unwrap().starts_with("Stored only"));
        assert_eq!(of("AWS::S3::Bucket").remark(), None);
    });
}

#[test]
fn the_same_step_makes_the_same_resource() {
    let ids: Vec<String> = (0..2)
        .map(|_| {
            let mut id = String::new();
            sandbox(|context| id = user_pool(context));
            id
        })
        .collect();
    assert_eq!(ids[0], ids[1]);
    sandbox(|context| assert_ne!(user_pool(&Context { logical_id: "Other", ..*context }), ids[0]));
}

#[test]
fn documents_live() {
    sandbox(|context| {
        life(
            context,
            "AWS::CloudWatch::Alarm",
            json!({ "AlarmName": "a", "Threshold": 1, "ComparisonOperator": "LessThanThreshold" }),
            json!({ "AlarmName": "a", "Threshold": 2, "ComparisonOperator": "LessThanThreshold" }),
        );
        life(
            context,
            "AWS::ApiGateway::RestApi",
            json!({ "Name": "a", "Description": "x", "Tags": [{ "Key": "a", "Value": "b" }] }),
            json!({ "Name": "b" }),
        );
        life(
            context,
            "AWS::Logs::LogStream",
            json!({ "LogGroupName": "g", "LogStreamName": "s" }),
            json!({ "LogGroupName": "g", "LogStreamName": "s" }),
        );
    });
}

#[test]
fn what_ref_returns_finds_the_resource_of_its_stack() {
    sandbox(|context| {
        for (logical_id, api) in [("One", "a"), ("Two", "b")] {
            let context = Context { logical_id, ..*context };
            let api = create(&context, "AWS::ApiGateway::RestApi", json!({ "Name": api })).unwrap();
            let stage = json!({ "RestApiId": api, "StageName": "prod" });
            assert_eq!(create(&context, "AWS::ApiGateway::Stage", stage).unwrap(), "prod");
            assert_eq!(read(&context, "AWS::ApiGateway::Stage", "prod")["RestApiId"], api);
            // By its whole identifier, as an import names it.
            assert_eq!(read(&context, "AWS::ApiGateway::Stage", &format!("{api}|prod"))["StageName"], "prod");
        }
        let one = Context { logical_id: "One", ..*context };
        of("AWS::ApiGateway::Stage").delete(&one, "prod").unwrap();
        let two = Context { logical_id: "Two", ..*context };
        assert_eq!(of("AWS::ApiGateway::Stage").read(&one, "prod").unwrap(), None);
        assert!(of("AWS::ApiGateway::Stage").read(&two, "prod").unwrap().is_some());
    });
}

#[test]
fn a_parent_has_to_be_there() {
    sandbox(|context| {
        let client = |pool: &str| create(context, "AWS::Cognito::UserPoolClient", json!({ "UserPoolId": pool }));
        let refused = client("us-west-2_nowhere").unwrap_err();
        assert_eq!(refused.code, HandlerErrorCode::NotFound, "{}", refused.message);
        assert!(refused.message.contains("us-west-2_nowhere"));
        assert_eq!(client(&user_pool(context)).unwrap().len(), 26);
        let form = json!({ "InstanceArn": "arn:aws:connect:us-west-2:123456789012:instance/00000000-0000-4000-8000-000000000000" });
        let refused = create(context, "AWS::Connect::EvaluationForm", form).unwrap_err();
        assert_eq!(refused.code, HandlerErrorCode::NotFound, "{}", refused.message);
    });
}

#[test]
fn twins_are_refused() {
    sandbox(|context| {
        let alarm = json!({ "AlarmName": "a", "ComparisonOperator": "LessThanThreshold" });
        create(context, "AWS::CloudWatch::Alarm", alarm.clone()).unwrap();
        let other = Context { logical_id: "Other", ..*context };
        let refused = create(&other, "AWS::CloudWatch::Alarm", alarm).unwrap_err();
        assert_eq!(refused.code, HandlerErrorCode::AlreadyExists);
        let api = create(context, "AWS::ApiGateway::RestApi", json!({ "Name": "a" })).unwrap();
        let part = json!({ "RestApiId": api, "ParentId": "root", "PathPart": "calls" });
        create(context, "AWS::ApiGateway::Resource", part.clone()).unwrap();
        let refused = create(&other, "AWS::ApiGateway::Resource", part).unwrap_err();
        assert_eq!(refused.code, HandlerErrorCode::AlreadyExists);
    });
}

/// Every type there is a schema of can be kept, and what is invented for it is what its schema takes.
#[test]
fn what_is_invented_fits_the_schema() {
    sandbox(|context| {
        let center = json!({ "InstanceAlias": "center", "IdentityManagementType": "CONNECT_MANAGED",
            "Attributes": { "InboundCalls": true, "OutboundCalls": true } });
        let center = create(context, "AWS::Connect::Instance", center).unwrap();
        for type_name in callform_schemas::type_names() {
            let schema = callform_schemas::get(type_name).unwrap();
            let handler = crate::kinds::handler(type_name, |_| true);
            let properties = crate::input::object(minimal(schema, &center));
            let id = match crate::handler::ResourceHandler::create(&handler, context, &properties) {
                Ok(id) => id,
                Err(error) if error.code == HandlerErrorCode::NotFound => continue,
                Err(error) => panic!("{type_name}: {}", error.message),
            };
            let live = Value::Object(handler.locate(context, &id).unwrap().unwrap().1.attributes);
            for (path, value) in live.as_object().unwrap() {
                assert!(schema.accepts_at(path, value), "{type_name} {path} {value}");
            }
        }
    });
}

/// What the identifier needs of properties that the service does not invent.
fn minimal(schema: &callform_schemas::ResourceSchema, center: &str) -> Value {
    let mut properties = json!({});
    for pointer in &schema.primary_identifier {
        if !schema.is_read_only(&pointer.to_string()) {
            let is_instance = pointer.property() == "InstanceArn";
            let given = if is_instance { center.into() } else { json!("given") };
            *pointer.segments().iter().fold(&mut properties, |within, name| &mut within[name.as_str()]) = given;
        }
    }
    properties
}
