//! S3's errors.

use crate::error::AwsError;

pub(super) fn no_such_bucket(bucket: &str) -> AwsError {
    AwsError::new(404, "NoSuchBucket", "The specified bucket does not exist").with("BucketName", bucket)
}

pub(super) fn no_such_key(key: &str) -> AwsError {
    AwsError::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

pub(super) fn no_such_version(key: &str, version: &str) -> AwsError {
    AwsError::new(404, "NoSuchVersion", "The specified version does not exist.")
        .with("Key", key)
        .with("VersionId", version)
}

pub(super) fn malformed_xml(reason: &str) -> AwsError {
    AwsError::new(
        400,
        "MalformedXML",
        format!("The XML of the request is not well-formed or not as expected: {reason}"),
    )
}

pub(super) fn invalid_argument(message: &str) -> AwsError {
    AwsError::new(400, "InvalidArgument", message)
}

pub(super) fn file(error: &std::io::Error) -> AwsError {
    crate::error::own_file(std::path::Path::new("s3"), error)
}
