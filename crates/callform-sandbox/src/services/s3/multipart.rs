//! Objects that come in parts.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::notifications::Creation;
use super::object::{self, Version};
use super::upload::{self, Upload, hexadecimal};
use super::{S3Request, bucket, error};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::{Answer, s3_xml};
use crate::protocol::form::query_parameters;
use crate::protocol::xml::{self, Element};

const UPLOADS: &str = "s3/upload";
const PARTS: &str = "s3/part";

/// An upload that is not complete.
#[derive(Serialize, Deserialize)]
struct Started {
    key: String,
    headers: BTreeMap<String, String>,
    tags: Vec<(String, String)>,
}

/// A part of it.
#[derive(Serialize, Deserialize)]
struct Part {
    blob: String,
    size: u64,
    md5: String,
}

fn started<'a>(environment: &Environment, request: &'a S3Request) -> Result<(&'a str, Started), AwsError> {
    bucket::require(environment, &request.route.bucket)?;
    let id = request.parameter("uploadId").unwrap_or_default();
    let started = environment.tx.get::<Started>(UPLOADS, &request.route.bucket, id)?;
    match started.filter(|started| started.key == request.route.key) {
        Some(started) => Ok((id, started)),
        None => Err(AwsError::new(
            404,
            "NoSuchUpload",
            "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.",
        )),
    }
}

pub(super) fn create(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let bucket = &request.route.bucket;
    bucket::require(environment, bucket)?;
    let id = Uuid::new_v4().simple().to_string();
    let started = Started {
        key: request.route.key.clone(),
        headers: object::kept_headers(&request.head.headers),
        tags: request.header("x-amz-tagging").map(query_parameters).unwrap_or_default(),
    };
    environment.tx.put(UPLOADS, bucket, &id, None, &started)?;
    let children =
        vec![Element::leaf("Bucket", bucket), Element::leaf("Key", &request.route.key), Element::leaf("UploadId", id)];
    Ok(s3_xml(200, &Element::node("InitiateMultipartUploadResult", children)))
}

pub(super) fn part(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let (id, _) = started(environment, request)?;
    let number = request
        .parameter("partNumber")
        .and_then(|number| number.parse::<u32>().ok())
        .filter(|number| (1..=10_000).contains(number))
        .ok_or_else(|| error::invalid_argument("Part number must be an integer between 1 and 10000, inclusive"))?;
    let Some(Upload { blob, size, md5, checksum }) = request.upload.clone() else {
        return Err(error::invalid_argument("no body was received"));
    };
    let key = format!("{number:05}");
    let old = environment.tx.get::<Part>(PARTS, id, &key)?;
    let mut answer = Answer::empty(200).header("etag", format!("\"{md5}\""));
    if let Some((name, value)) = checksum {
        answer = answer.header(&format!("x-amz-checksum-{name}"), value);
    }
    environment.tx.put(PARTS, id, &key, None, &Part { blob, size, md5 })?;
    answer.garbage.extend(old.map(|old| upload::path(environment.folder, &old.blob)));
    Ok(answer)
}

pub(super) fn complete(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let (id, started) = started(environment, request)?;
    let (chosen, mut garbage) = chosen_parts(environment, request, id)?;
    let blob = Uuid::new_v4().to_string();
    let mut file = File::create(upload::path(environment.folder, &blob)).map_err(|error| error::file(&error))?;
    let mut digest = Md5::new();
    let mut size = 0;
    for part in &chosen {
        let mut source =
            File::open(upload::path(environment.folder, &part.blob)).map_err(|error| error::file(&error))?;
        std::io::copy(&mut source, &mut file).map_err(|error| error::file(&error))?;
        digest.update(bytes_of(&part.md5));
        size += part.size;
    }
    let version = Version {
        id: String::new(),
        blob: Some(blob),
        size,
        etag: format!("{}-{}", hexadecimal(&digest.finalize()), chosen.len()),
        modified: epoch_milliseconds(environment.now),
        headers: started.headers,
        checksum: None,
        tags: started.tags,
    };
    let (bucket, key) = (&request.route.bucket, &request.route.key);
    let (version, replaced) = object::store(environment, bucket, key, version, Creation::Upload)?;
    garbage.extend(replaced);
    forget(environment, bucket, id)?;
    let children = vec![
        Element::leaf("Location", format!("/{bucket}/{key}")),
        Element::leaf("Bucket", bucket),
        Element::leaf("Key", key),
        Element::leaf("ETag", format!("\"{}\"", version.etag)),
    ];
    let result = s3_xml(200, &Element::node("CompleteMultipartUploadResult", children));
    let mut answer = object::with_version(result, &version);
    answer.garbage = garbage;
    Ok(answer)
}

/// The parts the client lists, in its order, and the files of all parts.
fn chosen_parts(
    environment: &Environment,
    request: &S3Request,
    id: &str,
) -> Result<(Vec<Part>, Vec<PathBuf>), AwsError> {
    let root = xml::parse(request.body).map_err(|reason| error::malformed_xml(&reason))?;
    let mut parts: BTreeMap<String, Part> = environment.tx.list(PARTS, id)?.into_iter().collect();
    let garbage = parts.values().map(|part| upload::path(environment.folder, &part.blob)).collect();
    let mut chosen = Vec::new();
    let mut last = 0;
    for entry in root.all("Part") {
        let number = entry.text_of("PartNumber").parse::<u32>().unwrap_or_default();
        if number <= last {
            return Err(AwsError::new(400, "InvalidPartOrder", "The list of parts was not in ascending order."));
        }
        last = number;
        let part = parts.remove(&format!("{number:05}"));
        let part = part.filter(|part| part.md5 == entry.text_of("ETag").trim_matches('"'));
        chosen.push(part.ok_or_else(|| {
            AwsError::new(400, "InvalidPart", "One or more of the specified parts could not be found.")
        })?);
    }
    if chosen.is_empty() {
        return Err(error::malformed_xml("no Part"));
    }
    Ok((chosen, garbage))
}

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<char> = hexadecimal.chars().collect();
    digits.chunks(2).filter_map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok()).collect()
}

fn forget(environment: &Environment, bucket: &str, id: &str) -> Result<(), AwsError> {
    environment.tx.delete(UPLOADS, bucket, id)?;
    for (key, _) in environment.tx.list::<Part>(PARTS, id)? {
        environment.tx.delete(PARTS, id, &key)?;
    }
    Ok(())
}

pub(super) fn abort(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let (id, _) = started(environment, request)?;
    let mut answer = Answer::empty(204);
    let parts = environment.tx.list::<Part>(PARTS, id)?;
    answer.garbage = parts.iter().map(|(_, part)| upload::path(environment.folder, &part.blob)).collect();
    forget(environment, &request.route.bucket, id)?;
    Ok(answer)
}
