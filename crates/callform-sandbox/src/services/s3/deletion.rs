//! Deleting objects, versions and delete markers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use uuid::Uuid;

use super::notifications::{self, Happening};
use super::object::{KIND, NULL_VERSION, Version, Versions, keep};
use super::settings::{Versioning, versioning};
use super::{S3Request, bucket, error};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::{Answer, s3_xml};
use crate::protocol::xml::{self, Element};

/// What a deletion did.
struct Deleted {
    version: Option<String>,
    marker: bool,
    garbage: Vec<PathBuf>,
}

fn delete_one(environment: &Environment, bucket: &str, key: &str, id: Option<&str>) -> Result<Deleted, AwsError> {
    let mut versions = environment.tx.get::<Versions>(KIND, bucket, key)?.unwrap_or_default();
    let before = versions.len();
    let mut garbage = Vec::new();
    let state = versioning(environment, bucket)?;
    let mut deleted = Deleted { version: id.map(str::to_owned), marker: false, garbage: Vec::new() };
    match (id, state) {
        (Some(id), _) => {
            deleted.marker = versions.iter().any(|version| version.id == id && version.blob.is_none());
            versions.retain(|version| keep(environment, version, id, &mut garbage));
        }
        (None, Versioning::Off) => versions.retain(|version| keep(environment, version, NULL_VERSION, &mut garbage)),
        (None, Versioning::Enabled | Versioning::Suspended) => {
            let mut marker = NULL_VERSION.to_owned();
            if state == Versioning::Enabled {
                marker = Uuid::new_v4().simple().to_string();
            } else {
                versions.retain(|version| keep(environment, version, NULL_VERSION, &mut garbage));
            }
            deleted.version = Some(marker.clone());
            deleted.marker = true;
            versions.insert(0, delete_marker(environment, marker));
        }
    }
    if versions.is_empty() {
        environment.tx.delete(KIND, bucket, key)?;
    } else {
        environment.tx.put(KIND, bucket, key, None, &versions)?;
    }
    deleted.garbage = garbage;
    let marked = id.is_none() && deleted.marker;
    if marked {
        notifications::tell(environment, bucket, key, versions.first(), Happening::Marked)?;
    } else if versions.len() < before {
        notifications::tell(environment, bucket, key, None, Happening::Deleted)?;
    }
    Ok(deleted)
}

fn delete_marker(environment: &Environment, id: String) -> Version {
    Version {
        id,
        blob: None,
        size: 0,
        etag: String::new(),
        modified: epoch_milliseconds(environment.now),
        headers: BTreeMap::new(),
        checksum: None,
        tags: Vec::new(),
    }
}

pub(super) fn delete(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let (bucket, key) = (&request.route.bucket, &request.route.key);
    bucket::require(environment, bucket)?;
    let deleted = delete_one(environment, bucket, key, request.parameter("versionId"))?;
    let mut answer = Answer::empty(204);
    if let Some(version) = deleted.version {
        answer = answer.header("x-amz-version-id", version);
    }
    if deleted.marker {
        answer = answer.header("x-amz-delete-marker", "true");
    }
    answer.garbage = deleted.garbage;
    Ok(answer)
}

pub(super) fn delete_many(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let bucket = &request.route.bucket;
    bucket::require(environment, bucket)?;
    let root = xml::parse(request.body).map_err(|reason| error::malformed_xml(&reason))?;
    if root.all("Object").count() > 1000 {
        return Err(error::malformed_xml("more than 1000 objects"));
    }
    let mut garbage = Vec::new();
    let mut entries = Vec::new();
    for object in root.all("Object") {
        let key = object.text_of("Key");
        let id = Some(object.text_of("VersionId")).filter(|id| !id.is_empty());
        let deleted = delete_one(environment, bucket, key, id)?;
        garbage.extend(deleted.garbage);
        let mut entry = vec![Element::leaf("Key", key)];
        if let Some(id) = id {
            entry.push(Element::leaf("VersionId", id));
        }
        if deleted.marker {
            entry.push(Element::leaf("DeleteMarker", "true"));
            entry.push(Element::leaf("DeleteMarkerVersionId", deleted.version.unwrap_or_default()));
        }
        entries.push(Element::node("Deleted", entry));
    }
    if root.text_of("Quiet") == "true" {
        entries.clear();
    }
    let mut answer = s3_xml(200, &Element::node("DeleteResult", entries));
    answer.garbage = garbage;
    Ok(answer)
}
