//! `callform lambda invoke`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use callform_aws::FunctionAnswer;
use clap::Args;
use serde_json::Value;

use crate::cli::args::{AccountArgs, CenterArgs, FilesArgs};
use crate::cli::center::{Center, examine, load};
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::model::{Address, Kind};
use crate::observe;
use crate::plan::Known;

/// Largest event that Lambda takes.
const LARGEST_EVENT: u64 = 6 << 20;

/// `callform lambda invoke`
///
/// Runs the live version of a function of a center and prints its answer. What it logged goes to stderr. Where the
/// function fails, the error is printed and the exit code is 1.
#[derive(Debug, Args)]
pub(in crate::cli) struct InvokeArgs {
    /// The function, by its key in the blueprint.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The blueprint file. Default: the one in this folder or in `blueprints/` that has the function.
    #[arg(value_name = "BLUEPRINT")]
    pub blueprint: Option<PathBuf>,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// File with the event, in JSON; `-` reads it from stdin. Default: an empty object.
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
}

/// Runs a function.
pub(in crate::cli) async fn run(ui: &Ui, args: &InvokeArgs) -> Exit {
    match invoke(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn invoke(ui: &Ui, args: &InvokeArgs) -> Result<Exit, Exit> {
    let event = event(ui, args.event.as_deref())?;
    let blueprint = match &args.blueprint {
        Some(path) => path.clone(),
        None => find(ui, args)?,
    };
    let center = load(ui, &CenterArgs { blueprint, env: args.env.clone(), files: FilesArgs::default() })?;
    let address = Address::new(Kind::LambdaAlias, args.name.clone());
    if !center.model.resources.contains_key(&address) {
        unknown(ui, &center, &args.name);
        return Err(Exit::Failed);
    }
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let answer = invoke_in(ui, args, &center, &account, &address, event).await;
    account.close().await;
    Ok(show(ui, &answer?))
}

async fn invoke_in(
    ui: &Ui,
    args: &InvokeArgs,
    center: &Center,
    account: &Account,
    address: &Address,
    event: Vec<u8>,
) -> Result<FunctionAnswer, Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        ui.error(&error.to_string());
        Exit::Failed
    };
    let inventory =
        observe::stacks_and_associations(&account.gateway, &center.model).await.map_err(|error| failed(&error))?;
    let known = Known::new(&inventory, None);
    let Some(function) = known.physical_id(address) else {
        ui.error(&format!("the function `{}` is not deployed", args.name));
        ui.say("help: apply the blueprint first");
        return Err(Exit::Failed);
    };
    account.gateway.invoke(function, event).await.map_err(|error| failed(&error))
}

fn show(ui: &Ui, answer: &FunctionAnswer) -> Exit {
    for line in answer.log.lines() {
        ui.say(&log_line(line));
    }
    let mut payload = String::from_utf8_lossy(&answer.payload).into_owned();
    payload.push('\n');
    ui.data(&payload);
    if answer.failed {
        ui.error("the function failed");
        return Exit::Failed;
    }
    Exit::Success
}

/// A line of a log; what the platform says in JSON becomes what it says in text.
fn log_line(line: &str) -> String {
    let report = serde_json::from_str::<Value>(line).ok().and_then(|line| {
        let record = line.get("record")?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        match line.get("type")?.as_str()? {
            "platform.start" => Some(format!("START RequestId: {} Version: {}", text("requestId"), text("version"))),
            "platform.report" => {
                let failure = record.get("errorType").and_then(Value::as_str);
                let failure = failure.map(|kind| format!("\tStatus: {}\tError Type: {kind}", text("status")));
                Some(report(text("requestId"), record.get("metrics")?) + &failure.unwrap_or_default())
            }
            _ => None,
        }
    });
    report.unwrap_or_else(|| line.to_owned())
}

