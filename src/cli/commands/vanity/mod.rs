//! `callform vanity`

mod human;
mod json;

use clap::{Args, ValueEnum};
use vanity::company::Company;
use vanity::number::Number;

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform vanity`
///
/// The same search as in the `vanity` function of a center, without an account. Five vanity numbers at most, the best
/// first; each dials exactly the number it was made from. Words are SCOWL's (lambdas/vanity/words/COPYRIGHT).
///
/// Points: the company's name 40,000, a part of it 20,000; each digit that a word covers 1,000; each word -60, -0 to -90
/// more when it is rare, -50 when it has two letters and -20 when it has three, -15 when it begins in the area code and ends behind it;
/// each group of digits -5. With equal points the alphabet decides.
///
/// Who called a center last is answered by its function `vanity-callers`; see `callform lambda invoke`.
#[derive(Debug, Args)]
pub(crate) struct VanityArgs {
    /// A North American phone number, as Amazon Connect or as people write it, with or without spaces.
    #[arg(value_name = "NUMBER", required = true)]
    pub number: Vec<String>,
    /// Name of the company: vanity numbers with the name come first, then those with a part of it.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub company: String,
    /// Form of the output.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: Form,
}

/// Forms of a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Human,
    /// For programs; versioned.
    Json,
}

/// Ranks the vanity numbers of a number.
pub(in crate::cli) fn run(ui: &Ui, args: &VanityArgs) -> Exit {
    let number = Number::read(&args.number.join(" "));
    let ranked = number.as_ref().map(|number| (number, vanity::rank(number, &Company::new(&args.company))));
    if args.format == Form::Json {
        ui.data(&json::text(&ranked));
    }
    match ranked {
        Ok((number, ranking)) => {
            if args.format == Form::Human {
                ui.data(&human::text(number, &args.company, &ranking, ui.color_out));
            }
            Exit::Success
        }
        Err(reason) => {
            ui.error(&reason.to_string());
            Exit::Failed
        }
    }
}
