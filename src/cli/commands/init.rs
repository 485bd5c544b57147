//! `callform init`

use std::io::Write;

use crate::cli::args::InitArgs;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Writes a first blueprint, unless there is a file already.
pub(in crate::cli) fn run(ui: &Ui, args: &InitArgs) -> Exit {
    let path = &args.blueprint;
    let from_file = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = args.name.clone().unwrap_or(from_file);
    let text = crate::init::blueprint(&name);
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            let path = path.display();
            ui.say(&format!(
                "wrote {path}\nnext:\n  callform check {path}\n  callform apply {path} --sandbox\n\
                 The sandbox is an emulated account in a folder: nothing leaves this machine."
            ));
            Exit::Success
        }
        Err(error) => {
            ui.error(&format!("cannot write `{}`: {error}", path.display()));
            Exit::Failed
        }
    }
}
