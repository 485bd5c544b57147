//! What callers say, put into markup or into what a bot is told.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "input-in-ssml",
    what: "Finds what a customer said to a bot, wrote, or is called, put into SSML or into what a bot is told.",
    why: "A `<` or `&` in it breaks the SSML, so nothing is said; tags in it are obeyed; and a bot takes it for its own \
          instructions. Digits that were pressed are harmless.",
    example: "- lex: arn:aws:lex:us-west-2:123456789012:bot-alias/BOT/ALIAS
  ask: What is your name?
- say: { ssml: \"<speak>Thank you, $.Lex.Slots.name.</speak>\" }",
    instead: "- lex: arn:aws:lex:us-west-2:123456789012:bot-alias/BOT/ALIAS
  ask: What is your name?
- say: Thank you, $.Lex.Slots.name.",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let copies = Copies::of(look);
    for (index, action) in look.actions() {
        let is_bot = action.action_type == "ConnectParticipantWithLexBot";
        let mut texts = look.spoken(index).iter().filter(|spoken| spoken.is_ssml || is_bot);
        let Some(path) = texts.find_map(|spoken| copies.first_in(spoken.text)) else { continue };
        let (title, help) = if is_bot {
            ("is put into what a bot is told", "Give it to the bot as a session attribute, or leave it out.")
        } else {
            ("is put into SSML as the customer gave it", "Say it as plain text, or let a function escape it first.")
        };
        let diagnostic = Diagnostic::warning(RULE.code, format!("`{path}` {title}")).help(help);
        diagnostics.push(look.at(diagnostic, action));
    }
}

/// Attributes that hold free text of a customer.
struct Copies<'a> {
    names: Vec<&'a str>,
}

impl<'a> Copies<'a> {
    fn of(look: &Look<'a>) -> Self {
        let set =
            look.all_actions().filter_map(|(_, action)| action.parameters.get("Attributes")?.as_object()).flatten();
        let is_free = |text: &str| paths::in_text(text).any(is_free_text);
        let names = set.filter(|(_, value)| value.as_str().is_some_and(is_free)).map(|(name, _)| name.as_str());
        Self { names: names.collect() }
    }

    fn first_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        paths::in_text(text).find(|path| {
            let mut parts = paths::parts(path);
            let is_copy = parts.next() == Some("Attributes") && parts.next().is_some_and(|it| self.names.contains(&it));
            is_copy || is_free_text(path)
        })
    }
}

/// True for paths that hold whatever a customer said, wrote, or is called.
fn is_free_text(path: &str) -> bool {
    let mut parts = paths::parts(path);
    match (parts.next(), parts.next()) {
        (Some("Lex"), Some("Slots")) => parts.next().is_none_or(|slot| !is_number(slot)),
        (Some("Lex"), Some("InputTranscript")) => true,
        (Some("CustomerEndpoint"), Some("DisplayName")) => true,
        (Some("Email" | "Name" | "Description"), _) => true,
        (Some("Media"), Some("InitialMessage")) => true,
        _ => false,
    }
}

/// True for slots that are named after what bots take in a form of its own only.
fn is_number(slot: &str) -> bool {
    const FORMS: &[&str] =
        &["number", "phone", "zip", "code", "date", "time", "amount", "count", "digit", "pin", "age"];
    let slot = slot.to_lowercase();
    slot.ends_with("id") || FORMS.iter().any(|form| slot.contains(form))
}
