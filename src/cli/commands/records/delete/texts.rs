//! Files, and versions of objects.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use callform_aws::{ObjectVersion, VersionMark};
use dedup::erase::{Cut, Look, LookError, Subject, rewrite};
use dedup::local::Input;

use super::super::inputs::{Lazy, files};
use super::super::remote::{Prefix, Remote};
use crate::cli::files::{Readers, Whole};

/// A file, or a version of an object.
pub(super) enum Text<'a> {
    File(PathBuf),
    Object { remote: &'a Remote, bucket: &'a str, version: ObjectVersion },
}

/// A text with something of the person in it.
pub(super) struct Affected {
    pub(super) place: Place,
    pub(super) removed: u64,
    pub(super) blanked: u64,
    cuts: Vec<Cut>,
    /// Whether nothing of it is left.
    pub(super) goes: bool,
    /// Whether its name is the person's: then every version of it goes, and the marks of deletion too.
    is_named: bool,
}

/// Where a text is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    File(PathBuf),
    Object { bucket: String, version: Version },
}

/// Which version of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) key: String,
    pub(super) id: String,
    pub(super) is_latest: bool,
}

/// What there is of the person in texts.
#[derive(Default)]
pub(super) struct Texts {
    /// How many were looked at: files, and versions of objects, those before the latest among them.
    pub(super) files: u64,
    pub(super) versions: u64,
    pub(super) records: u64,
    pub(super) affected: Vec<Affected>,
    /// What could not be looked through, and why.
    pub(super) closed: Vec<String>,
    keys: BTreeSet<String>,
}

impl Text<'_> {
    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Object { bucket, version, .. } => format!("s3://{bucket}/{}", version.key),
        }
    }

    pub(super) fn input(&self) -> Input<'static> {
        let content: Box<dyn std::io::Read> = match self {
            Self::File(path) => Box::new(Lazy::new(path)),
            Self::Object { remote, bucket, version } => {
                Box::new(remote.object(bucket, &version.key, Some(&version.version)))
            }
        };
        Input { name: self.name(), content }
    }

    /// True where there is no content: the object was deleted.
    pub(super) fn is_marker(&self) -> bool {
        matches!(self, Self::Object { version, .. } if version.is_marker)
    }

    fn place(&self) -> Place {
        match self {
            Self::File(path) => Place::File(path.clone()),
            Self::Object { bucket, version, .. } => Place::Object {
                bucket: (*bucket).to_owned(),
                version: Version {
                    key: version.key.clone(),
                    id: version.version.clone(),
                    is_latest: version.is_latest,
                },
            },
        }
    }
}

