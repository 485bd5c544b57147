//! Lists of objects and versions.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as TOKEN;

use super::object::{self, Version, Versions};
use super::{S3Request, bucket, error};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::{Answer, s3_xml};
use crate::protocol::form::encode;
use crate::protocol::xml::Element;

/// What a list asks for.
struct Query<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    most: usize,
    encode: bool,
}

impl<'a> Query<'a> {
    fn new(request: &'a S3Request) -> Result<Self, AwsError> {
        let most = match request.parameter("max-keys") {
            Some(text) => text
                .parse::<usize>()
                .map_err(|_| error::invalid_argument("Provided max-keys not an integer or within integer range"))?,
            None => 1000,
        };
        Ok(Self {
            prefix: request.parameter("prefix").unwrap_or_default(),
            delimiter: request.parameter("delimiter").unwrap_or_default(),
            most: most.min(1000),
            encode: request.parameter("encoding-type") == Some("url"),
        })
    }

    fn text(&self, key: &str) -> String {
        if self.encode { encode(key) } else { key.to_owned() }
    }

    /// The common prefix a key is rolled up in.
    fn common_prefix(&self, key: &str) -> Option<String> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.strip_prefix(self.prefix)?;
        let end = rest.find(self.delimiter)? + self.delimiter.len();
        Some(format!("{}{}", self.prefix, rest.get(..end)?))
    }
}

/// One page: entries, common prefixes, and the key or prefix the next page begins after.
struct Page {
    entries: Vec<Element>,
    prefixes: Vec<String>,
    next: Option<String>,
}

fn page(
    objects: Vec<(String, Versions)>,
    query: &Query,
    after: &str,
    entry: impl Fn(&str, &Versions) -> Vec<Element>,
) -> Page {
    let mut page = Page { entries: Vec::new(), prefixes: Vec::new(), next: None };
    let mut last = String::new();
    for (key, versions) in objects {
        if !key.starts_with(query.prefix) {
            continue;
        }
        let prefix = query.common_prefix(&key);
        let position = prefix.as_deref().unwrap_or(&key);
        if position <= after || page.prefixes.last().is_some_and(|last| last == position) {
            continue;
        }
        let entries = entry(&query.text(&key), &versions);
        if entries.is_empty() {
            continue;
        }
        if page.entries.len() + page.prefixes.len() >= query.most {
            page.next = (query.most > 0).then_some(last);
            break;
        }
        position.clone_into(&mut last);
        match prefix {
            Some(prefix) => page.prefixes.push(prefix),
            None => page.entries.extend(entries),
        }
    }
    page
}

fn object_entry(name: &str, key: &str, version: &Version) -> Element {
    let mut children = vec![Element::leaf("Key", key), Element::leaf("LastModified", version.modified_text())];
    if version.blob.is_some() {
        children.push(Element::leaf("ETag", format!("\"{}\"", version.etag)));
        children.push(Element::leaf("Size", version.size.to_string()));
        let class = version.headers.get("x-amz-storage-class").map_or("STANDARD", String::as_str);
        children.push(Element::leaf("StorageClass", class));
    }
    Element::node(name, children)
}

pub(super) fn objects(environment: &Environment, request: &S3Request, second: bool) -> Result<Answer, AwsError> {
    let name = &request.route.bucket;
    bucket::require(environment, name)?;
    let query = Query::new(request)?;
    let token = request.parameter("continuation-token");
    let after = match (second, token) {
        (true, Some(token)) => TOKEN
            .decode(token)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| error::invalid_argument("The continuation token provided is incorrect"))?,
        (true, None) => request.parameter("start-after").unwrap_or_default().to_owned(),
        (false, _) => request.parameter("marker").unwrap_or_default().to_owned(),
    };
    let page = page(object::all(environment, name)?, &query, &after, |key, versions| {
        let current = versions.first().filter(|version| version.blob.is_some());
        current.map(|version| object_entry("Contents", key, version)).into_iter().collect()
    });
    let mut children = head(name, &query, &page);
    if second {
        children.push(Element::leaf("KeyCount", (page.entries.len() + page.prefixes.len()).to_string()));
        if let Some(token) = token {
            children.push(Element::leaf("ContinuationToken", token));
        }
        if let Some(next) = &page.next {
            children.push(Element::leaf("NextContinuationToken", TOKEN.encode(next)));
        }
    } else {
        children.push(Element::leaf("Marker", query.text(&after)));
        if let Some(next) = &page.next {
            children.push(Element::leaf("NextMarker", query.text(next)));
        }
    }
    children.extend(page.entries);
    children.extend(prefixes(&query, &page.prefixes));
    Ok(s3_xml(200, &Element::node("ListBucketResult", children)))
}

fn head(name: &str, query: &Query, page: &Page) -> Vec<Element> {
    let mut children = vec![
        Element::leaf("Name", name),
        Element::leaf("Prefix", query.text(query.prefix)),
        Element::leaf("MaxKeys", query.most.to_string()),
        Element::leaf("IsTruncated", page.next.is_some().to_string()),
    ];
    if !query.delimiter.is_empty() {
        children.push(Element::leaf("Delimiter", query.text(query.delimiter)));
    }
    if query.encode {
        children.push(Element::leaf("EncodingType", "url"));
    }
    children
}

fn prefixes(query: &Query, prefixes: &[String]) -> Vec<Element> {
    prefixes
        .iter()
        .map(|prefix| Element::node("CommonPrefixes", vec![Element::leaf("Prefix", query.text(prefix))]))
        .collect()
}

/// Pages end between keys, never between versions of one key.
pub(super) fn versions(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let name = &request.route.bucket;
    bucket::require(environment, name)?;
    let query = Query::new(request)?;
    let after = request.parameter("key-marker").unwrap_or_default().to_owned();
    let page = page(object::all(environment, name)?, &query, &after, |key, versions| {
        let entries = versions.iter().enumerate().map(|(index, version)| {
            let kind = if version.blob.is_some() { "Version" } else { "DeleteMarker" };
            let mut entry = object_entry(kind, key, version);
            entry.children.push(Element::leaf("VersionId", &version.id));
            entry.children.push(Element::leaf("IsLatest", (index == 0).to_string()));
            entry.children.push(bucket::owner("Owner", environment));
            entry
        });
        entries.collect()
    });
    let mut children = head(name, &query, &page);
    children.push(Element::leaf("KeyMarker", query.text(&after)));
    if let Some(next) = &page.next {
        children.push(Element::leaf("NextKeyMarker", query.text(next)));
    }
    children.extend(page.entries);
    children.extend(prefixes(&query, &page.prefixes));
    Ok(s3_xml(200, &Element::node("ListVersionsResult", children)))
}
