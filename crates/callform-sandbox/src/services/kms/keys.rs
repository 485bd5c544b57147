//! Keys.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::names::{not_found, target};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object, page};

const KIND: &str = "kms/key";

/// A key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) id: String,
    /// What `DescribeKey` answers.
    metadata: Map<String, Value>,
    policy: String,
    /// Days between two rotations; none where the key is not rotated.
    rotation: Option<i64>,
    tags: BTreeMap<String, String>,
}

impl Key {
    /// The key of an id, an ARN, an alias or an alias's ARN. Keys that AWS manages (`alias/aws/…`) are always there.
    pub(super) fn load(environment: &Environment, id: &str) -> Result<Self, AwsError> {
        let name = if id.starts_with("arn:") { id.splitn(6, ':').nth(5).unwrap_or_default() } else { id };
        let name = name.strip_prefix("key/").unwrap_or(name);
        if let Some(service) = name.strip_prefix("alias/aws/") {
            return Ok(Self::managed(environment, service));
        }
        let id = if name.starts_with("alias/") { target(environment, name)? } else { Some(name.to_owned()) };
        let key: Option<Self> = match &id {
            Some(id) => environment.tx.get(KIND, environment.region, id)?,
            None => None,
        };
        key.ok_or_else(|| {
            let (region, account) = (environment.region, environment.account);
            let kind = if name.starts_with("alias/") { "Alias" } else { "Key" };
            let path = if kind == "Key" { format!("key/{name}") } else { name.to_owned() };
            let message = format!("{kind} 'arn:aws:kms:{region}:{account}:{path}' does not exist");
            AwsError::new(400, "NotFoundException", message)
        })
    }

