//! `callform schema`

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Prints the JSON Schema of blueprints.
pub(in crate::cli) fn run(ui: &Ui) -> Exit {
    ui.data(&crate::blueprint::json_schema());
    Exit::Success
}
