//! What a release consists of: an archive for each processor, with everything that Callform needs beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::test::{announce, cargo, must};

/// Where archives go.
const OUT: &str = "target/dist";
/// What lies in an archive beside what is built.
const FILES: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];
const TARGETS: [Target; 2] = [
    Target { triple: "x86_64-unknown-linux-gnu", architecture: "x86_64", linker: "x86_64-linux-gnu-gcc" },
    Target { triple: "aarch64-unknown-linux-gnu", architecture: "arm64", linker: "aarch64-linux-gnu-gcc" },
];
/// The completion scripts, by the names that shells look for.
const COMPLETIONS: [(&str, &str); 3] = [("bash", "callform.bash"), ("zsh", "_callform"), ("fish", "callform.fish")];

/// A machine that Callform is built for.
struct Target {
    triple: &'static str,
    /// Lambda's name of its processor.
    architecture: &'static str,
    /// Who links for it on other machines.
    linker: &'static str,
}

impl Target {
    fn is_this_machine(&self) -> bool {
        self.triple.starts_with(std::env::consts::ARCH)
    }

    /// What is missing to build for it.
    fn lacks(&self) -> Option<String> {
        let libraries = Command::new("rustc").args(["--print", "target-libdir", "--target", self.triple]).output();
        let has_target =
            libraries.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
        if !has_target {
            return Some(format!("rustup target add {}", self.triple));
        }
        let links = self.is_this_machine() || Command::new(self.linker).arg("--version").output().is_ok();
        (!links).then(|| format!("there is no {}", self.linker))
    }

    /// Builds the command; where it is.
    fn build(&self) -> Result<PathBuf> {
        let mut build = cargo();
        build.args(["build", "--locked", "--package", "callform", "--bin", "callform", "--features", "png"]);
        build.args(["--profile", "dist", "--target", self.triple]);
        if !self.is_this_machine() {
            let triple = self.triple.replace('-', "_");
            build.env(format!("CARGO_TARGET_{}_LINKER", triple.to_uppercase()), self.linker);
            build.env(format!("CC_{triple}"), self.linker);
        }
        must(&mut build)?;
        Ok(Path::new("target").join(self.triple).join("dist/callform"))
    }
}

/// Makes the archives and their checksums, for all machines or one of them.
pub(crate) fn run(only: Option<&str>) -> Result<()> {
    let wanted: Vec<_> = TARGETS.iter().filter(|target| only.is_none_or(|only| only == target.triple)).collect();
    ensure!(!wanted.is_empty(), "there are {}", TARGETS.each_ref().map(|target| target.triple).join(", "));
    let own = TARGETS.iter().find(|target| target.is_this_machine()).context("releases are made on Linux")?;
    let program = own.build()?;
    let folder = Path::new(OUT);
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    let common = folder.join("common");
    beside(&program, &common)?;
    let mut archives = Vec::new();
    for target in wanted {
        match target.lacks() {
            Some(lack) if only.is_some() => anyhow::bail!("cannot build for {}: {lack}", target.triple),
            Some(lack) => announce(&format!("SKIPPED: {}: {lack}", target.triple)),
            None => archives.push(archive(folder, target, &target.build()?, &common)?),
        }
    }
    std::fs::remove_dir_all(&common)?;
    let sums =
        Command::new("sha256sum").args(&archives).current_dir(folder).output().context("cannot start sha256sum")?;
    ensure!(sums.status.success(), "sha256sum failed");
    std::fs::write(folder.join("SHA256SUMS"), sums.stdout)?;
    Ok(())
}

/// Everything but the program: the same for every machine.
fn beside(program: &Path, folder: &Path) -> Result<()> {
    let completions = folder.join("completions");
    std::fs::create_dir_all(&completions)?;
    for file in FILES {
        std::fs::copy(file, folder.join(file)).context(file)?;
    }
    for (shell, name) in COMPLETIONS {
        let script = Command::new(program).args(["completions", shell]).output()?;
        ensure!(script.status.success(), "no completions for {shell}");
        std::fs::write(completions.join(name), script.stdout)?;
    }
    must(Command::new(program).args(["man", "--out"]).arg(folder.join("man")))?;
    for target in &TARGETS {
        match target.lacks() {
            Some(lack) => announce(&format!("SKIPPED: functions for {}: {lack}", target.architecture)),
            None => must(
                Command::new(program)
                    .args(["lambda", "build", "--arch", target.architecture, "--out"])
                    .arg(folder.join("lambda")),
            )?,
        }
    }
    Ok(())
}

/// Packs an archive whose bytes depend on nothing but its content; its name.
fn archive(folder: &Path, target: &Target, program: &Path, common: &Path) -> Result<String> {
    let name = format!("callform-{}-{}", env!("CARGO_PKG_VERSION"), target.triple);
    let content = folder.join(&name);
    must(Command::new("cp").arg("-r").arg(common).arg(&content))?;
    std::fs::copy(program, content.join("callform"))?;
    let file = format!("{name}.tar.gz");
    must(
        Command::new("tar")
            .args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rw,go+r-w"])
            .args(["--use-compress-program=gzip -9n", "--create", "--file", &file, &name])
            .current_dir(folder),
    )?;
    std::fs::remove_dir_all(content)?;
    announce(&format!("{file}: {} MB", std::fs::metadata(folder.join(&file))?.len() >> 20));
    Ok(file)
}
