//! The wire protocols: which service and operation a request names, and how answers and errors look.

pub mod answer;
pub mod cbor;
pub mod form;
pub mod identify;
pub mod xml;

use http::HeaderMap;

/// A service of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Amazon Connect.
    Connect,
    /// AWS CloudFormation.
    CloudFormation,
    /// Amazon S3.
    S3,
    /// AWS STS.
    Sts,
    /// AWS IAM.
    Iam,
    /// AWS Lambda.
    Lambda,
    /// Amazon DynamoDB and DynamoDB Streams.
    DynamoDb,
    /// Amazon Kinesis Data Streams.
    Kinesis,
    /// Amazon Data Firehose.
    Firehose,
    /// Amazon EventBridge.
    EventBridge,
    /// AWS Secrets Manager.
    SecretsManager,
    /// AWS Systems Manager parameters.
    Ssm,
    /// Amazon CloudWatch Logs.
    Logs,
    /// AWS Glue.
    Glue,
    /// Amazon Athena.
    Athena,
    /// Service Quotas.
    ServiceQuotas,
    /// Amazon SQS.
    Sqs,
    /// Amazon SNS.
    Sns,
    /// AWS KMS.
    Kms,
    /// Amazon Cognito user pools.
    Cognito,
    /// Amazon Cognito identity pools.
    CognitoIdentity,
    /// Amazon API Gateway, both versions.
    ApiGateway,
    /// AWS Cloud Control API.
    CloudControl,
    /// Amazon EventBridge Scheduler.
    Scheduler,
    /// AWS Step Functions.
    StepFunctions,
    /// Amazon Lex V2, building and speaking to bots.
    Lex,
    /// Amazon CloudWatch.
    CloudWatch,
    /// Amazon Transcribe.
    Transcribe,
}

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// JSON bodies, the operation in `X-Amz-Target`; `1.0` or `1.1`.
    Json(&'static str),
    /// JSON bodies, the operation in method and path.
    RestJson,
    /// Forms in, XML out; the namespace of answers and the API version.
    Query(&'static str, &'static str),
    /// S3.
    RestXml,
    /// Concise binary objects, the operation in the path.
    Cbor,
}

const SERVICES: [Service; 28] = [
    Service::Connect,
    Service::CloudFormation,
    Service::S3,
    Service::Sts,
    Service::Iam,
    Service::Lambda,
    Service::DynamoDb,
    Service::Kinesis,
    Service::Firehose,
    Service::EventBridge,
    Service::SecretsManager,
    Service::Ssm,
    Service::Logs,
    Service::Glue,
    Service::Athena,
    Service::ServiceQuotas,
    Service::Sqs,
    Service::Sns,
    Service::Kms,
    Service::Cognito,
    Service::CognitoIdentity,
    Service::ApiGateway,
    Service::CloudControl,
    Service::Scheduler,
    Service::StepFunctions,
    Service::Lex,
    Service::CloudWatch,
    Service::Transcribe,
];

