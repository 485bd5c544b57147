//! `callform flow compile`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::input::{self, CompiledFlow};
use crate::cli::args::{DiagnosticFormat, FilesArgs};
use crate::cli::center::report;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform flow compile`
#[derive(Debug, Args)]
pub(crate) struct CompileArgs {
    /// The blueprint, or a part of one with nothing but flows; `-` for stdin.
    #[arg(value_name = "BLUEPRINT|FRAGMENT")]
    pub file: PathBuf,
    /// The flow or module to print; not needed where there is only one.
    #[arg(long, value_name = "KEY")]
    pub flow: Option<String>,
    /// File that says what ARNs are called, as for `decompile`: the flow gets the ARNs of the names it has.
    #[arg(long, value_name = "FILE")]
    pub arns: Option<PathBuf>,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Files.
    #[command(flatten)]
    pub files: FilesArgs,
}

/// Prints the JSON of one flow. It is printed even where Connect would refuse it, so that one can look at it.
pub(super) fn run(ui: &Ui, args: &CompileArgs) -> Exit {
    let compiled = match input::compile(&args.file, &args.files, args.env.as_deref()) {
        Ok(compiled) => compiled,
        Err(error) => {
            ui.error(&format!("cannot read `{}`: {error}", args.file.display()));
            return Exit::Failed;
        }
    };
    let arns = match input::arns(args.arns.as_deref()) {
        Ok(arns) => arns,
        Err(error) => {
            ui.error(&error);
            return Exit::Failed;
        }
    };
    report(ui, DiagnosticFormat::Human, &compiled.diagnostics, &compiled.sources);
    let failed = compiled.diagnostics.has_errors();
    match choose(&compiled.flows, args.flow.as_deref()) {
        Ok(flow) => {
            ui.data(&format!("{:#}\n", with_arns(&flow.content, &arns)));
            if failed { Exit::InvalidBlueprint } else { Exit::Success }
        }
        Err(_) if failed => Exit::InvalidBlueprint,
        Err(error) => {
            ui.error(&error);
            Exit::Usage
        }
    }
}

/// A flow with ARNs in the place of names.
fn with_arns(value: &Value, arns: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            let arn = name.and_then(|name| arns.iter().find(|(_, address)| *address == name));
            arn.map_or_else(|| value.clone(), |(arn, _)| Value::String(arn.clone()))
        }
        Value::Array(items) => items.iter().map(|item| with_arns(item, arns)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), with_arns(member, arns))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The flow of a key; a module that shares its key with a flow is `flow_module/KEY`.
fn choose<'a>(flows: &'a [CompiledFlow], key: Option<&str>) -> Result<&'a CompiledFlow, String> {
    let keys = || flows.iter().map(CompiledFlow::address).collect::<Vec<_>>().join(", ");
    match (key, flows) {
        (Some(key), flows) => flows
            .iter()
            .find(|flow| flow.key == key || flow.address() == key)
            .ok_or_else(|| format!("there is no flow `{key}`; there are: {}", keys())),
        (None, [flow]) => Ok(flow),
        (None, []) => Err("there is no flow in this file".to_owned()),
        (None, _) => Err(format!("which flow? Say `--flow KEY`, one of: {}", keys())),
    }
}
