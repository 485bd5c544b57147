//! The settings of a bucket: documents that clients put, get and delete whole.

use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::Answer;
use crate::protocol::xml::{self, Element};

use super::route::Access;
use super::{S3Operation, S3Request, bucket, error};

const KIND: &str = "s3/setting";

/// A kind of setting.
#[derive(Debug, PartialEq)]
pub struct Setting {
    /// Query parameter that selects it.
    pub parameter: &'static str,
    /// Its name in operations: `BucketPolicy` of `GetBucketPolicy`.
    pub name: &'static str,
    /// What a bucket has without one.
    absent: Absent,
    /// Root elements that may be put; empty for a policy, which is JSON.
    root: &'static str,
}

/// What a bucket answers while a setting is not put.
#[derive(Debug, PartialEq)]
enum Absent {
    /// An error code and its message.
    Error(&'static str, &'static str),
    /// A document.
    Default(&'static str),
}

const fn setting(parameter: &'static str, name: &'static str, root: &'static str, absent: Absent) -> Setting {
    Setting { parameter, name, absent, root }
}

/// Settings by the query parameter that selects them. The defaults are those of a new bucket since April 2023: SSE-S3,
/// no public access, no ACLs.
pub static SETTINGS: &[Setting] = &[
    setting(
        "versioning",
        "BucketVersioning",
        "VersioningConfiguration",
        Absent::Default("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
    ),
    setting(
        "encryption",
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        Absent::Default(
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
        ),
    ),
    setting(
        "publicAccessBlock",
        "PublicAccessBlock",
        "PublicAccessBlockConfiguration",
        Absent::Error("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
    ),
    setting("policy", "BucketPolicy", "", Absent::Error("NoSuchBucketPolicy", "The bucket policy does not exist")),
    setting("tagging", "BucketTagging", "Tagging", Absent::Error("NoSuchTagSet", "The TagSet does not exist")),
    setting(
        "ownershipControls",
        "BucketOwnershipControls",
        "OwnershipControls",
        Absent::Error("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
    ),
    setting(
        "lifecycle",
        "BucketLifecycleConfiguration",
        "LifecycleConfiguration",
        Absent::Error("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    ),
    setting(
        "cors",
        "BucketCors",
        "CORSConfiguration",
        Absent::Error("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    ),
    setting(
        "notification",
        "BucketNotificationConfiguration",
        "NotificationConfiguration",
        Absent::Default("<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
    ),
    setting(
        "logging",
        "BucketLogging",
        "BucketLoggingStatus",
        Absent::Default("<BucketLoggingStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
    ),
    setting(
        "website",
        "BucketWebsite",
        "WebsiteConfiguration",
        Absent::Error("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
    ),
    setting(
        "replication",
        "BucketReplication",
        "ReplicationConfiguration",
        Absent::Error("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
    ),
    setting(
        "object-lock",
        "ObjectLockConfiguration",
        "ObjectLockConfiguration",
        Absent::Error(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
        ),
    ),
    setting(
        "accelerate",
        "BucketAccelerateConfiguration",
        "AccelerateConfiguration",
        Absent::Default("<AccelerateConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
    ),
    setting(
        "requestPayment",
        "BucketRequestPayment",
        "RequestPaymentConfiguration",
        Absent::Default(
            "<RequestPaymentConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
        ),
    ),
];

pub(super) fn handle(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let S3Operation::Setting(setting, access) = request.route.operation else {
        return Err(AwsError::unsupported("S3", &request.route.name()));
    };
    let name = &request.route.bucket;
    bucket::require(environment, name)?;
    match access {
        Access::Get => get(environment, name, setting),
        Access::Put => {
            let text = String::from_utf8(request.body.to_vec()).map_err(|_| error::malformed_xml("no UTF-8"))?;
            check(setting, &text)?;
            put(environment, name, setting.parameter, &text)?;
            Ok(Answer::empty(if setting.root.is_empty() { 204 } else { 200 }))
        }
        Access::Delete => {
            environment.tx.delete(KIND, name, setting.parameter)?;
            Ok(Answer::empty(204))
        }
    }
}

fn get(environment: &Environment, bucket: &str, setting: &Setting) -> Result<Answer, AwsError> {
    let content_type = if setting.root.is_empty() { "application/json" } else { "application/xml" };
    if let Some(text) = read(environment, bucket, setting.parameter)? {
        return Ok(Answer::new(200, content_type, text.into_bytes()));
    }
    match setting.absent {
        Absent::Default(text) => Ok(Answer::new(200, content_type, text.into())),
        Absent::Error(code, message) => Err(AwsError::new(404, code, message).with("BucketName", bucket)),
    }
}

/// Checks what S3 checks before it takes a setting, as far as its form goes.
fn check(setting: &Setting, text: &str) -> Result<(), AwsError> {
    if setting.root.is_empty() {
        return check_policy(text);
    }
    let root = xml::parse(text.as_bytes()).map_err(|reason| error::malformed_xml(&reason))?;
    if root.name == setting.root {
        Ok(())
    } else {
        Err(error::malformed_xml(&format!("{} where {} belongs", root.name, setting.root)))
    }
}

/// Checks the form of a bucket policy.
pub fn check_policy(text: &str) -> Result<(), AwsError> {
    let malformed = |message: &str| AwsError::new(400, "MalformedPolicy", message);
    let policy: serde_json::Value =
        serde_json::from_str(text).map_err(|_| malformed("This policy contains invalid Json"))?;
    if policy.get("Statement").is_none() {
        return Err(malformed("Missing required field Statement"));
    }
    Ok(())
}

/// The text of a setting; `None` while it is not put.
pub fn read(environment: &Environment, bucket: &str, parameter: &str) -> Result<Option<String>, AwsError> {
    environment.tx.get(KIND, bucket, parameter)
}

/// The parsed XML of a setting; `None` while it is not put.
pub fn read_xml(environment: &Environment, bucket: &str, parameter: &str) -> Result<Option<Element>, AwsError> {
    let text = read(environment, bucket, parameter)?;
    text.map(|text| xml::parse(text.as_bytes()).map_err(|reason| error::malformed_xml(&reason))).transpose()
}

/// Puts a setting that is known to be well-formed.
pub fn put(environment: &Environment, bucket: &str, parameter: &str, text: &str) -> Result<(), AwsError> {
    environment.tx.put(KIND, bucket, parameter, None, &text)
}

/// Removes a setting; nothing happens where there is none.
pub fn remove(environment: &Environment, bucket: &str, parameter: &str) -> Result<(), AwsError> {
    environment.tx.delete(KIND, bucket, parameter).map(|_| ())
}

/// Removes all settings of a bucket.
pub(super) fn remove_all(environment: &Environment, bucket: &str) -> Result<(), AwsError> {
    SETTINGS.iter().try_for_each(|setting| remove(environment, bucket, setting.parameter))
}

/// How a bucket keeps versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioning {
    /// Never enabled.
    Off,
    /// Every put makes a version.
    Enabled,
    /// Enabled once; puts replace the version `null`.
    Suspended,
}

/// The versioning of a bucket.
pub fn versioning(environment: &Environment, bucket: &str) -> Result<Versioning, AwsError> {
    let setting = read_xml(environment, bucket, "versioning")?;
    Ok(match setting.as_ref().map(|root| root.text_of("Status")) {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        _ => Versioning::Off,
    })
}
