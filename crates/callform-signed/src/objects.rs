//! Versions of objects: which there are, and deleting one.

use std::fmt::Write as _;

use quick_xml::events::Event;

use super::calls::object_path;
use crate::{CallError, ErrorKind, SignedCalls};

/// A version of an object, or a mark that says it was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion {
    /// The key.
    pub key: String,
    /// The version; `null` where the bucket keeps none.
    pub version: String,
}

/// A page of versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectVersions {
    /// What there is, by key.
    pub versions: Vec<ObjectVersion>,
    /// After which key and version the next page begins; nothing at the end.
    pub next: Option<(String, Option<String>)>,
}

impl SignedCalls {
    /// Every version of every object whose key begins so, a page of up to 1,000 at a time (`ListObjectVersions`).
    pub async fn object_versions(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&(String, Option<String>)>,
    ) -> Result<ObjectVersions, CallError> {
        let mut uri = format!("/?encoding-type=url&prefix={}&versions=", segment(prefix));
        if let Some((key, version)) = after {
            // Writing into a text does not fail.
            let _ok = write!(uri, "&key-marker={}", segment(key));
            if let Some(version) = version {
                let _ok = write!(uri, "&version-id-marker={}", segment(version));
            }
        }
        let answer = self.bucket_call(bucket, "S3 ListObjectVersions", "GET", uri).await?;
        read(&answer.bytes).map_err(|error| {
            CallError::new("S3 ListObjectVersions", ErrorKind::Network, format!("its answer is none of AWS: {error}"))
        })
    }

    /// Deletes a version of an object for ever; without a version it is only marked as deleted, where the bucket keeps versions.
    /// What is not there is deleted.
    pub async fn delete_object(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<(), CallError> {
        let mut uri = object_path(key);
        if let Some(version) = version {
            let _ok = write!(uri, "?versionId={}", segment(version));
        }
        self.bucket_call(bucket, "S3 DeleteObject", "DELETE", uri).await.map(|_| ())
    }
}

/// Reads a list of versions. Keys in it are encoded as in URLs.
fn read(xml: &[u8]) -> Result<ObjectVersions, quick_xml::Error> {
    let mut reader = quick_xml::Reader::from_reader(xml);
    reader.config_mut().trim_text(true);
    let (mut found, mut entry) = (ObjectVersions::default(), None::<ObjectVersion>);
    let (mut is_truncated, mut key_marker, mut version_marker) = (false, None, None);
    let (mut buffer, mut name, mut text) = (Vec::new(), Vec::new(), String::new());
    loop {
        match reader.read_event_into(&mut buffer)? {
            Event::Start(start) => {
                name = start.local_name().as_ref().to_vec();
                text.clear();
                if matches!(name.as_slice(), b"Version" | b"DeleteMarker") {
                    entry = Some(ObjectVersion { key: String::new(), version: "null".to_owned() });
                }
            }
            Event::Text(part) => text.push_str(&part.decode()?),
            Event::End(end) => match (end.local_name().as_ref(), &mut entry) {
                (b"Version" | b"DeleteMarker", _) => found.versions.extend(entry.take()),
                // Only the element that was opened last has the text.
                (ended, _) if ended != name.as_slice() => {}
                (b"Key", Some(entry)) => entry.key = decoded(&text),
                (b"VersionId", Some(entry)) => text.clone_into(&mut entry.version),
                (b"IsTruncated", None) => is_truncated = text == "true",
                (b"NextKeyMarker", None) => key_marker = Some(decoded(&text)),
                (b"NextVersionIdMarker", None) => version_marker = Some(text.clone()).filter(|text| !text.is_empty()),
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    found.next = key_marker.filter(|_| is_truncated).map(|key| (key, version_marker));
    Ok(found)
}

/// A text that was encoded as in URLs or forms: `a+b%3A`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut after = rest.clone();
                let digits = [after.next(), after.next()].map(|digit| char::from(digit.unwrap_or(b'?')).to_digit(16));
                if let [Some(high), Some(low)] = digits {
                    rest = after;
                    u8::try_from(high * 16 + low).unwrap_or(byte)
                } else {
                    byte
                }
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A segment of a path, or a value of a query, encoded as signatures have it.
pub fn segment(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ok = write!(path, "%{byte:02X}");
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_marks_are_read() {
        let xml = "<?xml version=\"1.0\"?><ListVersionsResult><Name>b</Name><Prefix>c%2F</Prefix>\
            <IsTruncated>true</IsTruncated><NextKeyMarker>c%2Fx</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>\
            <Version><Key>c%2Fa+%C3%BC.wav</Key><VersionId>v2</VersionId><Owner><ID>o</ID></Owner></Version>\
            <DeleteMarker><Key>c%2Fx</Key><VersionId>v1</VersionId></DeleteMarker></ListVersionsResult>";
        let version = |key: &str, version: &str| ObjectVersion { key: key.to_owned(), version: version.to_owned() };
        let page = read(xml.as_bytes()).unwrap();
        assert_eq!(page.versions, [version("c/a ü.wav", "v2"), version("c/x", "v1")]);
        assert_eq!(page.next, Some(("c/x".to_owned(), Some("v1".to_owned()))));
        let empty = read(b"<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>").unwrap();
        assert_eq!(empty, ObjectVersions::default());
        assert!(read(b"<ListVersionsResult><Version></ListVersionsResult>").is_err());
    }

    #[test]
    fn what_was_encoded_is_decoded() {
        assert_eq!(decoded("a+b%3A%"), "a b:%");
        for text in ["a b/2026:11/ü%.wav", "", "+"] {
            assert_eq!(decoded(&segment(text)), text);
        }
    }
}
