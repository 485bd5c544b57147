//! Roles of functions, and the policy templates in common use.
//!
//! Source: the serverless application model's list of policy templates.

use serde_json::{Map, Value, json};

use super::source::Source;
use crate::error::AwsError;

/// A policy template: its name, its parameters, and its statements: actions and resources, in which `{Name}` is a
/// parameter.
type Template = (&'static str, &'static [&'static str], &'static [(&'static [&'static str], &'static [&'static str])]);

const DYNAMODB: &str = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/{TableName}";
const DYNAMODB_INDEX: &str =
    "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/{TableName}/index/*";
const BUCKET: &str = "arn:${AWS::Partition}:s3:::{BucketName}";
const OBJECTS: &str = "arn:${AWS::Partition}:s3:::{BucketName}/*";
const QUEUE: &str = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:{QueueName}";
const STREAM: &str = "arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/{StreamName}";
const DELIVERY: &str =
    "arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/{DeliveryStreamName}";
const KEY: &str = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/{KeyId}";

const TEMPLATES: &[Template] = &[
    (
        "DynamoDBCrudPolicy",
        &["TableName"],
        &[(
            &[
                "dynamodb:GetItem",
                "dynamodb:DeleteItem",
                "dynamodb:PutItem",
                "dynamodb:Scan",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:BatchGetItem",
                "dynamodb:DescribeTable",
                "dynamodb:ConditionCheckItem",
            ],
            &[DYNAMODB, DYNAMODB_INDEX],
        )],
    ),
    (
        "DynamoDBReadPolicy",
        &["TableName"],
        &[(
            &["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"],
            &[DYNAMODB, DYNAMODB_INDEX],
        )],
    ),
    (
        "DynamoDBWritePolicy",
        &["TableName"],
        &[(&["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"], &[DYNAMODB, DYNAMODB_INDEX])],
    ),
    (
        "S3ReadPolicy",
        &["BucketName"],
        &[(
            &[
                "s3:GetObject",
                "s3:ListBucket",
                "s3:GetBucketLocation",
                "s3:GetObjectVersion",
                "s3:GetLifecycleConfiguration",
            ],
            &[BUCKET, OBJECTS],
        )],
    ),
    (
        "S3WritePolicy",
        &["BucketName"],
        &[(&["s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration"], &[BUCKET, OBJECTS])],
    ),
    (
        "S3CrudPolicy",
        &["BucketName"],
        &[(
            &[
                "s3:GetObject",
                "s3:ListBucket",
                "s3:GetBucketLocation",
                "s3:GetObjectVersion",
                "s3:PutObject",
                "s3:PutObjectAcl",
                "s3:GetLifecycleConfiguration",
                "s3:PutLifecycleConfiguration",
                "s3:DeleteObject",
            ],
            &[BUCKET, OBJECTS],
        )],
    ),
    (
        "SQSPollerPolicy",
        &["QueueName"],
        &[(
            &[
                "sqs:ChangeMessageVisibility",
                "sqs:ChangeMessageVisibilityBatch",
                "sqs:DeleteMessage",
                "sqs:DeleteMessageBatch",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
            ],
            &[QUEUE],
        )],
    ),
    ("SQSSendMessagePolicy", &["QueueName"], &[(&["sqs:SendMessage*"], &[QUEUE])]),
    (
        "SNSPublishMessagePolicy",
        &["TopicName"],
        &[(&["sns:Publish"], &["arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:{TopicName}"])],
    ),
    (
        "LambdaInvokePolicy",
        &["FunctionName"],
        &[(
            &["lambda:InvokeFunction"],
            &["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:{FunctionName}*"],
        )],
    ),
    (
        "KinesisStreamReadPolicy",
        &["StreamName"],
        &[
            (
                &["kinesis:ListStreams", "kinesis:DescribeLimits"],
                &["arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/*"],
            ),
            (
                &[
                    "kinesis:DescribeStream",
                    "kinesis:DescribeStreamSummary",
                    "kinesis:GetRecords",
                    "kinesis:GetShardIterator",
                ],
                &[STREAM],
            ),
        ],
    ),
    (
        "FirehoseWritePolicy",
        &["DeliveryStreamName"],
        &[(&["firehose:PutRecord", "firehose:PutRecordBatch"], &[DELIVERY])],
    ),
    ("KMSDecryptPolicy", &["KeyId"], &[(&["kms:Decrypt"], &[KEY])]),
    ("KMSEncryptPolicy", &["KeyId"], &[(&["kms:Encrypt"], &[KEY])]),
    (
        "SSMParameterReadPolicy",
        &["ParameterName"],
        &[
            (&["ssm:DescribeParameters"], &["*"]),
            (
                &["ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath"],
                &["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/{ParameterName}"],
            ),
        ],
    ),
    (
        "AWSSecretsManagerGetSecretValuePolicy",
        &["SecretArn"],
        &[(&["secretsmanager:GetSecretValue"], &["{SecretArn}"])],
    ),
    ("CloudWatchPutMetricPolicy", &[], &[(&["cloudwatch:PutMetricData"], &["*"])]),
    (
        "EventBridgePutEventsPolicy",
        &["EventBusName"],
        &[(
            &["events:PutEvents"],
            &["arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/{EventBusName}"],
        )],
    ),
    (
        "StepFunctionsExecutionPolicy",
        &["StateMachineName"],
        &[(
            &["states:StartExecution"],
            &["arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:{StateMachineName}"],
        )],
    ),
    (
        "CloudFormationDescribeStacksPolicy",
        &[],
        &[(
            &["cloudformation:DescribeStacks"],
            &["arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*"],
        )],
    ),
];

