//! Objects and their versions.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::notifications::{self, Creation, Happening};
use super::settings::{Versioning, versioning};
use super::upload::{self, Upload};
use super::{S3Request, bucket, error};
use crate::clock::{epoch_milliseconds, http_date, iso8601};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::{Answer, Content, s3_xml};
use crate::protocol::form::{decode, query_parameters};
use crate::protocol::xml::{self, Element};

pub(super) const KIND: &str = "s3/object";

/// The id of a version that was put while versioning was not enabled.
pub(super) const NULL_VERSION: &str = "null";

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Version id, `null` where the bucket kept none.
    pub id: String,
    /// Name of its file; `None` for a delete marker.
    pub blob: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// `ETag` without quotes.
    pub etag: String,
    /// When it was put, milliseconds since 1970.
    pub modified: u64,
    /// Headers a GET answers: content type, metadata and so on.
    pub headers: BTreeMap<String, String>,
    /// Checksum name and Base64 value.
    pub checksum: Option<(String, String)>,
    /// Tags.
    pub tags: Vec<(String, String)>,
}

/// The versions of an object, newest first.
pub(super) type Versions = Vec<Version>;

impl Version {
    fn modified_time(&self) -> std::time::SystemTime {
        std::time::UNIX_EPOCH + std::time::Duration::from_millis(self.modified)
    }

    /// `LastModified` in lists.
    pub(super) fn modified_text(&self) -> String {
        iso8601(self.modified_time())
    }
}

/// True where a bucket has no object, version or delete marker.
pub fn is_empty(environment: &Environment, bucket: &str) -> Result<bool, AwsError> {
    Ok(environment.tx.count(KIND, bucket)? == 0)
}

/// All objects of a bucket in the order of their keys, with all versions.
pub(super) fn all(environment: &Environment, bucket: &str) -> Result<Vec<(String, Versions)>, AwsError> {
    environment.tx.list(KIND, bucket)
}

/// The objects that a bucket shows, in the order of their keys: the newest version of each that was not deleted.
pub fn newest(environment: &Environment, bucket: &str) -> Result<Vec<(String, Version)>, AwsError> {
    let all = all(environment, bucket)?.into_iter();
    let shown = all.filter_map(|(key, versions)| Some((key, versions.into_iter().next()?)));
    Ok(shown.filter(|(_, version)| version.blob.is_some()).collect())
}

