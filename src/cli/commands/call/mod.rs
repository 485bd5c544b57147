//! `callform call`

mod answering;
mod telling;
mod words;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use callform_call::center::FlowSource;
use callform_call::event::{Party, Speech, What};
use callform_call::simulation::Start;
use callform_call::{Channel, ContactId, Event, FlowId, Simulation, Turn, logs};
use callform_flow::{Document, FlowType};
use callform_source::SourceMap;
use clap::{Args, ValueEnum};

use super::flow::exported_flows;
use crate::calls::{self, CALLER, CENTER_NUMBER, CallCenter};
use crate::cli::args::CenterArgs;
use crate::cli::center::load;
use crate::cli::exit_code::Exit;
use crate::cli::files::{keeps, write};
use crate::cli::ui::Ui;
use answering::{Answering, Given};
use telling::Teller;
use words::{Lines, Said};

/// `callform call`
///
/// Talks to a center in the terminal: what the caller hears is printed; what is typed is pressed, said or done. `?` says what
/// can be typed.
#[derive(Clone, Debug, Args)]
pub(crate) struct CallArgs {
    /// The center, or a file with exported flows.
    #[command(flatten)]
    pub center: CenterArgs,
    /// The phone number that is called, by its key.
    #[arg(long, value_name = "NUMBER", conflicts_with = "flow")]
    pub to: Option<String>,
    /// The flow that the contact begins in, by its key, instead of a phone number.
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<String>,
    /// The caller's number.
    #[arg(long, value_name = "NUMBER", default_value = CALLER)]
    pub from: String,
    /// When, such as `2026-12-24 10:30`, with or without a time zone behind. Without it: a Wednesday at noon.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// How customer and center are connected.
    #[arg(long, value_name = "CHANNEL", default_value = "voice")]
    pub channel: CallChannel,
    /// An attribute that the contact has from the start. Can be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub attribute: Vec<String>,
    /// What a function answers: JSON, or `fails`. Can be repeated. Without it you are asked.
    #[arg(long, value_name = "FUNCTION=JSON")]
    pub answer: Vec<String>,
    /// Show each block that the contact goes through, and where it was written.
    #[arg(long)]
    pub trace: bool,
    /// File with what would be typed, a line each; the call ends with it.
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Write what the caller hears to a WAV file, with espeak-ng.
    #[arg(long, value_name = "FILE")]
    pub speak: Option<PathBuf>,
    /// Write what happened in the shape of Connect's flow logs, a JSON object in each line.
    #[arg(long, value_name = "FILE")]
    pub flow_logs: Option<PathBuf>,
}

/// How customer and center are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallChannel {
    /// By phone.
    Voice,
    /// By chat.
    Chat,
    /// A task.
    Task,
}

/// Talks to a center.
pub(in crate::cli) fn run(ui: &Ui, args: &CallArgs) -> Exit {
    call(ui, args).unwrap_or_else(|exit| exit)
}

fn call(ui: &Ui, args: &CallArgs) -> Result<Exit, Exit> {
    for out in [&args.flow_logs, &args.speak].into_iter().flatten() {
        keeps(out, args.script.iter().chain([&args.center.blueprint])).map_err(|error| said(ui, &error))?;
    }
    let (center, sources) = center_of(ui, &args.center)?;
    let start = start(ui, args, &center)?;
    let at = calls::moment(args.at.as_deref(), &center).ok_or_else(|| {
        ui.error("`--at` is no date with a time: write `2026-12-24 10:30`, with or without a time zone behind");
        Exit::Usage
    })?;
    let given = Given::read(&args.answer, &center.center).map_err(|error| said(ui, &error))?;
    let lines = match &args.script {
        Some(path) => Lines::of_file(path).map_err(|error| said(ui, &error))?,
        None => Lines::of_stdin(),
    };
    let lines = Rc::new(RefCell::new(lines));
    let teller = Teller::new(*ui, &center, &sources, args.trace);
    let mut surroundings = Answering::new(teller, given, Rc::clone(&lines));
    let mut simulation = Simulation::new(&center.center, &mut surroundings, at);
    talk(ui, &mut simulation, start, &lines);
    let events = simulation.into_events();
    if let Some(file) = &args.flow_logs {
        let entries = logs::flow_logs(&events, &center.center);
        let text = entries.iter().flat_map(|entry| [entry.to_string(), "\n".to_owned()]).collect::<String>();
        write(file, text.as_bytes()).map_err(|error| lost(ui, file, &error))?;
    }
    if let Some(file) = &args.speak {
        speak(ui, file, &events)?;
    }
    Ok(Exit::Success)
}

