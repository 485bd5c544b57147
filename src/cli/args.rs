//! The command line: what can be typed.

use std::path::{Path, PathBuf};

use callform_bundle::Purpose;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use super::commands::apply::ApplyArgs;
pub(crate) use super::commands::diff::DiffArgs;
use super::commands::lambda::LambdaCommand;
pub(crate) use super::commands::plan::PlanArgs;
pub(crate) use super::commands::schema::SchemaArgs;
pub(crate) use super::commands::show::ShowArgs;
use crate::blueprint::Disk;

/// Contact centers as code for Amazon Connect.
///
/// One YAML blueprint is checked, rendered to CloudFormation and Connect flow JSON, planned, applied, watched for drift
/// and reconciled; against AWS, or with --sandbox against an emulated account in a folder.
#[derive(Debug, Parser)]
#[command(name = "callform", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say more about what happens (to stderr); twice for AWS calls.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Colors: on a terminal, always, or never. `NO_COLOR` is respected.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a first blueprint to start from.
    Init(InitArgs),
    /// Find everything that is wrong with a blueprint.
    Check(CheckArgs),
    /// Print the JSON Schema of blueprints, for editors, or of plans.
    Schema(SchemaArgs),
    /// Write the CloudFormation templates and flows of a blueprint.
    Render(RenderArgs),
    /// Show what differs between two blueprints, without an account.
    Diff(DiffArgs),
    /// Show what apply would do, or a saved plan.
    Plan(PlanArgs),
    /// Make the live center equal to the blueprint.
    Apply(ApplyArgs),
    /// Show the live center: where agents sign in, its numbers, and the identifiers of everything in it.
    Show(ShowArgs),
    /// Show what was changed by hand since the last apply.
    Drift(DriftArgs),
    /// Settle what drift found.
    Reconcile(ReconcileArgs),
    /// Delete the live center, except what the blueprint retains.
    Destroy(DestroyArgs),
    /// Call a center, or a flow, in the terminal before it is live.
    Call(Box<super::commands::call::CallArgs>),
    /// Simulate calls and compare them with what the blueprint's tests expect.
    Test(super::commands::test::TestArgs),
    /// Work on single flows: steps, exported JSON, and the way between them.
    #[command(subcommand)]
    Flow(super::commands::flow::FlowCommand),
    /// Draw what callers go through, from each phone number over all flows to the end: a picture, Mermaid or a page.
    Journey(super::commands::journey::JourneyArgs),
    /// Build and invoke the Lambda functions of a center.
    #[command(subcommand)]
    Lambda(LambdaCommand),
    /// Contact records: keep each once, delete those of a person, compact them, or send some to a stream.
    #[command(subcommand)]
    Records(super::commands::records::RecordsCommand),
    /// Collections of spoken conversations: sessions, people, downloads, data sets, erasure.
    #[command(subcommand)]
    Collection(super::commands::collection::CollectionCommand),
    /// Dialers: load lists, start and stop campaigns, see how they stand, and try them out before anybody is called.
    #[command(subcommand)]
    Dialer(super::commands::dialer::DialerCommand),
    /// Rank the words that a phone number spells, and say why; look for numbers that spell a word.
    Vanity(super::commands::vanity::VanityArgs),
    /// An emulated AWS account in a folder.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Print the version, and those of the data that come with it.
    Version(super::commands::version::VersionArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write manual pages: one for the program, one for each command.
    #[command(hide = true)]
    Man {
        /// Folder to write to; made if need be.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// Which center, and where it lives.
#[derive(Clone, Debug, Args)]
pub(crate) struct CenterArgs {
    /// The blueprint file; `callform.yaml` or `blueprint.yaml` where none is named.
    #[arg(value_name = "BLUEPRINT", default_value_os_t = default_blueprint(), hide_default_value = true)]
    pub blueprint: PathBuf,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Files.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Where files may come from.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FilesArgs {
    /// The folder that files may come from which a blueprint names. Without it: the blueprint's own.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

impl FilesArgs {
    /// The files that the blueprint at a path, or anything else that is read, may name.
    pub(crate) fn around(&self, path: &Path) -> Disk {
        self.root.as_deref().map_or_else(|| Disk::around(path), Disk::below)
    }
}

/// The blueprint that is meant where none is named: the first of these that is there.
fn default_blueprint() -> PathBuf {
    const NAMES: [&str; 2] = ["callform.yaml", "blueprint.yaml"];
    let found = NAMES.into_iter().map(PathBuf::from).find(|path| path.is_file());
    found.unwrap_or_else(|| NAMES[0].into())
}

/// Whether functions are built.
#[derive(Clone, Debug, Args)]
pub(crate) struct BuildArgs {
    /// Take the zip files of functions as they are, even where their sources have changed.
    #[arg(long)]
    pub no_build: bool,
}

/// Whether the live side is looked at.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct RefreshArgs {
    /// Look for what was changed by hand; `--refresh=false` leaves that out, which is faster for large centers.
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub refresh: bool,
}

/// Whether it is looked ahead.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct PreflightArgs {
    /// Do not look for what applying would run into: quotas, permissions, names that are taken, files that are missing.
    #[arg(long)]
    pub no_preflight: bool,
}

/// AWS or the sandbox.
#[derive(Clone, Debug, Args)]
pub(crate) struct AccountArgs {
    /// Work on an emulated account in a folder instead of AWS.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = DEFAULT_SANDBOX)]
    pub sandbox: Option<PathBuf>,
}

impl AccountArgs {
    /// What a command that goes on in the same account has behind it: nothing for AWS, ` --sandbox` or ` --sandbox=DIR`.
    pub(crate) fn as_written(&self) -> String {
        match &self.sandbox {
            None => String::new(),
            Some(folder) if folder.as_os_str() == DEFAULT_SANDBOX => " --sandbox".to_owned(),
            Some(folder) => format!(" --sandbox={}", folder.display()),
        }
    }

    /// What functions are built for.
    pub(crate) fn purpose(&self) -> Purpose {
        if self.sandbox.is_some() { Purpose::Sandbox } else { Purpose::Lambda }
    }
}

/// The folder of the sandbox where none is named.
pub(crate) const DEFAULT_SANDBOX: &str = ".callform/sandbox";

/// Forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    Human,
    /// For programs; versioned.
    Json,
    /// For pull requests.
    Markdown,
}

/// Forms of diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnosticFormat {
    /// For people.
    Human,
    /// For programs; versioned.
    Json,
    /// For pull requests.
    Markdown,
    /// For code scanning services.
    Sarif,
    /// For annotations in GitHub Actions.
    Github,
}

