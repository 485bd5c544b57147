//! JSONPaths that Connect knows nothing about.

use callform_source::{Diagnostic, Diagnostics, Severity, did_you_mean};

use super::{Look, Rule};
use crate::catalog::{ActionSpec, Class};
use crate::paths;
use crate::validate::{has_known_root, roots};

pub(super) const RULE: Rule = Rule {
    code: "unknown-path",
    what: "Finds JSONPaths whose names Amazon Connect does not know, such as `$.Attribute.name` and `$.Customer.Endpoint`.",
    why: "They are read as nothing: a text has a gap, a comparison never holds, a function gets an empty value.",
    example: "- say: Hello $.Attribute.firstName",
    instead: "- say: Hello $.Attributes.firstName",
    check,
};

/// Beginnings of paths that are often written, and what is meant.
const MISNOMERS: &[(&str, &str)] = &[
    ("$.Customer.Endpoint", "$.CustomerEndpoint"),
    ("$.CustomerNumber", "$.CustomerEndpoint.Address"),
    ("$.Customer.Number", "$.CustomerEndpoint.Address"),
    ("$.DialedNumber", "$.SystemEndpoint.Address"),
    ("$.System.Endpoint", "$.SystemEndpoint"),
    ("$.ContactData.Attributes", "$.Attributes"),
    ("$.Details.ContactData.Attributes", "$.Attributes"),
    ("$.Details.ContactData", "$"),
    ("$.Contact.Attributes", "$.Attributes"),
    ("$.Contact.ContactId", "$.ContactId"),
    ("$.Queue.QueueName", "$.Queue.Name"),
    ("$.Queue.Id", "$.Queue.ARN"),
    ("$.Queue.QueueARN", "$.Queue.ARN"),
    ("$.CustomerEndpoint.Number", "$.CustomerEndpoint.Address"),
    ("$.CustomerEndpoint.PhoneNumber", "$.CustomerEndpoint.Address"),
    ("$.SystemEndpoint.Number", "$.SystemEndpoint.Address"),
    ("$.SystemEndpoint.PhoneNumber", "$.SystemEndpoint.Address"),
    ("$.Customer.Name", "$.Customer.FirstName"),
    ("$.Customer.Phone", "$.Customer.PhoneNumber"),
    ("$.Customer.Email", "$.Customer.EmailAddress"),
    ("$.Agent.Name", "$.Agent.FirstName"),
    ("$.Agent.Username", "$.Agent.UserName"),
    ("$.Lambda", "$.External"),
    ("$.UserDefined", "$.Attributes"),
    ("$.User", "$.Attributes"),
    ("$.Flow", "$.FlowAttributes"),
    ("$.CustomerInput", "$.StoredCustomerInput"),
    ("$.StoredInput", "$.StoredCustomerInput"),
    ("$.Input", "$.StoredCustomerInput"),
];

/// Roots whose members are anybody's own, and that no misnomer begins with.
const OPEN: &[&str] = &["Attributes", "External", "FlowAttributes", "StoredCustomerInput"];

/// Roots of which AWS's page of attributes lists every member, and few are likely to come.
const CLOSED: &[&str] = &["CustomerEndpoint", "SystemEndpoint", "Queue", "Agent"];

/// Second parts of paths that are all there are.
const MEMBERS: &[(&str, &[&str])] = &[
    ("CustomerEndpoint", &["Address", "Type", "DisplayName"]),
    ("SystemEndpoint", &["Address", "Type", "DisplayName"]),
    ("Queue", &["Name", "ARN", "OutboundCallerId"]),
    ("Agent", &["UserName", "FirstName", "LastName", "ARN"]),
    ("Metrics", &["Queue", "Agents"]),
    ("AgenticCX", &["ContextVariables"]),
    ("Views", &["Action", "ViewResultData"]),
    (
        "Lex",
        &[
            "IntentName",
            "Slots",
            "SessionAttributes",
            "DialogState",
            "IntentConfidence",
            "SentimentResponse",
            "AlternateIntents",
            "SessionState",
            "MatchedIntents",
        ],
    ),
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    // A block that is not in the catalog may bring paths of its own.
    let may_be_new = look.all_actions().any(|(index, _)| look.spec(index).is_none());
    for (index, action) in look.all_actions() {
        let mut seen = Vec::new();
        for (parameter, text) in look.texts.texts(index).iter().filter(|(_, text)| text.contains('$')) {
            let is_refused = is_single_path(look.spec(index), parameter) && !may_be_new;
            let wrong = paths::in_text(text).filter(|path| !is_refused || has_known_root(path)).filter_map(meant);
            for (path, meant) in wrong.chain(without_dot(text)) {
                if !seen.contains(&path) {
                    diagnostics.push(look.at(unknown(&path, meant.as_ref(), may_be_new), action));
                    seen.push(path);
                }
            }
        }
    }
}

