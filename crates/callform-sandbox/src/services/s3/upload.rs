//! Receiving the bytes of an object into a file, with its checksums.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use crc_fast::{CrcAlgorithm, Digest as Crc};
use http::HeaderMap;
use md5::{Digest as _, Md5};
use sha2::Sha256;
use uuid::Uuid;

use super::chunked::ChunkDecoder;
use super::error;
use crate::error::AwsError;

/// A received file.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Name of the file under `s3/`.
    pub blob: String,
    /// Size in bytes.
    pub size: u64,
    /// MD5 in hexadecimal.
    pub md5: String,
    /// Name (`crc32`) and Base64 value of the checksum the client sent or asked for.
    pub checksum: Option<(String, String)>,
}

/// The file of a blob.
pub fn path(folder: &Path, blob: &str) -> PathBuf {
    folder.join("s3").join(blob)
}

/// An upload on its way.
pub struct Receiver {
    blob: String,
    path: PathBuf,
    file: BufWriter<File>,
    size: u64,
    largest: u64,
    md5: Md5,
    sha256: Option<Sha256>,
    checksum: Option<(String, Checksum)>,
    decoder: Option<ChunkDecoder>,
    expected: Expected,
}

/// What the headers promise.
#[derive(Default)]
struct Expected {
    sha256: Option<String>,
    md5: Option<String>,
    checksum: Option<String>,
    length: Option<u64>,
}

enum Checksum {
    Crc(Crc, usize),
    Sha256(Sha256),
}

impl Checksum {
    fn new(name: &str) -> Option<Self> {
        Some(match name {
            "crc32" => Self::Crc(Crc::new(CrcAlgorithm::Crc32IsoHdlc), 4),
            "crc32c" => Self::Crc(Crc::new(CrcAlgorithm::Crc32Iscsi), 4),
            "crc64nvme" => Self::Crc(Crc::new(CrcAlgorithm::Crc64Nvme), 8),
            "sha256" => Self::Sha256(<Sha256 as sha2::Digest>::new()),
            _ => return None,
        })
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc(crc, _) => crc.update(bytes),
            Self::Sha256(sha) => sha2::Digest::update(sha, bytes),
        }
    }

    fn finish(self) -> String {
        match self {
            Self::Crc(crc, width) => {
                let bytes = crc.finalize().to_be_bytes();
                BASE64.encode(bytes.get(8 - width..).unwrap_or_default())
            }
            Self::Sha256(sha) => BASE64.encode(sha2::Digest::finalize(sha)),
        }
    }
}

struct Failure(AwsError);

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self(AwsError::new(400, "IncompleteBody", format!("The request body is not as announced: {reason}")))
    }
}

fn too_large(size: u64, largest: u64) -> AwsError {
    AwsError::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", size)
        .with("MaxSizeAllowed", largest)
}

