//! The steps of the table: see [`BlockSpec`].

use callform_source::{Diagnostic, Span, Spanned};
use serde_json::{Map, Value, json};

use crate::compile::builder::{Builder, Draft, Target};
use crate::steps::{BlockStep, Branch, Duration, Field, FieldKind, Main, Taken};

pub(super) fn block(builder: &mut Builder<'_>, step: &BlockStep, next: &Target) -> Target {
    let spec = step.spec;
    let title = builder.title(|| title(step));
    let mut draft = Draft::new(spec.action, title);
    let mut parameters = Map::new();
    if let Main::Parameter(field) = spec.main {
        write(builder, &mut parameters, &field, &step.main);
    }
    for field in spec.fields {
        let given = match spec.main {
            Main::Group => step.main.value.get(field.key).map(|value| Spanned::new(value.clone(), step.main.span)),
            Main::Choice(_) | Main::Parameter(_) => step.values.get(field.key).cloned(),
        };
        if let Some(given) = given {
            write(builder, &mut parameters, field, &given);
        }
    }
    draft.parameters = parameters;
    let reserved = builder.reserve();
    for (result, branch) in &step.branches {
        let operand = builder.text(result, result.span);
        let target = builder.branch(Some(branch), next.clone(), next);
        draft = draft.condition("Equals", &operand, target);
    }
    let mut mirrored = None;
    for outcome in spec.outcomes {
        let branch: Option<&Branch> = step.outcomes.get(outcome.key);
        if branch.is_none() && !outcome.always {
            continue;
        }
        match outcome.taken {
            Taken::Error(error) => {
                let target = builder.error_branch(branch, next);
                mirrored = Some(target.clone());
                draft = draft.error(error, target);
            }
            Taken::Equals(operand) => {
                let target = builder.branch(branch, next.clone(), next);
                draft = draft.condition("Equals", operand, target);
            }
        }
    }
    // `NextAction` of what branches on a result is asked for and never followed.
    let next = if draft.conditions.is_empty() { next.clone() } else { mirrored.unwrap_or_else(|| next.clone()) };
    builder.fill(reserved, draft.next(next))
}

fn title(step: &BlockStep) -> String {
    let mut words = step.spec.word.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    match (&step.main.value, step.spec.main) {
        (Value::String(text), _) => format!("{words} {text}"),
        (Value::Object(members), Main::Group) => {
            let keys: Vec<String> = members.keys().map(|key| key.replace('_', " ")).collect();
            format!("{words} {}", keys.join(" "))
        }
        _ => words,
    }
}

/// Puts the value of a key where its parameter is.
fn write(builder: &mut Builder<'_>, parameters: &mut Map<String, Value>, field: &Field, given: &Spanned<Value>) {
    let Some(value) = value(builder, field.kind, given) else {
        builder.diagnostics.push(
            Diagnostic::error("invalid-value", format!("`{}` cannot be this", field.key))
                .at(given.span, "")
                .help(field.documentation),
        );
        return;
    };
    match field.path.split_once('.') {
        _ if field.path.is_empty() => {
            if let Value::Object(members) = value {
                *parameters = members;
            }
        }
        Some((outer, inner)) => {
            let outer = parameters.entry(outer).or_insert_with(|| json!({}));
            if let Some(members) = outer.as_object_mut() {
                members.insert(inner.to_owned(), value);
            }
        }
        None => drop(parameters.insert(field.path.to_owned(), value)),
    }
}

fn value(builder: &mut Builder<'_>, kind: FieldKind, given: &Spanned<Value>) -> Option<Value> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    Some(match kind {
        FieldKind::Text => json!(builder.text(&text(&given.value)?, given.span)),
        FieldKind::Reference(kind) => json!(builder.reference(kind, &Spanned::new(text(&given.value)?, given.span))),
        FieldKind::Truth(yes, no) => json!(if given.value.as_bool()? { yes } else { no }),
        FieldKind::Seconds => json!(Duration::parse(given.value.as_str()?)?.seconds.to_string()),
        FieldKind::Words(words) => {
            let given = given.value.as_str()?;
            json!(words.iter().find(|(word, _)| *word == given)?.1)
        }
        FieldKind::Json => any(builder, &given.value, given.span),
    })
}

fn any(builder: &mut Builder<'_>, value: &Value, span: Span) -> Value {
    let wrapped = Map::from_iter([(String::new(), value.clone())]);
    super::raw::parameters(builder, &wrapped, span).shift_remove("").unwrap_or_default()
}
