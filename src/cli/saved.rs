//! Saved plans: recognized by their content, and refused where they no longer hold.

use std::path::Path;

use super::carry_out::PlanSource;
use super::exit_code::Exit;
use super::target::Account;
use super::ui::Ui;
use super::{files, preview, show};
use crate::digest::sha256_hex;
use crate::drift;
use crate::inventory::Inventory;
use crate::observe::{self, Scope};
use crate::plan::{Action, Plan, PlanFileError, SavedPlan, Step, contradictions};
use crate::view::{allow_flags, with_allow_flags};

/// Largest saved plan: that of a center with ten thousand people has a tenth of it.
const LARGEST_PLAN: u64 = 256 << 20;

/// The saved plan at a path; `None` where something else is there that may be a blueprint, or nothing.
pub(super) fn read(ui: &Ui, path: &Path) -> Result<Option<SavedPlan>, Exit> {
    let content = match files::read(path, LARGEST_PLAN) {
        Ok(content) => content,
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            ui.error(&format!("`{}` is neither a blueprint nor a saved plan: {error}", path.display()));
            return Err(Exit::Failed);
        }
        Err(_) => return Ok(None),
    };
    let refused = |error: &PlanFileError| {
        say(ui, error.code(), path, &error.to_string(), error.help());
        Exit::Failed
    };
    if let Some((code, what, help)) = neither(&content) {
        say(ui, code, path, what, help);
        return Err(Exit::Failed);
    }
    let Ok(text) = String::from_utf8(content) else { return Ok(None) };
    if !SavedPlan::is_one(&text) {
        return Ok(None);
    }
    let saved = SavedPlan::read(&text).map_err(|error| refused(&error))?;
    if saved.summary != show::lines(&saved.plan) {
        let what = "the plan was edited after it was saved: its summary is not that of its plan";
        say(ui, "plan-edited", path, what, "make the plan anew");
        return Err(Exit::Failed);
    }
    Ok(Some(saved))
}

fn say(ui: &Ui, code: &str, path: &Path, what: &str, help: &str) {
    ui.error_of(code, what);
    ui.say(&format!("  --> {}", path.display()));
    ui.say(&format!("help: {help}"));
}

/// What a file is that can be neither a blueprint nor a saved plan: a code, that in words, and what to do.
fn neither(content: &[u8]) -> Option<(&'static str, &'static str, &'static str)> {
    /// How files of gzip, zip, Zstandard and xz begin.
    const PACKED: [&[u8]; 4] = [b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ"];
    if content.trim_ascii().is_empty() {
        let what = "this file is empty: it is neither a blueprint nor a saved plan";
        return Some(("file-empty", what, "look whether it was written to its end"));
    }
    if PACKED.iter().any(|start| content.starts_with(start)) {
        return Some(("file-packed", "this file is packed", "unpack it first"));
    }
    let shown: Option<Shown> = serde_json::from_slice(content).ok();
    shown.map(|_| {
        let what = "this is a plan as it is shown (`--format=json`), which cannot be applied";
        ("plan-as-shown", what, "save the plan with `callform plan BLUEPRINT --out FILE`, and use that file")
    })
}

/// What tells the published form of a plan from everything else.
#[derive(serde::Deserialize)]
struct Shown {
    #[serde(rename = "purpose")]
    _purpose: String,
    #[serde(rename = "to_allow")]
    _to_allow: Vec<String>,
    #[serde(rename = "steps")]
    _steps: Vec<serde::de::IgnoredAny>,
}

/// Refuses a saved plan where only a blueprint will do.
pub(super) fn refuse_plan(ui: &Ui, path: &Path) -> Result<(), Exit> {
    // Who reads blueprints refuses links and pipes; reading one here could wait for ever.
    if !std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) {
        return Ok(());
    }
    let content = files::read(path, LARGEST_PLAN).unwrap_or_default();
    if !std::str::from_utf8(&content).is_ok_and(SavedPlan::is_one) {
        return Ok(());
    }
    let help = "give the blueprint here; `callform plan FILE` shows a saved plan, `callform apply FILE` applies it";
    say(ui, "plan-not-blueprint", path, "this is a saved plan, and a blueprint is needed", help);
    Err(Exit::InvalidBlueprint)
}

/// Says which plan it is that is about to be looked at.
pub(super) fn introduce(ui: &Ui, path: &Path, saved: &SavedPlan) {
    let plan = &saved.plan;
    let instance = plan.base.instance.as_ref().map_or_else(String::new, |arn| format!(", in the instance {arn}"));
    let path = path.display();
    ui.say(&format!("`{path}` is a saved plan for {} in {}{instance}.", plan.center, plan.region));
    ui.say(&format!("Its fingerprint is {}.", saved.fingerprint()));
}

