//! Objects in buckets, read as files are.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use callform_aws::{Gateway, GatewayError, ObjectContent};
use dedup::local::Input;
use tokio::runtime::Handle;

use crate::cli::args::AccountArgs;
use crate::cli::environment;
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;

/// Where nothing says which region is meant.
const DEFAULT_REGION: &str = "us-west-2";

/// A place in a bucket: `s3://bucket/prefix`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Prefix {
    /// The bucket's name.
    pub(super) bucket: String,
    /// What the keys of its objects begin with.
    pub(super) prefix: String,
}

impl Prefix {
    /// Reads `s3://bucket/prefix`; `None` for anything else.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let (bucket, prefix) = match path.to_str()?.strip_prefix("s3://")?.split_once('/') {
            Some((bucket, prefix)) => (bucket, prefix),
            None => (path.to_str()?.strip_prefix("s3://")?, ""),
        };
        Some(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

/// Calls that code which waits for nothing else can make: only on a thread that may be blocked.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    gateway: Gateway,
    runtime: Handle,
}

impl Remote {
    pub(super) fn new(gateway: &Gateway) -> Self {
        Self { gateway: gateway.clone(), runtime: Handle::current() }
    }

    /// The answer of a call.
    pub(super) fn call<T>(
        &self,
        call: impl AsyncFnOnce(&Gateway) -> Result<T, GatewayError>,
    ) -> Result<T, GatewayError> {
        self.runtime.block_on(call(&self.gateway))
    }

    /// The content of an object, fetched when it is first read.
    pub(super) fn object(&self, bucket: &str, key: &str, version: Option<&str>) -> ObjectReader {
        ObjectReader {
            remote: self.clone(),
            place: (bucket.to_owned(), key.to_owned(), version.map(str::to_owned)),
            content: None,
            bytes: Vec::new(),
            at: 0,
        }
    }

    /// The objects below a prefix, by key. Their list is fetched as they are read.
    pub(super) fn inputs(&self, prefix: Prefix) -> impl Iterator<Item = Input<'static>> + use<> {
        Objects { remote: self.clone(), place: prefix, keys: VecDeque::new(), next: Next::First }
    }
}

/// Opens the account where any of the paths is in a bucket.
pub(super) async fn account_for(
    ui: &Ui,
    paths: &[PathBuf],
    args: &AccountArgs,
    region: Option<&str>,
) -> Result<Option<Account>, Exit> {
    if !paths.iter().any(|path| Prefix::read(path).is_some()) {
        return Ok(None);
    }
    Account::open(ui, args, &region_or_default(region)).await.map(Some)
}

/// The region that is named, or the environment's.
pub(super) fn region_or_default(named: Option<&str>) -> String {
    named.map(str::to_owned).or_else(|| environment::value("AWS_REGION")).unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

/// An object as a file.
pub(super) struct ObjectReader {
    remote: Remote,
    place: (String, String, Option<String>),
    content: Option<ObjectContent>,
    bytes: Vec<u8>,
    at: usize,
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self { remote, place: (bucket, key, version), content, bytes, at } = self;
        while *at == bytes.len() {
            let more = remote.call(async |gateway| {
                let content = match &mut *content {
                    Some(content) => content,
                    closed => closed.insert(gateway.object(bucket, key, version.as_deref()).await?),
                };
                content.next().await
            });
            match more.map_err(io::Error::other)? {
                Some(more) => (*bytes, *at) = (more, 0),
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(bytes.len() - *at);
        buffer[..length].copy_from_slice(&bytes[*at..*at + length]);
        *at += length;
        Ok(length)
    }
}

enum Next {
    First,
    Page(String),
    End,
}

/// The objects below a prefix.
struct Objects {
    remote: Remote,
    place: Prefix,
    keys: VecDeque<String>,
    next: Next,
}

impl Iterator for Objects {
    type Item = Input<'static>;

    fn next(&mut self) -> Option<Input<'static>> {
        let Prefix { bucket, prefix } = &self.place;
        while self.keys.is_empty() {
            let token = match std::mem::replace(&mut self.next, Next::End) {
                Next::First => None,
                Next::Page(token) => Some(token),
                Next::End => return None,
            };
            match self.remote.call(async |gateway| gateway.object_keys(bucket, prefix, token).await) {
                Ok((keys, next)) => {
                    self.keys = keys.into();
                    self.next = next.map_or(Next::End, Next::Page);
                }
                // Whoever reads is told, as of a file that cannot be opened.
                Err(error) => {
                    let name = format!("s3://{bucket}/{prefix}");
                    return Some(Input { name, content: Box::new(Failing(Some(error))) });
                }
            }
        }
        let key = self.keys.pop_front()?;
        let content = Box::new(self.remote.object(bucket, &key, None));
        Some(Input { name: format!("s3://{bucket}/{key}"), content })
    }
}

/// What could not be opened.
struct Failing(Option<GatewayError>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), |error| Err(io::Error::other(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_buckets() {
        let read = |path: &str| Prefix::read(Path::new(path)).map(|found| (found.bucket, found.prefix));
        let some = |bucket: &str, prefix: &str| Some((bucket.to_owned(), prefix.to_owned()));
        assert_eq!(read("s3://b/contact-records/year=2026/"), some("b", "contact-records/year=2026/"));
        assert_eq!(read("s3://b"), some("b", ""));
        assert_eq!(read("s3://b/"), some("b", ""));
        assert_eq!(read("bucket/a.json"), None);
    }
}