/// Hands on every file, and every version of every object, deleted ones too.
pub(super) fn each(
    paths: &[PathBuf],
    prefixes: &BTreeSet<Prefix>,
    remote: Option<&Remote>,
    mut handle: impl FnMut(&Text<'_>) -> Result<(), String>,
) -> Result<(), String> {
    for path in paths {
        for file in files(path)? {
            handle(&Text::File(file))?;
        }
    }
    for Prefix { bucket, prefix } in prefixes {
        let Some(remote) = remote else { break };
        let mut mark: Option<VersionMark> = None;
        loop {
            let page = remote.call(async |gateway| gateway.object_versions(bucket, prefix, mark.take()).await);
            let (versions, next) = page.map_err(|error| format!("s3://{bucket}/{prefix}: {error}"))?;
            for version in versions {
                handle(&Text::Object { remote, bucket, version })?;
            }
            match next {
                Some(next) => mark = Some(next),
                None => break,
            }
        }
    }
    Ok(())
}

impl Texts {
    /// Looks at everything.
    pub(super) fn look(
        subject: &Subject,
        paths: &[PathBuf],
        prefixes: &BTreeSet<Prefix>,
        remote: Option<&Remote>,
    ) -> Result<Self, String> {
        let mut texts = Self::default();
        each(paths, prefixes, remote, |text| texts.look_at(subject, text))?;
        Ok(texts)
    }

    fn look_at(&mut self, subject: &Subject, text: &Text<'_>) -> Result<(), String> {
        match text {
            Text::File(_) => self.files += 1,
            Text::Object { version, .. } => {
                self.versions += u64::from(!version.is_marker);
                if subject.is_named_in(&version.key) {
                    let (place, cuts) = (text.place(), Vec::new());
                    self.affected.push(Affected { place, removed: 0, blanked: 0, cuts, goes: true, is_named: true });
                    return Ok(());
                }
            }
        }
        if text.is_marker() {
            return Ok(());
        }
        match subject.look(text.input()) {
            Ok(look) => {
                self.records += look.read;
                if !look.is_clean() {
                    let goes = look.removes_all();
                    let Look { removed, blanked, cuts, keys, .. } = look;
                    self.keys.extend(keys);
                    let place = text.place();
                    self.affected.push(Affected { place, removed, blanked, cuts, goes, is_named: false });
                }
                Ok(())
            }
            // The rest is done all the same.
            Err(error @ (LookError::Format { .. } | LookError::Endless { .. } | LookError::Local(_))) => {
                self.closed.push(subject.without_name(&error.to_string()));
                Ok(())
            }
            Err(error @ LookError::OwnNumber { .. }) => Err(subject.without_name(&error.to_string())),
        }
    }

    /// The keys under which the functions remember what goes.
    pub(super) fn keys(&self) -> BTreeSet<String> {
        self.keys.clone()
    }

    /// Takes out what is the person's.
    pub(super) fn remove(&self, subject: &Subject, remote: Option<&Remote>) -> Result<(), String> {
        for affected in &self.affected {
            let done = match (&affected.place, remote) {
                (Place::File(path), _) => rewrite_file(path, &affected.cuts).map_err(|error| error.to_string()),
                (Place::Object { bucket, version }, Some(remote)) => {
                    rewrite_object(remote, bucket, version, affected).map_err(|error| error.to_string())
                }
                (Place::Object { .. }, None) => Ok(()),
            };
            done.map_err(|error| format!("cannot rewrite `{}`: {error}", affected.place.shown(subject)))?;
        }
        Ok(())
    }
}

impl Place {
    /// Its name, without what names the person.
    pub(super) fn shown(&self, subject: &Subject) -> String {
        match self {
            Self::File(path) => subject.without_name(&path.display().to_string()),
            Self::Object { bucket, version } => {
                let old = if version.is_latest { "" } else { " (an earlier version)" };
                format!("s3://{bucket}/{}{old}", subject.without_name(&version.key))
            }
        }
    }
}

/// The new file takes the place of the old one in one step.
fn rewrite_file(path: &Path, cuts: &[Cut]) -> std::io::Result<()> {
    // A link stays one: what it leads to is what has the records.
    let path = std::fs::canonicalize(path)?;
    let permissions = std::fs::metadata(&path)?.permissions();
    let mut file = Whole::create(&path, Readers::Owner)?;
    rewrite(std::fs::File::open(&path)?, cuts, &mut file)?;
    file.keep()?;
    std::fs::set_permissions(path, permissions)
}

/// The new version comes first, then the old one goes for good: who is interrupted between has lost nothing, and finds
/// the old version the next time.
fn rewrite_object(
    remote: &Remote,
    bucket: &str,
    version: &Version,
    affected: &Affected,
) -> Result<(), Box<dyn std::error::Error>> {
    let Version { key, id, is_latest } = version;
    let mut replaced = None;
    if affected.is_named {
        // Nothing else is under that key.
    } else if *is_latest && affected.goes {
        // Readers find nothing, and no earlier version takes its place.
        remote.call(async |gateway| gateway.delete_version(bucket, key, None).await)?;
    } else if *is_latest {
        let place = std::env::temp_dir().join("callform-rewritten");
        let mut file = Whole::create(&place, Readers::Owner)?;
        rewrite(remote.object(bucket, key, Some(id)), &affected.cuts, &mut file)?;
        file.flush()?;
        replaced = remote.call(async |gateway| {
            let settings = gateway.object(bucket, key, Some(id)).await?.settings;
            gateway.replace_object(bucket, key, file.unfinished(), settings).await
        })?;
        // Without versions, the new content is in the place of the old, under the same identifier.
        if replaced.is_none() {
            return Ok(());
        }
    }
    if replaced.as_deref() != Some(id) {
        remote.call(async |gateway| gateway.delete_version(bucket, key, Some(id)).await)?;
    }
    Ok(())
}
