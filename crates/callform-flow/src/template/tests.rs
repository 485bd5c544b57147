use callform_source::{Diagnostics, FileId, SourceMap, Span, Spanned, de, yaml};
use indexmap::IndexMap;
use insta::assert_snapshot;
use serde_json::Value;

use super::*;
use crate::compile::{FlowDefinition, compile};
use crate::testing::{TestNames, describe, outline};
use crate::validate::{EverythingExists, problems};

/// Expands and compiles `template` with parameters written in YAML; gives the flow's outline or what was found.
fn expanded(library: &Library, template: &str, with: &str) -> Result<String, String> {
    let mut sources = SourceMap::default();
    let file = sources.add("with.yaml", with);
    let mut diagnostics = Diagnostics::default();
    let node = yaml::parse(&sources, file, &yaml::Limits::default(), &mut diagnostics).expect("YAML");
    let with: IndexMap<Spanned<String>, Spanned<Value>> = de::from_node(&node).expect("a mapping");
    let template = Spanned::new(template.to_owned(), Span::whole_file(file));
    let usage = Use { flow: "test", template: &template, with: &with };
    let flow = expand(library, &usage, &mut sources, &mut diagnostics).and_then(|steps| {
        let definition = FlowDefinition {
            name: "test",
            flow_type: steps.r#type.value,
            steps: &steps.steps,
            on_error: steps.on_error.as_ref(),
            span: template.span,
            settings: None,
        };
        let (flow, _) = compile(&definition, &TestNames, &mut diagnostics)?;
        assert_eq!(problems(&flow.to_json(), &EverythingExists, steps.r#type.value), []);
        Some(flow)
    });
    match flow {
        Some(flow) if diagnostics.is_empty() => Ok(outline(&flow)),
        _ => Err(describe(&sources, &diagnostics)),
    }
}

fn built_in(template: &str, with: &str) -> String {
    expanded(&Library::default(), template, with).unwrap_or_else(|found| panic!("{found}"))
}

fn custom(text: &str, with: &str) -> Result<String, String> {
    let mut library = Library::default();
    library.insert("custom", "contact-flows/custom.yaml", text);
    expanded(&library, "custom", with)
}

fn faults(text: &str, with: &str) -> String {
    custom(text, with).expect_err("faults")
}

#[test]
fn callback_in_queue() {
    assert_snapshot!(built_in("callback-in-queue", "{}"));
    assert_snapshot!(built_in(
        "callback-in-queue",
        "{ offer_after: 45s, queue: consulting, lambda: vanity, music: { prompt: music }, accepted: 'Say \"bye\"' }"
    ));
    // Whatever is done between the number and the callback.
    let prepared = built_in(
        "callback-in-queue",
        "{ prepare: [{ lambda: vanity, with: { companyName: KWGlobal }, error: { goto: Queue the callback } }] }",
    );
    let at = |text: &str| prepared.find(text).unwrap_or_else(|| panic!("no `{text}` in {prepared}"));
    assert!(at("UpdateContactCallbackNumber") < at("companyName"), "{prepared}");
    assert!(at("companyName") < at("CreateCallbackContact"), "{prepared}");
}

#[test]
fn hours_gate() {
    assert_snapshot!(built_in("hours-gate", "{ hours: business, open: { transfer: { flow: main_menu } } }"));
    assert_snapshot!(built_in(
        "hours-gate",
        "{ hours: business, open: [{ say: Welcome }, hang_up], after_closed: [{ say: Bye }, hang_up] }"
    ));
}

#[test]
fn menu() {
    assert_snapshot!(built_in(
        "menu",
        "
welcome: Welcome to KWGlobal
question: Press 1 for customer service or 2 for business consulting
keys:
  1: { transfer: { queue: customer_service } }
  2: { transfer: { queue: consulting } }
"
    ));
}

#[test]
fn queue_with_callback() {
    assert_snapshot!(built_in("queue-with-callback", "{ queue: consulting, queue_flow: callback_in_queue }"));
}

#[test]
fn callback_scheduling() {
    assert_snapshot!(built_in("callback-scheduling", "{ queue: consulting }"));
    // Those who gave up are not told that they are called.
    let given_up = built_in("callback-scheduling", "{ queue: consulting, give_up: { say: Bye, name: Bye } }");
    assert!(given_up.contains("Bye = MessageParticipant {\"Text\":\"Bye\"}\n    -> End"), "{given_up}");
}

#[test]
fn customer_queue() {
    assert_snapshot!(built_in("customer-queue", "{ tell_every: 90s }"));
}

#[test]
fn voicemail_to_task() {
    assert_snapshot!(built_in("voicemail-to-task", "{ task_flow: main_menu, lambda: vanity }"));
    built_in("voicemail-to-task", "{ task_flow: main_menu }");
}

#[test]
fn survey() {
    assert_snapshot!(built_in("survey", "{ second_question: And with the wait?, lambda: vanity }"));
    built_in("survey", "{}");
}

#[test]
fn check_in() {
    assert_snapshot!(built_in("check-in", "{ queue: consulting, lambda: vanity, whisper: whisper }"));
    built_in("check-in", "{ queue: consulting }");
}

#[test]
fn disposition() {
    assert_snapshot!(built_in("disposition", "{}"));
    built_in("disposition", "{ lambda: vanity }");
}

#[test]
fn pin_entry() {
    assert_snapshot!(built_in("pin-entry", "{ lambda: vanity, inside: { transfer: { flow: main_menu } } }"));
    // Steps that do not end the call go neither from one case to the other nor round.
    built_in("pin-entry", "{ lambda: vanity, inside: { say: Hello }, turned_away: { say: Goodbye } }");
}

#[test]
fn every_built_in_template_declares_parameters_that_are_used() {
    for (name, text) in BUILT_IN {
        let mut sources = SourceMap::default();
        let file = sources.add(*name, *text);
        let mut diagnostics = Diagnostics::default();
        let template = header::read(&mut sources, file, &mut diagnostics);
        let template = template.unwrap_or_else(|| panic!("{name}: {}", describe(&sources, &diagnostics)));
        for parameter in template.parameters.keys() {
            assert!(template.text.contains(parameter.as_str()), "{name}: {parameter} is not used");
        }
    }
}

#[test]
fn parameters_are_checked() {
    let text = "\
parameters:
  word: { type: text, about: A word. }
  wait: { type: duration, default: 2m, about: How long. }
  count: { type: number, optional: true, about: How many. }
---
type: inbound
steps: [{ say: {{value word}} }, hang_up]
";
    assert_snapshot!(faults(text, "{ wort: x, wait: 2 minutes, count: many }"));
    assert_snapshot!(faults(text, "{ word: hello, colour: red, count: null }"));
    assert_snapshot!(expanded(&Library::default(), "callback-in-que", "{}").expect_err("faults"));
}

#[test]
fn values_are_quoted_where_yaml_needs_it() {
    let text = "\
parameters: { word: { type: text, about: A word. } }
---
type: inbound
steps:
  - say: {{value word}}
  - say: \"Hello {{word}}\"
  - hang_up
";
    assert_snapshot!(custom(text, "{ word: 'a: \"b\" # {c} \\n d' }").expect("compiles"));
    assert_snapshot!(custom(text, "{ word: 12 }").expect("compiles"));
}

#[test]
fn unknown_variables_are_errors_with_a_place() {
    let template = |line: &str| {
        format!(
            "parameters: {{ word: {{ type: text, default: x, about: A word. }} }}\n---\ntype: inbound\nsteps:\n{line}\n"
        )
    };
    assert_snapshot!(faults(&template("  - say: {{value wrd}}"), "{}"));
    assert_snapshot!(faults(&template("  - say: \"Hi {{wrod}}\""), "{}"));
    assert_snapshot!(faults(&template("  {{#if wodr}}\n  - hang_up\n  {{/if}}"), "{}"));
    assert_snapshot!(faults(&template("  {{#if word}}\n  - hang_up"), "{}"));
    assert_snapshot!(faults(&template("  - sai: {{value word}}"), "{}"));
    assert_snapshot!(faults("type: inbound", "{}"));
    assert_snapshot!(faults("parameters: { word: { type: txt } }\n---\n", "{}"));
}

#[test]
fn what_the_steps_do_wrong_is_shown_in_the_template() {
    let text = "\
parameters: { word: { type: text, default: x, about: A word. }, ending: { type: steps, default: hang_up, about: The end. } }
---
type: inbound
steps:
  {{#if word}}
  - say: {{value word}}
  {{/if}}
  - transfer: queue
    full: [{ say: Sorry }, hang_up]
  {{#each ending}}
  - {{value this}}
  {{/each}}
";
    assert_snapshot!(faults(text, "{ ending: [hang_up, { say: Never }] }"));
}

#[test]
fn the_place_of_a_problem_in_a_line_is_never_outside_of_the_text() {
    let template =
        header::Template { parameters: IndexMap::new(), file: some_file(), start: 10, text: "é\n\nlast".to_owned() };
    for line in 0..6 {
        for column in 0..6 {
            let span = render::place(&template, line, column);
            assert!(
                span.start <= span.end && span.end as usize <= 10 + template.text.len(),
                "{line}:{column} {span:?}"
            );
        }
    }
}

fn some_file() -> FileId {
    SourceMap::default().add("x", "")
}
