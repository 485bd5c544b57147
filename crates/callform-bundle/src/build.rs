//! Building functions with cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::error::Unfit;
use crate::toolchain::Linker;
use crate::{Architecture, Error, Project, Toolchain, archive, inspect};

/// Compiled functions are here, apart from everything else: a build from inside a test must not wait for the build
/// that runs the test.
const TARGET_DIR: &str = "target/lambda";
/// Where cargo-lambda puts programs, below [`TARGET_DIR`].
const CARGO_LAMBDA_DIR: &str = "cargo-lambda";
/// Variables that would change what is built.
const FOREIGN_VARIABLES: [&str; 9] = [
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
    "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
    "RUSTC_BOOTSTRAP",
];
/// The most that Lambda unpacks of one function.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST_PROGRAM: u64 = 250 << 20;
/// Separates the compiler's arguments in `CARGO_ENCODED_RUSTFLAGS`.
const UNIT_SEPARATOR: &str = "\u{1f}";

/// A built function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Its name.
    pub name: String,
    /// The zip file.
    pub zip: Vec<u8>,
    /// Size of the program inside, in bytes.
    pub program_size: usize,
}

impl Bundle {
    /// The name its file has: `vanity-x86_64.zip`.
    pub fn file_name(&self, architecture: Architecture) -> String {
        format!("{}-{architecture}.zip", self.name)
    }
}

