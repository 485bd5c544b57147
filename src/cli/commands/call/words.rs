//! What is typed during a call.

use std::collections::VecDeque;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use callform_call::Turn;
use callform_call::simulation::Input;
use callform_flow::steps::Duration;

use crate::cli::ui::Ui;

/// What `?` prints.
pub(super) const HELP: &str = "\
what can be typed:
  1, 42#, *          keys
  (nothing)          say and press nothing until what is waited for is over
  wait 30s           let time pass
  say INTENT [SLOT=VALUE …]
                     what a bot takes your words for
  use ACTION         a button of a view
  hang up            the customer hangs up
  pick up, no answer, busy, other hangs up
                     what whoever is called does
  agent [NAME]       an agent takes the contact
  hold, resume, agent hangs up
                     what the agent does
  event NAME         an event that a flow waits for
  contact 2          go on with another contact, such as a callback";

/// Where lines come from.
pub(super) enum Lines {
    /// A script.
    Script(VecDeque<String>),
    /// What is typed, or piped in.
    Stdin,
}

impl Lines {
    /// The lines of a script; those that are empty but for a comment are left out.
    pub(super) fn of_file(path: &Path) -> Result<Self, String> {
        let text =
            std::fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned);
        Ok(Lines::Script(lines.collect()))
    }

    pub(super) fn of_stdin() -> Self {
        Lines::Stdin
    }

    /// The next line, after a prompt; `None` at the end.
    pub(super) fn next(&mut self, ui: &Ui, prompt: &str) -> Option<String> {
        match self {
            Lines::Script(lines) => {
                let line = lines.pop_front()?;
                ui.data(&format!("{prompt}{line}\n"));
                Some(line)
            }
            Lines::Stdin => {
                let is_typed = std::io::stdin().is_terminal();
                if is_typed {
                    // Nothing to be done about a terminal that went away: reading will tell.
                    let mut err = std::io::stderr().lock();
                    let _written = write!(err, "{prompt}").and_then(|()| err.flush());
                }
                let mut line = String::new();
                let read = std::io::stdin().lock().read_line(&mut line).unwrap_or_default();
                let line = line.trim_end_matches(['\n', '\r']).to_owned();
                if read > 0 && !is_typed {
                    ui.data(&format!("{prompt}{line}\n"));
                }
                (read > 0).then_some(line)
            }
        }
    }

    /// True where somebody can be asked.
    pub(super) fn can_ask(&self) -> bool {
        matches!(self, Lines::Stdin) && std::io::stdin().is_terminal()
    }
}

/// What a line means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// Somebody does something.
    Does(Input),
    /// Nobody does anything for as long as is waited for.
    Nothing,
    /// Time passes, in seconds.
    Wait(u64),
    /// Another contact, from 1.
    Contact(usize),
    /// What can be typed?
    Help,
    /// Nobody knows.
    Unknown,
}

/// Reads a line.
pub(super) fn read(line: &str, turn: &Turn) -> Said {
    let line = line.trim();
    let (word, rest) = line.split_once(' ').map_or((line, ""), |(word, rest)| (word, rest.trim()));
    let does = match (word.to_ascii_lowercase().as_str(), rest) {
        ("", _) => return Said::Nothing,
        ("?" | "help", _) => return Said::Help,
        ("wait", length) => {
            return Duration::parse(length).map_or(Said::Unknown, |length| Said::Wait(length.seconds));
        }
        ("contact", number) => return number.parse().map_or(Said::Unknown, Said::Contact),
        ("hang", "up") | ("h", "") => Input::HangUp,
        ("pick", "up") => Input::PickUp,
        ("no", "answer") => Input::NoAnswer,
        ("busy", "") => Input::Busy,
        ("other", "hangs up") => Input::OutsideHangsUp,
        ("hold", "") => Input::Hold,
        ("resume", "") => Input::Resume,
        ("agent", "hangs up") => Input::AgentHangsUp,
        ("agent", "") => Input::Accept("agent".into()),
        ("agent", name) => Input::Accept(name.into()),
        ("event", name) => Input::Event(name.into()),
        ("use", action) => Input::Action(action.into(), serde_json::Value::Null),
        ("say", words) => return intent(words),
        _ if line.chars().all(|key| matches!(key, '0'..='9' | '*' | '#')) => Input::Keys(line.into()),
        // Whoever talks to a bot says something.
        _ if matches!(turn, Turn::Intent(_)) => return intent(line),
        _ => return Said::Unknown,
    };
    Said::Does(does)
}

fn intent(words: &str) -> Said {
    let mut parts = words.split_whitespace();
    let Some(name) = parts.next() else { return Said::Unknown };
    let slot = |slot: &str| slot.split_once('=').map(|(name, value)| (Arc::from(name), Arc::from(value)));
    let slots: Option<Vec<(Arc<str>, Arc<str>)>> = parts.map(slot).collect();
    match slots {
        Some(slots) => Said::Does(Input::Intent { name: name.into(), slots, attributes: Vec::new() }),
        None => Said::Unknown,
    }
}

/// SSML as a WAV file, by a speech program.
pub(super) fn spoken(ssml: &str) -> Result<Vec<u8>, String> {
    const PROGRAM: &str = "espeak-ng";
    let mut command = Command::new(PROGRAM);
    command.args(["-m", "--stdin", "--stdout"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| {
        format!("cannot run `{PROGRAM}`, which speaks: {error}; it comes with the package {PROGRAM}")
    })?;
    let fed = child.stdin.take().map(|mut stdin| stdin.write_all(ssml.as_bytes()));
    let output = child.wait_with_output().map_err(|error| format!("`{PROGRAM}`: {error}"))?;
    match fed {
        Some(Ok(())) if output.status.success() && output.stdout.len() > 44 => Ok(output.stdout),
        _ => Err(format!("`{PROGRAM}` spoke nothing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let read = |line: &str| read(line, &Turn::Joined);
        assert_eq!(read("12#"), Said::Does(Input::Keys("12#".into())));
        assert_eq!(read(" "), Said::Nothing);
        assert_eq!(read("wait 1m30s"), Said::Wait(90));
        assert_eq!(read("wait long"), Said::Unknown);
        assert_eq!(read("agent mary.jane"), Said::Does(Input::Accept("mary.jane".into())));
        assert_eq!(read("agent hangs up"), Said::Does(Input::AgentHangsUp));
        assert_eq!(read("contact 2"), Said::Contact(2));
        assert_eq!(read("hello"), Said::Unknown);
        let slots = vec![("size".into(), "big".into())];
        let order = Input::Intent { name: "Order".into(), slots, attributes: Vec::new() };
        assert_eq!(read("say Order size=big"), Said::Does(order));
    }
}
