//! The artifact bucket: private, encrypted, versioned, TLS only.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};

use crate::{ErrorKind, Gateway, GatewayError};
use callform_signed::partition;

/// What is known about a bucket of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketState {
    /// It is there and ours to use.
    Present,
    /// There is none of that name.
    Absent,
    /// It is there and belongs to someone else, or may not be seen.
    Forbidden,
}

impl Gateway {
    /// Whether the bucket is there.
    pub async fn bucket_state(&self, bucket: &str) -> Result<BucketState, GatewayError> {
        match self.s3.head_bucket().bucket(bucket).send().await {
            Ok(_) => Ok(BucketState::Present),
            Err(error) => {
                let status = error.raw_response().map(|response| response.status().as_u16());
                match status {
                    Some(404) => Ok(BucketState::Absent),
                    Some(403) => Ok(BucketState::Forbidden),
                    _ => Err(GatewayError::from_sdk("S3 HeadBucket", &error)),
                }
            }
        }
    }

    /// Makes the bucket if need be, and sets everything that makes it safe. Can be run again at any time.
    pub async fn ensure_private_bucket(&self, bucket: &str) -> Result<(), GatewayError> {
        self.create_bucket(bucket).await?;
        self.block_public_access(bucket).await?;
        self.encrypt(bucket).await?;
        self.keep_versions(bucket).await?;
        self.s3
            .put_bucket_policy()
            .bucket(bucket)
            .policy(tls_only_policy(bucket, partition(self.region()).id))
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("S3 PutBucketPolicy", &error))?;
        Ok(())
    }

    async fn create_bucket(&self, bucket: &str) -> Result<(), GatewayError> {
        let call = self.s3.create_bucket().bucket(bucket);
        // us-east-1 is the one region that must not be named.
        let call = if self.region() == "us-east-1" {
            call
        } else {
            call.create_bucket_configuration(
                CreateBucketConfiguration::builder()
                    .location_constraint(BucketLocationConstraint::from(self.region()))
                    .build(),
            )
        };
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = GatewayError::from_sdk("S3 CreateBucket", &error);
                if error.code.as_deref() == Some("BucketAlreadyOwnedByYou") { Ok(()) } else { Err(error) }
            }
        }
    }

    async fn block_public_access(&self, bucket: &str) -> Result<(), GatewayError> {
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true)
            .build();
        self.s3
            .put_public_access_block()
            .bucket(bucket)
            .public_access_block_configuration(all)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("S3 PutPublicAccessBlock", &error))?;
        Ok(())
    }

    async fn encrypt(&self, bucket: &str) -> Result<(), GatewayError> {
        const OPERATION: &str = "S3 PutBucketEncryption";
        let incomplete = |_| GatewayError::incomplete(OPERATION, "algorithm");
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::Aes256)
            .build()
            .map_err(incomplete)?;
        let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default).build();
        let configuration = ServerSideEncryptionConfiguration::builder().rules(rule).build().map_err(incomplete)?;
        self.s3
            .put_bucket_encryption()
            .bucket(bucket)
            .server_side_encryption_configuration(configuration)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
        Ok(())
    }

    async fn keep_versions(&self, bucket: &str) -> Result<(), GatewayError> {
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        self.s3
            .put_bucket_versioning()
            .bucket(bucket)
            .versioning_configuration(enabled)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("S3 PutBucketVersioning", &error))?;
        Ok(())
    }

    /// Puts an object, unless one of that key is there already: keys contain the content's hash, so an object that is
    /// there is the same. True where it was put.
    pub async fn put_object_once(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<bool, GatewayError> {
        match self.s3.head_object().bucket(bucket).key(key).send().await {
            Ok(_) => return Ok(false),
            Err(error) => {
                let missing = error.raw_response().is_some_and(|response| response.status().as_u16() == 404);
                if !missing {
                    return Err(GatewayError::from_sdk("S3 HeadObject", &error));
                }
            }
        }
        self.s3
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(ByteStream::from(content))
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("S3 PutObject", &error))?;
        Ok(true)
    }

    /// Deletes a bucket with every version of every object in it. A bucket that is not there is no error.
    pub async fn delete_bucket_with_content(&self, bucket: &str) -> Result<(), GatewayError> {
        match self.empty_bucket(bucket).await {
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
            other => other?,
        }
        self.s3
            .delete_bucket()
            .bucket(bucket)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("S3 DeleteBucket", &error))?;
        Ok(())
    }

    /// Deletes an object with all its versions.
    pub async fn delete_object(&self, bucket: &str, key: &str) -> Result<(), GatewayError> {
        let page = self
            .s3
            .list_object_versions()
            .bucket(bucket)
            .prefix(key)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("S3 ListObjectVersions", &error))?;
        let versions = page.versions.unwrap_or_default().into_iter().map(|v| (v.key, v.version_id));
        let markers = page.delete_markers.unwrap_or_default().into_iter().map(|m| (m.key, m.version_id));
        for (_, version) in versions.chain(markers).filter(|(found, _)| found.as_deref() == Some(key)) {
            self.s3
                .delete_object()
                .bucket(bucket)
                .key(key)
                .set_version_id(version)
                .send()
                .await
                .map_err(|error| GatewayError::from_sdk("S3 DeleteObject", &error))?;
        }
        Ok(())
    }

    async fn empty_bucket(&self, bucket: &str) -> Result<(), GatewayError> {
        loop {
            let page = self
                .s3
                .list_object_versions()
                .bucket(bucket)
                .send()
                .await
                .map_err(|error| GatewayError::from_sdk("S3 ListObjectVersions", &error))?;
            let versions = page.versions.unwrap_or_default().into_iter().map(|v| (v.key, v.version_id));
            let markers = page.delete_markers.unwrap_or_default().into_iter().map(|m| (m.key, m.version_id));
            let objects: Vec<_> = versions.chain(markers).collect();
            if objects.is_empty() {
                return Ok(());
            }
            for (key, version) in objects {
                self.s3
                    .delete_object()
                    .bucket(bucket)
                    .set_key(key)
                    .set_version_id(version)
                    .send()
                    .await
                    .map_err(|error| GatewayError::from_sdk("S3 DeleteObject", &error))?;
            }
        }
    }
}

fn tls_only_policy(bucket: &str, partition: &str) -> String {
    let arn = format!("arn:{partition}:s3:::{bucket}");
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": { "Bool": { "aws:SecureTransport": "false" } }
        }]
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_bucket_in_its_partition() {
        let policy: serde_json::Value = serde_json::from_str(&tls_only_policy("b", "aws-us-gov")).unwrap_or_default();
        let resources = &policy["Statement"][0]["Resource"];
        assert_eq!(*resources, serde_json::json!(["arn:aws-us-gov:s3:::b", "arn:aws-us-gov:s3:::b/*"]));
    }
}
