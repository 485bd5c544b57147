//! Languages that flows set.

use callform_source::{Diagnostic, Diagnostics};

use super::storage::actions_of;
use super::{Context, Rule};
use crate::model::Kind;

pub(super) const INVALID: Rule = Rule {
    codes: &["invalid-language"],
    about: "A flow sets a language that is no language code.",
    why: "Connect publishes the flow, and takes the error branch, or speaks and understands another language.",
    check: invalid,
};

fn invalid(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for resource in context.model.resources.values() {
        if !matches!(resource.address.kind, Kind::Flow | Kind::FlowModule) {
            continue;
        }
        for action in actions_of(resource) {
            let Some(code) = action["Parameters"]["LanguageCode"].as_str().filter(|code| !is_code(code)) else {
                continue;
            };
            let meant = code.replace('_', "-");
            let diagnostic = Diagnostic::error("invalid-language", format!("`{code}` is no language code"))
                .at(resource.span, "this flow sets it");
            diagnostics.push(if is_code(&meant) {
                diagnostic.help(format!("Did you mean `{meant}`?"))
            } else {
                diagnostic.help("Write language and region: `en-US`, `es-US`.")
            });
        }
    }
}

/// True for `en-US`, `cmn-CN`, `es-419`, and for what a call decides.
fn is_code(code: &str) -> bool {
    if code.starts_with('$') {
        return true;
    }
    let Some((language, region)) = code.split_once('-') else { return false };
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_region = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase())
        || region.len() == 3 && region.bytes().all(|byte| byte.is_ascii_digit());
    is_language && is_region
}
