//! Functions for the sandbox: built for the machine at hand, as `cargo run` builds, with whatever is built already.

use std::collections::BTreeSet;
use std::process::Command;

use crate::archive::{Level, archive_at};
use crate::build::{read_program, run};
use crate::{Bundle, Error, Project};

/// What functions are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Lambda: small, the same bytes everywhere, for the processor that is asked for.
    Lambda,
    /// The sandbox: soon, for the processor of this machine.
    Sandbox,
}

/// Variables that `cargo run` and `cargo test` tell a program about its package with. Build scripts look at them too:
/// handed on, they would make much of what is built already be built again.
const OF_A_PACKAGE: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// Builds functions of a project by their names for the sandbox, in the order of their names. `progress` gets what cargo
/// says, line by line.
///
/// The profile is `dev`, the folder is that of every other build of the project, and the features are those of the whole
/// workspace, so that functions share their dependencies with everything that was built before.
pub fn build_for_sandbox(
    project: &Project,
    names: &BTreeSet<String>,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<Bundle>, Error> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--workspace"]).current_dir(&project.folder);
    for name in names {
        project.package_of(name)?;
        cargo.args(["--bin", name]);
    }
    for (variable, _) in std::env::vars_os() {
        if OF_A_PACKAGE.iter().any(|start| variable.to_string_lossy().starts_with(start)) {
            cargo.env_remove(variable);
        }
    }
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let programs = run(&mut cargo, &all.join(", "), progress)?;
    names
        .iter()
        .map(|name| {
            let path = programs.get(name).ok_or_else(|| Error::Failed(name.clone()))?;
            let program = read_program(name, path)?;
            Ok(Bundle { name: name.clone(), zip: archive_at(Level::Quick, &program)?, program_size: program.len() })
        })
        .collect()
}
