//! `callform flow decompile`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::input;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform flow decompile`
#[derive(Debug, Args)]
pub(crate) struct DecompileArgs {
    /// The exported flow, or what `aws connect describe-contact-flow` prints; `-` for stdin.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Key of the flow in the blueprint; taken from the flow's name or the file's where it is not given.
    #[arg(long, value_name = "KEY")]
    pub name: Option<String>,
    /// File that says what ARNs are called, a line for each: `ARN: queue/customer_service`.
    #[arg(long, value_name = "FILE")]
    pub arns: Option<PathBuf>,
    /// Form of the steps.
    #[arg(long, value_name = "FORM", default_value = "yaml")]
    pub format: StepsFormat,
}

/// Forms of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StepsFormat {
    /// As blueprints are written.
    Yaml,
    /// The same as JSON.
    Json,
}

/// Prints an exported flow as part of a blueprint.
pub(super) fn run(ui: &Ui, args: &DecompileArgs) -> Exit {
    match decompiled(ui, args) {
        Ok(text) => {
            ui.data(&text);
            Exit::Success
        }
        Err(error) => {
            ui.error(&error);
            Exit::Failed
        }
    }
}

fn decompiled(ui: &Ui, args: &DecompileArgs) -> Result<String, String> {
    let name = args.file.display();
    let arns = input::arns(args.arns.as_deref())?;
    let json = input::json(&args.file).map_err(|error| format!("cannot read `{name}`: {error}"))?;
    let flow = callform_flow::decompile::decompile(&json, None, &arns).map_err(|error| format!("`{name}`: {error}"))?;
    for (arn, kind) in &flow.unresolved {
        ui.say(&format!("no name for `{arn}`{}", if kind.is_empty() { String::new() } else { format!(" ({kind})") }));
    }
    let key = args.name.clone().unwrap_or_else(|| "flow".to_owned());
    let fragment = json!({ input::section(flow.flow_type): { key: flow.to_json() } });
    match args.format {
        StepsFormat::Json => Ok(format!("{fragment:#}\n")),
        StepsFormat::Yaml => serde_norway::to_string(&fragment).map_err(|error| error.to_string()),
    }
}