impl Service {
    /// The service's name in credential scopes and in `faults.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::CloudFormation => "cloudformation",
            Self::S3 => "s3",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Lambda => "lambda",
            Self::DynamoDb => "dynamodb",
            Self::Kinesis => "kinesis",
            Self::Firehose => "firehose",
            Self::EventBridge => "events",
            Self::SecretsManager => "secretsmanager",
            Self::Ssm => "ssm",
            Self::Logs => "logs",
            Self::Glue => "glue",
            Self::Athena => "athena",
            Self::ServiceQuotas => "servicequotas",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::Kms => "kms",
            Self::Cognito => "cognito-idp",
            Self::CognitoIdentity => "cognito-identity",
            Self::ApiGateway => "apigateway",
            Self::CloudControl => "cloudcontrolapi",
            Self::Scheduler => "scheduler",
            Self::StepFunctions => "states",
            Self::Lex => "lex",
            Self::CloudWatch => "monitoring",
            Self::Transcribe => "transcribe",
        }
    }

    /// How the service speaks, where a request does not say.
    pub fn wire(self) -> Wire {
        match self {
            Self::Connect | Self::Lambda | Self::ApiGateway | Self::Scheduler | Self::Lex => Wire::RestJson,
            Self::CloudFormation => Wire::Query("http://cloudformation.amazonaws.com/doc/2010-05-15/", "2010-05-15"),
            Self::Sts => Wire::Query("https://sts.amazonaws.com/doc/2011-06-15/", "2011-06-15"),
            Self::Iam => Wire::Query("https://iam.amazonaws.com/doc/2010-05-08/", "2010-05-08"),
            Self::Sns => Wire::Query("http://sns.amazonaws.com/doc/2010-03-31/", "2010-03-31"),
            Self::CloudWatch => Wire::Query("http://monitoring.amazonaws.com/doc/2010-08-01/", "2010-08-01"),
            Self::S3 => Wire::RestXml,
            Self::DynamoDb | Self::Sqs | Self::CloudControl | Self::StepFunctions => Wire::Json("1.0"),
            Self::Kinesis
            | Self::Firehose
            | Self::EventBridge
            | Self::SecretsManager
            | Self::Ssm
            | Self::Logs
            | Self::Glue
            | Self::Athena
            | Self::ServiceQuotas
            | Self::Kms
            | Self::Cognito
            | Self::CognitoIdentity
            | Self::Transcribe => Wire::Json("1.1"),
        }
    }

    /// How a request speaks: new clients of a few services speak otherwise than old ones.
    pub fn spoken(self, headers: &HeaderMap) -> Wire {
        match self {
            Self::CloudWatch | Self::Transcribe
                if headers.get("smithy-protocol").is_some_and(|value| value == "rpc-v2-cbor") =>
            {
                Wire::Cbor
            }
            Self::CloudWatch if headers.contains_key("x-amz-target") => Wire::Json("1.0"),
            _ => self.wire(),
        }
    }

    /// The service of a credential scope.
    pub fn of_scope(scope: &str) -> Option<Self> {
        SERVICES.into_iter().find(|service| service.name() == scope)
    }

    /// The service of an `X-Amz-Target` prefix.
    pub fn of_target(prefix: &str) -> Option<Self> {
        Some(match prefix {
            "DynamoDB_20120810" | "DynamoDBStreams_20120810" => Self::DynamoDb,
            "Kinesis_20131202" => Self::Kinesis,
            "Firehose_20150804" => Self::Firehose,
            "AWSEvents" => Self::EventBridge,
            "secretsmanager" => Self::SecretsManager,
            "AmazonSSM" => Self::Ssm,
            "Logs_20140328" => Self::Logs,
            "AWSGlue" => Self::Glue,
            "AmazonAthena" => Self::Athena,
            "ServiceQuotasV20190624" => Self::ServiceQuotas,
            "AmazonSQS" => Self::Sqs,
            "TrentService" => Self::Kms,
            "AWSCognitoIdentityProviderService" => Self::Cognito,
            "AWSCognitoIdentityService" => Self::CognitoIdentity,
            "CloudApiService" => Self::CloudControl,
            "AWSStepFunctions" => Self::StepFunctions,
            "GraniteServiceVersion20100801" => Self::CloudWatch,
            "Transcribe" => Self::Transcribe,
            _ => return None,
        })
    }

    /// The largest body of a request that is no S3 upload, in bytes: what the service's own limits come to in its
    /// encoding, with room to spare.
    pub fn largest_body(self) -> usize {
        match self {
            // 50 MB of code in Base64; Lambda's message gives this number.
            Self::Lambda => 70_167_211,
            // 16 MB of items, 10 MB of records in Base64.
            Self::DynamoDb | Self::Kinesis => 20 << 20,
            Self::Connect
            | Self::CloudFormation
            | Self::S3
            | Self::Sts
            | Self::Iam
            | Self::Firehose
            | Self::EventBridge
            | Self::SecretsManager
            | Self::Ssm
            | Self::Logs
            | Self::Glue
            | Self::Athena
            | Self::ServiceQuotas
            | Self::Sqs
            | Self::Sns
            | Self::Kms
            | Self::Cognito
            | Self::CognitoIdentity
            | Self::ApiGateway
            | Self::CloudControl
            | Self::Scheduler
            | Self::StepFunctions
            | Self::Lex
            | Self::CloudWatch
            | Self::Transcribe => 8 << 20,
        }
    }
}
