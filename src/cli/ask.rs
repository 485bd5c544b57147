//! The last word before something is changed.

use super::exit_code::Exit;
use super::ui::{Answer, Ui};

/// Lets a command go on that changes something, or ends it with nothing changed: where what would be done could not be
/// written, nobody has seen it, and where nobody can be asked, `--yes` has to say it.
pub(super) fn agreed(ui: &Ui, yes: bool, question: &str) -> Result<(), Exit> {
    if let Some(lost) = ui.lost_output() {
        ui.error(&format!("{lost}; nothing was changed"));
        return Err(Exit::Failed);
    }
    let answer = if yes { Answer::Yes } else { ui.ask(question) };
    match answer {
        Answer::Yes => return Ok(()),
        Answer::No => ui.say("Nothing was changed: the answer was not `yes`."),
        Answer::NobodyThere => {
            ui.error("nothing was changed: nobody can be asked, because stdin is no terminal");
            ui.say("help: add --yes where it is to be done without a question; what is piped in is no answer");
        }
    }
    Err(Exit::Failed)
}
