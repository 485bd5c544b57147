//! The code of functions: zip files under `lambda/` of the folder, named by their SHA-256.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::private;
use crate::services::s3::object;
use crate::services::s3::upload::hexadecimal;

/// Largest unpacked code in bytes: Lambda's own limit.
pub(crate) const LARGEST_CODE: u64 = 250 << 20;

/// What a function knows of its code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// SHA-256 in Base64.
    pub sha256: String,
    /// Name of the file under `lambda/`.
    pub file: String,
    /// Size in bytes.
    pub size: usize,
}

/// The file of some code.
pub fn path(folder: &Path, file: &str) -> PathBuf {
    folder.join("lambda").join(file)
}

/// Takes the code that an input names: `ZipFile`, or `S3Bucket`, `S3Key` and `S3ObjectVersion`.
pub(super) fn take(environment: &Environment, input: &Input) -> Result<Code, AwsError> {
    let bytes = match (input.text("ZipFile"), input.text("S3Bucket"), input.text("S3Key")) {
        (Some(zip), None, None) => BASE64.decode(zip).map_err(|_| input.wrong("ZipFile is not in Base64."))?,
        (None, Some(bucket), Some(key)) => from_bucket(environment, input, bucket, key)?,
        _ if input.value("ImageUri").is_some() => {
            return Err(AwsError::unsupported("Lambda", "functions from container images"));
        }
        _ => return Err(input.wrong("Please provide a source for function code.")),
    };
    // An archive that says nothing, or not the truth, is found when it is unpacked.
    let says = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).ok().and_then(|zip| zip.decompressed_size());
    if says.is_some_and(|size| size > u128::from(LARGEST_CODE)) {
        return Err(input.wrong(format!("Unzipped size must be smaller than {LARGEST_CODE} bytes")));
    }
    store(environment.folder, &bytes).map_err(|error| crate::error::own_file(Path::new("lambda"), &error)).and_then(
        |code| {
            if bytes.starts_with(b"PK") {
                Ok(code)
            } else {
                Err(input.wrong("Could not unzip uploaded file. Please check your file, then try to upload again."))
            }
        },
    )
}

fn from_bucket(environment: &Environment, input: &Input, bucket: &str, key: &str) -> Result<Vec<u8>, AwsError> {
    let failed = |code: &str, message: &str| {
        input.wrong(format!("Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"))
    };
    let version = input.value("S3ObjectVersion").and_then(Value::as_str);
    match object::read(environment, bucket, key, version) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(failed("NoSuchKey", "The specified key does not exist.")),
        Err(error) => Err(failed(&error.code, &error.message)),
    }
}

/// Writes code under its digest; the same code is one file.
fn store(folder: &Path, bytes: &[u8]) -> std::io::Result<Code> {
    let digest = Sha256::digest(bytes);
    let file = format!("{}.zip", hexadecimal(&digest));
    let target = path(folder, &file);
    if !target.exists() {
        let new = path(folder, &format!("{file}.{}", std::process::id()));
        private::folder(&folder.join("lambda"))?;
        std::fs::write(&new, bytes)?;
        std::fs::rename(new, target)?;
    }
    Ok(Code { sha256: BASE64.encode(digest), file, size: bytes.len() })
}

/// A zip file of stored (uncompressed) files, in Base64. The same files are the same bytes.
pub fn zip_of(files: &[(&str, &[u8])]) -> std::io::Result<String> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (name, content) in files {
        zip.start_file(*name, options)?;
        zip.write_all(content)?;
    }
    Ok(BASE64.encode(zip.finish()?.into_inner()))
}
