//! What cannot be undone needs a word more than `--yes`.

use super::exit_code::Exit;
use super::ui::Ui;
use crate::plan::Plan;

/// Refuses a plan that loses something for good, unless each address concerned is allowed by name.
pub(super) fn check(ui: &Ui, plan: &Plan, allowed: &[String]) -> Result<(), Exit> {
    let refused: Vec<_> = plan
        .changes
        .iter()
        .filter_map(|change| Some((change.address.to_string(), change.irreversible.as_ref()?)))
        .filter(|(address, _)| !allowed.contains(address))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    ui.error("the plan does what cannot be undone");
    for (address, loss) in &refused {
        ui.say(&format!("  {address}: {loss}"));
    }
    let flags: Vec<_> = refused.iter().map(|(address, _)| format!("--allow {address}")).collect();
    ui.say(&format!("help: if that is what you want, add {}", flags.join(" ")));
    Err(Exit::Failed)
}
