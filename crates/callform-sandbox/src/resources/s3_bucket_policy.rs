//! `AWS::S3::BucketPolicy`.

use serde_json::Value;

use crate::handler::properties::{document, invalid, need, not_found, service_error};
use crate::handler::{Context, HandlerError, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};
use crate::services::s3::{bucket, settings};

pub(super) struct BucketPolicy;

const TYPE: &str = "AWS::S3::BucketPolicy";

impl ResourceHandler for BucketPolicy {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let bucket = need(properties, "Bucket")?;
        if policy(context, bucket)?.is_some() {
            let message = format!("The bucket policy already exists on bucket {bucket}.");
            return Err(HandlerError { code: HandlerErrorCode::AlreadyExists, message });
        }
        put(context, bucket, properties)?;
        Ok(bucket.to_owned())
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        Ok(policy(context, physical_id)?.map(|text| {
            let mut properties = Properties::new();
            properties.insert("Bucket".to_owned(), physical_id.into());
            let document = serde_json::from_str(&text).unwrap_or(Value::String(text));
            properties.insert("PolicyDocument".to_owned(), document);
            properties
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        put(context, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        policy(context, physical_id)?.ok_or_else(|| not_found(TYPE, physical_id))?;
        settings::remove(&context.environment, physical_id, "policy").map_err(|error| service_error(&error))
    }
}

fn policy(context: &Context, bucket: &str) -> HandlerResult<Option<String>> {
    settings::read(&context.environment, bucket, "policy").map_err(|error| service_error(&error))
}

fn put(context: &Context, name: &str, properties: &Properties) -> HandlerResult<()> {
    bucket::require(&context.environment, name).map_err(|error| service_error(&error))?;
    let policy = properties.get("PolicyDocument").ok_or_else(|| invalid("PolicyDocument is required"))?;
    let text = document(policy);
    settings::check_policy(&text).map_err(|error| service_error(&error))?;
    settings::put(&context.environment, name, "policy", &text).map_err(|error| service_error(&error))
}
