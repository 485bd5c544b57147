//! Bucket, key and operation of a request.

use http::request::Parts;
use http::{HeaderMap, Method};

use super::settings::{self, Setting};
use crate::protocol::form::{decode, query_parameters};
use crate::signals;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The bucket; empty where the request names none.
    pub bucket: String,
    /// The object's key; empty where the request names none.
    pub key: String,
    /// What is asked.
    pub operation: S3Operation,
}

/// What a setting's request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `Get…`.
    Get,
    /// `Put…`.
    Put,
    /// `Delete…`.
    Delete,
}

/// An operation of S3.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in the service model")]
pub enum S3Operation {
    ListBuckets,
    CreateBucket,
    HeadBucket,
    DeleteBucket,
    GetBucketLocation,
    /// A sub-resource of a bucket.
    Setting(&'static Setting, Access),
    ListObjectsV2,
    ListObjects,
    ListObjectVersions,
    DeleteObjects,
    PutObject,
    CopyObject,
    GetObject,
    HeadObject,
    DeleteObject,
    GetObjectTagging,
    PutObjectTagging,
    DeleteObjectTagging,
    CreateMultipartUpload,
    UploadPart,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    /// None of these.
    Unsupported,
}

impl Route {
    /// The operation's name in the service model.
    pub fn name(&self) -> String {
        match self.operation {
            S3Operation::Setting(setting, access) => format!("{access:?}{}", setting.name),
            operation => format!("{operation:?}"),
        }
    }

    /// True where the body is the bytes of an object, which go straight to a file.
    pub fn takes_upload(&self) -> bool {
        matches!(self.operation, S3Operation::PutObject | S3Operation::UploadPart) && !signals::is_inbox(&self.bucket)
    }
}

/// Finds the route of a request, in path style (`/bucket/key`) or virtual-host style (`bucket.localhost`).
pub fn route(head: &Parts) -> Route {
    let path = head.uri.path().trim_start_matches('/');
    let (bucket, key) = if let Some(bucket) = bucket_of_host(&head.headers) {
        (bucket, decode(path, false))
    } else {
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        (decode(bucket, false), decode(key, false))
    };
    let query = query_parameters(head.uri.query().unwrap_or_default());
    let has = |name: &str| query.iter().any(|(own, _)| own == name);
    let operation = if bucket.is_empty() {
        if head.method == Method::GET { S3Operation::ListBuckets } else { S3Operation::Unsupported }
    } else if key.is_empty() {
        bucket_operation(&head.method, &has, &query)
    } else {
        object_operation(head, &has)
    };
    Route { bucket, key, operation }
}

fn bucket_of_host(headers: &HeaderMap) -> Option<String> {
    let host = headers.get("host")?.to_str().ok()?;
    let host = host.split(':').next()?;
    let bucket = host.strip_suffix(".localhost").or_else(|| host.strip_suffix(".127.0.0.1"))?;
    // `s3.localhost` is the service itself.
    let bucket = bucket.strip_suffix(".s3").unwrap_or(bucket);
    (bucket != "s3").then(|| bucket.to_owned())
}

fn bucket_operation(method: &Method, has: &dyn Fn(&str) -> bool, query: &[(String, String)]) -> S3Operation {
    let access = match *method {
        Method::GET => Access::Get,
        Method::PUT => Access::Put,
        Method::DELETE => Access::Delete,
        Method::HEAD => return S3Operation::HeadBucket,
        Method::POST if has("delete") => return S3Operation::DeleteObjects,
        _ => return S3Operation::Unsupported,
    };
    if let Some(setting) = settings::SETTINGS.iter().find(|setting| has(setting.parameter)) {
        return S3Operation::Setting(setting, access);
    }
    match access {
        Access::Get if has("location") => S3Operation::GetBucketLocation,
        Access::Get if has("versions") => S3Operation::ListObjectVersions,
        Access::Get if query.iter().any(|(name, value)| name == "list-type" && value == "2") => {
            S3Operation::ListObjectsV2
        }
        Access::Get if has("uploads") || has("inventory") || has("metrics") || has("analytics") => {
            S3Operation::Unsupported
        }
        Access::Get => S3Operation::ListObjects,
        Access::Put => S3Operation::CreateBucket,
        Access::Delete => S3Operation::DeleteBucket,
    }
}

fn object_operation(head: &Parts, has: &dyn Fn(&str) -> bool) -> S3Operation {
    let other = ["acl", "retention", "legal-hold", "torrent", "restore", "select", "attributes"];
    if other.into_iter().any(has) {
        return S3Operation::Unsupported;
    }
    match head.method {
        Method::GET if has("tagging") => S3Operation::GetObjectTagging,
        Method::GET if has("uploadId") => S3Operation::Unsupported,
        Method::GET => S3Operation::GetObject,
        Method::HEAD => S3Operation::HeadObject,
        Method::PUT if has("tagging") => S3Operation::PutObjectTagging,
        Method::PUT if head.headers.contains_key("x-amz-copy-source") => {
            if has("uploadId") {
                S3Operation::Unsupported
            } else {
                S3Operation::CopyObject
            }
        }
        Method::PUT if has("uploadId") => S3Operation::UploadPart,
        Method::PUT => S3Operation::PutObject,
        Method::DELETE if has("tagging") => S3Operation::DeleteObjectTagging,
        Method::DELETE if has("uploadId") => S3Operation::AbortMultipartUpload,
        Method::DELETE => S3Operation::DeleteObject,
        Method::POST if has("uploads") => S3Operation::CreateMultipartUpload,
        Method::POST if has("uploadId") => S3Operation::CompleteMultipartUpload,
        _ => S3Operation::Unsupported,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn find(method: Method, uri: &str, host: &str) -> Route {
        route(&Request::builder().method(method).uri(uri).header("host", host).body(()).unwrap().into_parts().0)
    }

    #[test]
    fn path_and_virtual_host_style() {
        let path = find(Method::GET, "/bucket/a%20b/c+d", "127.0.0.1:80");
        assert_eq!((path.bucket.as_str(), path.key.as_str()), ("bucket", "a b/c+d"));
        let host = find(Method::GET, "/a/b", "bucket.localhost:80");
        assert_eq!((host.bucket.as_str(), host.key.as_str()), ("bucket", "a/b"));
        assert_eq!(find(Method::GET, "/", "localhost:80").operation, S3Operation::ListBuckets);
    }

    #[test]
    fn operations() {
        let name = |method, uri| find(method, uri, "localhost").name();
        assert_eq!(name(Method::PUT, "/b?encryption"), "PutBucketEncryption");
        assert_eq!(name(Method::GET, "/b?publicAccessBlock="), "GetPublicAccessBlock");
        assert_eq!(name(Method::GET, "/b?list-type=2&prefix=x"), "ListObjectsV2");
        assert_eq!(name(Method::PUT, "/b/k?partNumber=1&uploadId=u"), "UploadPart");
        assert_eq!(name(Method::POST, "/b?delete"), "DeleteObjects");
        assert_eq!(name(Method::PUT, "/b"), "CreateBucket");
        assert_eq!(name(Method::GET, "/b/k?acl"), "Unsupported");
    }
}
