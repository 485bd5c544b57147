//! Commands that other tools have: what does the same here.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Words that people type, and what does that here.
const COMMANDS: [(&[&str], &str); 8] = [
    (&["validate", "verify"], "`callform check BLUEPRINT` finds every mistake"),
    (&["lint"], "`callform check BLUEPRINT` looks at everything, `callform flow lint FILE` at flows alone"),
    (
        &["try", "simulate"],
        "`callform test BLUEPRINT` simulates calls, `callform apply BLUEPRINT --sandbox` tries it in a folder",
    ),
    (&["deploy", "up", "create", "update", "push"], "`callform apply BLUEPRINT` does that"),
    (&["preview", "dry-run"], "`callform plan BLUEPRINT` does that"),
    (&["refresh", "detect"], "`callform drift BLUEPRINT` does that"),
    (&["delete", "down", "remove", "teardown"], "`callform destroy BLUEPRINT` does that"),
    (&["synth", "build", "generate", "compile"], "`callform render BLUEPRINT --out DIR` writes the templates"),
];

/// What to say of a command that is not there, where it is known what was meant.
pub(super) fn words(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let (_, instead) = COMMANDS.iter().find(|(names, _)| names.contains(&typed.as_str()))?;
    Some(format!("there is no command `{typed}`: {instead}"))
}
