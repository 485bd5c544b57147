//! `callform vanity claim`: numbers that can be claimed and spell a word.
//!
//! Nothing is claimed here. What is found is shown with the lines of a blueprint that claim it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use callform_aws::{ErrorKind, Gateway, GatewayError};
use clap::{Args, ValueEnum};
use serde::Serialize;
use vanity::company::{Company, Extent};
use vanity::keypad::Keypad;
use vanity::number::Number;
use vanity::{Piece, PieceKind, Preferences};

use super::word::word;
use super::{Form, failed};
use crate::cli::args::{AccountArgs, CenterArgs};
use crate::cli::center::load;
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::observe;

/// Version of the form for programs; a member that is added does not change it.
const FORMAT_VERSION: u32 = 1;
/// How many numbers are shown.
const SHOWN: usize = 10;
/// Longest prefix that the API takes, in digits (`\+?[0-9]{1,11}`). Source: Amazon Connect API Reference,
/// `SearchAvailablePhoneNumbers`.
const LONGEST_PREFIX: usize = 11;
/// Area codes of toll-free numbers. Source: North American Numbering Plan Administration.
const TOLL_FREE: [&str; 7] = ["+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888"];

/// `callform vanity claim`
///
/// Asks Amazon Connect which numbers are free, with prefixes that end in the digits of the word and without: a word may be
/// anywhere in a number. Shows those that spell it, the best first, and what to write into the blueprint to claim one.
/// Claims nothing. The instance has to be there.
#[derive(Debug, Args)]
pub(crate) struct ClaimArgs {
    /// The word or name, such as `FLOWERS`.
    #[arg(value_name = "WORD")]
    pub word: String,
    /// The center.
    #[command(flatten)]
    pub center: CenterArgs,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// What kind of number.
    #[arg(long = "type", value_name = "TYPE", default_value = "toll-free")]
    pub kind: NumberKind,
    /// A country with the calling code +1, as two letters.
    #[arg(long, value_name = "COUNTRY", default_value = "US")]
    pub country: String,
    /// How the number must begin, such as +1206; may be repeated. Without it: any area code.
    #[arg(long, value_name = "PREFIX")]
    pub prefix: Vec<String>,
    /// How many free numbers to look through for each prefix, beside those that have the word right behind it. Connect
    /// gives ten at a time.
    #[arg(long, value_name = "COUNT", default_value = "300")]
    pub most: usize,
    /// Form of the output.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: Form,
}

/// Kinds of numbers that people dial by words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NumberKind {
    /// Free for the caller.
    TollFree,
    /// A local number.
    Did,
}

impl NumberKind {
    fn word(self) -> &'static str {
        match self {
            Self::TollFree => "TOLL_FREE",
            Self::Did => "DID",
        }
    }
}

/// A number that spells the word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Candidate {
    number: String,
    written: String,
    said: String,
    score: i32,
    /// `prefix:` of the blueprint.
    prefix: String,
}

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    word: &'a str,
    country: &'a str,
    r#type: &'a str,
    candidates: &'a [Candidate],
}

