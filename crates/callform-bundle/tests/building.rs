//! Builds real functions with the real compiler.

#![expect(clippy::unwrap_used, reason = "functions that tests share fail as tests do")]
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callform_bundle::{Architecture, Bundle, Error, Project, Toolchain, build, build_for_sandbox};
use sha2::{Digest, Sha256};

/// The project that tests build functions of.
const FUNCTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/functions");

fn native() -> Architecture {
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X8664 }
}

/// Copies the project into a folder of its own.
fn copy(to: &Path) {
    for file in ["Cargo.toml", "Cargo.lock", "lambdas/probe/Cargo.toml", "lambdas/probe/src/main.rs"] {
        let target = to.join(file);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(PathBuf::from(FUNCTIONS).join(file), target).unwrap();
    }
}

fn build_in(folder: &Path, names: &[&str]) -> Result<Vec<Bundle>, Error> {
    let project = Project::open(&Project::folder_of(folder).unwrap())?;
    let toolchain = Toolchain::detect(&project.folder, native())?;
    let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    build(&project, &toolchain, &names, &mut |_| {})
}

#[test]
fn two_folders_give_the_same_bytes_and_neither_is_named_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let places = [folder.path().join("a"), folder.path().join("another place, and a longer one")];
    let built = places.each_ref().map(|place| {
        copy(place);
        build_in(&place.join("lambdas/probe"), &["probe"]).unwrap().remove(0)
    });
    let digest = |bundle: &Bundle| Sha256::digest(&bundle.zip);
    assert_eq!(digest(&built[0]), digest(&built[1]));

    let program = std::fs::read(places[0].join(format!("target/lambda/{}/lambda/probe", native().target()))).unwrap();
    for foreign in [folder.path().to_str().unwrap(), "/.cargo/", "/home/"] {
        let found = program.windows(foreign.len()).any(|bytes| bytes == foreign.as_bytes());
        assert!(!found, "`{foreign}` is in the program");
    }
}

#[test]
fn the_sandbox_gets_a_program_of_this_machine_from_the_usual_target_folder() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    let project = Project::open(folder.path()).unwrap();
    let names = BTreeSet::from(["probe".to_owned()]);
    let bundle = build_for_sandbox(&project, &names, &mut |_| {}).unwrap().remove(0);
    let program = std::fs::read(folder.path().join("target/debug/probe")).unwrap();
    assert_eq!(bundle.program_size, program.len());
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bundle.zip)).unwrap();
    let mut packed = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name("bootstrap").unwrap(), &mut packed).unwrap();
    assert_eq!(packed, program);
    let unknown = build_for_sandbox(&project, &BTreeSet::from(["prob".to_owned()]), &mut |_| {}).unwrap_err();
    assert!(unknown.to_string().contains("there is `probe`"), "{unknown}");
}

#[test]
fn changed_sources_are_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    let before = build_in(folder.path(), &["probe"]).unwrap().remove(0);
    let source = folder.path().join("lambdas/probe/src/main.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    std::fs::write(&source, text.replace("as you wish", "as you want")).unwrap();
    let after = build_in(folder.path(), &["probe"]).unwrap().remove(0);
    assert_ne!(before.zip, after.zip);
}

#[test]
fn an_unknown_function_is_named_with_those_there_are() {
    let error = build_in(Path::new(FUNCTIONS), &["prob"]).unwrap_err().to_string();
    assert!(error.contains("no function `prob`") && error.contains("there is `probe`"), "{error}");
}

#[test]
fn sources_that_do_not_compile_are_told_by_the_compiler() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    std::fs::write(folder.path().join("lambdas/probe/src/main.rs"), "fn main() { nothing_of_this_name() }").unwrap();
    let project = Project::open(folder.path()).unwrap();
    let toolchain = Toolchain::detect(&project.folder, native()).unwrap();
    let mut said = String::new();
    let names = BTreeSet::from(["probe".to_owned()]);
    let outcome = build(&project, &toolchain, &names, &mut |line| said.push_str(line));
    assert!(matches!(outcome, Err(Error::Failed(name)) if name == "probe"));
    assert!(said.contains("nothing_of_this_name"), "{said}");
}
