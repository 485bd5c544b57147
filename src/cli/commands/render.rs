//! `callform render`

use callform_bundle::Purpose;

use crate::cli::args::RenderArgs;
use crate::cli::center::load_to_render;
use crate::cli::exit_code::Exit;
use crate::cli::files::write;
use crate::cli::ui::Ui;
use crate::render::{Placement, files, render};

/// Writes templates, flows and the manifest of a blueprint.
pub(in crate::cli) fn run(ui: &Ui, args: &RenderArgs) -> Exit {
    let center = match load_to_render(ui, &args.center, &args.build, Purpose::Lambda) {
        Ok(center) => center,
        Err(exit) => return exit,
    };
    let (artifacts, _) = render(&center.model, &Placement::default());
    drop(center);
    let files = files(&artifacts);
    drop(artifacts);
    for (name, content) in &files {
        if let Err(error) = write(&args.out.join(name), content) {
            ui.error(&format!("cannot write `{}`: {error}", args.out.join(name).display()));
            return Exit::Failed;
        }
    }
    ui.say(&format!(
        "wrote {} to `{}`",
        match files.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        },
        args.out.display()
    ));
    Exit::Success
}
