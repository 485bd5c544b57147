//! The zip files of functions: built here, built before, or installed with Callform.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use callform_bundle::{Architecture, Error, Project, Purpose, Toolchain};

use super::exit_code::Exit;
use super::files;
use super::ui::Ui;
use crate::blueprint::{self, BUNDLES, Bundle, Loaded, ZIP_LIMIT};

/// Where the functions of sandboxed centers are, below [`BUNDLES`]: quickly built, for this machine.
const SANDBOX: &str = "sandbox";
/// Where an installation of Callform has the zip files of its own functions, seen from the program's folder.
const INSTALLED: [&str; 2] = ["lambda", "../share/callform/lambda"];

/// Where the zip files of a project's functions are, and blueprints look for them.
pub(super) fn folder(project: &Project, purpose: Purpose) -> PathBuf {
    match purpose {
        Purpose::Lambda => project.folder.join(BUNDLES),
        Purpose::Sandbox => project.folder.join(BUNDLES).join(SANDBOX),
    }
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

/// Sees to it that the functions of a blueprint have zip files. Those whose sources are in its project are built, unless
/// `build` is off: cargo finds out what has changed, so that a zip file is never older than its sources. Callform's own
/// functions may come from its installation.
pub(super) fn provide(
    ui: &Ui,
    blueprint: &Path,
    loaded: &mut Loaded,
    purpose: Purpose,
    build: bool,
) -> Result<(), Exit> {
    if loaded.bundles.is_empty() {
        return Ok(());
    }
    let home = blueprint.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Some(project) = Project::folder_of(home) {
        let own = project.join(BUNDLES);
        let mine: Vec<(String, Bundle)> = loaded
            .bundles
            .iter()
            .filter(|(_, bundle)| is_of(&own, bundle))
            .map(|(key, bundle)| (key.clone(), bundle.clone()))
            .collect();
        if build {
            build_all(ui, &project, &mine, purpose)?;
        }
        for (key, bundle) in mine {
            let zip = match purpose {
                Purpose::Lambda => own.join(bundle.file_name()),
                Purpose::Sandbox => own.join(SANDBOX).join(bundle.file_name()),
            };
            place(ui, home, loaded, &key, &zip)?;
        }
    }
    for (key, bundle) in loaded.bundles.clone() {
        if bundle.file.is_none()
            && let Some(zip) = installed(&bundle)
        {
            place(ui, home, loaded, &key, &zip)?;
        }
    }
    Ok(())
}

/// Gives a function a zip file that is there; without it, everything stays as it was.
fn place(ui: &Ui, home: &Path, loaded: &mut Loaded, function: &str, zip: &Path) -> Result<(), Exit> {
    let bytes = match files::read(zip, ZIP_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            ui.error(&format!("cannot use `{}`: {error}", zip.display()));
            return Err(Exit::Failed);
        }
    };
    loaded.place_zip(function, seen_from(home, zip), &bytes);
    Ok(())
}

/// A path as it is seen from a folder at or below the project it lies in; elsewhere, the whole path. Names of folders
/// above the project would differ from machine to machine.
fn seen_from(home: &Path, zip: &Path) -> String {
    let whole = || zip.to_string_lossy().into_owned();
    let Ok(home) = home.canonicalize() else { return whole() };
    let above = home.ancestors().enumerate().find_map(|(count, folder)| {
        let rest = zip.strip_prefix(folder).ok()?;
        // The root of all paths is nobody's project.
        folder.parent().map(|_| (count, rest.to_string_lossy().into_owned()))
    });
    above.map_or_else(whole, |(count, rest)| "../".repeat(count) + &rest)
}

/// The zip file of one of Callform's own functions that was installed with this program.
fn installed(bundle: &Bundle) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    INSTALLED
        .iter()
        .filter_map(|place| folder.join(place).canonicalize().ok())
        .map(|place| place.join(bundle.file_name()))
        .find(|zip| zip.is_file())
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

fn build_all(ui: &Ui, folder: &Path, bundles: &[(String, Bundle)], purpose: Purpose) -> Result<(), Exit> {
    let mut wanted: BTreeMap<Architecture, BTreeSet<String>> = BTreeMap::new();
    for (_, bundle) in bundles {
        wanted.entry(processor(bundle.architecture)).or_default().insert(bundle.name.value.clone());
    }
    if wanted.is_empty() {
        return Ok(());
    }
    build_in(ui, folder, wanted, purpose).map_err(|error| {
        ui.error(&error.to_string());
        if !matches!(error, Error::Unknown { .. }) {
            ui.say("help: use zip files that are there already with --no-build");
        }
        Exit::Failed
    })
}

fn build_in(
    ui: &Ui,
    folder: &Path,
    wanted: BTreeMap<Architecture, BTreeSet<String>>,
    purpose: Purpose,
) -> Result<(), Error> {
    let project = Project::open(folder)?;
    for (architecture, names) in wanted {
        // Functions that come with Callform need no sources.
        let names: BTreeSet<String> = names.into_iter().filter(|name| project.functions.contains_key(name)).collect();
        if names.is_empty() {
            continue;
        }
        for bundle in build(ui, &project, architecture, &names, purpose)? {
            write(&self::folder(&project, purpose).join(bundle.file_name(architecture)), &bundle.zip)?;
        }
    }
    Ok(())
}

/// Writes a zip file; one that is there already with the same bytes stays as it is.
pub(super) fn write(path: &Path, zip: &[u8]) -> Result<(), Error> {
    if std::fs::read(path).is_ok_and(|bytes| bytes == zip) {
        return Ok(());
    }
    files::write(path, zip).map_err(|error| Error::File { path: path.to_owned(), error })
}

/// Builds functions for Lambda, or for this machine.
pub(super) fn build(
    ui: &Ui,
    project: &Project,
    architecture: Architecture,
    names: &BTreeSet<String>,
    purpose: Purpose,
) -> Result<Vec<callform_bundle::Bundle>, Error> {
    let progress = &mut |line: &str| ui.say(line);
    match purpose {
        Purpose::Lambda => {
            let toolchain = Toolchain::detect(&project.folder, architecture)?;
            callform_bundle::build(project, &toolchain, names, progress)
        }
        Purpose::Sandbox => callform_bundle::build_for_sandbox(project, names, progress),
    }
}
