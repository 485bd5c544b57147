//! `callform test`

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use callform_call::coverage::{Coverage, html};
use callform_call::explore::Bounds;
use callform_source::{Diagnostics, SourceMap, Spanned};
use clap::{Args, ValueEnum};

use crate::blueprint::{CallTest, Loaded};
use crate::calls::{self, CallCenter, CoverageReport, Explored, Outcome, Prepared, Report};
use crate::cli::args::{AccountArgs, CenterArgs, DiagnosticFormat};
use crate::cli::center::{examine_with_tests, report, tests_beside};
use crate::cli::exit_code::Exit;
use crate::cli::files::{keeps, write};
use crate::cli::saved;
use crate::cli::ui::Ui;

/// `callform test`
#[derive(Clone, Debug, Args)]
pub(crate) struct TestArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// Further files with tests, besides the blueprint's own and those of `NAME.tests.yaml` beside it.
    #[arg(value_name = "TESTS")]
    pub tests: Vec<PathBuf>,
    /// Run only tests with this in their names. Can be repeated.
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Form of the results.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: TestFormat,
    /// Write the results to a file as the XML of `JUnit`, too.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Count the blocks and branches that the tests walk, and list those that they do not.
    #[arg(long)]
    pub coverage: bool,
    /// Fail where the tests walk less than this share of all branches, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub coverage_min: Option<u8>,
    /// Write the coverage as a page with pictures of the flows.
    #[arg(long, value_name = "FILE")]
    pub coverage_html: Option<PathBuf>,
    /// Walk every way through the flows without tests, within bounds, and report those that end badly.
    #[arg(long, conflicts_with_all = ["filter", "coverage", "coverage_min", "coverage_html", "junit", "watch", "format"])]
    pub explore: bool,
    /// Write tests for branches that no test walks yet to a file, as far as exploring finds a way to them.
    #[arg(long, value_name = "FILE")]
    pub propose: Option<PathBuf>,
    /// Run the tests again whenever a file changes, until interrupted.
    #[arg(long)]
    pub watch: bool,
    /// How many tests are run at once. Without it: as many as there are processors.
    #[arg(long, value_name = "NUMBER")]
    pub threads: Option<NonZeroUsize>,
    /// Whether Connect runs them.
    #[command(flatten)]
    pub native: NativeArgs,
}

/// Tests in Connect itself.
#[derive(Clone, Debug, Args)]
pub(crate) struct NativeArgs {
    /// Run the tests as test cases of Amazon Connect, in the live center, and compare what comes of them.
    #[arg(long, conflicts_with_all = ["explore", "watch", "coverage", "coverage_min", "coverage_html"])]
    pub native: bool,
    /// Leave the test cases in the instance.
    #[arg(long, requires = "native")]
    pub keep: bool,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
}

/// Forms of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people.
    Human,
    /// For programs; `callform schema test-report` prints its schema.
    Json,
    /// The XML of `JUnit`.
    Junit,
}

