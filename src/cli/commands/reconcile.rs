//! `callform reconcile`

use crate::cli::args::ReconcileArgs;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

pub(in crate::cli) async fn run(ui: &Ui, _args: &ReconcileArgs) -> Exit {
    ui.error("not yet");
    Exit::Failed
}
