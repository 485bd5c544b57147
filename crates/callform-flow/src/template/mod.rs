//! Flow templates: Handlebars text that renders to steps.
//!
//! A template file has two parts with a line `---` between them: a header in YAML that declares the parameters, and
//! the text that renders to a flow (`type:`, `steps:`, `on_error:`). In the text, `{{value name}}` writes a parameter
//! as a YAML value, whatever its type, and `{{name}}` writes it inside double quotes. An unknown name is an error.

mod header;
mod parameters;
mod render;
mod origin;
#[cfg(test)]
mod tests;

pub use header::{Parameter, ParameterType};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use callform_source::{Diagnostic, Diagnostics, SourceMap, Span, Spanned, de, did_you_mean, schema, yaml};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::steps::FlowSteps;
use origin::Origin;

/// The templates that come with Callform.
const BUILT_IN: &[(&str, &str)] = &[
    ("callback-in-queue", include_str!("../../../../contact-flows/callback-in-queue.yaml")),
    ("callback-scheduling", include_str!("../../../../contact-flows/callback-scheduling.yaml")),
    ("check-in", include_str!("../../../../contact-flows/check-in.yaml")),
    ("customer-queue", include_str!("../../../../contact-flows/customer-queue.yaml")),
    ("disposition", include_str!("../../../../contact-flows/disposition.yaml")),
    ("hours-gate", include_str!("../../../../contact-flows/hours-gate.yaml")),
    ("menu", include_str!("../../../../contact-flows/menu.yaml")),
    ("pin-entry", include_str!("../../../../contact-flows/pin-entry.yaml")),
    ("queue-with-callback", include_str!("../../../../contact-flows/queue-with-callback.yaml")),
    ("survey", include_str!("../../../../contact-flows/survey.yaml")),
    ("voicemail-to-task", include_str!("../../../../contact-flows/voicemail-to-task.yaml")),
];

/// Checks what templates render to; a center may use hundreds of them.
static STEPS: LazyLock<schema::Checker> = LazyLock::new(|| schema::Checker::new(&schemars::schema_for!(FlowSteps)));

/// The templates a flow can be made of.
#[derive(Clone, Debug)]
pub struct Library {
    by_name: BTreeMap<String, Text>,
}

#[derive(Clone, Debug)]
struct Text {
    path: String,
    text: Cow<'static, str>,
}

impl Default for Library {
    /// The templates that come with Callform.
    fn default() -> Self {
        let by_name = BUILT_IN
            .iter()
            .map(|(name, text)| {
                let path = format!("contact-flows/{name}.yaml");
                ((*name).to_owned(), Text { path, text: Cow::Borrowed(text) })
            })
            .collect();
        Self { by_name }
    }
}

impl Library {
    /// Adds a template; one of the same name is replaced. The path is shown in diagnostics.
    pub fn insert(&mut self, name: impl Into<String>, path: impl Into<String>, text: impl Into<String>) {
        self.by_name.insert(name.into(), Text { path: path.into(), text: Cow::Owned(text.into()) });
    }

    /// The parameters that a template declares; `None` where there is none of the name, or its header is not right.
    pub fn parameters(&self, name: &str) -> Option<IndexMap<String, Parameter>> {
        let template = self.by_name.get(name)?;
        let mut sources = SourceMap::default();
        let file = sources.add(template.path.clone(), template.text.clone().into_owned());
        let template = header::read(&mut sources, file, &mut Diagnostics::default())?;
        Some(template.parameters.into_iter().map(|(name, parameter)| (name.value, parameter)).collect())
    }

    /// The names of all templates.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

/// A flow made of a template.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// Key of the flow in the blueprint.
    pub flow: &'a str,
    /// Name of the template.
    pub template: &'a Spanned<String>,
    /// The parameters.
    pub with: &'a IndexMap<Spanned<String>, Spanned<Value>>,
}

/// Renders a template and reads the result like steps of a blueprint.
///
/// The template joins the source map, and the steps have their places in it: problems are shown where they were written,
/// with the place of the flow that uses the template beside it. `None` after an error.
pub fn expand(
    library: &Library,
    usage: &Use<'_>,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<FlowSteps> {
    let mut own = Diagnostics::default();
    let steps = expand_alone(library, usage, sources, &mut own);
    diagnostics.extend(used_by(usage.flow, usage.template.span, &own));
    steps
}

/// Adds to whatever was found in a template which flow uses it.
pub fn used_by(flow: &str, place: Span, found: &Diagnostics) -> Diagnostics {
    let mut result = Diagnostics::default();
    for diagnostic in found.iter() {
        let elsewhere = diagnostic.primary.as_ref().is_some_and(|at| at.span.file != place.file);
        let diagnostic = diagnostic.clone();
        result.push(if elsewhere { diagnostic.also(place, format!("used by `{flow}`")) } else { diagnostic });
    }
    result
}

fn expand_alone(
    library: &Library,
    usage: &Use<'_>,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<FlowSteps> {
    let Some(template) = library.by_name.get(&usage.template.value) else {
        diagnostics.push(unknown_template(library, usage.template));
        return None;
    };
    let file = sources.add(&template.path, template.text.clone());
    let header = header::read(sources, file, diagnostics)?;
    let values = parameters::values(&header, usage, diagnostics)?;
    let text = render::render(&header, &header.text, &values, diagnostics)?;
    let origin = origin_of(&header, &values, &text);
    let rendered = sources.add(format!("{} (rendered for {})", template.path, usage.flow), text);
    let mut node = yaml::parse(sources, rendered, &yaml::Limits::default(), diagnostics)?;
    if let Some(origin) = origin {
        origin.apply(&mut node, rendered, &header, sources);
    }
    let mut own = Diagnostics::default();
    STEPS.check(&node, &mut own);
    let is_sound = !own.has_errors();
    diagnostics.extend(own);
    if !is_sound {
        return None;
    }
    de::from_node(&node).map_err(|diagnostic| diagnostics.push(diagnostic)).ok()
}

/// Where each line of the rendered text comes from. `None` where that cannot be told: then its own places are shown.
fn origin_of(header: &header::Template, values: &Map<String, Value>, rendered: &str) -> Option<Origin> {
    let marked = origin::with_marks(&header.text)?;
    let marked = render::render(header, &marked, values, &mut Diagnostics::default())?;
    Origin::read(&marked, rendered)
}

fn unknown_template(library: &Library, name: &Spanned<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown-template", format!("unknown template `{name}`"))
        .at(name.span, "neither yours nor built in");
    if let Some(similar) = did_you_mean(name, library.names()) {
        return diagnostic.help(format!("Did you mean `{similar}`?"));
    }
    let names: Vec<String> = library.names().map(|name| format!("`{name}`")).collect();
    diagnostic.help(format!("There are {}.", names.join(", ")))
}
