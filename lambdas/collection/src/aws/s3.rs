//! Objects of buckets.
//!
//! Actions: `s3:ListBucketVersions` on buckets; `s3:GetObject`, `s3:DeleteObject` and `s3:DeleteObjectVersion` on their objects.

use callform_signed::{CallError, SignedCalls};

use super::note;
use crate::outside::{Location, Objects, Silent, Stored};

/// Objects of buckets.
#[derive(Clone, Copy, Debug)]
pub struct S3<'a>(pub &'a SignedCalls);

impl Objects for S3<'_> {
    async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<String>,
    ) -> Result<(Vec<Stored>, Option<String>), Silent> {
        // A key has no line break in a marker: versions are letters and digits.
        let after = after.map(|after| match after.split_once('\n') {
            Some((version, key)) => (key.to_owned(), Some(version.to_owned())),
            None => (after, None),
        });
        let page = match self.0.object_versions(bucket, prefix, after.as_ref()).await {
            Ok(page) => page,
            // In a bucket that is gone there is nothing.
            Err(error) if error.code.as_deref() == Some("NoSuchBucket") => return Ok((Vec::new(), None)),
            Err(error) => return Err(silent(&error)),
        };
        let stored = page.versions.into_iter().map(|found| Stored {
            location: Location { bucket: bucket.to_owned(), key: found.key },
            version: (found.version != "null").then_some(found.version),
        });
        let next = page.next.map(|(key, version)| match version {
            Some(version) => format!("{version}\n{key}"),
            None => key,
        });
        Ok((stored.collect(), next))
    }

    async fn delete(&self, stored: &Stored) -> Result<(), Silent> {
        let Location { bucket, key } = &stored.location;
        // The version of an object that was put while the bucket kept none is `null`; deleting that leaves no mark.
        let version = stored.version.as_deref().unwrap_or("null");
        self.0.delete_object(bucket, key, Some(version)).await.map_err(|error| silent(&error))
    }
}

fn silent(error: &CallError) -> Silent {
    note(error);
    Silent("S3")
}

/// Bytes that are asked for at once.
const PART: u64 = 8 << 20;

/// Writes an object into a file, part by part; where it is replaced meanwhile that fails (`PreconditionFailed`). Returns its size
/// and its tag without quotes.
pub async fn fetch(
    calls: &SignedCalls,
    location: &Location,
    into: &mut impl std::io::Write,
) -> Result<(u64, String), FetchError> {
    let (mut from, mut tag) = (0, None::<String>);
    loop {
        let range = (from, from + PART - 1);
        let answer = match calls.object(&location.bucket, &location.key, range, tag.as_deref()).await {
            Ok(answer) => answer,
            // An object without a byte has no range.
            Err(error) if error.code.as_deref() == Some("InvalidRange") => break,
            Err(error) => return Err(FetchError::Call(error)),
        };
        into.write_all(&answer.bytes).map_err(FetchError::File)?;
        from += u64::try_from(answer.bytes.len()).unwrap_or_default();
        let all = answer.content_range.as_deref().and_then(|range| range.rsplit('/').next()?.parse().ok());
        tag = tag.or(answer.etag);
        if all.is_none_or(|all: u64| from >= all) || answer.bytes.is_empty() {
            break;
        }
    }
    Ok((from, tag.unwrap_or_default().trim_matches('"').to_owned()))
}

/// Why an object is not in the file.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// S3 did not give it.
    #[error(transparent)]
    Call(CallError),
    /// The file could not be written.
    #[error("the file could not be written: {0}")]
    File(std::io::Error),
}