    fn managed(environment: &Environment, service: &str) -> Self {
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, service.as_bytes()).to_string();
        let description = format!("Default key that protects data of {service} when no other key is defined");
        let mut key = Self::new(environment, id, &object(json!({ "Description": description })));
        key.metadata.insert("KeyManager".to_owned(), "AWS".into());
        key
    }

    fn new(environment: &Environment, id: String, input: &Map<String, Value>) -> Self {
        let text = |name: &str, default: &str| input.get(name).and_then(Value::as_str).unwrap_or(default).to_owned();
        let (region, account) = (environment.region, environment.account);
        let arn = format!("arn:aws:kms:{region}:{account}:key/{id}");
        let spec = text("KeySpec", "SYMMETRIC_DEFAULT");
        let metadata = json!({
            "AWSAccountId": account,
            "KeyId": id,
            "Arn": arn,
            "CreationDate": epoch_seconds(environment.now),
            "Enabled": true,
            "Description": text("Description", ""),
            "KeyUsage": text("KeyUsage", "ENCRYPT_DECRYPT"),
            "KeyState": "Enabled",
            "Origin": text("Origin", "AWS_KMS"),
            "KeyManager": "CUSTOMER",
            "CustomerMasterKeySpec": spec,
            "KeySpec": spec,
            "MultiRegion": input.get("MultiRegion").and_then(Value::as_bool).unwrap_or_default(),
        });
        let root = json!({ "Version": "2012-10-17", "Id": "key-default-1", "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }] });
        Self {
            metadata: object(metadata),
            policy: text("Policy", &root.to_string()),
            rotation: None,
            tags: tags_of(input.get("Tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()),
            id,
        }
    }

    pub(super) fn arn(&self) -> Value {
        self.metadata.get("Arn").cloned().unwrap_or_default()
    }

    fn save(&self, environment: &Environment) -> Result<(), AwsError> {
        environment.tx.put(KIND, environment.region, &self.id, None, self)
    }

    fn state(&self) -> &str {
        self.metadata.get("KeyState").and_then(Value::as_str).unwrap_or_default()
    }

    fn set_state(&mut self, state: &str) {
        self.metadata.insert("KeyState".to_owned(), state.into());
        self.metadata.insert("Enabled".to_owned(), (state == "Enabled").into());
    }
}

/// KMS writes tags `{"TagKey": …, "TagValue": …}`.
fn tags_of(list: &[Value]) -> BTreeMap<String, String> {
    let text = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    list.iter().map(|tag| (text(tag, "TagKey"), text(tag, "TagValue"))).collect()
}

pub(super) fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    if let Some(policy) = input.text("Policy")
        && serde_json::from_str::<Map<String, Value>>(policy).is_err()
    {
        return Err(AwsError::new(400, "MalformedPolicyDocumentException", "The new key policy is no JSON object."));
    }
    let key = Key::new(environment, Uuid::new_v4().to_string(), input.members());
    key.save(environment)?;
    Ok(json!({ "KeyMetadata": key.metadata }))
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let keys: Vec<(String, Key)> = environment.tx.list(KIND, environment.region)?;
    let keys = keys.iter().map(|(_, key)| json!({ "KeyId": key.id, "KeyArn": key.arn() })).collect();
    let size = usize::try_from(input.number("Limit").unwrap_or(100)).unwrap_or(100).clamp(1, 1000);
    let (keys, next) = page(keys, input.text("Marker"), size);
    let mut answer = json!({ "Keys": keys, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer)
}

pub(super) fn on_key(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let mut key = Key::load(environment, input.need("KeyId")?)?;
    let answer = match operation {
        "DescribeKey" => return Ok(json!({ "KeyMetadata": key.metadata })),
        "GetKeyPolicy" => return Ok(json!({ "Policy": key.policy, "PolicyName": "default" })),
        "ListKeyPolicies" => return Ok(json!({ "PolicyNames": ["default"], "Truncated": false })),
        "ListResourceTags" => {
            let tags: Vec<Value> =
                key.tags.iter().map(|(key, value)| json!({ "TagKey": key, "TagValue": value })).collect();
            return Ok(json!({ "Tags": tags, "Truncated": false }));
        }
        "GetKeyRotationStatus" => {
            let mut status = json!({ "KeyId": key.id, "KeyRotationEnabled": key.rotation.is_some() });
            if let Some(days) = key.rotation {
                status["RotationPeriodInDays"] = days.into();
            }
            return Ok(status);
        }
        "ScheduleKeyDeletion" => schedule_deletion(environment, &mut key, input)?,
        "CancelKeyDeletion" => {
            if key.state() != "PendingDeletion" {
                return Err(wrong_state(&key));
            }
            key.set_state("Disabled");
            key.metadata.shift_remove("DeletionDate");
            json!({ "KeyId": key.arn() })
        }
        _ if key.state() == "PendingDeletion" => return Err(wrong_state(&key)),
        _ => {
            change(&mut key, operation, input)?;
            Value::Null
        }
    };
    key.save(environment)?;
    Ok(answer)
}

fn change(key: &mut Key, operation: &str, input: &Input) -> Result<(), AwsError> {
    match operation {
        "PutKeyPolicy" => input.need("Policy")?.clone_into(&mut key.policy),
        "EnableKeyRotation" => key.rotation = Some(input.number("RotationPeriodInDays").unwrap_or(365)),
        "DisableKeyRotation" => key.rotation = None,
        "EnableKey" => key.set_state("Enabled"),
        "DisableKey" => key.set_state("Disabled"),
        "UpdateKeyDescription" => {
            key.metadata.insert("Description".to_owned(), input.text("Description").unwrap_or_default().into());
        }
        "TagResource" => key.tags.extend(tags_of(input.list("Tags"))),
        _ => {
            let keys = input.texts("TagKeys");
            key.tags.retain(|name, _| !keys.contains(&name.as_str()));
        }
    }
    Ok(())
}

fn wrong_state(key: &Key) -> AwsError {
    let (arn, state) = (key.arn(), key.state());
    let message = format!(
        "{} is {}.",
        arn.as_str().unwrap_or_default(),
        if state == "PendingDeletion" { "pending deletion" } else { "not pending deletion" }
    );
    AwsError::new(400, "KMSInvalidStateException", message)
}

fn schedule_deletion(environment: &Environment, key: &mut Key, input: &Input) -> Result<Value, AwsError> {
    let days = input.number("PendingWindowInDays").unwrap_or(30);
    let days = u64::try_from(days)
        .ok()
        .filter(|days| (7..=30).contains(days))
        .ok_or_else(|| input.wrong("PendingWindowInDays must be between 7 and 30."))?;
    if key.metadata.get("KeyManager").is_some_and(|manager| manager == "AWS") {
        return Err(not_found("A key of the account with this id"));
    }
    if key.state() == "PendingDeletion" {
        return Err(wrong_state(key));
    }
    key.set_state("PendingDeletion");
    let date = epoch_seconds(environment.now + Duration::from_hours(24 * days));
    key.metadata.insert("DeletionDate".to_owned(), date.into());
    Ok(json!({
        "KeyId": key.arn(), "DeletionDate": date, "KeyState": "PendingDeletion", "PendingWindowInDays": days,
    }))
}
