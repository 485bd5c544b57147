//! `callform diff`

use std::path::Path;

use clap::Args;

use crate::cli::args::{DiagnosticFormat, FilesArgs, OutputFormat};
use crate::cli::center::{examine_in, report};
use crate::cli::exit_code::Exit;
use crate::cli::git::Place;
use crate::cli::saved;
use crate::cli::show;
use crate::cli::ui::Ui;
use crate::model::Model;
use crate::plan::{Side, compare};
use crate::render::{Artifacts, Placement, render};

/// `callform diff`
///
/// Needs neither credentials nor network. `REV:PATH` is a file in a git revision, as git itself writes it; everything
/// the blueprint includes is read from the same revision.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The blueprint as it was: a file, or `REV:PATH`.
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The blueprint as it is; the same as OLD where two environments are compared.
    #[arg(value_name = "NEW")]
    pub new: Option<String>,
    /// The environment of both, or `A..B` for that of OLD and that of NEW; nothing stands for none.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Files.
    #[command(flatten)]
    pub files: FilesArgs,
    /// The environment of OLD.
    #[arg(long, value_name = "NAME", conflicts_with = "env")]
    pub old_env: Option<String>,
    /// The environment of NEW.
    #[arg(long, value_name = "NAME", conflicts_with = "env")]
    pub new_env: Option<String>,
    /// Form of the differences.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: OutputFormat,
    /// Exit with 2 where there are differences.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// Shows what differs between two blueprints.
pub(in crate::cli) fn run(ui: &Ui, args: &DiffArgs) -> Exit {
    match diff(ui, args) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn diff(ui: &Ui, args: &DiffArgs) -> Result<Exit, Exit> {
    let (old_env, new_env) = environments(args);
    let new = match &args.new {
        Some(new) => new,
        None if old_env != new_env => &args.old,
        None => {
            ui.error("there is nothing to compare with: give a second blueprint, or two environments with --env A..B");
            return Err(Exit::Usage);
        }
    };
    let (old, new) = (side(ui, &args.old, &args.files, old_env)?, side(ui, new, &args.files, new_env)?);
    let plan = compare(Side { model: &old.0, artifacts: &old.1 }, Side { model: &new.0, artifacts: &new.1 });
    ui.data(&show::plan(ui, &plan, args.format));
    Ok(if args.detailed_exitcode && plan.has_changes() { Exit::Changes } else { Exit::Success })
}

/// The environments of the old and the new side.
fn environments(args: &DiffArgs) -> (Option<&str>, Option<&str>) {
    let some = |name: &'_ str| !name.is_empty();
    match args.env.as_deref() {
        Some(both) => match both.split_once("..") {
            Some((old, new)) => (Some(old).filter(|name| some(name)), Some(new).filter(|name| some(name))),
            None => (Some(both), Some(both)),
        },
        None => (args.old_env.as_deref(), args.new_env.as_deref()),
    }
}

fn side(ui: &Ui, text: &str, files: &FilesArgs, environment: Option<&str>) -> Result<(Model, Artifacts), Exit> {
    saved::refuse_plan(ui, Path::new(text))?;
    let place = Place::parse(text, files).map_err(|error| {
        ui.error(&error);
        Exit::Failed
    })?;
    let (files, path) = place.files();
    let (model, sources, mut diagnostics) = examine_in(files, path, environment);
    let rendered = model.filter(|_| !diagnostics.has_errors()).map(|model| {
        let (artifacts, found) = render(&model, &Placement::default());
        diagnostics.extend(found);
        (model, artifacts)
    });
    report(ui, DiagnosticFormat::Human, &diagnostics, &sources);
    rendered.filter(|_| !diagnostics.has_errors()).ok_or(Exit::InvalidBlueprint)
}
