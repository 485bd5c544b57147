//! Objects that jobs read and write.

use serde::{Deserialize, Serialize};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::form::{decode, encode};
use crate::services::s3;

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) key: String,
}

impl Place {
    /// The object of `s3://bucket/key`, `https://s3.region.amazonaws.com/bucket/key` or
    /// `https://bucket.s3.region.amazonaws.com/key`.
    pub(super) fn of_uri(uri: &str) -> Option<Self> {
        let place = |bucket: &str, key: &str| {
            let place = Self { bucket: bucket.to_owned(), key: key.to_owned() };
            (!bucket.is_empty() && !key.is_empty()).then_some(place)
        };
        if let Some(rest) = uri.strip_prefix("s3://") {
            let (bucket, key) = rest.split_once('/')?;
            return place(bucket, key);
        }
        let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
        let (host, path) = rest.split('?').next()?.split_once('/')?;
        let path = decode(path, false);
        if !host.ends_with(".amazonaws.com") {
            return None;
        }
        if host.starts_with("s3.") || host.starts_with("s3-") {
            let (bucket, key) = path.split_once('/')?;
            return place(bucket, key);
        }
        let (bucket, _) = host.split_once(".s3.").or_else(|| host.split_once(".s3-"))?;
        place(bucket, &path)
    }

    /// The address of the object, as the service writes it.
    pub(super) fn uri(&self, region: &str) -> String {
        format!("https://s3.{region}.amazonaws.com/{}/{}", self.bucket, encode(&self.key))
    }

    /// True where the object is there.
    pub(super) fn is_there(&self, environment: &Environment) -> bool {
        matches!(self.beginning(environment, 0), Ok(Some(_)))
    }

    /// The first so many bytes and the size; `None` where it is not there.
    pub(super) fn beginning(&self, environment: &Environment, most: u64) -> Result<Option<(Vec<u8>, u64)>, AwsError> {
        s3::object::beginning(environment, &self.bucket, &self.key, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_objects() {
        for uri in [
            "s3://calls/a b.wav",
            "https://s3.us-west-2.amazonaws.com/calls/a%20b.wav",
            "https://s3-us-west-2.amazonaws.com/calls/a%20b.wav",
            "https://calls.s3.us-west-2.amazonaws.com/a%20b.wav?versionId=1",
            "https://calls.s3.amazonaws.com/a%20b.wav",
        ] {
            let place = Place { bucket: "calls".to_owned(), key: "a b.wav".to_owned() };
            assert_eq!(Place::of_uri(uri), Some(place), "{uri}");
        }
        for uri in ["s3://calls", "s3:///a.wav", "https://example.com/calls/a.wav", "calls/a.wav"] {
            assert_eq!(Place::of_uri(uri), None, "{uri}");
        }
        let place = Place { bucket: "b".to_owned(), key: "x/a b.json".to_owned() };
        assert_eq!(place.uri("us-west-2"), "https://s3.us-west-2.amazonaws.com/b/x/a%20b.json");
    }
}