impl Receiver {
    /// Opens a new file for the upload that the headers announce, of at most so many bytes.
    pub fn new(folder: &Path, headers: &HeaderMap, largest: u64) -> Result<Self, AwsError> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let digest = text("x-amz-content-sha256").unwrap_or_default();
        let chunked = digest.starts_with("STREAMING-")
            || text("content-encoding").is_some_and(|value| value.contains("aws-chunked"));
        let mut expected = Expected { md5: text("content-md5").map(str::to_owned), ..Expected::default() };
        if digest.len() == 64 {
            expected.sha256 = Some(digest.to_ascii_lowercase());
        }
        let length = if chunked { "x-amz-decoded-content-length" } else { "content-length" };
        expected.length = text(length).and_then(|length| length.parse().ok());
        if let Some(length) = expected.length.filter(|length| *length > largest) {
            return Err(too_large(length, largest));
        }
        let (name, value) = announced_checksum(headers);
        expected.checksum = value;
        let blob = Uuid::new_v4().to_string();
        let path = path(folder, &blob);
        let file = File::create(&path).map_err(|error| error::file(&error))?;
        Ok(Self {
            blob,
            path,
            file: BufWriter::new(file),
            size: 0,
            largest,
            md5: Md5::new(),
            sha256: expected.sha256.is_some().then(<Sha256 as sha2::Digest>::new),
            checksum: name.and_then(|name| Some((name.clone(), Checksum::new(&name)?))),
            decoder: chunked.then(ChunkDecoder::default),
            expected,
        })
    }

    /// Takes the next piece of the body.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), AwsError> {
        match self.decoder.take() {
            Some(mut decoder) => {
                let fed = decoder.feed(piece, |bytes| self.write(bytes).map_err(Failure));
                self.decoder = Some(decoder);
                fed.map_err(|Failure(error)| error)
            }
            None => self.write(piece),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), AwsError> {
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.size > self.largest {
            return Err(too_large(self.size, self.largest));
        }
        self.md5.update(bytes);
        if let Some(sha256) = &mut self.sha256 {
            sha2::Digest::update(sha256, bytes);
        }
        if let Some((_, checksum)) = &mut self.checksum {
            checksum.update(bytes);
        }
        self.file.write_all(bytes).map_err(|error| error::file(&error))
    }

    /// Removes the file of an upload that did not come to its end.
    pub fn discard(self) {
        drop(self.file);
        // A file left behind is garbage, nothing worse.
        std::fs::remove_file(&self.path).unwrap_or_default();
    }

    /// Checks sizes and checksums and closes the file; it is removed where something is wrong.
    pub fn finish(mut self) -> Result<Upload, AwsError> {
        let path = self.path.clone();
        let finished = self.file.flush().map_err(|error| error::file(&error)).and_then(|()| self.check());
        if finished.is_err() {
            std::fs::remove_file(path).unwrap_or_default();
        }
        finished
    }

    fn check(mut self) -> Result<Upload, AwsError> {
        let trailers = match self.decoder.take() {
            Some(decoder) => decoder.finish().map_err(|reason| Failure::from(reason).0)?,
            None => Vec::new(),
        };
        if self.expected.length.is_some_and(|length| length != self.size) {
            return Err(Failure::from(format!("{} bytes", self.size)).0);
        }
        if let (Some(sha256), Some(expected)) = (self.sha256, &self.expected.sha256)
            && hexadecimal(&sha2::Digest::finalize(sha256)) != *expected
        {
            return Err(AwsError::new(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ));
        }
        let md5 = self.md5.finalize();
        if self.expected.md5.is_some_and(|expected| expected != BASE64.encode(md5)) {
            return Err(AwsError::new(
                400,
                "BadDigest",
                "The Content-MD5 you specified did not match what we received.",
            ));
        }
        let checksum = self.checksum.map(|(name, checksum)| (name, checksum.finish()));
        if let Some((name, value)) = &checksum {
            let header = format!("x-amz-checksum-{name}");
            let trailer = trailers.into_iter().find(|(own, _)| *own == header).map(|(_, value)| value);
            if self.expected.checksum.or(trailer).is_some_and(|expected| expected != *value) {
                return Err(AwsError::new(
                    400,
                    "BadDigest",
                    format!("The {} you specified did not match the calculated checksum.", name.to_uppercase()),
                ));
            }
        }
        Ok(Upload { blob: self.blob, size: self.size, md5: hexadecimal(&md5), checksum })
    }
}

/// Name and, where it comes in a header, value of the checksum a client sends.
fn announced_checksum(headers: &HeaderMap) -> (Option<String>, Option<String>) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    for name in ["crc32", "crc32c", "crc64nvme", "sha256"] {
        if let Some(value) = text(&format!("x-amz-checksum-{name}")) {
            return (Some(name.to_owned()), Some(value.to_owned()));
        }
    }
    let trailer = text("x-amz-trailer").and_then(|value| value.trim().strip_prefix("x-amz-checksum-"));
    let name = trailer.or_else(|| text("x-amz-sdk-checksum-algorithm"));
    (name.map(str::to_ascii_lowercase), None)
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_ends_at_the_largest_size() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("s3")).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("content-encoding", http::HeaderValue::from_static("aws-chunked"));
        let mut receiver = Receiver::new(folder.path(), &headers, 10).unwrap();
        receiver.feed(b"8\r\n12345678\r\n").unwrap();
        let error = receiver.feed(b"8\r\n12345678\r\n").unwrap_err();
        assert_eq!((error.code.as_str(), &error.members["MaxSizeAllowed"]), ("EntityTooLarge", &10.into()));
        receiver.discard();
        headers.insert("x-amz-decoded-content-length", http::HeaderValue::from_static("11"));
        assert_eq!(Receiver::new(folder.path(), &headers, 10).map(|_| ()).unwrap_err().code, "EntityTooLarge");
        assert_eq!(std::fs::read_dir(folder.path().join("s3")).unwrap().count(), 0);
    }
}
