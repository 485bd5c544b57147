//! `callform sandbox`

use std::collections::BTreeMap;
use std::path::Path;

use callform_sandbox::{People, people};
use callform_source::yaml::{self, Limits};
use callform_source::{Diagnostics, SourceMap};

use crate::cli::args::{AdvanceArgs, PeopleArgs, ResetArgs, ServeArgs};
use crate::cli::exit_code::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;

/// Serves the sandbox until the process is interrupted.
pub(in crate::cli) async fn serve(ui: &Ui, args: ServeArgs) -> Exit {
    let faults = match args.faults.as_deref().map(read_faults).transpose() {
        Ok(faults) => faults,
        Err(error) => {
            ui.error(&error);
            return Exit::Usage;
        }
    };
    let folder = args.sandbox.display().to_string();
    let options = callform_sandbox::Options { folder: args.sandbox, port: args.port, region: args.region, faults };
    let running = match callform_sandbox::start(options).await {
        Ok(running) => running,
        Err(error) => {
            ui.error(&format!("cannot serve the sandbox in `{folder}`: {error}"));
            return Exit::Failed;
        }
    };
    ui.data(&format!("{}\n", running.url()));
    ui.say(&format!(
        "Serving the sandbox in `{folder}`; end with Ctrl-C. Any AWS client can use it, for example:\n  \
         AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws --endpoint-url {} --region us-west-2 connect list-instances",
        running.url()
    ));
    // Nobody knows where it answers where that could not be said.
    if ui.lost_output().is_none() {
        let _interrupted = tokio::signal::ctrl_c().await;
    }
    running.stop().await;
    Exit::Success
}

/// Moves the sandbox's clock forward and waits until what became due is done.
pub(in crate::cli) async fn advance(ui: &Ui, args: AdvanceArgs) -> Exit {
    let folder = args.sandbox.display().to_string();
    let options = callform_sandbox::Options { folder: args.sandbox, port: 0, region: args.region, faults: None };
    let running = match callform_sandbox::start(options).await {
        Ok(running) => running,
        Err(error) => {
            ui.error(&format!("cannot open the sandbox in `{folder}`: {error}"));
            return Exit::Failed;
        }
    };
    let by = std::time::Duration::from_secs(u64::from(args.by.seconds));
    let advanced = running.advance(by).await;
    running.stop().await;
    match advanced {
        Ok(()) => {
            ui.say(&format!("The clock of the sandbox in `{folder}` is ahead, and nothing is due any more."));
            Exit::Success
        }
        Err(error) => {
            ui.error(&format!("the clock of the sandbox in `{folder}` cannot be moved: {error}"));
            Exit::Failed
        }
    }
}

/// Gives the sandbox its people, or shows them.
pub(in crate::cli) fn people(ui: &Ui, args: &PeopleArgs) -> Exit {
    let folder = args.sandbox.display().to_string();
    if let Some(file) = &args.file {
        let given = read_people(file).and_then(|people| Ok((sounds_of(&people, file)?, people)));
        let (sounds, people) = match given {
            Ok(given) => given,
            Err(problems) => return refuse(ui, &problems),
        };
        match callform_sandbox::set_people(&args.sandbox, &people, &sounds) {
            Ok(unknown) if unknown.is_empty() => {}
            Ok(unknown) => {
                let name = file.display();
                let problems: Vec<_> = unknown.into_iter().map(|problem| format!("`{name}`: {problem}")).collect();
                return refuse(ui, &problems);
            }
            Err(error) => {
                ui.error(&format!("cannot give the sandbox in `{folder}` its people: {error}"));
                return Exit::Failed;
            }
        }
        let (callees, callers, agents) = (people.callees.len(), people.callers.len(), people.agents.len());
        ui.say(&format!(
            "The sandbox in `{folder}` has its people: {callees} entries of callees, {callers} of callers, {agents} of agents."
        ));
    }
    if !args.show {
        return Exit::Success;
    }
    match People::load(&args.sandbox) {
        // When they were given is the sandbox's own.
        Ok(Some(people)) => match serde_json::to_string_pretty(&People { given: None, ..people }) {
            Ok(text) => {
                ui.data(&format!("{text}\n"));
                Exit::Success
            }
            Err(error) => {
                ui.error(&format!("the people cannot be shown: {error}"));
                Exit::Failed
            }
        },
        Ok(None) => {
            ui.say(&format!("The sandbox in `{folder}` has no people: nobody answers its calls."));
            Exit::Success
        }
        Err(error) => {
            ui.error(&error.message);
            Exit::Failed
        }
    }
}

