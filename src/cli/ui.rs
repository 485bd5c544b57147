//! The only place that prints. stdout is data, stderr is everything else.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::OnceLock;

use super::args::ColorChoice;
use super::harmless::harmless;

/// How to talk to the person, or to the log, at the other end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    /// Colors on stdout.
    pub color_out: bool,
    /// Colors on stderr.
    pub color_err: bool,
    /// True where stderr is a terminal, so that progress may be redrawn.
    pub live: bool,
    /// Columns of the terminal; 100 where there is none.
    pub width: usize,
}

/// The first write that failed, of the whole process: its streams are the process's, too.
static LOST: OnceLock<String> = OnceLock::new();

/// Keeps a failed write.
pub(super) fn written(stream: &str, result: &io::Result<()>) {
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        LOST.get_or_init(|| format!("cannot write to {stream}: {error}"));
    }
}

#[expect(clippy::unused_self, reason = "only who holds a Ui may print")]
impl Ui {
    /// Looks at the streams and the environment.
    pub(crate) fn detect(choice: ColorChoice) -> Self {
        let no_color = super::environment::is_set("NO_COLOR");
        let dumb = super::environment::value("TERM").as_deref() == Some("dumb");
        let color = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !no_color && !dumb,
        };
        let err_is_terminal = io::stderr().is_terminal();
        Self {
            color_out: color(io::stdout().is_terminal()),
            color_err: color(err_is_terminal),
            live: err_is_terminal && !dumb && !super::environment::is_set("CI"),
            width: terminal_width().unwrap_or(100),
        }
    }

    /// Writes data to stdout. A reader that went away is no error; any other is kept for [`Self::lost_output`].
    pub(crate) fn data(self, text: &str) {
        self.bytes(harmless(text, self.color_out).as_bytes());
    }

    /// Writes data that is no text to stdout, as [`Self::data`] does.
    pub(crate) fn bytes(self, data: &[u8]) {
        let mut out = io::stdout().lock();
        written("stdout", &out.write_all(data).and_then(|()| out.flush()));
    }

    /// Where much data is written to stdout, piece by piece. Here a reader that went away is an error of kind `BrokenPipe`.
    pub(crate) fn data_writer(self) -> impl Write {
        io::stdout()
    }

    /// Writes a line for people to stderr.
    pub(crate) fn say(self, text: &str) {
        written("stderr", &writeln!(io::stderr().lock(), "{}", harmless(text, self.color_err)));
    }

    /// What was said and could not be written, such as to a full disk: a run that lost some of it has not succeeded.
    pub(crate) fn lost_output(self) -> Option<&'static str> {
        LOST.get().map(String::as_str)
    }

    /// Writes an error for people to stderr.
    pub(crate) fn error(self, text: &str) {
        if self.color_err {
            self.say(&format!("\u{1b}[1;31merror\u{1b}[0m: {text}"));
        } else {
            self.say(&format!("error: {text}"));
        }
    }

    /// Writes an error with a code for people to stderr.
    pub(crate) fn error_of(self, code: &str, text: &str) {
        if self.color_err {
            self.say(&format!("\u{1b}[1;31merror[{code}]\u{1b}[0m: {text}"));
        } else {
            self.say(&format!("error[{code}]: {text}"));
        }
    }

    /// Asks for `yes`; anything else, and a closed input, is no. Never asks where stdin is no terminal.
    pub(crate) fn ask(self, question: &str) -> Answer {
        if !io::stdin().is_terminal() {
            return Answer::NobodyThere;
        }
        let mut err = io::stderr().lock();
        let question = harmless(question, self.color_err);
        let asked = write!(err, "{question} Only `yes` goes on: ").and_then(|()| err.flush());
        drop(err);
        let mut answer = String::new();
        let is_yes = asked.is_ok() && io::stdin().lock().read_line(&mut answer).is_ok() && answer.trim() == "yes";
        if is_yes { Answer::Yes } else { Answer::No }
    }
}

/// What comes back from a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `yes`.
    Yes,
    /// Anything else.
    No,
    /// There is no terminal to ask at.
    NobodyThere,
}

fn terminal_width() -> Option<usize> {
    super::environment::value("COLUMNS")
        .and_then(|columns| columns.parse().ok())
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
}
