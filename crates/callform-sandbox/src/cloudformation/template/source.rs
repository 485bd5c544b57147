//! Where a request's template comes from: its body, or an object in the sandbox's S3.

use super::document::Template;
use crate::cloudformation::failure::{constraint, validation};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::s3::object;

/// Longest template in a request, bytes.
const LONGEST_BODY: usize = 51_200;
/// Longest template in S3, bytes.
const LONGEST_OBJECT: usize = 1 << 20;

/// The template of a request's `TemplateBody` or `TemplateURL`.
pub(crate) fn read(environment: &Environment, body: Option<&str>, url: Option<&str>) -> Result<Template, AwsError> {
    match (body, url) {
        (Some(body), None) => {
            if body.len() > LONGEST_BODY {
                return Err(constraint(body, "templateBody", "have length less than or equal to 51200"));
            }
            Template::parse(body)
        }
        (None, Some(url)) => Template::parse(&fetch(environment, url)?),
        _ => Err(validation("Either Template URL or Template Body must be specified.")),
    }
}

/// The text of a document in the sandbox's S3.
pub(crate) fn fetch(environment: &Environment, url: &str) -> Result<String, AwsError> {
    let (bucket, key) = bucket_and_key(url).ok_or_else(|| validation("TemplateURL must be a supported URL."))?;
    stored(environment, &bucket, &key)
}

fn stored(environment: &Environment, bucket: &str, key: &str) -> Result<String, AwsError> {
    let bytes = object::read(environment, bucket, key, None)
        .map_err(|error| validation(format!("S3 error: {}", error.message)))?
        .ok_or_else(|| validation("S3 error: The specified key does not exist."))?;
    if bytes.len() > LONGEST_OBJECT {
        return Err(validation("Template may not exceed 1000000 bytes in size."));
    }
    String::from_utf8(bytes).map_err(|_| validation("Template format error: unsupported structure."))
}

/// The text of a snippet, which may be named `s3://bucket/key` too.
pub(crate) fn snippet(environment: &Environment, url: &str) -> Result<String, AwsError> {
    match url.strip_prefix("s3://").and_then(|place| place.split_once('/')) {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => stored(environment, bucket, key),
        _ => fetch(environment, url),
    }
}

/// Bucket and key of `https://bucket.s3.region.amazonaws.com/key`, `https://s3.region.amazonaws.com/bucket/key` or
/// `http://127.0.0.1:port/bucket/key`.
fn bucket_and_key(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let rest = rest.split_once(['?', '#']).map_or(rest, |(rest, _)| rest);
    let (host, path) = rest.split_once('/')?;
    let path = crate::protocol::form::decode(path, false);
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let virtual_host = name.strip_suffix(".amazonaws.com").and_then(|name| {
        name.find(".s3.").or_else(|| name.find(".s3-")).or_else(|| name.strip_suffix(".s3").map(str::len))
    });
    let local_host = name.strip_suffix(".localhost").map(|bucket| bucket.trim_end_matches(".s3").len());
    let found = if let Some(bucket) = virtual_host.or(local_host).and_then(|end| name.get(..end)) {
        (bucket.to_owned(), path)
    } else {
        let is_path_style = name == "s3.amazonaws.com"
            || ((name.starts_with("s3.") || name.starts_with("s3-")) && name.ends_with(".amazonaws.com"))
            || name == "localhost"
            || name.parse::<std::net::IpAddr>().is_ok();
        let (bucket, key) = path.split_once('/').filter(|_| is_path_style)?;
        (bucket.to_owned(), key.to_owned())
    };
    (!found.0.is_empty() && !found.1.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_s3() {
        for url in [
            "https://artifacts.s3.us-west-2.amazonaws.com/a/b.json",
            "https://artifacts.s3.amazonaws.com/a/b.json",
            "https://s3.us-west-2.amazonaws.com/artifacts/a/b.json",
            "https://s3-us-west-2.amazonaws.com/artifacts/a/b.json",
            "https://s3.amazonaws.com/artifacts/a/b.json",
            "http://127.0.0.1:4566/artifacts/a/b.json?versionId=1",
            "http://artifacts.localhost:4566/a%2Fb.json",
        ] {
            assert_eq!(bucket_and_key(url), Some(("artifacts".to_owned(), "a/b.json".to_owned())), "{url}");
        }
        for url in ["https://example.com/a/b", "ftp://x/y/z", "https://s3.amazonaws.com/artifacts", "x"] {
            assert_eq!(bucket_and_key(url), None, "{url}");
        }
    }
}
