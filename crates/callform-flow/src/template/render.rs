//! Handlebars, strictly.

use callform_source::{Diagnostic, Diagnostics, Span, did_you_mean};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy as _, Output, RenderContext, RenderError,
    RenderErrorReason, Renderable as _,
};
use serde_json::{Map, Value};

use super::header::Template;

/// Name the text goes by inside Handlebars.
const TEXT: &str = "text";

/// Renders a text of a template: its own, or the same with marks. `None` after an error.
pub(super) fn render(
    template: &Template,
    text: &str,
    values: &Map<String, Value>,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(escape);
    engine.register_helper("value", Box::new(WriteValue));
    engine.register_helper("if", Box::new(Conditional { holds: true }));
    engine.register_helper("unless", Box::new(Conditional { holds: false }));
    if let Err(error) = engine.register_template_string(TEXT, text) {
        let (line, column) = error.pos().unwrap_or((1, 1));
        diagnostics.push(
            Diagnostic::error("template-syntax", "a template that is no Handlebars text")
                .at(place(template, line, column), "")
                .note(format!("{}.", error.reason())),
        );
        return None;
    }
    match engine.render(TEXT, values) {
        Ok(text) => Some(text),
        Err(error) => {
            diagnostics.push(failure(template, &error));
            None
        }
    }
}

/// What is written inside double quotes.
fn escape(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn failure(template: &Template, error: &RenderError) -> Diagnostic {
    let span = place(template, error.line_no.unwrap_or(1), error.column_no.unwrap_or(1));
    match error.reason() {
        RenderErrorReason::MissingVariable(name) => {
            let name = name.as_deref().unwrap_or_default();
            let diagnostic = Diagnostic::error("unknown-variable", format!("unknown variable `{name}` in a template"))
                .at(span, "not a parameter of this template");
            match did_you_mean(name, template.parameters.keys().map(|name| name.value.as_str())) {
                Some(similar) => diagnostic.help(format!("Did you mean `{similar}`?")),
                None => diagnostic.help("Declare it under `parameters:` in the template's header."),
            }
        }
        reason => Diagnostic::error("template-syntax", "a template that cannot be rendered")
            .at(span, "")
            .note(format!("{reason}.")),
    }
}

/// The rest of a line of the text, as a place in the template's file. Lines and columns count from 1.
pub(super) fn place(template: &Template, line: usize, column: usize) -> Span {
    let line_start: usize = template.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = template.text.get(line_start..).unwrap_or_default();
    let line_text = rest.lines().next().unwrap_or_default();
    let column = line_text.char_indices().nth(column.saturating_sub(1)).map_or(0, |(offset, _)| offset);
    let offset = |within: usize| u32::try_from(template.start + line_start + within).unwrap_or(u32::MAX);
    Span::new(template.file, offset(column), offset(line_text.len()))
}

/// `{{value name}}`: a parameter as a YAML value in flow style, which JSON is.
struct WriteValue;

impl HelperDef for WriteValue {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("value", 0))?;
        if value.is_value_missing() {
            return Err(RenderError::strict_error(value.relative_path()));
        }
        out.write(&value.value().to_string())?;
        Ok(())
    }
}

/// `{{#if name}}` and `{{#unless name}}`, which by themselves take an unknown name for one that is not set.
struct Conditional {
    holds: bool,
}

impl HelperDef for Conditional {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("if", 0))?;
        if value.is_value_missing() {
            return Err(RenderError::strict_error(value.relative_path()));
        }
        let text = if value.value().is_truthy(false) == self.holds { helper.template() } else { helper.inverse() };
        text.map_or(Ok(()), |text| text.render(engine, context, state, out))
    }
}