/// Looks for numbers.
pub(super) async fn run(ui: &Ui, args: &ClaimArgs) -> Result<Exit, Exit> {
    let word = word(ui, &args.word)?;
    // The first spelling is that of the whole text.
    let letters = word.spellings().first().map(|spelling| String::from_utf8_lossy(&spelling.letters).into_owned());
    let digits = Keypad::E161.dialed(&letters.unwrap_or_default());
    let prefixes = prefixes(ui, args)?;
    refuse_second_word(ui, args)?;
    let center = load(ui, &args.center)?;
    let account = Account::open(ui, &args.account, &center.model.region).await?;
    let found = async {
        let inventory = observe::stacks_and_associations(&account.gateway, &center.model).await;
        let instance = inventory.map_err(|error| failed(ui, &error))?.instance.ok_or_else(|| {
            ui.error(&format!("{} is not live: there is no instance to claim numbers for", center.model.center));
            ui.say(&format!(
                "help: `callform apply {}{}` makes it",
                args.center.blueprint.display(),
                args.account.as_written()
            ));
            Exit::Failed
        })?;
        free(&account.gateway, &instance.arn, args, &prefixes, &digits).await.map_err(|error| failed(ui, &error))
    };
    let found = found.await;
    account.close().await;
    let found = found?;
    let candidates = candidates(&found, word);
    if args.format == Form::Json {
        let (kind, country) = (args.kind.word(), args.country.as_str());
        let document = Document {
            format_version: FORMAT_VERSION,
            word: &args.word,
            country,
            r#type: kind,
            candidates: &candidates,
        };
        ui.data(&(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"));
    }
    if candidates.is_empty() {
        ui.error(&format!("none of the {} free numbers that Connect showed spells `{}`", found.len(), args.word));
        ui.say("help: look through more with `--most`, at other prefixes with `--prefix`, or at the other `--type`");
        return Err(Exit::Failed);
    }
    if args.format == Form::Human {
        ui.data(&shown(args, &candidates, ui.color_out));
    }
    Ok(Exit::Success)
}

/// A word with a blank and without quotes: what is behind the blank would be taken for the blueprint.
fn refuse_second_word(ui: &Ui, args: &ClaimArgs) -> Result<(), Exit> {
    let path = &args.center.blueprint;
    let is_word = path.to_str().is_some_and(|name| !name.is_empty() && name.chars().all(char::is_alphanumeric));
    if is_word && !path.exists() {
        ui.error(&format!("there is no blueprint `{}`", path.display()));
        ui.say(&format!("help: a word with blanks is put in quotes: \"{} {}\"", args.word, path.display()));
        return Err(Exit::Failed);
    }
    Ok(())
}

/// The beginnings that numbers may have; none where any will do.
fn prefixes(ui: &Ui, args: &ClaimArgs) -> Result<Vec<String>, Exit> {
    let is_digits = |text: &str| text.len() < LONGEST_PREFIX && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_prefix = |prefix: &String| prefix.strip_prefix("+1").is_some_and(is_digits);
    let wrong = args.prefix.iter().find(|prefix| !is_prefix(prefix));
    match wrong {
        Some(wrong) => {
            Err(failed(ui, &format!("`{wrong}` is no beginning of a number with the calling code +1, such as +1206")))
        }
        None => Ok(args.prefix.clone()),
    }
}

/// Free numbers: some of any kind, and those that have the word right behind a prefix.
async fn free(
    gateway: &Gateway,
    instance: &str,
    args: &ClaimArgs,
    prefixes: &[String],
    digits: &str,
) -> Result<BTreeSet<String>, GatewayError> {
    let search = |prefix: Option<String>, most: usize| async move {
        gateway.free_numbers(instance, &args.country, args.kind.word(), prefix.as_deref(), most).await
    };
    let mut found = BTreeSet::new();
    let wide: Vec<Option<String>> = prefixes.iter().cloned().map(Some).collect();
    for prefix in if wide.is_empty() { vec![None] } else { wide } {
        found.extend(search(prefix, args.most).await?);
    }
    let areas: Vec<&str> = match (prefixes, args.kind) {
        ([], NumberKind::TollFree) => TOLL_FREE.to_vec(),
        ([], NumberKind::Did) => vec!["+1"],
        (prefixes, _) => prefixes.iter().map(String::as_str).collect(),
    };
    for area in areas {
        let exact = format!("{area}{digits}");
        if exact.len() > LONGEST_PREFIX + 1 {
            continue;
        }
        match search(Some(exact), SHOWN).await {
            Ok(numbers) => found.extend(numbers),
            // An area code that does not exist in the country, or where nothing is free (?).
            Err(error) if error.kind == ErrorKind::Refused || error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The numbers that spell the whole word, the best first: few groups of digits beside the word, the word at the end.
fn candidates(numbers: &BTreeSet<String>, word: Company) -> Vec<Candidate> {
    let preferences = Preferences::from(word);
    let mut candidates: Vec<(bool, Candidate)> = numbers
        .iter()
        .filter_map(|text| {
            let number = Number::read(text).ok()?;
            let best = vanity::rank_names(&number, &preferences).options.into_iter().next()?;
            let spells_all = best.pieces().iter().any(is_whole);
            let ends_with_it = best.pieces().last().is_some_and(is_whole);
            let (written, said) = (best.written(), best.said());
            let prefix = format!("+{written}");
            let found = Candidate { number: text.clone(), prefix, written, said, score: best.score() };
            spells_all.then_some((ends_with_it, found))
        })
        .collect();
    candidates.sort_by(|(one_ends, one), (other_ends, other)| {
        (-one.score, !one_ends, &one.number).cmp(&(-other.score, !other_ends, &other.number))
    });
    candidates.into_iter().map(|(_, candidate)| candidate).take(SHOWN).collect()
}

fn is_whole(piece: &Piece) -> bool {
    piece.kind == PieceKind::Company(Extent::Whole)
}

fn shown(args: &ClaimArgs, candidates: &[Candidate], color: bool) -> String {
    let (bold, plain) = if color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let kind = args.kind.word();
    let mut text = format!("Free numbers that spell {} ({kind}, {}):\n\n", args.word, args.country);
    let width = candidates.iter().map(|candidate| candidate.written.len()).max().unwrap_or(0);
    for (place, Candidate { number, written, said, .. }) in (1..).zip(candidates) {
        let _infallible = writeln!(text, "{place:>2}. {bold}{written:<width$}{plain}  {number}  “{said}”");
    }
    if let Some(first) = candidates.first() {
        let _infallible = writeln!(
            text,
            "\nNothing is claimed yet. The blueprint claims one; for the first:\n\nphone_numbers:\n  main: {{ country: {}, type: {kind}, prefix: \"{}\" }}",
            args.country, first.prefix
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_spell_the_whole_word_are_candidates_and_the_best_come_first() {
        let numbers = ["+15550100134", "+15553569377", "+15552235693", "+442079460000"];
        let numbers: BTreeSet<String> = numbers.into_iter().map(str::to_owned).collect();
        let found = candidates(&numbers, Company::read("flowers").unwrap());
        let written: Vec<&str> = found.iter().map(|candidate| candidate.written.as_str()).collect();
        assert_eq!(written, ["1-555-FLOWERS"]);
        assert_eq!(found[0].prefix, "+1-555-FLOWERS");
        let low = candidates(&numbers, Company::read("low").unwrap());
        let written: Vec<&str> = low.iter().map(|candidate| candidate.written.as_str()).collect();
        assert_eq!(written, ["1-555-223-LOW-3", "1-555-3-LOW-377"], "in the middle of a number");
        let numbers = BTreeSet::from(["+15555690134".to_owned(), "+15550100569".to_owned()]);
        assert_eq!(candidates(&numbers, Company::read("low").unwrap())[0].written, "1-555-010-0-LOW");
    }
}
