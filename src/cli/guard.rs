//! What cannot be undone needs a word more than `--yes`.

use callform_source::did_you_mean;

use super::exit_code::Exit;
use super::ui::Ui;
use crate::plan::Plan;
use crate::view::{allow_flags, with_allow_flags};

/// Refuses a plan that loses something for good, unless each address concerned is allowed by name or by a pattern.
pub(super) fn check(ui: &Ui, plan: &Plan, allowed: &[String]) -> Result<(), Exit> {
    let losses: Vec<(String, &String)> = plan
        .changes
        .iter()
        .filter_map(|change| Some((change.address.to_string(), change.irreversible.as_ref()?)))
        .collect();
    for pattern in allowed.iter().filter(|pattern| !losses.iter().any(|(address, _)| matches(pattern, address))) {
        ui.say(&format!("warning: --allow {pattern} allows nothing: {}", idle(plan, pattern, &losses)));
    }
    let refused: Vec<_> =
        losses.iter().filter(|(address, _)| !allowed.iter().any(|pattern| matches(pattern, address))).collect();
    if refused.is_empty() {
        return Ok(());
    }
    ui.error("the plan does what cannot be undone");
    for (address, loss) in &refused {
        ui.say(&format!("  {address}: {loss}"));
    }
    for line in with_allow_flags("help: if that is what you want, add", &allow_flags(plan)) {
        ui.say(&line);
    }
    Err(Exit::Failed)
}

/// Why a pattern allows nothing.
fn idle(plan: &Plan, pattern: &str, losses: &[(String, &String)]) -> String {
    if plan.changes.iter().any(|change| matches(pattern, &change.address.to_string())) {
        return "what it names loses nothing".to_owned();
    }
    match did_you_mean(pattern, losses.iter().map(|(address, _)| address.as_str())) {
        Some(address) => format!("did you mean {address}?"),
        None => "the plan has nothing called that".to_owned(),
    }
}

/// True for an address, or a pattern in which each `*` stands for anything.
fn matches(pattern: &str, address: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| address.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, between)) = pieces.split_last() else { return rest.is_empty() };
    for piece in between {
        match rest.find(piece).and_then(|at| rest.get(at + piece.len()..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, address, expected) in [
            ("queue/sales", "queue/sales", true),
            ("queue/sales", "queue/sales_two", false),
            ("queue/*", "queue/sales", true),
            ("queue/*", "user/queue/", false),
            ("*", "queue/sales", true),
            ("group/*/North", "group/Sales/EMEA/North", true),
            ("group/*/North", "group/North", false),
            ("*/a*b*c", "queue/abbc", true),
            ("*/a*b*c", "queue/acb", false),
            ("", "queue/sales", false),
        ] {
            assert_eq!(matches(pattern, address), expected, "{pattern} {address}");
        }
    }
}