/// `callform init`
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write the blueprint.
    #[arg(value_name = "BLUEPRINT", default_value = "blueprint.yaml")]
    pub blueprint: PathBuf,
    /// Name of the center; taken from the file's name where it is not given.
    #[arg(long)]
    pub name: Option<String>,
}

/// `callform check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// Form of the diagnostics.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: DiagnosticFormat,
}

/// `callform render`
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// Functions.
    #[command(flatten)]
    pub build: BuildArgs,
    /// Folder to write to; made if need be.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `callform drift`
#[derive(Debug, Args)]
pub(crate) struct DriftArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Form of the report.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: OutputFormat,
    /// Exit with 2 where there is drift.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// `callform reconcile`
#[derive(Debug, Args)]
pub(crate) struct ReconcileArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Bring the live center back to what was last applied.
    #[arg(long, required = true)]
    pub revert: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// `callform destroy`
#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// `callform sandbox`
#[derive(Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// Serve the sandbox to any AWS client, until interrupted. The first line of stdout is the endpoint's URL.
    Serve(ServeArgs),
    /// Move the sandbox's clock forward, and wait until everything that is then due is done: records are delivered,
    /// functions get their batches.
    Advance(AdvanceArgs),
    /// Say who the sandbox's contacts meet: who is called and what they do, and which agents are at work. Without people
    /// nobody answers.
    People(PeopleArgs),
    /// Forget everything in the sandbox.
    Reset(ResetArgs),
    /// List what the sandbox guesses about AWS, each guess with what it rests on.
    Assumptions,
}

/// `callform sandbox serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Folder of the sandbox.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_value = DEFAULT_SANDBOX, default_missing_value = DEFAULT_SANDBOX)]
    pub sandbox: PathBuf,
    /// Port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Region of requests that name none.
    #[arg(long, default_value = "us-west-2")]
    pub region: String,
    /// File with faults to inject: throttling, failing operations and resources, delays, cut connections.
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
}

