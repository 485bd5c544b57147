//! Each handler: made, read back, changed, deleted, and seen through the service.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::registry;
use crate::faults::Faults;
use crate::handler::properties::physical_name;
use crate::handler::{Context, Environment, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};
use crate::input::object;
use crate::services::{dynamodb, iam, lambda, s3, secrets, secretsmanager, ssm};
use crate::store::Store;

/// Runs `work` with a context in a sandbox of its own.
pub(crate) fn sandbox(work: impl FnOnce(&Context)) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("s3")).unwrap();
    let store = Store::in_memory().unwrap();
    store
        .transaction(|tx| {
            let environment = Environment {
                tx,
                account: "123456789012",
                region: "us-west-2",
                now: UNIX_EPOCH,
                folder: folder.path(),
            };
            work(&Context { environment, token: "token", stack_name: "stack", logical_id: "Thing" });
            Ok(())
        })
        .unwrap();
}

/// Runs `work` with the environment of a sandbox of its own.
pub(crate) fn sandboxed(work: impl FnOnce(&Environment)) {
    sandbox(|context| work(&context.environment));
}

pub(crate) fn of(type_name: &str) -> Box<dyn ResourceHandler> {
    registry().remove(type_name).unwrap()
}

pub(crate) fn create(context: &Context, type_name: &str, properties: Value) -> HandlerResult<String> {
    of(type_name).create(context, &object(properties))
}

pub(crate) fn read(context: &Context, type_name: &str, id: &str) -> Properties {
    of(type_name).read(context, id).unwrap().unwrap()
}

/// Makes, reads, updates, reads and deletes; what is read has to hold what was given.
pub(crate) fn life(context: &Context, type_name: &str, first: Value, second: Value) -> String {
    let handler = of(type_name);
    let (first, second) = (object(first), object(second));
    let id = handler.create(context, &first).unwrap();
    assert_holds(&read(context, type_name, &id), &first);
    handler.update(context, &id, &first, &second).unwrap();
    let live = read(context, type_name, &id);
    assert_holds(&live, &second);
    for gone in first.keys().filter(|name| !second.contains_key(*name)) {
        assert_ne!(live.get(gone), first.get(gone), "{type_name} {gone} is still set");
    }
    handler.delete(context, &id).unwrap();
    assert_eq!(handler.read(context, &id).unwrap(), None);
    assert_eq!(handler.delete(context, &id).unwrap_err().code, HandlerErrorCode::NotFound);
    id
}

fn assert_holds(live: &Properties, wanted: &Properties) {
    for (name, value) in wanted {
        assert_eq!(live.get(name), Some(value), "{name} of {live:?}");
    }
}

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn trust() -> Value {
    serde_json::from_str(TRUST).unwrap()
}

fn policy(action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] })
}

fn role(context: &Context) -> Value {
    let properties = json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust() });
    let id = create(context, "AWS::IAM::Role", properties).unwrap();
    read(context, "AWS::IAM::Role", &id)["Arn"].clone()
}

#[test]
fn names_follow_from_stack_logical_id_and_token() {
    sandbox(|context| {
        let name = physical_name(context, 64);
        assert!(name.starts_with("stack-Thing-") && name.len() == 24, "{name}");
        let long = Context { stack_name: &"s".repeat(100), logical_id: &"L".repeat(100), ..*context };
        assert_eq!(physical_name(&long, 64).len(), 64);
        assert_eq!(physical_name(context, 64), name);
        assert_ne!(physical_name(&Context { token: "other", ..*context }, 64), name);
    });
}

#[test]
fn roles() {
    sandbox(|context| {
        let id = life(
            context,
            "AWS::IAM::Role",
            json!({
                "AssumeRolePolicyDocument": trust(),
                "Description": "first",
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
                "Policies": [{ "PolicyName": "a", "PolicyDocument": policy("s3:GetObject") }],
                "Tags": [{ "Key": "a", "Value": "1" }],
            }),
            json!({
                "AssumeRolePolicyDocument": trust(),
                "MaxSessionDuration": 7200,
                "Policies": [{ "PolicyName": "b", "PolicyDocument": policy("s3:PutObject") }],
                "Tags": [{ "Key": "b", "Value": "2" }],
            }),
        );
        assert!(id.starts_with("stack-Thing-"));
        let properties = json!({ "AssumeRolePolicyDocument": policy("sts:AssumeRole") });
        let refused = create(context, "AWS::IAM::Role", properties).unwrap_err();
        assert_eq!(refused.code, HandlerErrorCode::InvalidRequest);
    });
}

