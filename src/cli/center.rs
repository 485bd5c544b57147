//! From a path on the command line to a model that is fit for use.

use std::path::{Path, PathBuf};

use callform_bundle::Purpose;
use callform_source::{Diagnostics, SourceMap, render};

use super::args::{BuildArgs, CenterArgs, DiagnosticFormat};
use super::bundles;
use super::clock;
use super::exit_code::Exit;
use super::saved;
use super::ui::Ui;
use crate::blueprint::{self, Disk, FileError, Files, Loaded};
use crate::model::{self, Address, Model};
use crate::{check, graph};

/// A center read from its blueprint.
pub(super) struct Center {
    /// The model.
    pub(super) model: Model,
    /// All texts that were read.
    pub(super) sources: SourceMap,
    /// The blueprint's folder; paths of assets are relative to it.
    pub(super) folder: PathBuf,
}

impl Center {
    /// Where the blueprint defines a resource: `file:line:column`.
    pub(super) fn place(&self, address: &Address) -> Option<String> {
        let resource = self.model.resources.get(address)?;
        Some(self.sources.location(resource.span).to_string())
    }
}

/// Everything that can be found out about a blueprint without an account. Functions need not be built.
pub(super) fn examine(args: &CenterArgs) -> (Option<Model>, SourceMap, Diagnostics) {
    let files = args.files.around(&args.blueprint);
    examine_in(&files, &args.blueprint.to_string_lossy(), args.env.as_deref())
}

/// Everything that can be found out about a blueprint in any files.
pub(super) fn examine_in(
    files: &dyn Files,
    path: &str,
    environment: Option<&str>,
) -> (Option<Model>, SourceMap, Diagnostics) {
    examined(blueprint::load(files, path, environment))
}

/// The file of call tests beside a blueprint, whether it is there or not.
pub(super) fn tests_beside(blueprint: &Path) -> PathBuf {
    blueprint.with_extension("tests.yaml")
}

/// The same with call tests, and with what was read: those of the blueprint, of `NAME.tests.yaml` beside it, and of
/// further files.
pub(super) fn examine_with_tests(
    args: &CenterArgs,
    tests: &[PathBuf],
) -> (Option<(Loaded, Model)>, SourceMap, Diagnostics) {
    let files = args.files.around(&args.blueprint);
    let beside = tests_beside(&args.blueprint);
    let is_named =
        tests.iter().any(|test| test.canonicalize().is_ok_and(|test| beside.canonicalize().is_ok_and(|it| it == test)));
    let beside = Some(&beside).filter(|beside| beside.is_file() && !is_named);
    let tests: Vec<String> = beside.into_iter().chain(tests).map(|path| path.to_string_lossy().into_owned()).collect();
    let files = WithTests { files, tests: &tests };
    examined_whole(blueprint::load_with_tests(&files, &args.blueprint.to_string_lossy(), args.env.as_deref(), &tests))
}

/// The files of a blueprint, and those that were named on the command line, wherever they are.
struct WithTests<'a> {
    files: Disk,
    tests: &'a [String],
}

impl Files for WithTests<'_> {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        if self.tests.iter().any(|test| test == path) {
            return Disk::around(Path::new(path)).read(path, limit);
        }
        self.files.read(path, limit)
    }
}

fn examined(read: (Option<Loaded>, SourceMap, Diagnostics)) -> (Option<Model>, SourceMap, Diagnostics) {
    let (whole, sources, diagnostics) = examined_whole(read);
    (whole.map(|(_, model)| model), sources, diagnostics)
}

fn examined_whole(
    (loaded, sources, mut diagnostics): (Option<Loaded>, SourceMap, Diagnostics),
) -> (Option<(Loaded, Model)>, SourceMap, Diagnostics) {
    let Some(loaded) = loaded else { return (None, sources, diagnostics) };
    let (model, found) = model::resolve(&loaded, &sources);
    diagnostics.extend(found);
    diagnostics.extend(check::check(&loaded, &model));
    diagnostics.extend(check::past_overrides(&loaded, clock::now()));
    if !diagnostics.has_errors() {
        let (_, found) = graph::build(&model);
        diagnostics.extend(found);
    }
    let diagnostics = check::apply_levels(&loaded, &sources, &diagnostics);
    (Some((loaded, model)), sources, diagnostics)
}

/// Reads a blueprint for a command that needs a valid one. Warnings are said; errors end the command.
pub(super) fn load(ui: &Ui, args: &CenterArgs) -> Result<Center, Exit> {
    saved::refuse_plan(ui, &args.blueprint)?;
    fit(ui, args, examine(args))
}

/// Reads a blueprint for a command that needs what its templates are made of: functions are built first, where their
/// sources are there.
pub(super) fn load_to_render(ui: &Ui, args: &CenterArgs, build: &BuildArgs, purpose: Purpose) -> Result<Center, Exit> {
    saved::refuse_plan(ui, &args.blueprint)?;
    let path = args.blueprint.to_string_lossy();
    let files = args.files.around(&args.blueprint);
    let mut read = blueprint::load(&files, &path, args.env.as_deref());
    if let Some(loaded) = &mut read.0
        && !read.2.has_errors()
    {
        bundles::provide(ui, &args.blueprint, loaded, purpose, !build.no_build)?;
    }
    let missing = read.0.iter().flat_map(|loaded| loaded.bundles.values());
    let missing: Vec<_> = missing.filter(|bundle| bundle.file.is_none()).map(blueprint::not_there).collect();
    for diagnostic in missing {
        read.2.push(diagnostic);
    }
    fit(ui, args, examined(read))
}

fn fit(
    ui: &Ui,
    args: &CenterArgs,
    (model, sources, diagnostics): (Option<Model>, SourceMap, Diagnostics),
) -> Result<Center, Exit> {
    report(ui, DiagnosticFormat::Human, &diagnostics, &sources);
    match model {
        Some(model) if !diagnostics.has_errors() => {
            let folder = args.blueprint.parent().map_or_else(PathBuf::new, Path::to_owned);
            Ok(Center { model, sources, folder })
        }
        _ => Err(Exit::InvalidBlueprint),
    }
}

/// Prints diagnostics: for people to stderr, as data to stdout.
pub(super) fn report(ui: &Ui, format: DiagnosticFormat, diagnostics: &Diagnostics, sources: &SourceMap) {
    match format {
        DiagnosticFormat::Human => {
            let text = render::human(diagnostics, sources, ui.color_err, ui.width);
            if !text.is_empty() {
                ui.say(text.trim_end());
            }
        }
        DiagnosticFormat::Json => ui.data(&render::json(diagnostics, sources)),
        DiagnosticFormat::Markdown => ui.data(&render::markdown(diagnostics, sources)),
        DiagnosticFormat::Sarif => {
            let base = std::env::current_dir().unwrap_or_default();
            let base = base.to_string_lossy().replace('\\', "/");
            ui.data(&render::sarif(diagnostics, sources, &render::Sarif { base: &base, about: &check::about }));
        }
        DiagnosticFormat::Github => ui.data(&render::github(diagnostics, sources)),
    }
}