fn lost(ui: &Ui, file: &Path, error: &std::io::Error) -> Exit {
    ui.error(&format!("cannot write `{}`: {error}", file.display()));
    Exit::Failed
}

fn said(ui: &Ui, error: &str) -> Exit {
    ui.error(error);
    Exit::Usage
}

/// The center of a blueprint, or one of nothing but exported flows.
pub(super) fn center_of(ui: &Ui, args: &CenterArgs) -> Result<(CallCenter, SourceMap), Exit> {
    let path = &args.blueprint;
    if let Some(documents) = exported_flows(path) {
        let documents = documents.map_err(|error| said(ui, &format!("cannot read `{}`: {error}", path.display())))?;
        return Ok((CallCenter::of_flows(&sources_of(path, documents)), SourceMap::default()));
    }
    let center = load(ui, args)?;
    Ok((CallCenter::of_model(&center.model), center.sources))
}

fn sources_of(path: &Path, documents: Vec<Document>) -> Vec<FlowSource> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let source = |(at, document): (usize, Document)| {
        let flow_type = document.guess(Some(&stem)).flow_type;
        let name = document.name.unwrap_or_else(|| if at == 0 { stem.clone() } else { format!("{stem} {}", at + 1) });
        FlowSource { key: name.clone(), ids: vec![name.clone()], name, flow_type, flow: document.flow }
    };
    documents.into_iter().enumerate().map(source).collect()
}

fn start(ui: &Ui, args: &CallArgs, center: &CallCenter) -> Result<Start, Exit> {
    let (flow, system) = beginning(args, center).map_err(|error| said(ui, &error))?;
    let mut attributes = Vec::new();
    for given in &args.attribute {
        let Some((name, value)) = given.split_once('=') else {
            return Err(said(ui, &format!("`--attribute {given}`: write NAME=VALUE")));
        };
        attributes.push((name.into(), value.into()));
    }
    Ok(Start {
        channel: match args.channel {
            CallChannel::Voice => Channel::Voice,
            CallChannel::Chat => Channel::Chat,
            CallChannel::Task => Channel::Task,
        },
        customer: Some(args.from.as_str().into()),
        system: Some(system.unwrap_or_else(|| CENTER_NUMBER.into())),
        attributes,
        ..Start::call(flow)
    })
}