#[test]
fn policies_of_roles() {
    sandbox(|context| {
        role(context);
        let with =
            |action: &str, roles: Value| json!({ "PolicyName": "p", "PolicyDocument": policy(action), "Roles": roles });
        life(context, "AWS::IAM::Policy", with("s3:GetObject", json!(["r"])), with("s3:PutObject", json!(["r"])));
        let managed = |action: &str, roles: Value| json!({ "PolicyDocument": policy(action), "Roles": roles });
        let id = life(
            context,
            "AWS::IAM::ManagedPolicy",
            managed("s3:GetObject", json!(["r"])),
            managed("s3:PutObject", json!(["r"])),
        );
        assert!(id.starts_with("arn:aws:iam::123456789012:policy/stack-Thing-"), "{id}");
        // Nothing of them is left that would keep the role.
        let key = object(json!({ "RoleName": "r" }));
        iam::call(&context.environment, "DeleteRole", &key).unwrap();
    });
}

#[test]
fn tables() {
    sandbox(|context| {
        let base = json!({
            "TableName": "table",
            "KeySchema": [{ "AttributeName": "phone", "KeyType": "HASH" }],
            "AttributeDefinitions": [
                { "AttributeName": "phone", "AttributeType": "S" }, { "AttributeName": "at", "AttributeType": "N" },
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-at",
                "KeySchema": [{ "AttributeName": "at", "KeyType": "HASH" }],
                "Projection": { "ProjectionType": "ALL" },
            }],
        });
        let with = |more: Value| {
            let mut properties = base.clone();
            properties.as_object_mut().unwrap().extend(object(more));
            properties
        };
        life(
            context,
            "AWS::DynamoDB::Table",
            with(json!({
                "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true },
                "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 7 },
                "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
                "Tags": [{ "Key": "a", "Value": "1" }],
            })),
            with(json!({
                "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": false },
                "StreamSpecification": { "StreamViewType": "KEYS_ONLY" },
                "Tags": [{ "Key": "b", "Value": "2" }],
            })),
        );
    });
}

#[test]
fn a_table_of_an_interrupted_step_is_made_anew() {
    sandbox(|context| {
        let properties = |key: &str| {
            json!({
                "TableName": "table",
                "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
                "AttributeDefinitions": [{ "AttributeName": key, "AttributeType": "S" }],
                "BillingMode": "PAY_PER_REQUEST",
            })
        };
        create(context, "AWS::DynamoDB::Table", properties("a")).unwrap();
        let again = create(context, "AWS::DynamoDB::Table", properties("a")).unwrap_err();
        assert!(again.message.contains("table"), "{again:?}");
        // The step's transaction was rolled back: the engine has the table, the store does not know it.
        context.environment.tx.delete("dynamodb/table", "", "table").unwrap();
        create(context, "AWS::DynamoDB::Table", properties("b")).unwrap();
        let key = object(json!({ "TableName": "table" }));
        let answer = dynamodb::call(&context.environment, "DescribeTable", &key).unwrap();
        assert_eq!(answer["Table"]["KeySchema"][0]["AttributeName"], "b");
        assert_eq!(answer["Table"]["TableArn"], "arn:aws:dynamodb:us-west-2:123456789012:table/table");
    });
}