/// The bytes of an object, for services that read from buckets; `None` where it is not there.
pub fn read(
    environment: &Environment,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Option<Vec<u8>>, AwsError> {
    bucket::require(environment, bucket)?;
    let versions = environment.tx.get::<Versions>(KIND, bucket, key)?.unwrap_or_default();
    let found = match version {
        Some(id) => versions.into_iter().find(|candidate| candidate.id == id),
        None => versions.into_iter().next(),
    };
    let Some(blob) = found.and_then(|version| version.blob) else {
        return Ok(None);
    };
    std::fs::read(upload::path(environment.folder, &blob)).map(Some).map_err(|error| error::file(&error))
}

/// The first so many bytes of an object and its size, for services that look at large ones; `None` where it is not there.
pub fn beginning(
    environment: &Environment,
    bucket: &str,
    key: &str,
    most: u64,
) -> Result<Option<(Vec<u8>, u64)>, AwsError> {
    bucket::require(environment, bucket)?;
    let newest = environment.tx.get::<Versions>(KIND, bucket, key)?.and_then(|versions| versions.into_iter().next());
    let Some((blob, size)) = newest.and_then(|version| Some((version.blob?, version.size))) else { return Ok(None) };
    let file = std::fs::File::open(upload::path(environment.folder, &blob)).map_err(|error| error::file(&error))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(|error| error::file(&error))?;
    Ok(Some((bytes, size)))
}

/// Writes an object for a service that delivers into buckets. What it takes the place of stays in the folder until the
/// sandbox is reset: such services use every key once.
pub fn write(
    environment: &Environment,
    bucket: &str,
    key: &str,
    bytes: &[u8],
    content_type: &str,
) -> Result<(), AwsError> {
    write_with(environment, bucket, key, bytes, [("content-type".to_owned(), content_type.to_owned())].into())
}

/// Header that says how an object is encrypted.
pub(crate) const ENCRYPTION: &str = "x-amz-server-side-encryption";

/// Writes an object as [`write`] does, with all headers that a GET answers.
pub(crate) fn write_with(
    environment: &Environment,
    bucket: &str,
    key: &str,
    bytes: &[u8],
    headers: BTreeMap<String, String>,
) -> Result<(), AwsError> {
    bucket::require(environment, bucket)?;
    let mut receiver = upload::Receiver::new(environment.folder, &HeaderMap::new(), u64::MAX)?;
    if let Err(error) = receiver.feed(bytes) {
        receiver.discard();
        return Err(error);
    }
    let upload = receiver.finish()?;
    let version = Version {
        id: String::new(),
        blob: Some(upload.blob),
        size: upload.size,
        etag: upload.md5,
        modified: epoch_milliseconds(environment.now),
        headers,
        checksum: None,
        tags: Vec::new(),
    };
    store(environment, bucket, key, version, Creation::Put).map(|_| ())
}

/// Stores a new version, and tells who wants to know; returns it with the files it makes garbage.
pub(super) fn store(
    environment: &Environment,
    bucket: &str,
    key: &str,
    mut version: Version,
    creation: Creation,
) -> Result<(Version, Vec<PathBuf>), AwsError> {
    if key.len() > 1024 {
        return Err(AwsError::new(400, "KeyTooLongError", "Your key is too long"));
    }
    let mut versions = environment.tx.get::<Versions>(KIND, bucket, key)?.unwrap_or_default();
    let mut garbage = Vec::new();
    if versioning(environment, bucket)? == Versioning::Enabled {
        version.id = Uuid::new_v4().simple().to_string();
    } else {
        NULL_VERSION.clone_into(&mut version.id);
        versions.retain(|old| keep(environment, old, NULL_VERSION, &mut garbage));
    }
    versions.insert(0, version.clone());
    environment.tx.put(KIND, bucket, key, None, &versions)?;
    notifications::tell(environment, bucket, key, Some(&version), Happening::Created(creation))?;
    Ok((version, garbage))
}

/// False for the version of an id; its file is garbage then.
pub(super) fn keep(environment: &Environment, version: &Version, id: &str, garbage: &mut Vec<PathBuf>) -> bool {
    if version.id != id {
        return true;
    }
    garbage.extend(version.blob.iter().map(|blob| upload::path(environment.folder, blob)));
    false
}

/// Headers of a PUT that the object keeps.
pub(super) fn kept_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    const KEPT: [&str; 7] = [
        "content-type",
        "content-disposition",
        "content-language",
        "cache-control",
        "expires",
        "x-amz-website-redirect-location",
        "x-amz-storage-class",
    ];
    let mut kept = BTreeMap::new();
    for (name, value) in headers {
        let Ok(value) = value.to_str() else { continue };
        if KEPT.contains(&name.as_str()) || name.as_str().starts_with("x-amz-meta-") {
            kept.insert(name.as_str().to_owned(), value.to_owned());
        }
        if name == "content-encoding" {
            // The encoding of the transfer is not the object's.
            let own: Vec<_> = value.split(',').map(str::trim).filter(|part| *part != "aws-chunked").collect();
            if !own.iter().all(|part| part.is_empty()) {
                kept.insert("content-encoding".to_owned(), own.join(","));
            }
        }
    }
    kept.entry("content-type".to_owned()).or_insert_with(|| "binary/octet-stream".to_owned());
    kept
}

fn received(request: &S3Request) -> Result<Upload, AwsError> {
    request.upload.clone().ok_or_else(|| error::invalid_argument("no body was received"))
}

pub(super) fn put(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let (bucket, key) = (&request.route.bucket, &request.route.key);
    bucket::require(environment, bucket)?;
    let upload = received(request)?;
    check_conditions(environment, request)?;
    let tags = request.header("x-amz-tagging").map(query_parameters).unwrap_or_default();
    let version = Version {
        id: String::new(),
        blob: Some(upload.blob),
        size: upload.size,
        etag: upload.md5,
        modified: epoch_milliseconds(environment.now),
        headers: kept_headers(&request.head.headers),
        checksum: upload.checksum,
        tags,
    };
    let (version, garbage) = store(environment, bucket, key, version, Creation::Put)?;
    let mut answer = with_version(Answer::empty(200), &version).header("etag", format!("\"{}\"", version.etag));
    if let Some((name, value)) = &version.checksum {
        answer = answer
            .header(&format!("x-amz-checksum-{name}"), value.clone())
            .header("x-amz-checksum-type", "FULL_OBJECT");
    }
    answer.garbage = garbage;
    Ok(answer.header(ENCRYPTION, "AES256"))
}

