//! `callform drift`

use crate::cli::args::DriftArgs;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

pub(in crate::cli) async fn run(ui: &Ui, _args: &DriftArgs) -> Exit {
    ui.error("not yet");
    Exit::Failed
}