/// Simulates the calls that a blueprint's tests describe.
pub(in crate::cli) fn run(ui: &Ui, args: &TestArgs) -> Exit {
    if let Err(exit) = saved::refuse_plan(ui, &args.center.blueprint) {
        return exit;
    }
    if args.native.account.sandbox.is_some() {
        ui.error("`--sandbox` says where the live center is, and without `--native` none is asked");
        return Exit::Usage;
    }
    if args.propose.is_some() && !args.explore {
        ui.error("`--propose` goes with `--explore`");
        return Exit::Usage;
    }
    let inputs = || args.tests.iter().chain([&args.center.blueprint]);
    for out in [&args.junit, &args.coverage_html, &args.propose].into_iter().flatten() {
        if let Err(error) = keeps(out, inputs()) {
            ui.error(&error);
            return Exit::Usage;
        }
    }
    if args.explore {
        return explore(ui, args);
    }
    if super::flow::exported_flows(&args.center.blueprint).is_some_and(|flows| flows.is_ok()) {
        ui.error("exported flows have no tests; `--explore` walks them");
        return Exit::Usage;
    }
    if !args.watch {
        return once(ui, args).0;
    }
    loop {
        let (_, read) = once(ui, args);
        ui.say("\nwaiting for changes; Ctrl-C ends");
        let before = times(&read);
        while times(&read) == before {
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// When files were changed last.
fn times(files: &[PathBuf]) -> Vec<Option<SystemTime>> {
    files.iter().map(|file| file.metadata().and_then(|metadata| metadata.modified()).ok()).collect()
}

/// Walks every way through the flows of a blueprint, or of a file with exported flows.
fn explore(ui: &Ui, args: &TestArgs) -> Exit {
    let center = match super::call::center_of(ui, &args.center) {
        Ok((center, _)) => center,
        Err(exit) => return exit,
    };
    let at = calls::moment(None, &center).unwrap_or(Bounds::default().at);
    let explored = calls::explore_all(&center.center, &Bounds { at, ..Bounds::default() });
    for explored in &explored {
        ui.data(&explored.human(&center));
    }
    match &args.propose {
        Some(file) => propose(ui, args, &center, &explored, file),
        None => Exit::Success,
    }
}

/// Writes tests for what no test walks.
fn propose(ui: &Ui, args: &TestArgs, center: &CallCenter, explored: &[Explored], file: &Path) -> Exit {
    let mut covered = tested(args, center);
    let mut proposals = Vec::new();
    for one in explored {
        let more = one.exploration.proposals(&center.center, &covered);
        for proposal in &more {
            covered.add(&proposal.events);
        }
        proposals.extend(more);
    }
    let named = calls::proposed(&proposals, center);
    let count = named.get("tests").and_then(serde_json::Value::as_object).map_or(0, serde_json::Map::len);
    if count == 0 {
        ui.say("no test is proposed: every branch that a test can walk is walked");
        return Exit::Success;
    }
    let written = calls::proposed_yaml(&proposals, center).map_err(|error| error.to_string());
    let written = written.and_then(|text| write(file, text.as_bytes()).map_err(|error| error.to_string()));
    if let Err(error) = written {
        ui.error(&format!("cannot write `{}`: {error}", file.display()));
        return Exit::Failed;
    }
    let tests = if count == 1 { "test" } else { "tests" };
    ui.say(&format!("wrote {count} {tests} to `{}`; read them before you keep them", file.display()));
    let rest = proposals.len().saturating_sub(count);
    if rest > 0 {
        ui.say(&format!("{rest} more ways cannot be said as a test"));
    }
    Exit::Success
}

/// What the tests that there are walk already. Flows alone have none.
fn tested(args: &TestArgs, center: &CallCenter) -> Coverage {
    if super::flow::exported_flows(&args.center.blueprint).is_some() {
        return Coverage::default();
    }
    let (examined, ..) = examine_with_tests(&args.center, &args.tests);
    let Some((loaded, _)) = examined else { return Coverage::default() };
    let mut diagnostics = Diagnostics::default();
    let tests = loaded.blueprint.tests.iter();
    let prepared = tests.filter_map(|(name, test)| calls::prepare(name, test, center, &mut diagnostics));
    let outcomes: Vec<Outcome> = prepared.map(|test| calls::run(&test, center)).collect();
    calls::coverage_of(&outcomes)
}

/// Reads and runs everything once. Beside the result, the files that were read.
fn once(ui: &Ui, args: &TestArgs) -> (Exit, Vec<PathBuf>) {
    let (examined, sources, diagnostics) = examine_with_tests(&args.center, &args.tests);
    let folder = args.center.blueprint.parent().unwrap_or(Path::new(""));
    let mut read = vec![args.center.blueprint.clone()];
    read.extend(args.tests.iter().cloned());
    read.extend(sources.paths().flat_map(|path| [PathBuf::from(path), folder.join(path)]));
    // One that is not there may come.
    read.push(tests_beside(&args.center.blueprint));
    report(ui, DiagnosticFormat::Human, &diagnostics, &sources);
    let Some((loaded, model)) = examined.filter(|_| !diagnostics.has_errors()) else {
        return (Exit::InvalidBlueprint, read);
    };
    let center = CallCenter::of_model(&model);
    (tests(ui, args, &loaded, &center, &sources), read)
}

fn tests(ui: &Ui, args: &TestArgs, loaded: &Loaded, center: &CallCenter, sources: &SourceMap) -> Exit {
    match prepared(ui, args, loaded, center, sources) {
        Ok(prepared) => finish(ui, args, &calls::run_all(&prepared, center, threads(args)), center, sources),
        Err(exit) => exit,
    }
}

/// How many tests are run at once.
pub(super) fn threads(args: &TestArgs) -> NonZeroUsize {
    args.threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// The tests that are wanted, ready to be run.
pub(super) fn prepared<'t>(
    ui: &Ui,
    args: &TestArgs,
    loaded: &'t Loaded,
    center: &CallCenter,
    sources: &SourceMap,
) -> Result<Vec<Prepared<'t>>, Exit> {
    let is_wanted =
        |name: &str| args.filter.is_empty() || args.filter.iter().any(|filter| name.contains(filter.as_str()));
    let all = &loaded.blueprint.tests;
    let wanted: Vec<(&Spanned<String>, &CallTest)> = all.iter().filter(|(name, _)| is_wanted(&name.value)).collect();
    if wanted.is_empty() {
        ui.error(&match all.len() {
            0 => "there are no tests; docs/calls.md says how to write some".to_owned(),
            1 => "the filter leaves out the one test".to_owned(),
            count => format!("the filter leaves out all {count} tests"),
        });
        return Err(Exit::Usage);
    }
    let mut diagnostics = Diagnostics::default();
    let prepared: Vec<_> =
        wanted.iter().filter_map(|(name, test)| calls::prepare(name, test, center, &mut diagnostics)).collect();
    report(ui, DiagnosticFormat::Human, &diagnostics, sources);
    if diagnostics.has_errors() { Err(Exit::InvalidBlueprint) } else { Ok(prepared) }
}

fn finish(ui: &Ui, args: &TestArgs, outcomes: &[Outcome], center: &CallCenter, sources: &SourceMap) -> Exit {
    let mut results = Report::new(outcomes, center, sources);
    let coverage = calls::coverage_of(outcomes);
    let walked = CoverageReport::new(&coverage, center, sources);
    let is_enough = args.coverage_min.is_none_or(|least| walked.branches.percent >= usize::from(least));
    let percent = walked.branches.percent;
    if args.coverage || args.coverage_min.is_some() {
        results.coverage = Some(walked);
    }
    if let Some(file) = &args.coverage_html {
        let page = html::page(&center.center, &coverage, &format!("What the tests of {} walk", suite(args)));
        if let Err(error) = write(file, page.as_bytes()) {
            ui.error(&format!("cannot write `{}`: {error}", file.display()));
            return Exit::Failed;
        }
    }
    if let Err(exit) = show(ui, args, &results) {
        return exit;
    }
    if !is_enough {
        let least = args.coverage_min.unwrap_or_default();
        ui.error(&format!("the tests walk {percent} % of the branches; at least {least} % are asked for"));
    }
    if results.failed == 0 && is_enough { Exit::Success } else { Exit::Failed }
}

/// What the results are called: by the blueprint.
fn suite(args: &TestArgs) -> String {
    args.center.blueprint.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Prints results in the form that is asked for, and writes them to the file that is.
pub(super) fn show(ui: &Ui, args: &TestArgs, results: &Report) -> Result<(), Exit> {
    if let Some(file) = &args.junit
        && let Err(error) = write(file, results.junit(&suite(args)).as_bytes())
    {
        ui.error(&format!("cannot write `{}`: {error}", file.display()));
        return Err(Exit::Failed);
    }
    match args.format {
        TestFormat::Human => human(ui, results),
        TestFormat::Json => ui.data(&results.json()),
        TestFormat::Junit => ui.data(&results.junit(&suite(args))),
    }
    Ok(())
}

fn human(ui: &Ui, results: &Report) {
    let paint =
        |code: &str, text: &str| if ui.color_out { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() };
    for test in &results.tests {
        if test.passed {
            ui.data(&format!("{} {}\n", paint("32", "pass"), test.name));
        } else {
            ui.data(&format!("{} {}   ({})\n", paint("1;31", "FAIL"), test.name, test.place.short()));
            for line in test.in_words().lines() {
                let is_difference = line.starts_with('>');
                ui.data(&format!("  {}\n", if is_difference { paint("1;31", line) } else { line.to_owned() }));
            }
        }
        for unseen in test.native.iter().flat_map(|native| &native.unseen) {
            ui.data(&format!("  {} {unseen}\n", paint("2", "unseen:")));
        }
        for difference in test.native.iter().flat_map(|native| &native.differences) {
            ui.data(&format!("  {} {difference}\n", paint("33", "differs:")));
        }
    }
    for test in &results.not_native {
        ui.data(&format!("{} {}   ({})\n", paint("2", "skip"), test.name, test.place.short()));
        for reason in &test.reasons {
            ui.data(&format!("    {} ({})\n", reason.text, reason.place.short()));
        }
    }
    let tests = if results.run == 1 { "test" } else { "tests" };
    let passed = results.run - results.failed;
    if let Some(coverage) = &results.coverage {
        ui.data(&coverage.human());
    }
    ui.data(&format!("\n{} {tests} run: {passed} passed, {} failed\n", results.run, results.failed));
}
