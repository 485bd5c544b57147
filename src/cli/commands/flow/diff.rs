//! `callform flow diff`

use std::path::Path;

use callform_flow::compare::{Comparison, compare, without_instances};
use callform_flow::draw::{Caption, compared};
use clap::{Args, ValueEnum};

use super::draw::{PictureFormat, no_flow, written};
use super::input::{self, NamedFlow, TypeArg};
use crate::cli::args::FilesArgs;
use crate::cli::exit_code::Exit;
use crate::cli::git::Place;
use crate::cli::ui::Ui;
use crate::view::flow_differences_json;

/// `callform flow diff`
///
/// Blind to what means nothing to a contact: where blocks stand, what they are called inside, the order of members.
/// Where the flows are of two instances, names stand for their ARNs.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The flow as it was: an exported flow, or a blueprint; `REV:PATH` is a file in a git revision.
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The flow as it is.
    #[arg(value_name = "NEW")]
    pub new: String,
    /// The flow of the blueprints; all of them where none is named.
    #[arg(long, value_name = "KEY")]
    pub flow: Option<String>,
    /// The environment of the blueprints to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Files.
    #[command(flatten)]
    pub files: FilesArgs,
    /// Type.
    #[command(flatten)]
    pub of_type: TypeArg,
    /// Form of the differences.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: DifferenceFormat,
    /// Exit with 2 where the flows differ.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// Forms of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DifferenceFormat {
    /// For people.
    Human,
    /// For programs; versioned.
    Json,
    /// A picture with marks, as text for pages that draw Mermaid.
    Mermaid,
    /// A picture with marks.
    Svg,
}

/// Two flows of one name; one of them where only one side has it.
struct Pair {
    name: String,
    old: Option<NamedFlow>,
    new: Option<NamedFlow>,
}

/// Shows what differs between two flows, or between the flows of two blueprints.
pub(super) fn run(ui: &Ui, args: &DiffArgs) -> Exit {
    match diff(ui, args) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn diff(ui: &Ui, args: &DiffArgs) -> Result<Exit, Exit> {
    let read = |text: &str| {
        let failed = |error: String| {
            ui.error(&format!("cannot read `{text}`: {error}"));
            Exit::Failed
        };
        let (key, environment) = (args.flow.as_deref(), args.env.as_deref());
        let flows = if text == input::STDIN {
            let files = input::stdin_or_disk(Path::new(text), &args.files).map_err(failed)?;
            input::flows_in(&files, text, key, environment, &args.of_type)
        } else {
            let place = Place::parse(text, &args.files).map_err(failed)?;
            let (files, path) = place.files();
            input::flows_in(files, path, key, environment, &args.of_type)
        };
        flows.map_err(|error| no_flow(ui, error))
    };
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    // Only pictures say the type.
    if matches!(args.format, DifferenceFormat::Mermaid | DifferenceFormat::Svg) {
        input::tell_guesses(ui, &new);
    }
    let pairs = pairs(old, new);
    let compared: Vec<(Pair, Comparison)> = pairs.into_iter().map(with_comparison).collect();
    let differs = compared.iter().any(|(pair, comparison)| pair.is_lonely() || !comparison.is_empty());
    match args.format {
        DifferenceFormat::Human => {
            let is_only_one = compared.len() == 1;
            for (pair, comparison) in &compared {
                human(ui, pair, comparison, is_only_one);
            }
            if !differs {
                ui.say("no differences");
            }
        }
        DifferenceFormat::Json => {
            let flows = compared.iter().map(|(pair, comparison)| (pair.name.as_str(), pair.presence(), comparison));
            ui.data(&flow_differences_json(flows));
        }
        DifferenceFormat::Mermaid => picture(ui, &compared, PictureFormat::Mermaid)?,
        DifferenceFormat::Svg => picture(ui, &compared, PictureFormat::Svg)?,
    }
    Ok(if differs && args.detailed_exitcode { Exit::Changes } else { Exit::Success })
}

/// Flows of one name belong together, and so do two files with one flow each.
fn pairs(old: Vec<NamedFlow>, new: Vec<NamedFlow>) -> Vec<Pair> {
    if old.len() == 1 && new.len() == 1 {
        let (old, new) = (old.into_iter().next(), new.into_iter().next());
        let name = new.as_ref().map(|flow| flow.name.clone()).unwrap_or_default();
        return vec![Pair { name, old, new }];
    }
    let mut pairs: Vec<Pair> =
        old.into_iter().map(|flow| Pair { name: flow.name.clone(), old: Some(flow), new: None }).collect();
    for flow in new {
        match pairs.iter_mut().find(|pair| pair.new.is_none() && pair.name == flow.name) {
            Some(pair) => pair.new = Some(flow),
            None => pairs.push(Pair { name: flow.name.clone(), old: None, new: Some(flow) }),
        }
    }
    pairs
}

fn with_comparison(mut pair: Pair) -> (Pair, Comparison) {
    let mut comparison = Comparison::default();
    if let (Some(old), Some(new)) = (&mut pair.old, &mut pair.new) {
        (old.flow, new.flow) = without_instances(&old.flow, &new.flow);
        comparison = compare(&old.flow, &new.flow);
    }
    (pair, comparison)
}

impl Pair {
    fn is_lonely(&self) -> bool {
        self.old.is_none() || self.new.is_none()
    }

    fn presence(&self) -> &'static str {
        match (&self.old, &self.new) {
            (Some(_), Some(_)) => "both",
            (Some(_), None) => "removed",
            (None, _) => "added",
        }
    }
}

fn human(ui: &Ui, pair: &Pair, comparison: &Comparison, is_only_one: bool) {
    if pair.is_lonely() {
        ui.data(&format!("flow {}: {}\n", pair.name, pair.presence()));
    }
    let before = if is_only_one { String::new() } else { format!("flow {}: ", pair.name) };
    for line in comparison.lines() {
        ui.data(&format!("{before}{line}\n"));
    }
}

fn picture(ui: &Ui, flows: &[(Pair, Comparison)], format: PictureFormat) -> Result<(), Exit> {
    let [(Pair { name, old: Some(old), new: Some(new) }, comparison)] = flows else {
        ui.error("a picture shows one flow that both sides have; say which with --flow");
        return Err(Exit::Usage);
    };
    let caption = Caption { name, flow_type: new.flow_type.or(old.flow_type) };
    let content = written(&compared(&old.flow, &new.flow, comparison, caption), format).map_err(|error| {
        ui.error(&error);
        Exit::Failed
    })?;
    ui.bytes(&content);
    Ok(())
}