/// The flow that a contact begins in, and the number it called.
fn beginning(args: &CallArgs, center: &CallCenter) -> Result<(FlowId, Option<std::sync::Arc<str>>), String> {
    let center = &center.center;
    let numbers = center.numbers();
    let listed = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    if let Some(name) = &args.flow {
        let keys = || listed(center.flows().map(|(_, program)| &*program.key).collect());
        let flow =
            center.flow_named(name).ok_or_else(|| format!("there is no flow `{name}`; there are: {}", keys()))?;
        return Ok((flow, None));
    }
    let names = || listed(numbers.iter().map(|number| &*number.name).collect());
    let chosen = match &args.to {
        Some(name) => numbers.iter().find(|number| *number.name == **name || number.address.as_deref() == Some(name)),
        None => numbers.first().filter(|_| numbers.len() == 1),
    };
    if let Some(number) = chosen {
        return Ok((number.flow, number.address.clone()));
    }
    if let Some(name) = &args.to {
        return Err(format!("there is no phone number `{name}` that a flow answers; there are: {}", names()));
    }
    // Flows alone have no number: the first that a contact can begin in is meant.
    let inbound: Vec<FlowId> =
        center.flows().filter(|(_, program)| program.flow_type == FlowType::ContactFlow).map(|(id, _)| id).collect();
    match (numbers.len(), inbound.as_slice(), center.flows().count()) {
        (0, [one], _) => Ok((*one, None)),
        (0, _, 1) => Ok((FlowId(0), None)),
        (0, ..) => {
            let keys = listed(center.flows().map(|(_, program)| &*program.key).collect());
            Err(format!("which flow? Say `--flow FLOW`, one of: {keys}"))
        }
        _ => Err(format!("which phone number? Say `--to NUMBER`, one of: {}", names())),
    }
}

/// One call at the terminal. What happens is told as it does.
fn talk(ui: &Ui, simulation: &mut Simulation<'_>, start: Start, lines: &Rc<RefCell<Lines>>) {
    let mut id = simulation.begin(start);
    loop {
        if simulation.contacts().iter().all(|contact| contact.end().is_some()) {
            return;
        }
        // The contact is over, and somebody is still to be called back.
        if simulation.contact(id).end().is_some()
            && let Some(other) = simulation.contacts().iter().find(|contact| contact.end().is_none())
        {
            id = other.id;
            ui.say(&format!("contact {}:", id.0 + 1));
        }
        let prompt = prompt(simulation, id);
        let Some(line) = lines.borrow_mut().next(ui, &prompt) else { return };
        match words::read(&line, simulation.turn(id)) {
            Said::Help => ui.say(words::HELP),
            Said::Nothing => {
                let seconds = simulation.contact(id).seconds_left(simulation.now()).unwrap_or(30);
                simulation.pass(seconds);
            }
            Said::Wait(seconds) => simulation.pass(seconds),
            Said::Does(input) => {
                if let Err(error) = simulation.give(id, &input) {
                    ui.say(&format!("not now: {error}"));
                }
            }
            Said::Contact(number) => match simulation.contacts().get(number.wrapping_sub(1)) {
                Some(contact) => id = contact.id,
                None => ui.say("there is no such contact"),
            },
            Said::Unknown => ui.say("what is that? `?` says what can be typed"),
        }
    }
}

/// What the terminal shows where something is to be typed.
fn prompt(simulation: &Simulation<'_>, id: ContactId) -> String {
    let turn = simulation.turn(id);
    let offered = match turn {
        Turn::Key(at) | Turn::Intent(at) | Turn::View(at) => {
            let results = simulation.center().flow(at.flow).blocks[at.block].results();
            let results: Vec<&str> = results.iter().map(|result| &**result).collect();
            if results.is_empty() { String::new() } else { format!(": {}", results.join(", ")) }
        }
        _ => String::new(),
    };
    let left = simulation.contact(id).seconds_left(simulation.now());
    let left = left.map(|seconds| format!(", {seconds} s left")).unwrap_or_default();
    format!("[{}{offered}{left}] ", calls::state_in_words(turn))
}

/// Has what the customer heard spoken.
fn speak(ui: &Ui, file: &Path, events: &[Event]) -> Result<(), Exit> {
    let said_to_customer = events.iter().filter_map(|event| match &event.what {
        What::Said { to: Party::Customer, speech, .. } => Some(speech.clone()),
        _ => None,
    });
    let said_to_customer: Vec<Speech> = said_to_customer.collect();
    let wav = words::spoken(&calls::for_speaking(&said_to_customer)).map_err(|error| said(ui, &error))?;
    write(file, &wav).map_err(|error| lost(ui, file, &error))?;
    ui.say(&format!("wrote `{}`", file.display()));
    Ok(())
}