/// The role of a function. `managed` are the managed policies that its events need.
pub(super) fn role(source: &Source, managed: &[String]) -> Result<Value, AwsError> {
    let policy = |name: &str| Value::from(format!("arn:aws:iam::aws:policy/{name}"));
    let mut arns = vec![policy("service-role/AWSLambdaBasicExecutionRole")];
    if source.get("Tracing").is_some_and(|mode| mode.as_str() != Some("Disabled")) {
        arns.push(policy("AWSXRayDaemonWriteAccess"));
    }
    if source.get("VpcConfig").is_some() {
        arns.push(policy("service-role/AWSLambdaVPCAccessExecutionRole"));
    }
    arns.extend(managed.iter().map(|name| policy(name)));
    let mut inline = Vec::new();
    let listed: Vec<&Value> = match source.get("Policies") {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    };
    for one in listed {
        let name = format!("{}RolePolicy{}", source.id, inline.len());
        match one {
            Value::String(name) if name.starts_with("arn:") => arns.push(name.as_str().into()),
            Value::String(name) => arns.push(policy(name)),
            Value::Object(members) if members.contains_key("Statement") => {
                let mut document = members.clone();
                document.entry("Version").or_insert_with(|| "2012-10-17".into());
                inline.push(json!({ "PolicyName": name, "PolicyDocument": document }));
            }
            function if super::super::super::references::function(function).is_some() => arns.push(function.clone()),
            Value::Object(members) => {
                for (template, values) in members {
                    let statement = of_template(source, template, values)?;
                    let document = json!({ "Version": "2012-10-17", "Statement": statement });
                    inline.push(json!({ "PolicyName": name, "PolicyDocument": document }));
                }
            }
            _ => return Err(source.wrong("A policy is a name, an ARN, a document or a policy template.")),
        }
    }
    if let Some(queue) = source.get("DeadLetterQueue") {
        let action =
            if queue.get("Type").and_then(Value::as_str) == Some("SNS") { "sns:Publish" } else { "sqs:SendMessage" };
        let statement = json!([{ "Effect": "Allow", "Action": action, "Resource": queue.get("TargetArn") }]);
        let document = json!({ "Version": "2012-10-17", "Statement": statement });
        inline.push(json!({ "PolicyName": format!("{}DeadLetterQueuePolicy", source.id), "PolicyDocument": document }));
    }
    arns.dedup();
    let mut properties = Map::new();
    let trust = source.get("AssumeRolePolicyDocument").cloned().unwrap_or_else(trust);
    properties.insert("AssumeRolePolicyDocument".to_owned(), trust);
    properties.insert("ManagedPolicyArns".to_owned(), arns.into());
    if !inline.is_empty() {
        properties.insert("Policies".to_owned(), inline.into());
    }
    properties.insert("Tags".to_owned(), super::source::tags(None));
    for (from, to) in [("PermissionsBoundary", "PermissionsBoundary"), ("RoleName", "RoleName"), ("RolePath", "Path")] {
        properties.extend(source.get(from).map(|value| (to.to_owned(), value.clone())));
    }
    Ok(source.resource("AWS::IAM::Role", Value::Object(properties), &[]))
}

/// Lets Lambda take the role.
fn trust() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": { "Service": ["lambda.amazonaws.com"] }
    }] })
}

/// The statements of a policy template.
fn of_template(source: &Source, name: &str, values: &Value) -> Result<Value, AwsError> {
    let (_, parameters, statements) = TEMPLATES
        .iter()
        .find(|(own, ..)| *own == name)
        .ok_or_else(|| source.wrong(format!("The sandbox does not support the policy template {name}.")))?;
    let given = values.as_object();
    if let Some(missing) =
        parameters.iter().find(|parameter| !given.is_some_and(|given| given.contains_key(**parameter)))
    {
        return Err(
            source.wrong(format!("Must specify valid parameter values for policy template '{name}': {missing}"))
        );
    }
    let statements = statements.iter().map(|(actions, resources)| {
        let resources = resources.iter().map(|resource| {
            if *resource == "*" {
                return Value::from("*");
            }
            let mut text = (*resource).to_owned();
            let mut variables = Map::new();
            for parameter in *parameters {
                let variable = format!("${{{parameter}}}");
                text = text.replace(&format!("{{{parameter}}}"), &variable);
                if text.contains(&variable) {
                    let value = given.and_then(|given| given.get(*parameter)).cloned().unwrap_or_default();
                    variables.insert((*parameter).to_owned(), value);
                }
            }
            json!({ "Fn::Sub": [text, variables] })
        });
        json!({ "Effect": "Allow", "Action": actions, "Resource": resources.collect::<Vec<_>>() })
    });
    Ok(statements.collect())
}
