//! AWS Secrets Manager.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::table::{Operation, Service, operation, service};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

const KIND: &str = "secretsmanager/secret";
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// A secret; the store's key is its name.
#[derive(Serialize, Deserialize)]
struct Secret {
    arn: String,
    description: Option<String>,
    kms_key: Option<String>,
    created: f64,
    changed: f64,
    deleted: Option<f64>,
    tags: BTreeMap<String, String>,
    policy: Option<String>,
    versions: BTreeMap<String, Version>,
}

/// A version of a secret's value.
#[derive(Clone, Serialize, Deserialize)]
struct Version {
    text: Option<String>,
    binary: Option<String>,
    stages: Vec<String>,
    created: f64,
}

impl Secret {
    fn version(&self, id: Option<&str>, stage: Option<&str>) -> Option<(&String, &Version)> {
        let stage = stage.unwrap_or(CURRENT);
        self.versions.iter().find(|(own, version)| match id {
            Some(id) => own.as_str() == id,
            None => version.stages.iter().any(|own| own == stage),
        })
    }

    /// Makes a version the current one and the current one the previous; others without a stage go.
    fn make_current(&mut self, id: &str) {
        let old = self.version(None, None).map(|(old, _)| old.clone()).filter(|old| old != id);
        for (own, version) in &mut self.versions {
            version.stages.retain(|stage| stage != CURRENT && (old.is_none() || stage != PREVIOUS));
            if own == id {
                version.stages.push(CURRENT.to_owned());
            } else if Some(own) == old.as_ref() {
                version.stages.push(PREVIOUS.to_owned());
            }
        }
        self.versions.retain(|_, version| !version.stages.is_empty());
    }

    fn stages(&self) -> Value {
        let stages: BTreeMap<_, _> = self.versions.iter().map(|(id, version)| (id, &version.stages)).collect();
        json!(stages)
    }
}

/// The service.
pub(crate) static SERVICE: Service = service("Secrets Manager", "InvalidParameterException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateSecret", create),
    operation("ListSecrets", list),
    operation("GetRandomPassword", password),
    operation("GetSecretValue", on_secret),
    operation("PutSecretValue", on_secret),
    operation("UpdateSecret", on_secret),
    operation("DescribeSecret", on_secret),
    operation("DeleteSecret", on_secret),
    operation("RestoreSecret", on_secret),
    operation("TagResource", on_secret),
    operation("UntagResource", on_secret),
    operation("ListSecretVersionIds", on_secret),
    operation("GetResourcePolicy", on_secret),
    operation("PutResourcePolicy", on_secret),
    operation("DeleteResourcePolicy", on_secret),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn password(_environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let length = usize::try_from(input.number("PasswordLength").unwrap_or(32)).unwrap_or_default();
    if !(1..=4096).contains(&length) {
        return Err(input.wrong("PasswordLength must be from 1 to 4096."));
    }
    Ok(json!({ "RandomPassword": random_password(length) }))
}

/// A password with all four kinds of characters, as Secrets Manager makes them by default.
pub fn random_password(length: usize) -> String {
    const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&*+-=?@^_";
    let mut password = String::with_capacity(length);
    for kind in [&b"A"[..], b"a", b"0", b"!"] {
        if password.len() < length {
            password.push(char::from(*kind.first().unwrap_or(&b'A')));
        }
    }
    while password.len() < length {
        for byte in Uuid::new_v4().into_bytes() {
            // The six fixed bits of a UUID are in bytes 6 and 8; they only make those positions less random.
            let index = usize::from(byte) % CHARACTERS.len();
            if password.len() < length {
                password.push(char::from(CHARACTERS.get(index).copied().unwrap_or(b'x')));
            }
        }
    }
    password
}

