//! `AWS::S3::Bucket`.
//!
//! Encryption, versioning, public access block, ownership, tags, lifecycle and notifications are the bucket's live settings; all
//! other properties are kept and read back as they were given.

use serde_json::{Value, json};

use super::{s3_lifecycle, s3_notifications};
use crate::handler::properties::{
    differs, flag, forget, list, not_found, physical_name, recall, remember, service_error, text, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::protocol::xml::Element;
use crate::services::s3::bucket::{self, NAMESPACE, public_access_block};
use crate::services::s3::settings;
use crate::tags;

pub(super) struct Bucket;

const TYPE: &str = "AWS::S3::Bucket";

/// Live settings: property and S3's query parameter.
const LIVE: [(&str, &str); 7] = [
    ("BucketEncryption", "encryption"),
    ("VersioningConfiguration", "versioning"),
    ("PublicAccessBlockConfiguration", "publicAccessBlock"),
    ("OwnershipControls", "ownershipControls"),
    ("LifecycleConfiguration", "lifecycle"),
    ("NotificationConfiguration", "notification"),
    ("Tags", "tagging"),
];

impl ResourceHandler for Bucket {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let generated = || physical_name(context, 63).to_lowercase();
        let name = text(properties, "BucketName").map_or_else(generated, str::to_owned);
        bucket::create(&context.environment, &name).map_err(|error| service_error(&error))?;
        for (property, parameter) in LIVE {
            if properties.contains_key(property) {
                put(context, &name, property, parameter, properties)?;
            }
        }
        remember(context, TYPE, &name, &others(properties))?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let found = bucket::find(&context.environment, physical_id).map_err(|error| service_error(&error))?;
        let Some(found) = found else {
            return Ok(None);
        };
        let mut properties = recall(context, TYPE, physical_id)?.unwrap_or_default();
        properties.insert("BucketName".to_owned(), physical_id.into());
        properties.insert("Arn".to_owned(), format!("arn:aws:s3:::{physical_id}").into());
        let region = found.region;
        for (attribute, value) in [
            ("DomainName", format!("{physical_id}.s3.amazonaws.com")),
            ("RegionalDomainName", format!("{physical_id}.s3.{region}.amazonaws.com")),
            ("DualStackDomainName", format!("{physical_id}.s3.dualstack.{region}.amazonaws.com")),
            ("WebsiteURL", format!("http://{physical_id}.s3-website-{region}.amazonaws.com")),
        ] {
            properties.insert(attribute.to_owned(), value.into());
        }
        for (property, parameter) in LIVE {
            let setting = settings::read_xml(&context.environment, physical_id, parameter);
            if let Some(root) = setting.map_err(|error| service_error(&error))? {
                properties.insert(property.to_owned(), from_xml(property, &root));
            }
        }
        // Every bucket is encrypted; without a setting of its own, with keys of S3.
        properties.entry("BucketEncryption").or_insert_with(|| {
            json!({ "ServerSideEncryptionConfiguration": [
            { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" }, "BucketKeyEnabled": false }
        ] })
        });
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        bucket::require(&context.environment, physical_id).map_err(|error| service_error(&error))?;
        for (property, parameter) in LIVE {
            if differs(old, new, property) {
                if new.contains_key(property) {
                    put(context, physical_id, property, parameter, new)?;
                } else {
                    remove(context, physical_id, property, parameter)?;
                }
            }
        }
        remember(context, TYPE, physical_id, &others(new))
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let found = bucket::find(&context.environment, physical_id).map_err(|error| service_error(&error))?;
        found.ok_or_else(|| not_found(TYPE, physical_id))?;
        bucket::delete(&context.environment, physical_id).map_err(|error| service_error(&error))?;
        forget(context, TYPE, physical_id).map(|_| ())
    }
}

fn others(properties: &Properties) -> Properties {
    let is_live = |name: &str| LIVE.iter().any(|(property, _)| *property == name);
    properties.iter().filter(|(name, _)| !is_live(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn put(context: &Context, bucket: &str, property: &str, parameter: &str, properties: &Properties) -> HandlerResult<()> {
    let root = to_xml(property, properties);
    settings::put(&context.environment, bucket, parameter, &root.to_xml(Some(NAMESPACE)))
        .map_err(|error| service_error(&error))
}

/// A setting that left the template: versioning can only be suspended, the others go.
fn remove(context: &Context, bucket: &str, property: &str, parameter: &str) -> HandlerResult<()> {
    if property == "VersioningConfiguration" {
        let suspended = Element::node(property, vec![Element::leaf("Status", "Suspended")]);
        return settings::put(&context.environment, bucket, parameter, &suspended.to_xml(Some(NAMESPACE)))
            .map_err(|error| service_error(&error));
    }
    settings::remove(&context.environment, bucket, parameter).map_err(|error| service_error(&error))
}

fn to_xml(property: &str, properties: &Properties) -> Element {
    let value = properties.get(property).unwrap_or(&Value::Null);
    match property {
        "BucketEncryption" => {
            let rules = value["ServerSideEncryptionConfiguration"].as_array().into_iter().flatten().map(|rule| {
                let default = &rule["ServerSideEncryptionByDefault"];
                let members = ["SSEAlgorithm", "KMSMasterKeyID"].into_iter();
                let default =
                    members.filter_map(|name| Some(Element::leaf(name, default.get(name)?.as_str()?))).collect();
                let key = rule.get("BucketKeyEnabled").is_some_and(flag);
                Element::node(
                    "Rule",
                    vec![
                        Element::node("ApplyServerSideEncryptionByDefault", default),
                        Element::leaf("BucketKeyEnabled", key.to_string()),
                    ],
                )
            });
            Element::node("ServerSideEncryptionConfiguration", rules.collect())
        }
        "PublicAccessBlockConfiguration" => {
            let on = |name: &str| value.get(name).is_some_and(flag);
            public_access_block([
                on("BlockPublicAcls"),
                on("IgnorePublicAcls"),
                on("BlockPublicPolicy"),
                on("RestrictPublicBuckets"),
            ])
        }
        "OwnershipControls" => {
            let rules = value["Rules"].as_array().into_iter().flatten().map(|rule| {
                let ownership = rule["ObjectOwnership"].as_str().unwrap_or_default();
                Element::node("Rule", vec![Element::leaf("ObjectOwnership", ownership)])
            });
            Element::node("OwnershipControls", rules.collect())
        }
        "LifecycleConfiguration" => s3_lifecycle::to_xml(value),
        "NotificationConfiguration" => s3_notifications::to_xml(value),
        "Tags" => {
            let tags = tags::from_list(list(properties, "Tags")).into_iter();
            let tags = tags.map(|(key, value)| {
                Element::node("Tag", vec![Element::leaf("Key", key), Element::leaf("Value", value)])
            });
            Element::node("Tagging", vec![Element::node("TagSet", tags.collect())])
        }
        _ => {
            let status = value["Status"].as_str().unwrap_or("Suspended");
            Element::node("VersioningConfiguration", vec![Element::leaf("Status", status)])
        }
    }
}

fn from_xml(property: &str, root: &Element) -> Value {
    match property {
        "BucketEncryption" => {
            let rules = root.all("Rule").map(|rule| {
                let mut default = Properties::new();
                for child in rule.child("ApplyServerSideEncryptionByDefault").into_iter().flat_map(|own| &own.children)
                {
                    default.insert(child.name.clone(), child.text.clone().into());
                }
                json!({
                    "ServerSideEncryptionByDefault": default,
                    "BucketKeyEnabled": rule.text_of("BucketKeyEnabled") == "true",
                })
            });
            json!({ "ServerSideEncryptionConfiguration": rules.collect::<Vec<_>>() })
        }
        "PublicAccessBlockConfiguration" => root
            .children
            .iter()
            .map(|own| (own.name.clone(), Value::from(own.text == "true")))
            .collect::<Properties>()
            .into(),
        "OwnershipControls" => {
            let rules = root.all("Rule").map(|rule| json!({ "ObjectOwnership": rule.text_of("ObjectOwnership") }));
            json!({ "Rules": rules.collect::<Vec<_>>() })
        }
        "LifecycleConfiguration" => s3_lifecycle::from_xml(root),
        "NotificationConfiguration" => s3_notifications::from_xml(root),
        "Tags" => {
            let set = root.child("TagSet").into_iter().flat_map(|set| set.all("Tag"));
            set.map(|tag| json!({ "Key": tag.text_of("Key"), "Value": tag.text_of("Value") })).collect()
        }
        _ => json!({ "Status": root.text_of("Status") }),
    }
}
