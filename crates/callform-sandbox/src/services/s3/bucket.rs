//! Buckets.

use serde::{Deserialize, Serialize};

use super::{S3Request, error, object, settings};
use crate::clock::iso8601;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::{Answer, s3_xml};
use crate::protocol::xml::{self, Element};

const KIND: &str = "s3/bucket";

/// A bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bucket {
    /// Region it is in.
    pub region: String,
    /// When it was made, ISO 8601.
    pub created: String,
}

/// The bucket of a name.
pub fn find(environment: &Environment, name: &str) -> Result<Option<Bucket>, AwsError> {
    environment.tx.get(KIND, "", name)
}

/// The bucket of a name, or `NoSuchBucket`.
pub fn require(environment: &Environment, name: &str) -> Result<Bucket, AwsError> {
    find(environment, name)?.ok_or_else(|| error::no_such_bucket(name))
}

/// Makes a bucket with the settings of a new one.
pub fn create(environment: &Environment, name: &str) -> Result<(), AwsError> {
    check_name(name)?;
    if find(environment, name)?.is_some() {
        return Err(AwsError::new(
            409,
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
        .with("BucketName", name));
    }
    let bucket = Bucket { region: environment.region.to_owned(), created: iso8601(environment.now) };
    environment.tx.put(KIND, "", name, None, &bucket)?;
    settings::put(environment, name, "publicAccessBlock", &public_access_block([true; 4]).to_xml(Some(NAMESPACE)))?;
    let rule = Element::node("Rule", vec![Element::leaf("ObjectOwnership", "BucketOwnerEnforced")]);
    let ownership = Element::node("OwnershipControls", vec![rule]);
    settings::put(environment, name, "ownershipControls", &ownership.to_xml(Some(NAMESPACE)))
}

/// Namespace of S3's documents.
pub const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A public access block: block ACLs, ignore ACLs, block policies, restrict public buckets.
pub fn public_access_block([block_acls, ignore_acls, block_policy, restrict]: [bool; 4]) -> Element {
    let leaf = |name: &str, flag: bool| Element::leaf(name, flag.to_string());
    Element::node(
        "PublicAccessBlockConfiguration",
        vec![
            leaf("BlockPublicAcls", block_acls),
            leaf("IgnorePublicAcls", ignore_acls),
            leaf("BlockPublicPolicy", block_policy),
            leaf("RestrictPublicBuckets", restrict),
        ],
    )
}

/// Deletes an empty bucket with all its settings.
pub fn delete(environment: &Environment, name: &str) -> Result<(), AwsError> {
    require(environment, name)?;
    if !object::is_empty(environment, name)? {
        return Err(AwsError::new(
            409,
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        )
        .with("BucketName", name));
    }
    environment.tx.delete(KIND, "", name)?;
    settings::remove_all(environment, name)
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let characters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let right = (3..=63).contains(&name.len())
        && name.bytes().all(characters)
        && ends(name.bytes().next())
        && ends(name.bytes().last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err();
    if right {
        Ok(())
    } else {
        Err(AwsError::new(400, "InvalidBucketName", "The specified bucket is not valid.").with("BucketName", name))
    }
}

pub(super) fn list(environment: &Environment) -> Result<Answer, AwsError> {
    let buckets = environment.tx.list::<Bucket>(KIND, "")?;
    let entries = buckets
        .into_iter()
        .map(|(name, bucket)| {
            Element::node(
                "Bucket",
                vec![
                    Element::leaf("Name", name),
                    Element::leaf("CreationDate", bucket.created),
                    Element::leaf("BucketRegion", bucket.region),
                ],
            )
        })
        .collect();
    let root =
        Element::node("ListAllMyBucketsResult", vec![owner("Owner", environment), Element::node("Buckets", entries)]);
    Ok(s3_xml(200, &root))
}

/// The account as the owner of something.
pub(super) fn owner(name: &str, environment: &Environment) -> Element {
    Element::node(name, vec![Element::leaf("ID", environment.account)])
}

pub(super) fn create_request(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let name = &request.route.bucket;
    let mut environment = *environment;
    let root = if request.body.is_empty() {
        Element::default()
    } else {
        xml::parse(request.body).map_err(|reason| error::malformed_xml(&reason))?
    };
    let constraint = root.text_of("LocationConstraint");
    if !constraint.is_empty() {
        environment.region = constraint;
    }
    match create(&environment, name) {
        // us-east-1 answers as if the bucket were new.
        Err(error) if error.code == "BucketAlreadyOwnedByYou" && environment.region == "us-east-1" => {}
        other => other?,
    }
    Ok(Answer::empty(200).header("location", format!("/{name}")))
}

pub(super) fn head(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let bucket = require(environment, &request.route.bucket)?;
    Ok(Answer::empty(200).header("x-amz-bucket-region", bucket.region))
}

pub(super) fn delete_request(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    delete(environment, &request.route.bucket)?;
    Ok(Answer::empty(204))
}

pub(super) fn location(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let bucket = require(environment, &request.route.bucket)?;
    let region = if bucket.region == "us-east-1" { String::new() } else { bucket.region };
    Ok(s3_xml(200, &Element::leaf("LocationConstraint", region)))
}
