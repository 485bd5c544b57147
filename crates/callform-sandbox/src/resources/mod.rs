//! The resource types that stacks can have.
//!
//! A handler translates CloudFormation's properties into calls of the service, so that a resource of a stack obeys the
//! service's rules and is seen through its API. A type without a handler is kept as a [document](crate::kinds) of its schema. What the service's API does not keep of a resource (which roles an
//! inline policy was put on, say) is a document of the handler, under the physical id.

mod athena;
mod dynamodb_table;
mod event_source_mapping;
mod events_bus;
mod events_rule;
mod firehose_stream;
mod glue;
mod iam_policies;
mod iam_role;
mod kinesis_stream;
mod kms;
mod lambda_function;
mod lambda_parts;
mod logs_group;
mod s3_bucket;
mod s3_bucket_policy;
mod s3_lifecycle;
mod s3_notifications;
mod secret;
mod sns;
mod sqs;
mod ssm_parameter;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::handler::HandlerRegistry;
use crate::kinds;

/// Every resource type the sandbox knows: those with a handler of their own, and all others with a schema.
pub fn registry() -> HandlerRegistry {
    let mut registry = own();
    for type_name in callform_schemas::type_names() {
        registry.entry(type_name).or_insert_with(|| Box::new(kinds::handler(type_name, is_document)));
    }
    registry
}

/// Types with a handler of their own.
fn own() -> HandlerRegistry {
    let mut registry = HandlerRegistry::new();
    registry.insert("AWS::Athena::NamedQuery", Box::new(athena::NamedQuery));
    registry.insert("AWS::Athena::WorkGroup", Box::new(athena::WorkGroup));
    registry.insert("AWS::DynamoDB::Table", Box::new(dynamodb_table::Table));
    registry.insert("AWS::Events::EventBus", Box::new(events_bus::EventBus));
    registry.insert("AWS::Events::Rule", Box::new(events_rule::Rule));
    registry.insert("AWS::Glue::Crawler", Box::new(glue::Crawler));
    registry.insert("AWS::Glue::Database", Box::new(glue::Database));
    registry.insert("AWS::Glue::Table", Box::new(glue::Table));
    registry.insert("AWS::IAM::ManagedPolicy", Box::new(iam_policies::ManagedPolicy));
    registry.insert("AWS::IAM::Policy", Box::new(iam_policies::InlinePolicy));
    registry.insert("AWS::IAM::Role", Box::new(iam_role::Role));
    registry.insert("AWS::KMS::Alias", Box::new(kms::Alias));
    registry.insert("AWS::KMS::Key", Box::new(kms::Key));
    registry.insert("AWS::Kinesis::Stream", Box::new(kinesis_stream::Stream));
    registry.insert("AWS::KinesisFirehose::DeliveryStream", Box::new(firehose_stream::DeliveryStream));
    registry.insert("AWS::Lambda::Alias", Box::new(lambda_parts::Alias));
    registry.insert("AWS::Lambda::EventSourceMapping", Box::new(event_source_mapping::EventSourceMapping));
    registry.insert("AWS::Lambda::Function", Box::new(lambda_function::Function));
    registry.insert("AWS::Lambda::LayerVersion", Box::new(lambda_parts::LayerVersion));
    registry.insert("AWS::Lambda::Permission", Box::new(lambda_parts::Permission));
    registry.insert("AWS::Lambda::Version", Box::new(lambda_parts::Version));
    registry.insert("AWS::Logs::LogGroup", Box::new(logs_group::LogGroup));
    registry.insert("AWS::S3::Bucket", Box::new(s3_bucket::Bucket));
    registry.insert("AWS::S3::BucketPolicy", Box::new(s3_bucket_policy::BucketPolicy));
    registry.insert("AWS::SNS::Subscription", Box::new(sns::Subscription));
    registry.insert("AWS::SNS::Topic", Box::new(sns::Topic));
    registry.insert("AWS::SNS::TopicPolicy", Box::new(sns::TopicPolicy));
    registry.insert("AWS::SQS::Queue", Box::new(sqs::Queue));
    registry.insert("AWS::SQS::QueuePolicy", Box::new(sqs::QueuePolicy));
    registry.insert("AWS::SSM::Parameter", Box::new(ssm_parameter::Parameter));
    registry.insert("AWS::SecretsManager::Secret", Box::new(secret::Secret));
    registry.extend(crate::connect::handlers::handlers());
    registry
}

/// True for a type that the sandbox keeps as a document of its schema.
pub(crate) fn is_document(type_name: &str) -> bool {
    static OWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| own().into_keys().collect());
    !OWN.contains(type_name) && callform_schemas::get(type_name).is_some()
}

#[cfg(test)]
pub(crate) use tests::sandboxed;

#[cfg(test)]
pub(crate) mod tests;