/// The secret of a name, an ARN, or an ARN without its random end.
fn find(environment: &Environment, id: &str) -> Result<(String, Secret), AwsError> {
    let name = match id.split_once(":secret:") {
        Some((_, name)) if id.starts_with("arn:") => name,
        _ => id,
    };
    let candidates = [Some(name), name.rsplit_once('-').map(|(name, _)| name)];
    for name in candidates.into_iter().flatten() {
        if let Some(secret) = environment.tx.get::<Secret>(KIND, environment.region, name)?
            && (id == name || secret.arn == id || secret.arn.rsplit_once('-').is_some_and(|(arn, _)| arn == id))
        {
            return Ok((name.to_owned(), secret));
        }
    }
    Err(AwsError::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret."))
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-!".contains(&byte);
    if name.len() > 512 || !name.bytes().all(right) {
        return Err(AwsError::new(
            400,
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    if let Some(old) = environment.tx.get::<Secret>(KIND, environment.region, name)? {
        return Err(if old.deleted.is_some() {
            AwsError::new(
                400,
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            )
        } else {
            AwsError::new(
                400,
                "ResourceExistsException",
                format!("The operation failed because the secret {name} already exists."),
            )
        });
    }
    let now = epoch_seconds(environment.now);
    let random = Uuid::new_v4().simple().to_string();
    let end = random.get(..6).unwrap_or_default();
    let mut secret = Secret {
        arn: format!("arn:aws:secretsmanager:{}:{}:secret:{name}-{end}", environment.region, environment.account),
        description: input.text("Description").map(str::to_owned),
        kms_key: input.text("KmsKeyId").map(str::to_owned),
        created: now,
        changed: now,
        deleted: None,
        tags: tags::from_list(input.list("Tags")),
        policy: None,
        versions: BTreeMap::new(),
    };
    let version = add_version(&mut secret, input, now)?;
    environment.tx.put(KIND, environment.region, name, None, &secret)?;
    Ok(json!({ "ARN": secret.arn, "Name": name, "VersionId": version }))
}

/// Adds the value of an input, where it has one, as the current version.
fn add_version(secret: &mut Secret, input: &Input, now: f64) -> Result<Option<String>, AwsError> {
    let (text, binary) = (input.text("SecretString"), input.text("SecretBinary"));
    if text.is_some() && binary.is_some() {
        return Err(
            input.wrong("You can't specify both a binary secret value and a string secret value in the same secret.")
        );
    }
    if text.is_none() && binary.is_none() {
        return Ok(None);
    }
    let id = input.text("ClientRequestToken").map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let stages = input.texts("VersionStages");
    let current = stages.is_empty() || stages.contains(&CURRENT);
    if let Some(old) = secret.versions.get(&id) {
        if old.text.as_deref() == text && old.binary.as_deref() == binary {
            return Ok(Some(id));
        }
        return Err(AwsError::new(
            400,
            "ResourceExistsException",
            "You can't use ClientRequestToken because that value is already in use for a version of the secret.",
        ));
    }
    let stages = stages.into_iter().filter(|stage| *stage != CURRENT).map(str::to_owned).collect();
    let version = Version { text: text.map(str::to_owned), binary: binary.map(str::to_owned), stages, created: now };
    secret.versions.insert(id.clone(), version);
    if current {
        secret.make_current(&id);
    }
    secret.changed = now;
    Ok(Some(id))
}

fn describe(name: &str, secret: &Secret) -> Map<String, Value> {
    let mut description = Map::new();
    description.insert("ARN".to_owned(), secret.arn.clone().into());
    description.insert("Name".to_owned(), name.into());
    for (member, value) in [("Description", &secret.description), ("KmsKeyId", &secret.kms_key)] {
        if let Some(value) = value {
            description.insert(member.to_owned(), value.clone().into());
        }
    }
    if let Some(deleted) = secret.deleted {
        description.insert("DeletedDate".to_owned(), deleted.into());
    }
    description.insert("CreatedDate".to_owned(), secret.created.into());
    description.insert("LastChangedDate".to_owned(), secret.changed.into());
    description.insert("Tags".to_owned(), tags::to_list(&secret.tags));
    description
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let deleted = input.flag("IncludePlannedDeletion");
    let named = |name: &str| {
        input.list("Filters").iter().filter(|filter| filter["Key"] == "name").all(|filter| {
            let values = filter["Values"].as_array().map(Vec::as_slice).unwrap_or_default();
            values.iter().filter_map(Value::as_str).any(|prefix| name.starts_with(prefix))
        })
    };
    let secrets = environment.tx.list::<Secret>(KIND, environment.region)?;
    let secrets = secrets.iter().filter(|(name, secret)| (deleted || secret.deleted.is_none()) && named(name)).map(
        |(name, secret)| {
            let mut entry = describe(name, secret);
            entry.insert("SecretVersionsToStages".to_owned(), secret.stages());
            Value::Object(entry)
        },
    );
    let size = usize::try_from(input.number("MaxResults").unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let (secrets, next) = page(secrets.collect(), input.text("NextToken"), size);
    let mut answer = json!({ "SecretList": secrets });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

/// The secret that an input names; one that is marked for deletion only where the operation takes it.
fn requested(environment: &Environment, input: &Input) -> Result<(String, Secret), AwsError> {
    let (name, secret) = find(environment, input.need("SecretId")?)?;
    let alive = matches!(input.operation(), "DescribeSecret" | "RestoreSecret" | "DeleteSecret");
    if secret.deleted.is_some() && !alive {
        return Err(AwsError::new(
            400,
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        ));
    }
    Ok((name, secret))
}

fn on_secret(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (name, mut secret) = requested(environment, input)?;
    let (operation, name) = (input.operation(), name.as_str());
    let now = epoch_seconds(environment.now);
    let mut answer = json!({ "ARN": secret.arn, "Name": name });
    match operation {
        "GetSecretValue" => return value(&secret, input, answer),
        "DescribeSecret" => {
            let mut description = describe(name, &secret);
            description.insert("VersionIdsToStages".to_owned(), secret.stages());
            return Ok(description.into());
        }
        "ListSecretVersionIds" => {
            let versions = secret.versions.iter().map(|(id, version)| {
                json!({ "VersionId": id, "VersionStages": version.stages, "CreatedDate": version.created })
            });
            answer["Versions"] = versions.collect();
            return Ok(answer);
        }
        "GetResourcePolicy" => {
            if let Some(policy) = secret.policy {
                answer["ResourcePolicy"] = policy.into();
            }
            return Ok(answer);
        }
        "DeleteSecret" => return delete(environment, name, secret, input, answer),
        "PutSecretValue" => {
            let version = add_version(&mut secret, input, now)?;
            let version =
                version.ok_or_else(|| input.wrong("You must provide either SecretString or SecretBinary."))?;
            answer["VersionStages"] = json!(secret.versions.get(&version).map(|version| &version.stages));
            answer["VersionId"] = version.into();
        }
        "UpdateSecret" => {
            for (member, field) in [("Description", &mut secret.description), ("KmsKeyId", &mut secret.kms_key)] {
                if let Some(text) = input.text(member) {
                    *field = Some(text.to_owned());
                }
            }
            if let Some(version) = add_version(&mut secret, input, now)? {
                answer["VersionId"] = version.into();
            }
        }
        "RestoreSecret" => secret.deleted = None,
        "TagResource" => secret.tags.extend(tags::from_list(input.list("Tags"))),
        "UntagResource" => {
            let keys = input.texts("TagKeys");
            secret.tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
        "PutResourcePolicy" => secret.policy = Some(input.need("ResourcePolicy")?.to_owned()),
        _ => secret.policy = None,
    }
    environment.tx.put(KIND, environment.region, name, None, &secret)?;
    Ok(answer)
}

fn value(secret: &Secret, input: &Input, mut answer: Value) -> Result<Value, AwsError> {
    let found = secret.version(input.text("VersionId"), input.text("VersionStage"));
    let Some((id, version)) = found else {
        return Err(AwsError::new(
            400,
            "ResourceNotFoundException",
            format!(
                "Secrets Manager can't find the specified secret value for staging label: {}",
                input.text("VersionStage").unwrap_or(CURRENT)
            ),
        ));
    };
    answer["VersionId"] = id.clone().into();
    answer["VersionStages"] = json!(version.stages);
    answer["CreatedDate"] = version.created.into();
    if let Some(text) = &version.text {
        answer["SecretString"] = text.clone().into();
    }
    if let Some(binary) = &version.binary {
        answer["SecretBinary"] = binary.clone().into();
    }
    Ok(answer)
}

fn delete(
    environment: &Environment,
    name: &str,
    mut secret: Secret,
    input: &Input,
    mut answer: Value,
) -> Result<Value, AwsError> {
    let now = epoch_seconds(environment.now);
    if input.flag("ForceDeleteWithoutRecovery") {
        environment.tx.delete(KIND, environment.region, name)?;
        answer["DeletionDate"] = now.into();
        return Ok(answer);
    }
    let days = input.number("RecoveryWindowInDays").unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(input.wrong("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
    }
    // The window is at most 30, which any float holds.
    let deletion = now + f64::from(i32::try_from(days).unwrap_or(30)) * 86_400.0;
    secret.deleted = Some(deletion);
    environment.tx.put(KIND, environment.region, name, None, &secret)?;
    answer["DeletionDate"] = deletion.into();
    Ok(answer)
}
