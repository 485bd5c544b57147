//! `callform check`

use crate::calls;
use crate::cli::args::{CheckArgs, DiagnosticFormat};
use crate::cli::center::{examine_with_tests, report};
use crate::cli::exit_code::Exit;
use crate::cli::saved;
use crate::cli::ui::Ui;
use crate::render::words;

/// Finds everything that is wrong with a blueprint.
pub(in crate::cli) fn run(ui: &Ui, args: &CheckArgs) -> Exit {
    if args.format == DiagnosticFormat::Human
        && let Err(exit) = saved::refuse_plan(ui, &args.center.blueprint)
    {
        return exit;
    }
    let (examined, sources, mut diagnostics) = examine_with_tests(&args.center, &[]);
    if let Some((loaded, model)) = &examined {
        diagnostics.extend(calls::check(&loaded.blueprint.tests, model));
    }
    report(ui, args.format, &diagnostics, &sources);
    match examined {
        Some((_, model)) if !diagnostics.has_errors() => {
            if args.format == DiagnosticFormat::Human {
                let count = model.resources.len();
                let last = model.resources.keys().next_back().map(words).unwrap_or_default();
                tracing::debug!(count, last, "checked");
                let resources = if count == 1 { "resource" } else { "resources" };
                ui.say(&format!("{}: {count} {resources}, no errors", model.center));
            }
            Exit::Success
        }
        _ => Exit::InvalidBlueprint,
    }
}
