//! `callform vanity`

mod claim;
mod human;
mod json;
mod word;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use vanity::Preferences;
use vanity::company::Company;
use vanity::keypad::Keypad;
use vanity::number::Number;
use vanity::own::OwnWords;

use crate::cli::exit_code::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;

/// Largest file of words, in bytes.
const LARGEST_WORDS: u64 = 1 << 20;

/// `callform vanity`
///
/// The same search as in the `vanity` function of a center, without an account. Five vanity numbers at most, the best
/// first; each dials exactly the number it was made from. Words are SCOWL's (lambdas/vanity/words/COPYRIGHT).
///
/// Points: the company's name 40,000, a part of it 20,000; each digit that a word covers 1,000; each word -60; -10 to
/// -200 more for a word that everyone knows, -1,200 to -1,400 for one that many would have to look up; -50 when it has two
/// letters and -20 when it has three, -15 when it begins in the area code and ends behind it; each group of digits -5. A
/// word of --words adds its weight instead. With equal points the alphabet decides.
///
/// Who called a center last is answered by its function `vanity-callers`; see `callform lambda invoke`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct VanityArgs {
    /// What to do instead of ranking a number.
    #[command(subcommand)]
    pub command: Option<VanityCommand>,
    /// A North American phone number, as Amazon Connect or as people write it, with or without spaces.
    #[arg(value_name = "NUMBER", required = true)]
    pub number: Vec<String>,
    /// Name of the company: vanity numbers with the name come first, then those with a part of it.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub company: String,
    /// File with words and brands of one's own, each on a line: `Kwik Fix = 5000`. The weight, in points, may be missing.
    #[arg(long, value_name = "FILE")]
    pub words: Option<PathBuf>,
    /// Which letters are on which keys.
    #[arg(long, value_name = "KEYPAD", default_value = "e161")]
    pub keypad: Keys,
    /// Form of the output.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: Form,
}

/// `callform vanity …`
#[derive(Debug, Subcommand)]
pub(crate) enum VanityCommand {
    /// Look for numbers that can be claimed and spell a word.
    Claim(claim::ClaimArgs),
}

/// Keypads, as they can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keys {
    /// ITU-T E.161: PQRS on 7, WXYZ on 9.
    E161,
    /// No Q and no Z: PRS on 7, WXY on 9.
    Classic,
    /// As classic, with Q and Z on 1.
    #[value(name = "qz-on-1")]
    QzOn1,
}

impl From<Keys> for Keypad {
    fn from(keys: Keys) -> Self {
        match keys {
            Keys::E161 => Self::E161,
            Keys::Classic => Self::Classic,
            Keys::QzOn1 => Self::QzOn1,
        }
    }
}

/// Forms of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Human,
    /// For programs; versioned.
    Json,
}

/// Ranks the vanity numbers of a number, or looks for numbers of a word.
pub(in crate::cli) async fn run(ui: &Ui, args: &VanityArgs) -> Exit {
    let result = match &args.command {
        Some(VanityCommand::Claim(args)) => claim::run(ui, args).await,
        None => rank(ui, args),
    };
    match result {
        Ok(exit) | Err(exit) => exit,
    }
}

fn rank(ui: &Ui, args: &VanityArgs) -> Result<Exit, Exit> {
    let preferences = Preferences {
        company: company(ui, &args.company)?,
        own: args.words.as_deref().map(|path| own_words(ui, path)).transpose()?.unwrap_or_default(),
        keypad: args.keypad.into(),
    };
    let number = Number::read(&args.number.join(" "));
    let ranked = number.as_ref().map(|number| (number, vanity::rank(number, &preferences)));
    if args.format == Form::Json {
        ui.data(&json::text(&ranked));
    }
    let (number, ranking) = ranked.map_err(|reason| failed(ui, reason))?;
    if args.format == Form::Human {
        ui.data(&human::text(number, &args.company, &ranking, ui.color_out));
    }
    Ok(Exit::Success)
}

fn company(ui: &Ui, name: &str) -> Result<Company, Exit> {
    Company::read(name).map_err(|error| failed(ui, &error))
}

fn own_words(ui: &Ui, path: &Path) -> Result<OwnWords, Exit> {
    let place = path.display();
    let content =
        files::read(path, LARGEST_WORDS).map_err(|error| failed(ui, &format!("cannot read `{place}`: {error}")))?;
    let text = String::from_utf8(content).map_err(|_| failed(ui, &format!("`{place}` is no text in UTF-8")))?;
    OwnWords::read(&text).map_err(|error| failed(ui, &format!("`{place}`: {error}")))
}

fn failed(ui: &Ui, reason: &impl Display) -> Exit {
    ui.error(&reason.to_string());
    Exit::Failed
}