/// Parameters where Connect itself refuses a path it does not know.
fn is_single_path(spec: Option<&ActionSpec>, parameter: &str) -> bool {
    spec.and_then(|spec| spec.parameter(parameter)).is_some_and(|spec| spec.class == Class::Path)
}

fn unknown(path: &str, meant: Option<&Meant>, may_be_new: bool) -> Diagnostic {
    let diagnostic = Diagnostic::warning(RULE.code, format!("`{path}` is no path that Connect knows"));
    match meant {
        Some(Meant::Path(meant)) => diagnostic.help(format!("Did you mean `{meant}`?")),
        Some(Meant::OneOf(root, members)) => {
            let known: Vec<String> = members.iter().map(|member| format!("`$.{root}.{member}`")).collect();
            diagnostic.help(format!("There are {}.", known.join(", ")))
        }
        None if may_be_new => Diagnostic { severity: Severity::Note, ..diagnostic }
            .note("The flow has an action of a type that is not known; the path may come from there.")
            .help("Where it is meant, nothing has to be done."),
        None => diagnostic.help(
            "Paths start with `$.Attributes`, `$.External`, `$.FlowAttributes`, `$.StoredCustomerInput`, `$.CustomerEndpoint`, \
             and the like.",
        ),
    }
}

/// A path that is wrong, and what is meant where that can be told.
fn meant(path: &str) -> Option<(String, Option<Meant>)> {
    // Most paths are of these, and nothing is meant by mistake with them.
    if OPEN.contains(&paths::root(path)) {
        return None;
    }
    let continues = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
    for (wrong, right) in MISNOMERS {
        if let Some(rest) = path.strip_prefix(wrong).filter(|rest| continues(rest)) {
            return Some((path.to_owned(), Some(Meant::Path(format!("{right}{rest}")))));
        }
    }
    let mut parts = paths::parts(path);
    let root = parts.next()?;
    if !roots().contains(&root) {
        let meant = did_you_mean(root, roots().iter().copied());
        return Some((path.to_owned(), meant.map(|meant| Meant::Path(path.replacen(root, meant, 1)))));
    }
    let (root, members) = MEMBERS.iter().find(|(name, _)| *name == root)?;
    let member = parts.next()?;
    if members.contains(&member) {
        return None;
    }
    if let Some(meant) = did_you_mean(member, members.iter().copied()) {
        return Some((path.to_owned(), Some(Meant::Path(path.replacen(member, meant, 1)))));
    }
    // The other lists may be older than Connect: there, only what looks mistyped is reported.
    CLOSED.contains(root).then(|| (path.to_owned(), Some(Meant::OneOf(root, members))))
}

/// What may be meant by a wrong path.
enum Meant {
    /// A path.
    Path(String),
    /// A member of a root that has these.
    OneOf(&'static str, &'static [&'static str]),
}

/// `$Attributes.name`, which lacks its dot.
fn without_dot(text: &str) -> impl Iterator<Item = (String, Option<Meant>)> + '_ {
    text.match_indices('$').filter_map(|(start, _)| {
        let rest = &text[start + 1..];
        if rest.starts_with('.') {
            return None;
        }
        let root = roots().iter().find(|root| rest.strip_prefix(**root).is_some_and(|rest| rest.starts_with('.')))?;
        Some((format!("${root}."), Some(Meant::Path(format!("$.{root}.")))))
    })
}