#[test]
fn buckets() {
    sandbox(|context| {
        let block = |on: bool| json!({ "BlockPublicAcls": on, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true });
        life(
            context,
            "AWS::S3::Bucket",
            json!({
                "BucketName": "recordings",
                "VersioningConfiguration": { "Status": "Enabled" },
                "PublicAccessBlockConfiguration": block(true),
                "BucketEncryption": { "ServerSideEncryptionConfiguration": [
                    { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms" }, "BucketKeyEnabled": true }
                ] },
                "Tags": [{ "Key": "a", "Value": "1" }],
                "LifecycleConfiguration": { "Rules": [{ "Id": "old", "Status": "Enabled", "ExpirationInDays": 30 }] },
            }),
            json!({
                "BucketName": "recordings",
                "PublicAccessBlockConfiguration": block(false),
                "OwnershipControls": { "Rules": [{ "ObjectOwnership": "ObjectWriter" }] },
                "CorsConfiguration": { "CorsRules": [] },
            }),
        );
        let id = create(context, "AWS::S3::Bucket", json!({})).unwrap();
        assert!(id.starts_with("stack-thing-"), "{id}");
        assert_eq!(s3::settings::versioning(&context.environment, &id).unwrap(), s3::settings::Versioning::Off);
        let with = |action: &str| json!({ "Bucket": id, "PolicyDocument": policy(action) });
        life(context, "AWS::S3::BucketPolicy", with("s3:GetObject"), with("s3:PutObject"));
    });
}

#[test]
fn streams() {
    sandbox(|context| {
        life(
            context,
            "AWS::Kinesis::Stream",
            json!({ "ShardCount": 1, "RetentionPeriodHours": 48, "Tags": [{ "Key": "a", "Value": "1" }] }),
            json!({ "ShardCount": 2, "StreamEncryption": { "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis" } }),
        );
        let destination = |prefix: &str| {
            json!({ "ExtendedS3DestinationConfiguration": {
                "BucketARN": "arn:aws:s3:::b", "RoleARN": "arn:aws:iam::123456789012:role/r", "Prefix": prefix,
            } })
        };
        life(context, "AWS::KinesisFirehose::DeliveryStream", destination("a/"), destination("b/"));
    });
}

#[test]
fn logs_rules_and_stored_types() {
    sandbox(|context| {
        life(
            context,
            "AWS::Logs::LogGroup",
            json!({ "LogGroupName": "/a", "RetentionInDays": 7, "Tags": [{ "Key": "a", "Value": "1" }] }),
            json!({ "LogGroupName": "/a" }),
        );
        life(
            context,
            "AWS::Events::Rule",
            json!({ "ScheduleExpression": "rate(1 hour)", "State": "ENABLED", "Targets": [{ "Id": "1", "Arn": "arn:a" }] }),
            json!({ "EventPattern": { "source": ["aws.connect"] }, "State": "DISABLED", "Targets": [{ "Id": "2", "Arn": "arn:b" }] }),
        );
        life(
            context,
            "AWS::CloudWatch::Alarm",
            json!({ "AlarmName": "a", "Threshold": 1, "ComparisonOperator": "LessThanThreshold" }),
            json!({ "AlarmName": "a", "Threshold": 2, "ComparisonOperator": "LessThanThreshold" }),
        );
    });
}

#[test]
fn parameters_and_secrets_and_references_to_them() {
    sandbox(|context| {
        let parameter =
            |value: &str| json!({ "Name": "/a/b", "Type": "String", "Value": value, "Tags": { "k": value } });
        life(context, "AWS::SSM::Parameter", parameter("1"), parameter("2"));
        create(context, "AWS::SSM::Parameter", parameter("3")).unwrap();
        let environment = &context.environment;
        assert_eq!(secrets::resolve(environment, "ssm:/a/b").unwrap(), "3");
        assert_eq!(secrets::resolve(environment, "ssm:/a/b:1").unwrap(), "3");
        let secure = object(json!({ "Name": "pw", "Type": "SecureString", "Value": "s" }));
        ssm::call(environment, "PutParameter", &secure).unwrap();
        assert_eq!(secrets::resolve(environment, "ssm-secure:pw:1").unwrap(), "s");
        assert!(secrets::resolve(environment, "ssm:pw").is_err());

        let generated = json!({ "Name": "center/mary", "GenerateSecretString": {
            "SecretStringTemplate": "{\"user\":\"mary\"}", "GenerateStringKey": "password", "ExcludePunctuation": true,
        } });
        let arn = create(context, "AWS::SecretsManager::Secret", generated).unwrap();
        for id in ["center/mary", &arn] {
            let reference = |rest: &str| secrets::resolve(environment, &format!("secretsmanager:{id}{rest}"));
            assert_eq!(reference(":SecretString:user").unwrap(), "mary");
            assert_eq!(reference(":SecretString:user:AWSCURRENT").unwrap(), "mary");
            let password = reference(":SecretString:password::").unwrap();
            assert!(password.len() == 32 && password.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{password}");
            assert!(reference("").unwrap().starts_with('{'));
            assert!(reference(":SecretString:nothing").unwrap_err().message.contains("no key nothing"));
        }
        let invented = secrets::resolve(environment, "secretsmanager:nobody").unwrap();
        assert_eq!(secrets::resolve(environment, "secretsmanager:nobody").unwrap(), invented);
        let describe = || secrets::call(environment, "DescribeSecret", &object(json!({ "SecretId": "nobody" })));
        assert_eq!(describe().unwrap()["Name"], "nobody");
        let strict = Faults { strict_secrets: true, ..Faults::default() };
        strict.save(environment.folder).unwrap();
        let missing = secrets::resolve(environment, "secretsmanager:nobody").unwrap_err();
        assert!(missing.message.contains("{{resolve:secretsmanager:nobody}}"), "{}", missing.message);
        assert_eq!(describe().unwrap_err().code, "ResourceNotFoundException");
        of("AWS::SecretsManager::Secret").delete(context, &arn).unwrap();
        let key = object(json!({ "SecretId": arn }));
        assert!(secretsmanager::call(environment, "DescribeSecret", &key).is_err());
    });
}

#[test]
fn functions_with_versions_aliases_and_permissions() {
    sandbox(|context| {
        let role = role(context);
        let function = |source: &str, timeout: u32| {
            json!({
                "FunctionName": "f", "Role": role, "Runtime": "nodejs22.x", "Handler": "index.handler",
                "Code": { "ZipFile": source }, "Timeout": timeout, "Environment": { "Variables": { "A": "1" } },
            })
        };
        let handler = of("AWS::Lambda::Function");
        let (first, second) = (object(function("one", 5)), object(function("two", 6)));
        let id = handler.create(context, &first).unwrap();
        let live = read(context, "AWS::Lambda::Function", &id);
        assert_eq!(
            (live["Timeout"].as_i64(), live["Arn"].as_str()),
            (Some(5), Some("arn:aws:lambda:us-west-2:123456789012:function:f"))
        );
        let version = create(context, "AWS::Lambda::Version", json!({ "FunctionName": "f" })).unwrap();
        assert_eq!(version, "arn:aws:lambda:us-west-2:123456789012:function:f:1");
        let again = create(context, "AWS::Lambda::Version", json!({ "FunctionName": "f" })).unwrap_err();
        assert_eq!(again.code, HandlerErrorCode::AlreadyExists);
        let digest = |id: &str| read(context, "AWS::Lambda::Version", id)["CodeSha256"].clone();
        handler.update(context, &id, &first, &second).unwrap();
        let newer = create(context, "AWS::Lambda::Version", json!({ "FunctionName": "f" })).unwrap();
        assert_ne!(digest(&version), digest(&newer));

        let alias = |number: &str| json!({ "FunctionName": "f", "Name": "live", "FunctionVersion": number });
        life(context, "AWS::Lambda::Alias", alias("1"), alias("2"));
        let permission = json!({ "FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "connect.amazonaws.com", "SourceArn": "arn:x" });
        let permission_id = create(context, "AWS::Lambda::Permission", permission.clone()).unwrap();
        assert_holds(&read(context, "AWS::Lambda::Permission", &permission_id), &object(permission));
        of("AWS::Lambda::Permission").delete(context, &permission_id).unwrap();
        assert_eq!(of("AWS::Lambda::Permission").read(context, &permission_id).unwrap(), None);
        for version in [&version, &newer] {
            of("AWS::Lambda::Version").delete(context, version).unwrap();
        }
        handler.delete(context, &id).unwrap();
        assert!(lambda::call(&context.environment, "GetFunction", &object(json!({ "FunctionName": "f" }))).is_err());
    });
}

#[test]
fn a_function_needs_its_code_and_its_role() {
    sandbox(|context| {
        let role = role(context);
        let function = |role: &Value| {
            json!({
                "Role": role, "Runtime": "provided.al2023", "Handler": "bootstrap",
                "Code": { "S3Bucket": "artifacts", "S3Key": "f.zip" },
            })
        };
        let refused = create(context, "AWS::Lambda::Function", function(&role)).unwrap_err();
        assert!(refused.message.contains("NoSuchBucket"), "{refused:?}");
        let refused = create(context, "AWS::Lambda::Function", function(&json!("arn:aws:iam::123456789012:role/none")));
        assert!(refused.unwrap_err().message.contains("cannot be assumed"));
    });
}

#[test]
fn keys_and_aliases() {
    sandbox(|context| {
        let id = life(
            context,
            "AWS::KMS::Key",
            json!({ "Description": "a", "KeyPolicy": policy("kms:*"), "EnableKeyRotation": true,
                "Tags": [{ "Key": "a", "Value": "1" }] }),
            json!({ "Description": "b", "KeyPolicy": policy("kms:Encrypt"), "Enabled": false }),
        );
        assert_eq!(id.len(), 36);
        let other = Context { logical_id: "Other", ..*context };
        let id = create(&other, "AWS::KMS::Key", json!({ "KeyPolicy": policy("kms:*") })).unwrap();
        let alias = json!({ "AliasName": "alias/a", "TargetKeyId": id });
        life(context, "AWS::KMS::Alias", alias.clone(), alias);
    });
}

#[test]
fn queues_and_topics() {
    sandbox(|context| {
        let queue = json!({ "QueueName": "q", "DelaySeconds": 5, "KmsMasterKeyId": "alias/aws/sqs",
            "RedrivePolicy": { "deadLetterTargetArn": "arn:aws:sqs:us-west-2:123456789012:d", "maxReceiveCount": 3 },
            "Tags": [{ "Key": "a", "Value": "1" }] });
        let url = life(context, "AWS::SQS::Queue", queue.clone(), json!({ "QueueName": "q", "VisibilityTimeout": 60 }));
        create(context, "AWS::SQS::Queue", queue).unwrap();
        assert_eq!(read(context, "AWS::SQS::Queue", &url)["Arn"], "arn:aws:sqs:us-west-2:123456789012:q");
        let put = |action: &str| json!({ "Queues": [url], "PolicyDocument": policy(action) });
        life(context, "AWS::SQS::QueuePolicy", put("sqs:SendMessage"), put("sqs:*"));
        let topic = json!({ "TopicName": "t", "DisplayName": "d", "KmsMasterKeyId": "alias/a",
            "Tags": [{ "Key": "a", "Value": "1" }] });
        let arn = life(context, "AWS::SNS::Topic", topic.clone(), json!({ "TopicName": "t", "DisplayName": "e" }));
        assert_eq!(arn, "arn:aws:sns:us-west-2:123456789012:t");
        create(context, "AWS::SNS::Topic", topic).unwrap();
        let subscription = json!({ "TopicArn": arn, "Protocol": "sqs",
            "Endpoint": "arn:aws:sqs:us-west-2:123456789012:q", "FilterPolicy": { "a": ["b"] } });
        let changed = json!({ "TopicArn": arn, "Protocol": "sqs",
            "Endpoint": "arn:aws:sqs:us-west-2:123456789012:q", "RawMessageDelivery": true });
        life(context, "AWS::SNS::Subscription", subscription, changed);
        let put = |action: &str| json!({ "Topics": [arn], "PolicyDocument": policy(action) });
        life(context, "AWS::SNS::TopicPolicy", put("sns:Publish"), put("sns:*"));
    });
}

#[test]
fn layers() {
    sandbox(|context| {
        let layer = json!({ "LayerName": "l", "Content": { "S3Bucket": "artifacts", "S3Key": "l.zip" } });
        let refused = create(context, "AWS::Lambda::LayerVersion", layer.clone()).unwrap_err();
        assert!(refused.message.contains("NoSuchBucket"), "{refused:?}");
        create(context, "AWS::S3::Bucket", json!({ "BucketName": "artifacts" })).unwrap();
        s3::object::write(&context.environment, "artifacts", "l.zip", b"PK", "application/zip").unwrap();
        let arn = create(context, "AWS::Lambda::LayerVersion", layer).unwrap();
        assert_eq!(arn, "arn:aws:lambda:us-west-2:123456789012:layer:l:1");
        assert_eq!(read(context, "AWS::Lambda::LayerVersion", &arn)["LayerName"], "l");
        let mut function = json!({
            "FunctionName": "f", "Runtime": "nodejs22.x", "Handler": "index.handler", "Role": role(context),
            "Code": { "ZipFile": "exports.handler = async () => {}" }, "Layers": [arn],
        });
        create(context, "AWS::Lambda::Function", function.clone()).unwrap();
        assert_eq!(read(context, "AWS::Lambda::Function", "f")["Layers"], json!([arn]));
        function["FunctionName"] = "g".into();
        function["Layers"] = json!(["arn:aws:lambda:us-west-2:123456789012:layer:l:2"]);
        let refused = create(context, "AWS::Lambda::Function", function).unwrap_err();
        assert!(refused.message.contains("does not exist"), "{refused:?}");
        of("AWS::Lambda::LayerVersion").delete(context, &arn).unwrap();
        assert_eq!(of("AWS::Lambda::LayerVersion").read(context, &arn).unwrap(), None);
    });
}