/// Builds functions of a project by their names, in the order of their names. `progress` gets what cargo says, line by
/// line.
pub fn build(
    project: &Project,
    toolchain: &Toolchain,
    names: &BTreeSet<String>,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<Bundle>, Error> {
    let mut packages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names {
        packages.entry(project.package_of(name)?).or_default().push(name);
    }
    let flags = flags(project, toolchain)?;
    let mut bundles = Vec::new();
    // One package at a time: cargo unites the features of all it builds at once, and a function must not depend on
    // which others were asked for.
    for (package, names) in packages {
        let programs = compile(project, toolchain, package, &flags, progress)?;
        for name in names {
            let path = programs.get(name).ok_or_else(|| Error::Failed(name.to_owned()))?;
            bundles.push(bundle(name, path, toolchain)?);
        }
    }
    bundles.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(bundles)
}

fn bundle(name: &str, path: &Path, toolchain: &Toolchain) -> Result<Bundle, Error> {
    let program = read_program(name, path)?;
    inspect(&program, toolchain.architecture).map_err(|problem| Error::Unfit { name: name.to_owned(), problem })?;
    Ok(Bundle { name: name.to_owned(), zip: archive(&program)?, program_size: program.len() })
}

/// Reads a program that is not larger than Lambda takes.
pub(crate) fn read_program(name: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(Error::file(path))?;
    let mut program = Vec::new();
    file.take(LARGEST_PROGRAM + 1).read_to_end(&mut program).map_err(Error::file(path))?;
    if program.len() as u64 > LARGEST_PROGRAM {
        return Err(Error::Unfit { name: name.to_owned(), problem: Unfit::TooLarge });
    }
    Ok(program)
}

/// A message of cargo, as far as it is of interest.
#[derive(Deserialize)]
struct Message {
    target: Option<MessageTarget>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct MessageTarget {
    name: String,
}

/// Compiles all binaries of a package; where each is.
fn compile(
    project: &Project,
    toolchain: &Toolchain,
    package: &str,
    flags: &[String],
    progress: &mut dyn FnMut(&str),
) -> Result<BTreeMap<String, PathBuf>, Error> {
    let mut programs = run(&mut cargo(project, toolchain, package, flags), package, progress)?;
    if toolchain.linker == Linker::CargoLambda {
        // It takes programs away from where cargo put them.
        let folder = project.folder.join(TARGET_DIR).join(CARGO_LAMBDA_DIR);
        for (name, path) in &mut programs {
            *path = folder.join(name).join("bootstrap");
        }
    }
    Ok(programs)
}

/// Runs a cargo that builds; where the programs are that it has built. An error names `what` it was to build.
pub(crate) fn run(
    cargo: &mut Command,
    what: &str,
    progress: &mut dyn FnMut(&str),
) -> Result<BTreeMap<String, PathBuf>, Error> {
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = cargo.spawn().map_err(Error::NoCargo)?;
    let messages = child.stdout.take();
    // Both streams have to be read, or cargo waits for whoever reads the one that is full.
    let reader = std::thread::spawn(move || messages.map(executables).unwrap_or_default());
    if let Some(says) = child.stderr.take() {
        for line in BufReader::new(says).lines().map_while(Result::ok) {
            if !is_noise(&line) {
                progress(&line);
            }
        }
    }
    let status = child.wait().map_err(Error::NoCargo)?;
    let programs = reader.join().unwrap_or_default();
    if status.success() { Ok(programs) } else { Err(Error::Failed(what.to_owned())) }
}

/// What cargo says when there was nothing to do.
fn is_noise(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with("Finished")
}

fn executables(messages: impl std::io::Read) -> BTreeMap<String, PathBuf> {
    let lines = BufReader::new(messages).lines().map_while(Result::ok);
    let messages = lines.filter_map(|line| serde_json::from_str::<Message>(&line).ok());
    messages.filter_map(|message| Some((message.target?.name, message.executable?))).collect()
}

fn cargo(project: &Project, toolchain: &Toolchain, package: &str, flags: &[String]) -> Command {
    let target = toolchain.architecture.target();
    let (major, minor) = inspect::GLIBC_OF_AL2023;
    let target_dir = project.folder.join(TARGET_DIR);
    let mut command = Command::new("cargo");
    match toolchain.linker {
        Linker::Zig => command.args(["zigbuild", "--target", &format!("{target}.{major}.{minor}"), "--target-dir"]),
        // It hands the folder of the target to `cargo metadata` too, which does not know it.
        Linker::CargoLambda => command
            .args(["lambda", "build", "--disable-optimizations", "--skip-target-check"])
            .args(["--target", &format!("{target}.{major}.{minor}"), "--lambda-dir"]),
        Linker::Default | Linker::Cross(_) => command.args(["build", "--target", target, "--target-dir"]),
    };
    match toolchain.linker {
        Linker::CargoLambda => command.arg(target_dir.join(CARGO_LAMBDA_DIR)),
        Linker::Zig | Linker::Default | Linker::Cross(_) => command.arg(&target_dir),
    };
    command
        .args(["--locked", "--bins", "--package", package])
        .args(["--profile", if project.has_profile { "lambda" } else { "release" }])
        .current_dir(&project.folder);
    for variable in FOREIGN_VARIABLES {
        command.env_remove(variable);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join(UNIT_SEPARATOR)).env("CARGO_TARGET_DIR", target_dir);
    if let Linker::Cross(linker) = toolchain.linker {
        let target = target.replace('-', "_");
        command.env(format!("CARGO_TARGET_{}_LINKER", target.to_uppercase()), linker);
        command.env(format!("CC_{target}"), linker);
    }
    command
}

/// The compiler's arguments that keep this machine out of the program: the project's folder, the folders of
/// dependencies, and that of the compiler's sources become names that are the same everywhere.
fn flags(project: &Project, toolchain: &Toolchain) -> Result<Vec<String>, Error> {
    let mut flags = vec![remap(&project.folder, "/project")];
    flags.extend(dependency_folders(project, toolchain)?.iter().map(|folder| remap(folder, "/dependencies")));
    if let Some(commit) = &toolchain.commit {
        let sources = toolchain.sysroot.join("lib/rustlib/src/rust");
        flags.push(remap(&sources, &format!("/rustc/{commit}")));
    }
    Ok(flags)
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    source: Option<String>,
}

/// The folders that dependencies from elsewhere lie in. Cargo downloads what is missing, and says so.
fn dependency_folders(project: &Project, toolchain: &Toolchain) -> Result<BTreeSet<PathBuf>, Error> {
    let manifest = project.folder.join("Cargo.toml");
    let output = Command::new("cargo")
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", toolchain.architecture.target(), "--manifest-path"])
        .arg(&manifest)
        .current_dir(&project.folder)
        .output()
        .map_err(Error::NoCargo)?;
    let failed = |message: String| Error::Metadata { manifest: manifest.clone(), message };
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
    let foreign = metadata.packages.iter().filter(|package| package.source.is_some());
    Ok(foreign.filter_map(|package| Some(package.manifest_path.parent()?.parent()?.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_lambda_does_not_unpack_is_refused_without_reading_all_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        // Sparse: it takes no room on the disk.
        File::create(&path).unwrap().set_len(LARGEST_PROGRAM * 40).unwrap();
        let error = read_program("vanity", &path).unwrap_err();
        assert!(matches!(&error, Error::Unfit { problem: Unfit::TooLarge, .. }), "{error}");
        assert!(error.to_string().contains("250 MB"), "{error}");
    }
}