/// Refuses another plan than the one with a fingerprint.
pub(super) fn refuse_other(ui: &Ui, saved: &SavedPlan, fingerprint: Option<&str>) -> Result<(), Exit> {
    match fingerprint {
        Some(wanted) if !wanted.eq_ignore_ascii_case(saved.fingerprint()) => {
            ui.error(&format!("this is another plan: its fingerprint is {}", saved.fingerprint()));
            Err(Exit::Failed)
        }
        _ => Ok(()),
    }
}

/// Refuses a plan that would do anything else than it says.
pub(super) fn refuse_contradictory(ui: &Ui, plan: &Plan, inventory: &Inventory) -> Result<(), Exit> {
    refuse(ui, "the plan would do something else than it says", &contradictions(plan, inventory))
}

/// Refuses options that only make sense with a blueprint.
pub(super) fn refuse_options(ui: &Ui, given: &[(&str, bool)]) -> Result<(), Exit> {
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            ui.error(&format!("{option} cannot be used with a saved plan: what it does is settled"));
            Err(Exit::Usage)
        }
        None => Ok(()),
    }
}

/// Writes a plan to a file, whole or not at all; `account` is what `apply` needs to be told of the account.
pub(super) fn write(ui: &Ui, path: &Path, plan: &SavedPlan, account: &str) -> Result<(), Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        ui.error(&format!("cannot save the plan to `{}`: {error}", path.display()));
        Exit::Failed
    };
    let text = plan.text().map_err(|error| failed(&error))?;
    files::write(path, &text).map_err(|error| failed(&error))?;
    let command = format!("The plan is saved. To do exactly that: callform apply {}{account}", path.display());
    let mut flags = allow_flags(&plan.plan);
    if flags.len() > 1 {
        // So that what follows belongs to the same command.
        flags.insert(0, "\\".to_owned());
    }
    let command = match flags.split_first() {
        Some((first, rest)) if !rest.is_empty() => with_allow_flags(&format!("{command} {first}"), rest),
        _ => with_allow_flags(&command, &flags),
    };
    for line in command {
        ui.say(&line);
    }
    ui.say(&format!("Its fingerprint is {}.", plan.fingerprint()));
    Ok(())
}

/// Refuses a plan whose base moved since it was made, and says what moved; otherwise returns what was seen.
pub(super) async fn refuse_stale(ui: &Ui, account: &Account, plan: &Plan) -> Result<Inventory, Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        ui.error(&error.to_string());
        Exit::Failed
    };
    let base = &plan.base;
    let (instance, environment) = (base.instance.as_deref(), plan.environment.as_deref());
    let scope = Scope::again(&plan.center, &plan.region, environment, instance, base.builtin_names())
        .with_imports(plan.changes.iter().any(|change| change.action == Action::Import))
        .with_settings(!base.settings.is_empty());
    let mut inventory = observe::inventory(&account.gateway, &scope).await.map_err(|error| failed(&error))?;
    let mut moved = plan.moved(&inventory);
    if moved.is_empty() && plan.by_hand.is_some() {
        preview::look(ui, account, &mut inventory).await?;
        moved = drift::moved(plan, &drift::report(&inventory, &plan.center, &plan.region));
    }
    refuse(ui, "the plan is stale: the account is not any more as it was", &moved)?;
    Ok(inventory)
}

/// Refuses a plan whose files are not those it was made with.
pub(super) fn refuse_other_files(ui: &Ui, plan_source: &PlanSource<'_>, plan: &Plan) -> Result<(), Exit> {
    let assets = plan.steps.iter().flat_map(|step| match step {
        Step::Upload(assets) => assets.as_slice(),
        Step::ContinueRollback(_) | Step::Stacks(_) | Step::Associate(_) | Step::Repair(_) => &[],
    });
    let moved: Vec<String> = assets
        .filter_map(|asset| match plan_source.read(&asset.path) {
            Ok(content) if sha256_hex(&content) == asset.sha256 => None,
            Ok(_) => Some(format!("`{}` was changed", asset.path)),
            Err(error) => Some(format!("`{}` cannot be read: {error}", asset.path)),
        })
        .collect();
    refuse(ui, "the plan is stale: its files are not any more as they were", &moved)
}

fn refuse(ui: &Ui, what: &str, moved: &[String]) -> Result<(), Exit> {
    if moved.is_empty() {
        return Ok(());
    }
    ui.error(what);
    for line in moved {
        ui.say(&format!("  {line}"));
    }
    ui.say("help: make the plan anew, and look at it again");
    Err(Exit::Failed)
}
