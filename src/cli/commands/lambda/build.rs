//! `callform lambda build`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callform_bundle::{Architecture, Project, Purpose};
use clap::{Args, ValueEnum};

use crate::cli::bundles;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform lambda build`
///
/// The functions are the binaries of the packages in `lambdas/` of the project that the current folder belongs to. The
/// same sources and the same compiler give the same bytes. Prints the paths of the zip files, one a line.
#[derive(Debug, Args)]
pub(in crate::cli) struct BuildArgs {
    /// Names of functions; all there are where none is named.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The processor to build for.
    #[arg(long, value_name = "ARCHITECTURE", default_value = "x86_64")]
    pub arch: Processor,
    /// Build for the sandbox on this machine: soon, and not for Lambda. Writes to `.callform/lambda/sandbox`.
    #[arg(long)]
    pub sandbox: bool,
    /// Folder to write to; made if need be. Default: `.callform/lambda` of the project, where blueprints look.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A processor, in Lambda's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Processor {
    /// Intel and AMD.
    #[value(name = "x86_64")]
    X8664,
    /// AWS Graviton.
    #[value(name = "arm64")]
    Arm64,
}

impl From<Processor> for Architecture {
    fn from(processor: Processor) -> Self {
        match processor {
            Processor::X8664 => Architecture::X8664,
            Processor::Arm64 => Architecture::Arm64,
        }
    }
}

/// Builds functions.
pub(in crate::cli) fn run(ui: &Ui, args: &BuildArgs) -> Exit {
    let Some(folder) = Project::folder_of(Path::new(".")) else {
        ui.error("there are no functions here: neither this folder nor one above it has a Cargo.toml and `lambdas/`");
        return Exit::Failed;
    };
    match build(ui, args, &folder) {
        Ok(paths) => {
            for path in paths {
                ui.data(&format!("{}\n", path.display()));
            }
            Exit::Success
        }
        Err(error) => {
            ui.error(&error.to_string());
            Exit::Failed
        }
    }
}

fn build(ui: &Ui, args: &BuildArgs, folder: &Path) -> Result<Vec<PathBuf>, callform_bundle::Error> {
    let architecture = args.arch.into();
    let project = Project::open(folder)?;
    let purpose = if args.sandbox { Purpose::Sandbox } else { Purpose::Lambda };
    let names: BTreeSet<String> = if args.names.is_empty() {
        project.functions.keys().cloned().collect()
    } else {
        args.names.iter().cloned().collect()
    };
    let out = args.out.clone().unwrap_or_else(|| bundles::folder(&project, purpose));
    std::fs::create_dir_all(&out).map_err(|error| callform_bundle::Error::File { path: out.clone(), error })?;
    let built = bundles::build(ui, &project, architecture, &names, purpose)?;
    let mut paths = Vec::new();
    for bundle in built {
        let path = out.join(bundle.file_name(architecture));
        bundles::write(&path, &bundle.zip)?;
        ui.say(&format!(
            "{} for {}: program {}, zip {}",
            bundle.name,
            if args.sandbox { "the sandbox" } else { architecture.name() },
            bundles::size(bundle.program_size),
            bundles::size(bundle.zip.len())
        ));
        paths.push(path);
    }
    if paths.is_empty() {
        ui.say("no packages with binaries in `lambdas/`: nothing to build");
    }
    Ok(paths)
}
