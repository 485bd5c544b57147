//! Where the sources of functions are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Error;

/// The folder of a project that its functions are in, one package or several each.
const FUNCTIONS: &str = "lambdas";

/// A Cargo workspace with functions in `lambdas/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The workspace's folder.
    pub folder: PathBuf,
    /// The package of each function, by the name of its binary, which is the function's.
    pub functions: BTreeMap<String, String>,
    /// True where the workspace has a profile of the name `lambda`.
    pub(crate) has_profile: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Project {
    /// The folder of the project that a folder belongs to: the nearest at or above it that has a `Cargo.toml` and a
    /// folder `lambdas`.
    pub fn folder_of(start: &Path) -> Option<PathBuf> {
        let start = start.canonicalize().ok()?;
        start
            .ancestors()
            .find(|folder| folder.join("Cargo.toml").is_file() && folder.join(FUNCTIONS).is_dir())
            .map(Path::to_owned)
    }

    /// Asks cargo which functions a project has.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let manifest = folder.join("Cargo.toml");
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
            .arg(&manifest)
            .current_dir(folder)
            .output()
            .map_err(Error::NoCargo)?;
        let failed = |message: String| Error::Metadata { manifest: manifest.clone(), message };
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
        let text = std::fs::read_to_string(&manifest).map_err(Error::file(&manifest))?;
        Ok(Self {
            functions: functions(&metadata),
            folder: metadata.workspace_root,
            has_profile: text.lines().any(|line| line.trim() == "[profile.lambda]"),
        })
    }

    /// The package of a function.
    pub(crate) fn package_of(&self, name: &str) -> Result<&str, Error> {
        self.functions.get(name).map(String::as_str).ok_or_else(|| Error::Unknown {
            name: name.to_owned(),
            folder: self.folder.clone(),
            known: self.functions.keys().cloned().collect(),
        })
    }
}

fn functions(metadata: &Metadata) -> BTreeMap<String, String> {
    let place = metadata.workspace_root.join(FUNCTIONS);
    let packages = metadata.packages.iter().filter(|package| package.manifest_path.starts_with(&place));
    packages
        .flat_map(|package| {
            let binaries = package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "bin"));
            binaries.map(|binary| (binary.name.clone(), package.name.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_the_binaries_below_lambdas() {
        let metadata: Metadata = serde_json::from_str(
            r#"{ "workspace_root": "/w", "packages": [
                { "name": "tool", "manifest_path": "/w/tool/Cargo.toml", "targets": [{ "name": "tool", "kind": ["bin"] }] },
                { "name": "dedup", "manifest_path": "/w/lambdas/dedup/Cargo.toml", "targets": [
                    { "name": "dedup", "kind": ["lib"] },
                    { "name": "dedup-firehose", "kind": ["bin"] },
                    { "name": "dedup-kinesis", "kind": ["bin"] } ] } ] }"#,
        )
        .unwrap();
        let functions: Vec<_> = functions(&metadata).into_iter().collect();
        let dedup = |name: &str| (name.to_owned(), "dedup".to_owned());
        assert_eq!(functions, [dedup("dedup-firehose"), dedup("dedup-kinesis")]);
    }

    #[test]
    fn the_nearest_project_above_is_meant() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("a/b/c")).unwrap();
        std::fs::create_dir_all(root.join("a/lambdas")).unwrap();
        assert_eq!(Project::folder_of(&root.join("a/b/c")), None);
        std::fs::write(root.join("a/Cargo.toml"), "").unwrap();
        assert_eq!(Project::folder_of(&root.join("a/b/c")), Some(root.join("a")));
        assert_eq!(Project::folder_of(&root.join("a")), Some(root.join("a")));
        assert_eq!(Project::folder_of(&root), None);
    }
}
