//! S3: objects and their versions, one at a time, whatever their size.

use std::collections::HashMap;
use std::path::Path;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ServerSideEncryption, StorageClass};

use crate::{ErrorKind, Gateway, GatewayError};

/// A version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion {
    /// Its key.
    pub key: String,
    /// Its identifier; `null` where the bucket keeps no versions.
    pub version: String,
    /// True where readers who name no version get this one.
    pub is_latest: bool,
    /// True where it says that the object was deleted, and has no content.
    pub is_marker: bool,
}

/// Where the next page of versions begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionMark {
    key: Option<String>,
    version: Option<String>,
}

/// What an object is stored with, beside its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectSettings {
    content_type: Option<String>,
    content_encoding: Option<String>,
    metadata: Option<HashMap<String, String>>,
    encryption: Option<ServerSideEncryption>,
    kms_key: Option<String>,
    storage_class: Option<StorageClass>,
}

/// The content of an object, as it comes in.
#[derive(Debug)]
pub struct ObjectContent {
    body: ByteStream,
    /// What it is stored with.
    pub settings: ObjectSettings,
}

impl ObjectContent {
    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, GatewayError> {
        match self.body.next().await {
            None => Ok(None),
            Some(Ok(bytes)) => Ok(Some(bytes.to_vec())),
            Some(Err(error)) => Err(GatewayError::new("S3 GetObject", ErrorKind::Network, error.to_string())),
        }
    }
}

impl ObjectSettings {
    fn of(answer: &GetObjectOutput) -> Self {
        Self {
            content_type: answer.content_type.clone(),
            content_encoding: answer.content_encoding.clone(),
            metadata: answer.metadata.clone(),
            encryption: answer.server_side_encryption.clone(),
            kms_key: answer.ssekms_key_id.clone(),
            storage_class: answer.storage_class.clone(),
        }
    }
}

impl Gateway {
    /// A page of the keys below a prefix, in order, and the token of the next page.
    pub async fn object_keys(
        &self,
        bucket: &str,
        prefix: &str,
        token: Option<String>,
    ) -> Result<(Vec<String>, Option<String>), GatewayError> {
        let call = self.s3.list_objects_v2().bucket(bucket).prefix(prefix).set_continuation_token(token);
        let page = call.send().await.map_err(|error| GatewayError::from_sdk("S3 ListObjectsV2", &error))?;
        let keys = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect();
        Ok((keys, page.next_continuation_token))
    }

    /// A page of the versions below a prefix, and where the next page begins.
    pub async fn object_versions(
        &self,
        bucket: &str,
        prefix: &str,
        from: Option<VersionMark>,
    ) -> Result<(Vec<ObjectVersion>, Option<VersionMark>), GatewayError> {
        let VersionMark { key, version } = from.unwrap_or(VersionMark { key: None, version: None });
        let call = self.s3.list_object_versions().bucket(bucket).prefix(prefix);
        let call = call.set_key_marker(key).set_version_id_marker(version);
        let page = call.send().await.map_err(|error| GatewayError::from_sdk("S3 ListObjectVersions", &error))?;
        let found = |key: Option<String>, version: Option<String>, latest: Option<bool>, is_marker| {
            Some(ObjectVersion { key: key?, version: version?, is_latest: latest.unwrap_or(false), is_marker })
        };
        let versions = page.versions.unwrap_or_default().into_iter();
        let markers = page.delete_markers.unwrap_or_default().into_iter();
        let all = versions
            .filter_map(|one| found(one.key, one.version_id, one.is_latest, false))
            .chain(markers.filter_map(|one| found(one.key, one.version_id, one.is_latest, true)));
        let next = VersionMark { key: page.next_key_marker, version: page.next_version_id_marker };
        let more = page.is_truncated == Some(true) && next.key.is_some();
        Ok((all.collect(), more.then_some(next)))
    }

    /// The content of an object; of a version of it, where one is named.
    pub async fn object(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<ObjectContent, GatewayError> {
        let call = self.s3.get_object().bucket(bucket).key(key).set_version_id(version.map(str::to_owned));
        let answer = call.send().await.map_err(|error| GatewayError::from_sdk("S3 GetObject", &error))?;
        Ok(ObjectContent { settings: ObjectSettings::of(&answer), body: answer.body })
    }

    /// Puts the content of a file in the place of an object's; says which version it is, where the bucket keeps them.
    pub async fn replace_object(
        &self,
        bucket: &str,
        key: &str,
        content: &Path,
        settings: ObjectSettings,
    ) -> Result<Option<String>, GatewayError> {
        let unreadable = |error: &dyn std::fmt::Display| {
            GatewayError::new("S3 PutObject", ErrorKind::Refused, format!("the new content cannot be read: {error}"))
        };
        let body = ByteStream::from_path(content).await.map_err(|error| unreadable(&error))?;
        let answer = self
            .s3
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(body)
            .set_content_type(settings.content_type)
            .set_content_encoding(settings.content_encoding)
            .set_metadata(settings.metadata)
            .set_server_side_encryption(settings.encryption)
            .set_ssekms_key_id(settings.kms_key)
            .set_storage_class(settings.storage_class)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("S3 PutObject", &error))?;
        Ok(answer.version_id)
    }

    /// Deletes a version for good; without one, the object: where the bucket keeps versions, that leaves a marker.
    pub async fn delete_version(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<(), GatewayError> {
        let call = self.s3.delete_object().bucket(bucket).key(key).set_version_id(version.map(str::to_owned));
        call.send().await.map(|_| ()).map_err(|error| GatewayError::from_sdk("S3 DeleteObject", &error))
    }
}
