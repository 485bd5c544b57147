//! `callform journey`

use std::path::{Path, PathBuf};

use callform_source::did_you_mean;
use clap::{Args, ValueEnum};

use crate::cli::args::CenterArgs;
use crate::cli::center::load;
use crate::cli::exit_code::Exit;
use crate::cli::files::{keeps, write};
use crate::cli::ui::Ui;
use crate::journey::{self, Journey, NoJourney};

/// `callform journey`
///
/// Needs neither credentials nor network: everything stands in the blueprint.
#[derive(Debug, Args)]
pub(crate) struct JourneyArgs {
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// The phone number whose callers are followed; all of them where none is named.
    #[arg(long, value_name = "NAME")]
    pub number: Option<String>,
    /// Leave out what only happens after an error.
    #[arg(long)]
    pub no_errors: bool,
    /// Form of the picture; taken from the name of the output where it is not given, and SVG otherwise.
    #[arg(long, value_name = "FORM")]
    pub format: Option<JourneyFormat>,
    /// File to write to; stdout where it is not given.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Forms of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum JourneyFormat {
    /// A picture for people and pages; needs no fonts.
    Svg,
    /// For code blocks of pages that draw Mermaid.
    Mermaid,
    /// A page with the picture and the same as text, which needs nothing else.
    Html,
}

/// Draws what callers go through.
pub(in crate::cli) fn run(ui: &Ui, args: &JourneyArgs) -> Exit {
    match draw(ui, args) {
        Ok(()) => Exit::Success,
        Err(exit) => exit,
    }
}

fn draw(ui: &Ui, args: &JourneyArgs) -> Result<(), Exit> {
    if let Some(out) = &args.out {
        keeps(out, [&args.center.blueprint]).map_err(|error| {
            ui.error(&error);
            Exit::Usage
        })?;
    }
    let center = load(ui, &args.center)?;
    let callers = journey::Center::of(&center.model);
    let followed = Journey::of(&callers, args.number.as_deref()).map_err(|error| refused(ui, args, &error))?;
    let followed = if args.no_errors { followed.without_errors() } else { followed };
    let format = args.format.or(args.out.as_deref().and_then(JourneyFormat::of_name)).unwrap_or(JourneyFormat::Svg);
    let title = title(&center.model.center, args.number.as_deref());
    let drawn = match format {
        JourneyFormat::Svg => journey::svg(&followed, &title),
        JourneyFormat::Mermaid => journey::mermaid(&followed, &title),
        JourneyFormat::Html => journey::page(&followed, &title),
    };
    let Some(out) = &args.out else {
        ui.bytes(drawn.as_bytes());
        return Ok(());
    };
    write(out, drawn.as_bytes()).map_err(|error| {
        ui.error(&format!("cannot write `{}`: {error}", out.display()));
        Exit::Failed
    })?;
    ui.say(&format!("wrote `{}`", out.display()));
    Ok(())
}

fn title(center: &str, number: Option<&str>) -> String {
    let number = number.map(|number| format!(", number {number}")).unwrap_or_default();
    format!("What callers of {center}{number} go through")
}

fn refused(ui: &Ui, args: &JourneyArgs, error: &NoJourney) -> Exit {
    let path = args.center.blueprint.display();
    match error {
        NoJourney::NoNumber => {
            ui.error(&format!("`{path}` has no phone number: nobody can call this center"));
            ui.say("help: name one under `phone_numbers:`, with the flow that answers it");
        }
        NoJourney::Unknown { name, all } => {
            ui.error(&format!("`{path}` has no phone number `{name}`; it has: {}", all.join(", ")));
            if let Some(meant) = did_you_mean(name, all.iter().map(String::as_str)) {
                ui.say(&format!("help: did you mean `{meant}`?"));
            }
        }
    }
    Exit::Usage
}

impl JourneyFormat {
    fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "svg" => Some(Self::Svg),
            "mmd" | "mermaid" => Some(Self::Mermaid),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}
