//! Lambda functions written in Rust, as zip files for the runtime `provided.al2023`.
//!
//! ```text
//! folder with lambdas/ ─Project→ which binaries there are ─build→ executable ─inspect→ fit for Lambda? ─archive→ zip
//! ```
//!
//! The same sources, lock file and compiler give the same bytes in every folder and on every machine of one kind: paths
//! are remapped, times are fixed, nothing of the environment gets in. A zip's digest therefore says whether a function
//! changed.

mod architecture;
mod archive;
mod build;
mod error;
mod inspect;
mod project;
mod sandbox;
mod toolchain;

pub use architecture::Architecture;
pub use archive::archive;
pub use build::{Bundle, build};
pub use error::Error;
pub use inspect::{GLIBC_OF_AL2023, inspect};
pub use project::Project;
pub use sandbox::{Purpose, build_for_sandbox};
pub use toolchain::Toolchain;