/// `callform sandbox advance`
#[derive(Debug, Args)]
pub(crate) struct AdvanceArgs {
    /// How far, such as `90s`, `15m` or `2d`.
    #[arg(value_name = "TIME", value_parser = length_of_time)]
    pub by: crate::blueprint::Duration,
    /// Folder of the sandbox.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_value = DEFAULT_SANDBOX, default_missing_value = DEFAULT_SANDBOX)]
    pub sandbox: PathBuf,
    /// Region of requests that name none.
    #[arg(long, default_value = "us-west-2")]
    pub region: String,
}

/// `callform sandbox people`
#[derive(Debug, Args)]
pub(crate) struct PeopleArgs {
    /// YAML or JSON file with `seed`, `callees`, `callers` and `agents`; they take the place of those that the sandbox has.
    #[arg(value_name = "FILE", required_unless_present = "show")]
    pub file: Option<PathBuf>,
    /// Print the sandbox's people as JSON.
    #[arg(long)]
    pub show: bool,
    /// Folder of the sandbox.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_value = DEFAULT_SANDBOX, default_missing_value = DEFAULT_SANDBOX)]
    pub sandbox: PathBuf,
}

fn length_of_time(text: &str) -> Result<crate::blueprint::Duration, String> {
    crate::blueprint::Duration::parse(text).ok_or_else(|| "write it like `90s`, `15m` or `2d`".to_owned())
}

/// `callform sandbox reset`
#[derive(Debug, Args)]
pub(crate) struct ResetArgs {
    /// Folder of the sandbox.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_value = DEFAULT_SANDBOX, default_missing_value = DEFAULT_SANDBOX)]
    pub sandbox: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    /// Every command below one that is the last of its words, with all of these.
    fn leaves(command: &clap::Command, above: &str) -> Vec<(String, clap::Command)> {
        let name = format!("{above} {}", command.get_name());
        let below: Vec<_> = command.get_subcommands().flat_map(|below| leaves(below, &name)).collect();
        if below.is_empty() { vec![(name, command.clone())] } else { below }
    }

    #[test]
    fn sandbox_is_explained_in_the_same_words_everywhere() {
        const IN_PLACE_OF_AWS: &str = "Work on an emulated account in a folder instead of AWS";
        let mut words = std::collections::BTreeMap::<String, Vec<String>>::new();
        for (name, mut command) in leaves(&Cli::command(), "") {
            let Some(option) = command.get_arguments().find(|one| one.get_long() == Some("sandbox")) else { continue };
            assert!(!option.is_hide_set(), "{name}");
            let help = option.get_help().unwrap().to_string();
            // Lines of help are broken where they are wide.
            let shown = command.render_long_help().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(shown.contains("--sandbox") && shown.contains(&help), "{name}: {shown}");
            words.entry(help).or_default().push(name.trim_start_matches(" callform ").to_owned());
        }
        let in_place_of_aws = words.remove(IN_PLACE_OF_AWS).unwrap();
        for command in ["plan", "apply", "show", "drift", "reconcile", "destroy", "vanity claim", "lambda invoke"] {
            assert!(in_place_of_aws.iter().any(|name| name == command), "{command}: {in_place_of_aws:?}");
        }
        // Commands that have nothing but the sandbox, and the one that works on no account.
        let others: Vec<_> = words.into_values().collect();
        assert_eq!(
            others,
            [vec!["lambda build"], vec!["sandbox serve", "sandbox advance", "sandbox people", "sandbox reset"]]
        );
    }

    #[test]
    fn sandbox_takes_an_optional_folder() {
        let folder = |arguments: &[&str]| match Cli::try_parse_from(arguments).unwrap().command {
            Command::Plan(plan) => plan.account.sandbox,
            other => panic!("{other:?}"),
        };
        assert_eq!(folder(&["callform", "plan", "b.yaml"]), None);
        assert_eq!(folder(&["callform", "plan", "b.yaml", "--sandbox"]), Some(DEFAULT_SANDBOX.into()));
        assert_eq!(folder(&["callform", "plan", "--sandbox", "b.yaml"]), Some(DEFAULT_SANDBOX.into()));
        assert_eq!(folder(&["callform", "plan", "b.yaml", "--sandbox=x"]), Some("x".into()));
    }
}
