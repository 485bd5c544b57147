//! What can go wrong on the way to a zip file.

use std::path::PathBuf;

use crate::Architecture;

/// Why a function could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no cargo.
    #[error(
        "`cargo` cannot be started: {0}\nhelp: install Rust (https://rustup.rs), or use a zip file that was built elsewhere"
    )]
    NoCargo(std::io::Error),
    /// Cargo does not understand the project.
    #[error("cargo cannot read {}:\n{message}", .manifest.display())]
    Metadata {
        /// `Cargo.toml` of the project.
        manifest: PathBuf,
        /// What cargo says.
        message: String,
    },
    /// No function of the project has the name.
    #[error("there is no function `{name}` in {}\nhelp: {}", .folder.display(), there_are(.known))]
    Unknown {
        /// The name.
        name: String,
        /// The project's folder.
        folder: PathBuf,
        /// The names there are.
        known: Vec<String>,
    },
    /// The compiler cannot build for the processor.
    #[error("{}", missing_target(*.architecture, *.linker))]
    MissingTarget {
        /// The processor.
        architecture: Architecture,
        /// The linker that is missing; none where the compiler itself lacks the target.
        linker: Option<&'static str>,
    },
    /// The compiler failed; it has said why.
    #[error("`{0}` could not be built")]
    Failed(String),
    /// The program is none that Lambda can run.
    #[error("`{name}` is not fit for Lambda: {problem}")]
    Unfit {
        /// The function.
        name: String,
        /// What is wrong with it.
        problem: Unfit,
    },
    /// A file could not be written or read.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: std::io::Error,
    },
    /// A zip could not be put together.
    #[error("the zip file could not be written: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// What keeps a program from running on Lambda.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No program for Linux at all.
    #[error("this is no ELF executable ({0})")]
    NotElf(String),
    /// Larger than Lambda takes.
    #[error("the program has more than 250 MB, the most that Lambda unpacks")]
    TooLarge,
    /// For another processor.
    #[error("it is built for {found}, not for {}", .wanted.name())]
    WrongMachine {
        /// What it is built for.
        found: String,
        /// What it should be built for.
        wanted: Architecture,
    },
    /// It wants a newer C library than Amazon Linux 2023 has.
    #[error(
        "{symbol} needs {version}, but Amazon Linux 2023 has glibc {has}\nhelp: install cargo-zigbuild and zig, which link against the older one, or build on a system with glibc {has}"
    )]
    NewerGlibc {
        /// The symbol that needs it.
        symbol: String,
        /// The version it needs, as in `GLIBC_2.38`.
        version: String,
        /// The version there is.
        has: String,
    },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }
}

fn there_are(names: &[String]) -> String {
    if names.is_empty() {
        return "functions are the binaries of the packages in `lambdas/`; there is none".to_owned();
    }
    format!("there is {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

fn missing_target(architecture: Architecture, linker: Option<&str>) -> String {
    let target = architecture.target();
    match linker {
        None => format!(
            "the compiler cannot build for {architecture}: it lacks the target {target}\nhelp: rustup target add {target}"
        ),
        Some(linker) => format!(
            "there is no linker for {architecture}: neither cargo-zigbuild nor {linker} is installed\nhelp: install cargo-zigbuild and zig (pip install cargo-zigbuild), or {linker} (Debian: apt-get install {})",
            architecture.cross_linker_package()
        ),
    }
}
