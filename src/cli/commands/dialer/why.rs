//! `callform dialer why`

use clap::Args;
use dialer::ids::Number;
use dialer::item::Key;
use dialer::moment::Moment;
use dialer::store::Table as _;
use dialer::why::Why;

use super::found::{Found, find};
use super::table::{Live, failed, open};
use super::{DialerArgs, FORMAT_VERSION, Form};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Longest name of a person, in bytes: 256 characters of a list.
const LONGEST_NAME: usize = 1024;

/// `callform dialer why`
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// Which dialer.
    #[command(flatten)]
    pub dialer: DialerArgs,
    /// The person: as the list names them, or their phone number, such as +15550100134.
    #[arg(value_name = "PERSON")]
    pub person: String,
    /// When: a time such as 2026-11-30T17:00:00Z. Default: now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Moment>,
}

/// Explains.
pub(super) async fn run(ui: &Ui, args: &WhyArgs) -> Result<Exit, Exit> {
    let found = find(ui, &args.dialer.blueprint, args.dialer.dialer.as_deref())?;
    let live = open(ui, &found, &args.dialer.account).await?;
    let explained = explain(ui, args, &found, &live).await;
    live.account.close().await;
    let explained = explained?;
    match args.dialer.format {
        Form::Human => ui.data(&human(&explained)),
        Form::Json => {
            let mut answer = serde_json::to_value(&explained).unwrap_or_default();
            answer["format_version"] = FORMAT_VERSION.into();
            ui.data(&format!("{answer:#}\n"));
        }
    }
    Ok(Exit::Success)
}

async fn explain(ui: &Ui, args: &WhyArgs, found: &Found, live: &Live) -> Result<Why, Exit> {
    let tools = live.tools(&found.policy);
    let work = tools.work();
    // The first answer tells the time of the services, which is that of the question.
    work.campaign().await.map_err(|error| failed(ui, &error))?;
    let at = args.at.unwrap_or_else(|| tools.now());
    // Nobody has a longer name, and the table refuses longer keys.
    if args.person.len() <= LONGEST_NAME
        && let Some(why) = work.why(&args.person.as_str().into(), at).await.map_err(|error| failed(ui, &error))?
    {
        return Ok(why);
    }
    let of_number = match Number::from_e164(&args.person) {
        Some(number) => tools.store().get(&Key::Number(number)).await.map_err(|error| failed(ui, &error))?,
        None => None,
    };
    if let Some(person) = of_number.as_ref().and_then(|item| item.body.number()?.persons.first())
        && let Some(why) = work.why(person, at).await.map_err(|error| failed(ui, &error))?
    {
        return Ok(why);
    }
    ui.error(&format!("nobody is called `{}` in the dialer's table", args.person));
    ui.say("help: people are named as in their list, or by their number in the form +15550100134");
    Err(Exit::Failed)
}

fn human(why: &Why) -> String {
    let mut lines = Vec::new();
    if why.called {
        lines.push(format!("{} would be called at {}, were it their turn.", why.person, why.at));
    } else {
        lines.push(format!("{} would not be called at {}:", why.person, why.at));
        lines.extend(why.reasons.iter().map(|reason| format!("  - {reason}")));
    }
    match &why.next {
        Some(next) => lines.push(format!("next call: {next} or later")),
        None => lines.push("next call: none".to_owned()),
    }
    lines.extend(why.facts.iter().map(|fact| format!("  {fact}")));
    lines.push(String::new());
    lines.join("\n")
}