/// Conditional writes.
fn check_conditions(environment: &Environment, request: &S3Request) -> Result<(), AwsError> {
    let failed =
        || AwsError::new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    let (none_match, matches) = (request.header("if-none-match"), request.header("if-match"));
    if none_match.is_none() && matches.is_none() {
        return Ok(());
    }
    let current = current(environment, &request.route.bucket, &request.route.key)?;
    if none_match == Some("*") && current.is_some() {
        return Err(failed());
    }
    match (matches, current) {
        (Some(_), None) => Err(error::no_such_key(&request.route.key)),
        (Some(expected), Some(version)) if expected.trim_matches('"') != version.etag => Err(failed()),
        _ => Ok(()),
    }
}

/// The newest version, where it is no delete marker.
fn current(environment: &Environment, bucket: &str, key: &str) -> Result<Option<Version>, AwsError> {
    let versions = environment.tx.get::<Versions>(KIND, bucket, key)?.unwrap_or_default();
    Ok(versions.into_iter().next().filter(|version| version.blob.is_some()))
}

pub(super) fn with_version(answer: Answer, version: &Version) -> Answer {
    if version.id == NULL_VERSION { answer } else { answer.header("x-amz-version-id", version.id.clone()) }
}

/// The version a request means, as S3 looks for it.
fn find(environment: &Environment, request: &S3Request) -> Result<Version, AwsError> {
    find_version(environment, &request.route.bucket, &request.route.key, request.parameter("versionId"))
}

fn find_version(environment: &Environment, bucket: &str, key: &str, id: Option<&str>) -> Result<Version, AwsError> {
    bucket::require(environment, bucket)?;
    let versions = environment.tx.get::<Versions>(KIND, bucket, key)?.unwrap_or_default();
    let found = match id {
        Some(id) => {
            versions.into_iter().find(|version| version.id == id).ok_or_else(|| error::no_such_version(key, id))?
        }
        None => versions.into_iter().next().ok_or_else(|| error::no_such_key(key))?,
    };
    match (&found.blob, id) {
        (Some(_), _) => Ok(found),
        (None, None) => Err(error::no_such_key(key)),
        (None, Some(_)) => {
            Err(AwsError::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource."))
        }
    }
}

pub(super) fn get(environment: &Environment, request: &S3Request, with_body: bool) -> Result<Answer, AwsError> {
    let version = find(environment, request)?;
    check_read_conditions(request, &version)?;
    let range = match request.header("range") {
        Some(range) => byte_range(range, version.size)?,
        None => None,
    };
    let (offset, length) = range.unwrap_or((0, version.size));
    let mut answer = Answer::empty(if range.is_some() { 206 } else { 200 })
        .header("etag", format!("\"{}\"", version.etag))
        .header("last-modified", http_date(version.modified_time()))
        .header("accept-ranges", "bytes");
    if !version.headers.contains_key(ENCRYPTION) {
        answer = answer.header(ENCRYPTION, "AES256");
    }
    for (name, value) in &version.headers {
        let asked = request.parameter(&format!("response-{name}"));
        answer = answer.header(name, asked.unwrap_or(value));
    }
    if !version.tags.is_empty() {
        answer = answer.header("x-amz-tagging-count", version.tags.len().to_string());
    }
    if let (Some((name, value)), Some("ENABLED"), None) =
        (&version.checksum, request.header("x-amz-checksum-mode"), range)
    {
        answer = answer
            .header(&format!("x-amz-checksum-{name}"), value.clone())
            .header("x-amz-checksum-type", "FULL_OBJECT");
    }
    if range.is_some() {
        let last = (offset + length).saturating_sub(1);
        answer = answer.header("content-range", format!("bytes {offset}-{last}/{}", version.size));
    }
    answer = with_version(answer, &version);
    let path = upload::path(environment.folder, version.blob.as_deref().unwrap_or_default());
    answer.body = if with_body { Content::File { path, offset, length } } else { Content::Length(length) };
    Ok(answer)
}

fn check_read_conditions(request: &S3Request, version: &Version) -> Result<(), AwsError> {
    let is_current = |header: &str| {
        header
            .split(',')
            .any(|part| matches!(part.trim().trim_matches('"'), "*") || part.trim().trim_matches('"') == version.etag)
    };
    if request.header("if-match").is_some_and(|header| !is_current(header)) {
        return Err(AwsError::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        ));
    }
    if request.header("if-none-match").is_some_and(is_current) {
        return Err(AwsError::new(304, "NotModified", "Not Modified"));
    }
    Ok(())
}

