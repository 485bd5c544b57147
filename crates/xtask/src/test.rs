//! Runs every test: makes what they need first.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Python packages that stand for foreign AWS clients and official linters.
const REQUIREMENTS: &str = "tests/foreign/requirements.txt";

/// Prepares the foreign tools and runs all tests, with nextest where it is installed.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut command = runner(arguments);
    match foreign_tools() {
        Ok(python) => {
            command.env("CALLFORM_TEST_PYTHON", python);
        }
        Err(error) if std::env::var_os("CI").is_some() => {
            return Err(error.context("CI must not skip the tests with foreign tools"));
        }
        Err(error) => announce(&format!("SKIPPED: tests with boto3, cfn-lint and others: {error:#}")),
    }
    let status = command.status().context("cannot start cargo")?;
    if status.success() { Ok(()) } else { bail!("tests failed") }
}

fn runner(arguments: &[String]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let nextest =
        Command::new(&cargo).args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success());
    let mut command = Command::new(cargo);
    if nextest {
        command.args(["nextest", "run"]);
    } else {
        command.arg("test");
    }
    command.args(["--workspace", "--locked"]).args(arguments);
    command
}

/// A private Python environment with the foreign tools, made once for each content of the requirements.
fn foreign_tools() -> Result<PathBuf> {
    let requirements = std::fs::read_to_string(REQUIREMENTS).context(REQUIREMENTS)?;
    let folder = Path::new("target/foreign");
    let python = std::path::absolute(folder.join("bin/python"))?;
    let done = folder.join("requirements.txt");
    if std::fs::read_to_string(&done).is_ok_and(|installed| installed == requirements) {
        return Ok(python);
    }
    announce("installing the foreign tools into target/foreign");
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    must(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS]))?;
    std::fs::write(done, requirements)?;
    Ok(python)
}

fn must(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if status.success() { Ok(()) } else { bail!("{} failed", command.get_program().display()) }
}

#[expect(clippy::print_stderr, reason = "a development task talks to its terminal")]
fn announce(text: &str) {
    eprintln!("{text}");
}