fn report(id: &str, metrics: &Value) -> String {
    let number = |name: &str| metrics.get(name).cloned().unwrap_or_default();
    let init = metrics.get("initDurationMs").map(|init| format!("\tInit Duration: {init} ms"));
    format!(
        "REPORT RequestId: {id}\tDuration: {} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {} MB{}",
        number("durationMs"),
        number("billedDurationMs"),
        number("memorySizeMB"),
        number("maxMemoryUsedMB"),
        init.unwrap_or_default()
    )
}

fn event(ui: &Ui, path: Option<&Path>) -> Result<Vec<u8>, Exit> {
    let Some(path) = path else { return Ok(b"{}".to_vec()) };
    let mut event = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(LARGEST_EVENT + 1).read_to_end(&mut event)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST_EVENT + 1).read_to_end(&mut event))
    };
    let problem = match read {
        Err(error) => Some(error.to_string()),
        Ok(_) if event.len() as u64 > LARGEST_EVENT => {
            Some("it is larger than 6 MB, more than Lambda takes".to_owned())
        }
        Ok(_) => serde_json::from_slice::<serde::de::IgnoredAny>(&event).err().map(|error| format!("no JSON: {error}")),
    };
    match problem {
        None => Ok(event),
        Some(problem) => {
            ui.error(&format!("cannot use the event `{}`: {problem}", path.display()));
            Err(Exit::Failed)
        }
    }
}

/// The one blueprint around here that has the function.
fn find(ui: &Ui, args: &InvokeArgs) -> Result<PathBuf, Exit> {
    let mut found: Vec<PathBuf> =
        [".", "blueprints"].into_iter().flat_map(blueprints).filter(|path| has_function(path, args)).collect();
    found.sort();
    let only = found.pop();
    match (only, found.is_empty()) {
        (Some(path), true) => Ok(path),
        (None, _) => {
            ui.error(&format!("no blueprint in this folder or in `blueprints/` has a function `{}`", args.name));
            Err(Exit::Usage)
        }
        (Some(last), false) => {
            let names: Vec<_> = found.iter().chain([&last]).map(|path| path.display().to_string()).collect();
            ui.error(&format!("several blueprints have a function `{}`: {}", args.name, names.join(", ")));
            ui.say("help: name one of them after the function");
            Err(Exit::Usage)
        }
    }
}

fn blueprints(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| {
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        // Cheaper than reading every YAML file there is as a blueprint.
        is_yaml && std::fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.starts_with("center:")))
    });
    paths.map(|path| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)).collect()
}

fn has_function(path: &Path, args: &InvokeArgs) -> bool {
    let center = CenterArgs { blueprint: path.to_owned(), env: args.env.clone(), files: FilesArgs::default() };
    let (model, _, _) = examine(&center);
    let address = Address::new(Kind::LambdaAlias, args.name.clone());
    model.is_some_and(|model| model.resources.contains_key(&address))
}

fn unknown(ui: &Ui, center: &Center, name: &str) {
    ui.error(&format!("the blueprint has no function `{name}`"));
    let addresses = center.model.resources.keys().filter(|address| address.kind == Kind::LambdaAlias);
    let names: Vec<&str> = addresses.map(|address| address.name.as_str()).collect();
    if let Some(similar) = callform_source::did_you_mean(name, names.iter().copied()) {
        ui.say(&format!("help: did you mean `{similar}`?"));
    } else if !names.is_empty() {
        ui.say(&format!("help: it has {}", names.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_in_json_are_shown_as_text() {
        let line = r#"{"time":"t","type":"platform.report","record":{"requestId":"r","metrics":{"durationMs":1.5,"billedDurationMs":20,"memorySizeMB":128,"maxMemoryUsedMB":9,"initDurationMs":17.25},"status":"success"}}"#;
        assert_eq!(
            log_line(line),
            "REPORT RequestId: r\tDuration: 1.5 ms\tBilled Duration: 20 ms\tMemory Size: 128 MB\tMax Memory Used: 9 MB\tInit Duration: 17.25 ms"
        );
        for other in ["hello", r#"{"level":"INFO"}"#, "{"] {
            assert_eq!(log_line(other), other);
        }
    }
}