/// Offset and length of a `Range` header with one range; others are ignored, as S3 does.
fn byte_range(range: &str, size: u64) -> Result<Option<(u64, u64)>, AwsError> {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let unsatisfiable = || AwsError::new(416, "InvalidRange", "The requested range is not satisfiable");
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(start), Ok(end)) if start <= end => (start, end.min(size.saturating_sub(1))),
        (Ok(start), Err(_)) if last.is_empty() => (start, size.saturating_sub(1)),
        (Err(_), Ok(suffix)) if first.is_empty() && suffix > 0 => (size.saturating_sub(suffix), size.saturating_sub(1)),
        _ => return Ok(None),
    };
    if start >= size {
        return Err(unsatisfiable());
    }
    Ok(Some((start, end - start + 1)))
}

pub(super) fn copy(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let source = request.header("x-amz-copy-source").unwrap_or_default();
    let (source, id) = match source.split_once("?versionId=") {
        Some((source, id)) => (source, Some(id)),
        None => (source, None),
    };
    let source = decode(source.trim_start_matches('/'), false);
    let (source_bucket, source_key) = source.split_once('/').ok_or_else(|| {
        error::invalid_argument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
    })?;
    bucket::require(environment, &request.route.bucket)?;
    let mut version = find_version(environment, source_bucket, source_key, id)?;
    let blob = Uuid::new_v4().to_string();
    let from = upload::path(environment.folder, version.blob.as_deref().unwrap_or_default());
    std::fs::copy(from, upload::path(environment.folder, &blob)).map_err(|error| error::file(&error))?;
    version.blob = Some(blob);
    version.modified = epoch_milliseconds(environment.now);
    if request.header("x-amz-metadata-directive") == Some("REPLACE") {
        version.headers = kept_headers(&request.head.headers);
    }
    if request.header("x-amz-tagging-directive") == Some("REPLACE") {
        version.tags = request.header("x-amz-tagging").map(query_parameters).unwrap_or_default();
    }
    let (version, garbage) = store(environment, &request.route.bucket, &request.route.key, version, Creation::Copy)?;
    let result = vec![
        Element::leaf("LastModified", version.modified_text()),
        Element::leaf("ETag", format!("\"{}\"", version.etag)),
    ];
    let mut answer = with_version(s3_xml(200, &Element::node("CopyObjectResult", result)), &version);
    answer.garbage = garbage;
    Ok(answer)
}

pub(super) fn get_tags(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let version = find(environment, request)?;
    let tags = version
        .tags
        .iter()
        .map(|(key, value)| Element::node("Tag", vec![Element::leaf("Key", key), Element::leaf("Value", value)]))
        .collect();
    let root = Element::node("Tagging", vec![Element::node("TagSet", tags)]);
    Ok(with_version(s3_xml(200, &root), &version))
}

pub(super) fn put_tags(environment: &Environment, request: &S3Request, remove: bool) -> Result<Answer, AwsError> {
    let found = find(environment, request)?;
    let (bucket, key) = (&request.route.bucket, &request.route.key);
    let tags = if remove { Vec::new() } else { read_tags(request.body)? };
    let mut versions = environment.tx.get::<Versions>(KIND, bucket, key)?.unwrap_or_default();
    if let Some(version) = versions.iter_mut().find(|version| version.id == found.id) {
        version.tags = tags;
    }
    environment.tx.put(KIND, bucket, key, None, &versions)?;
    Ok(with_version(Answer::empty(if remove { 204 } else { 200 }), &found))
}

fn read_tags(body: &[u8]) -> Result<Vec<(String, String)>, AwsError> {
    let root = xml::parse(body).map_err(|reason| error::malformed_xml(&reason))?;
    let set = root.child("TagSet").ok_or_else(|| error::malformed_xml("no TagSet"))?;
    let tags: Vec<_> =
        set.all("Tag").map(|tag| (tag.text_of("Key").to_owned(), tag.text_of("Value").to_owned())).collect();
    if tags.len() > 10 {
        return Err(AwsError::new(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    Ok(tags)
}
