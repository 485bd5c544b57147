//! The zip files of functions that are built here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use callform_bundle::{Architecture, Error, Project, Toolchain};

use super::exit_code::Exit;
use super::ui::Ui;
use crate::blueprint::{self, BUNDLES, Bundle};

/// Where the zip files of a project's functions are, and blueprints look for them.
pub(super) fn folder(project: &Project) -> PathBuf {
    project.folder.join(BUNDLES)
}

/// A number of bytes for people.
pub(super) fn size(bytes: usize) -> String {
    let kilobytes = bytes.div_ceil(1024);
    if kilobytes < 1024 {
        format!("{kilobytes} kB")
    } else {
        format!("{}.{} MB", kilobytes / 1024, kilobytes % 1024 * 10 / 1024)
    }
}

/// Builds the functions that a blueprint needs and whose sources are in its project. Cargo finds out what has changed,
/// so that a zip file is never older than its sources. True where there may be files now that were not there before.
pub(super) fn build<'b>(ui: &Ui, blueprint: &Path, bundles: impl Iterator<Item = &'b Bundle>) -> Result<bool, Exit> {
    let folder = blueprint.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(project) = Project::folder_of(folder) else { return Ok(false) };
    let own = project.join(BUNDLES);
    let mut wanted: BTreeMap<Architecture, BTreeSet<String>> = BTreeMap::new();
    for bundle in bundles.filter(|bundle| is_of(&own, bundle)) {
        wanted.entry(processor(bundle.architecture)).or_default().insert(bundle.name.value.clone());
    }
    if wanted.is_empty() {
        return Ok(false);
    }
    build_in(ui, &project, wanted).map_err(|error| {
        ui.error(&error.to_string());
        if !matches!(error, Error::Unknown { .. }) {
            ui.say("help: use zip files that are there already with --no-build");
        }
        Exit::Failed
    })
}

/// True where a function's zip file is the project's to write: one that was put nearer to the blueprint stays as it is.
fn is_of(own: &Path, bundle: &Bundle) -> bool {
    let Some(file) = &bundle.file else { return true };
    match (Path::new(file).canonicalize(), own.canonicalize()) {
        (Ok(file), Ok(own)) => file.parent() == Some(own.as_path()),
        _ => false,
    }
}

fn processor(architecture: blueprint::Architecture) -> Architecture {
    match architecture {
        blueprint::Architecture::Arm64 => Architecture::Arm64,
        blueprint::Architecture::X8664 => Architecture::X8664,
    }
}

fn build_in(ui: &Ui, folder: &Path, wanted: BTreeMap<Architecture, BTreeSet<String>>) -> Result<bool, Error> {
    let project = Project::open(folder)?;
    let mut any = false;
    for (architecture, names) in wanted {
        // Functions that come with Callform need no sources.
        let names: BTreeSet<String> = names.into_iter().filter(|name| project.functions.contains_key(name)).collect();
        if names.is_empty() {
            continue;
        }
        let toolchain = Toolchain::detect(folder, architecture)?;
        for bundle in callform_bundle::build(&project, &toolchain, &names, &mut |line| ui.say(line))? {
            bundle.write(&self::folder(&project).join(bundle.file_name(architecture)))?;
            any = true;
        }
    }
    Ok(any)
}
