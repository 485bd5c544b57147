//! Functions of another region or account.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule, facts};
use crate::names::Names;

pub(super) const RULE: Rule = Rule {
    code: "function-elsewhere",
    what: "Finds functions whose ARN names another region or account than the objects of the instance that the flow names.",
    why: "Connect invokes functions of its own region only, and those of another account only where they allow it.",
    example: "- queue: arn:aws:connect:us-west-2:123456789012:instance/i/queue/1a2b3c4d-0000-1111-2222-333344445555
- lambda: arn:aws:lambda:eu-central-1:123456789012:function:orders",
    instead: "- queue: consulting\n- lambda: arn:aws:lambda:us-west-2:123456789012:function:orders",
    check,
};

/// Region and account of an ARN.
type Home<'a> = (&'a str, &'a str);

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let homes: BTreeSet<Home<'_>> = look
        .texts
        .all()
        .iter()
        .filter_map(|(_, text)| home(text, "connect"))
        .filter(|(_, account)| is_account(account))
        .collect();
    let mut told = BTreeSet::new();
    for (_, action) in look.of_type("InvokeLambdaFunction") {
        let Some(arn) = facts::arn_of(action).filter(|arn| !arn.contains('{')) else { continue };
        // Of several functions in one place the first is told of.
        let Some((region, account)) = home(arn, "lambda").filter(|home| told.insert(*home)) else { continue };
        let known = look.subject.names.and_then(Names::region);
        let regions: BTreeSet<&str> = homes.iter().map(|(region, _)| *region).chain(known).collect();
        let accounts: BTreeSet<&str> = homes.iter().map(|(_, account)| *account).collect();
        let diagnostic = if is_other(region, &regions) && is_region(region) {
            Diagnostic::warning(RULE.code, format!("a function in `{region}`, where the instance is not"))
                .help("Name a function of the instance's region; a function of another one cannot be invoked.")
        } else if is_other(account, &accounts) && is_account(account) {
            Diagnostic::warning(
                RULE.code,
                format!("a function of the account `{account}`, which the instance is not of"),
            )
            .help("Let the function's policy allow Connect to invoke it, or name one of this account.")
        } else {
            continue;
        };
        diagnostics.push(look.at(diagnostic, action));
    }
}

fn is_other(one: &str, known: &BTreeSet<&str>) -> bool {
    !known.is_empty() && !known.contains(one)
}

fn home<'a>(arn: &'a str, service: &str) -> Option<Home<'a>> {
    let mut parts = arn.split(':');
    let is_arn = parts.next() == Some("arn") && parts.next().is_some() && parts.next() == Some(service);
    is_arn.then(|| Some((parts.next()?, parts.next()?))).flatten()
}

/// Not a path, a placeholder, or what was masked.
fn is_region(text: &str) -> bool {
    text.split('-').count() >= 3
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