/// Largest file of people: some hundred thousand callees.
const LARGEST_PEOPLE: u64 = 32 << 20;

/// Reads people from YAML, of which JSON is a part; or what is wrong with them.
fn read_people(path: &Path) -> Result<People, Vec<String>> {
    let name = path.display().to_string();
    let bytes = files::read(path, LARGEST_PEOPLE).map_err(|error| vec![format!("cannot read `{name}`: {error}")])?;
    let limits = Limits { bytes: LARGEST_PEOPLE, ..Limits::default() };
    let text = yaml::decode(&name, bytes, &limits).map_err(|problem| vec![problem.title])?;
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add(&name, text);
    let node = yaml::parse(&sources, file, &limits, &mut diagnostics);
    let node = node.filter(|_| !diagnostics.has_errors());
    let node = node
        .ok_or_else(|| diagnostics.iter().map(|problem| format!("`{name}`: {}", problem.title)).collect::<Vec<_>>())?;
    People::read(&node.to_json())
        .map_err(|problems| problems.into_iter().map(|problem| format!("`{name}`: {problem}")).collect())
}

/// Largest WAV file that callers bring along: an hour of two channels is 115 MB.
const LARGEST_RECORDING: u64 = 128 << 20;

/// The WAV files that people name, beside the file that names them; or what is wrong with them.
fn sounds_of(people: &People, file: &Path) -> Result<BTreeMap<String, Vec<u8>>, Vec<String>> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let (mut sounds, mut problems) = (BTreeMap::new(), Vec::new());
    for (caller, name) in people.recordings() {
        let place = format!("`{}`: callers.{caller}.recording", file.display());
        match files::read(&folder.join(name), LARGEST_RECORDING) {
            Err(error) => problems.push(format!("{place}: cannot read `{name}` beside it: {error}")),
            Ok(bytes) if !people::is_wave(&bytes) => problems.push(format!("{place}: `{name}` is no WAV file")),
            Ok(bytes) => drop(sounds.insert(name.to_owned(), bytes)),
        }
    }
    if problems.is_empty() { Ok(sounds) } else { Err(problems) }
}

/// Says what is wrong with people.
fn refuse(ui: &Ui, problems: &[String]) -> Exit {
    for problem in problems {
        ui.error(problem);
    }
    Exit::Usage
}

/// Lists what the sandbox guesses about AWS: a line for the guess, one for what it rests on.
pub(in crate::cli) fn assumptions(ui: &Ui) -> Exit {
    for assumption in callform_sandbox::assumptions::ASSUMPTIONS {
        let source = assumption.source.unwrap_or("unverified");
        ui.data(&format!("{}\n    {source} ({})\n", assumption.statement, assumption.file));
    }
    Exit::Success
}

/// Forgets everything in the sandbox.
pub(in crate::cli) fn reset(ui: &Ui, args: &ResetArgs) -> Exit {
    match callform_sandbox::reset(&args.sandbox) {
        Ok(()) => {
            ui.say(&format!("The sandbox in `{}` is empty.", args.sandbox.display()));
            Exit::Success
        }
        Err(error) => {
            ui.error(&format!("cannot reset `{}`: {error}", args.sandbox.display()));
            Exit::Failed
        }
    }
}

/// Largest list of faults.
const LARGEST_FAULTS: u64 = 1 << 20;

fn read_faults(path: &std::path::Path) -> Result<callform_sandbox::Faults, String> {
    let text =
        files::read(path, LARGEST_FAULTS).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("`{}` describes no faults: {error}", path.display()))
}
