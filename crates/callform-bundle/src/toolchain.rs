//! What there is to build with.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Architecture, Error};

/// A way of building for one processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// The processor.
    pub architecture: Architecture,
    /// Who links.
    pub(crate) linker: Linker,
    /// The folder of the compiler's own libraries.
    pub(crate) sysroot: PathBuf,
    /// The commit the compiler was made of; none for compilers that do not tell.
    pub(crate) commit: Option<String>,
}

/// Who links a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Linker {
    /// zig, by way of cargo-zigbuild: it links against the glibc that is asked for.
    Zig,
    /// zig, by way of cargo-lambda.
    CargoLambda,
    /// The linker that cargo would take.
    Default,
    /// A linker for a processor that is not this machine's.
    Cross(&'static str),
}

impl Toolchain {
    /// Finds out how to build for a processor in a project's folder, or what is missing.
    pub fn detect(folder: &Path, architecture: Architecture) -> Result<Self, Error> {
        let sysroot = PathBuf::from(rustc(folder, &["--print", "sysroot"])?);
        let libraries = rustc(folder, &["--print", "target-libdir", "--target", architecture.target()])?;
        if !Path::new(&libraries).is_dir() {
            return Err(Error::MissingTarget { architecture, linker: None });
        }
        let version = rustc(folder, &["--version", "--verbose"])?;
        let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).map(str::to_owned);
        let with_zig = [("cargo-zigbuild", Linker::Zig), ("cargo-lambda", Linker::CargoLambda)]
            .into_iter()
            .find_map(|(program, linker)| runs(program, "--version").then_some(linker))
            .filter(|_| runs("zig", "version") || has_python_zig());
        let linker = if let Some(linker) = with_zig {
            linker
        } else if architecture.is_native() {
            Linker::Default
        } else if runs(architecture.cross_linker(), "--version") {
            Linker::Cross(architecture.cross_linker())
        } else {
            return Err(Error::MissingTarget { architecture, linker: Some(architecture.cross_linker()) });
        };
        Ok(Self { architecture, linker, sysroot, commit: commit.filter(|commit| commit != "unknown") })
    }
}

fn rustc(folder: &Path, arguments: &[&str]) -> Result<String, Error> {
    let output = Command::new("rustc").args(arguments).current_dir(folder).output().map_err(Error::NoCargo)?;
    if !output.status.success() {
        return Err(Error::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// True where a program is there and answers.
fn runs(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success())
}

/// Both take the zig of the Python package `ziglang` too.
fn has_python_zig() -> bool {
    Command::new("python3").args(["-m", "ziglang", "version"]).output().is_ok_and(|output| output.status.success())
}
