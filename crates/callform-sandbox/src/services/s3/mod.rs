//! Amazon S3: buckets and their settings in the store, the bytes of objects in files under `s3/` of the folder.
//!
//! A file is written whole before the document that refers to it, and removed only after the document that does not:
//! a process that dies in between leaves a file nobody refers to, never an object without its bytes.

pub mod bucket;
pub mod chunked;
mod deletion;
mod error;
mod list;
mod multipart;
mod notifications;
pub mod object;
pub(crate) mod own;
mod route;
pub mod settings;
pub mod upload;

use http::request::Parts;

use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::Answer;
use crate::protocol::form::query_parameters;
use crate::signals;

pub use route::{Route, S3Operation, route};
pub use upload::Upload;

/// A request to S3.
pub struct S3Request<'a> {
    /// Bucket, key and operation.
    pub route: Route,
    /// Method, path and headers.
    pub head: &'a Parts,
    /// Decoded query parameters.
    pub query: Vec<(String, String)>,
    /// The body of every request that is no upload.
    pub body: &'a [u8],
    /// The received bytes of an upload.
    pub upload: Option<Upload>,
}

impl<'a> S3Request<'a> {
    /// Takes a request apart.
    pub fn new(head: &'a Parts, body: &'a [u8], upload: Option<Upload>) -> Self {
        let query = query_parameters(head.uri.query().unwrap_or_default());
        Self { route: route(head), head, query, body, upload }
    }

    /// A query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }
}

/// Answers a request.
pub fn handle(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    if request.route.operation == S3Operation::PutObject && signals::is_inbox(&request.route.bucket) {
        signals::receive(environment, &request.route.bucket, &request.route.key, request.body)?;
        return Ok(Answer::empty(200));
    }
    if own::is_own(&request.route.bucket) {
        return own::handle(environment, request);
    }
    match request.route.operation {
        S3Operation::ListBuckets => bucket::list(environment),
        S3Operation::CreateBucket => bucket::create_request(environment, request),
        S3Operation::HeadBucket => bucket::head(environment, request),
        S3Operation::DeleteBucket => bucket::delete_request(environment, request),
        S3Operation::GetBucketLocation => bucket::location(environment, request),
        S3Operation::Setting(..) => settings::handle(environment, request),
        S3Operation::ListObjectsV2 => list::objects(environment, request, true),
        S3Operation::ListObjects => list::objects(environment, request, false),
        S3Operation::ListObjectVersions => list::versions(environment, request),
        S3Operation::DeleteObjects => deletion::delete_many(environment, request),
        S3Operation::PutObject => object::put(environment, request),
        S3Operation::CopyObject => object::copy(environment, request),
        S3Operation::GetObject => object::get(environment, request, true),
        S3Operation::HeadObject => object::get(environment, request, false),
        S3Operation::DeleteObject => deletion::delete(environment, request),
        S3Operation::GetObjectTagging => object::get_tags(environment, request),
        S3Operation::PutObjectTagging => object::put_tags(environment, request, false),
        S3Operation::DeleteObjectTagging => object::put_tags(environment, request, true),
        S3Operation::CreateMultipartUpload => multipart::create(environment, request),
        S3Operation::UploadPart => multipart::part(environment, request),
        S3Operation::CompleteMultipartUpload => multipart::complete(environment, request),
        S3Operation::AbortMultipartUpload => multipart::abort(environment, request),
        S3Operation::Unsupported => Err(AwsError::new(
            501,
            "NotImplemented",
            format!("The sandbox does not support S3 {} {}.", request.head.method, request.head.uri),
        )),
    }
}
