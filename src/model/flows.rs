//! Flows and flow modules: compiled from steps, a template or an exported file, with their names turned into
//! references.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::compile::{self, FlowDefinition, Names, Unlinted};
use callform_flow::import::{self, Imported};
use callform_flow::lint::{self, Arrival, Member, Places};
use callform_flow::references::{self, Piece};
use callform_flow::steps::{Branch, Step};
use callform_flow::{Flow, FlowType, template};
use callform_source::{Diagnostic, Diagnostics, Span, Spanned};

use indexmap::IndexMap;

use super::resolver::Resolver;
use super::{Address, Attribute, Kind, Reference, Resource, Target, TextPart, Value, naming};
use crate::kinds::bot::companion;
use crate::kinds::lambda::integration_name;
use crate::kinds::view::PUBLISHED;

/// Arguments of a template.
type Arguments = IndexMap<Spanned<String>, Spanned<serde_json::Value>>;

/// What the notations of flows and of modules have in common.
pub(crate) struct Source<'a> {
    pub(crate) key: &'a Spanned<String>,
    pub(crate) flow_type: FlowType,
    pub(crate) type_is_given: bool,
    pub(crate) steps: Option<&'a [Spanned<Step>]>,
    pub(crate) on_error: Option<&'a Branch>,
    pub(crate) template: Option<&'a Spanned<String>>,
    pub(crate) with: Option<Span>,
    pub(crate) arguments: Option<&'a Arguments>,
    pub(crate) json: Option<&'a Spanned<String>>,
    pub(crate) arns: &'a BTreeMap<String, Spanned<String>>,
    pub(crate) unresolved: &'a BTreeMap<String, Spanned<String>>,
    pub(crate) settings: Option<serde_json::Value>,
}

/// A flow ready for a template.
pub(crate) struct Compiled {
    pub(crate) flow_type: FlowType,
    pub(crate) content: Value,
    pub(crate) settings: Option<Value>,
    pub(crate) written: WrittenFlow,
    /// False where it has faults that were told already.
    pub(crate) is_sound: bool,
}

/// A flow before it is bound to a template: names are markers, see [`callform_flow::references`].
#[derive(Clone, Debug)]
pub struct WrittenFlow {
    /// The flow.
    pub flow: Flow,
    /// Its type; [`FlowType::Module`] for modules.
    pub flow_type: FlowType,
    /// Where each action was written: a step of the blueprint or its template, or an identifier of an exported file.
    pub places: Places,
}

impl Resolver<'_> {
    pub(crate) fn compile(&mut self, source: &Source<'_>) -> Option<Compiled> {
        let (flow_type, unlinted) = match (source.steps, source.template, source.json) {
            (Some(steps), None, None) => {
                (source.flow_type, self.compile_steps(source, source.flow_type, steps, source.on_error)?)
            }
            (None, Some(_), None) => self.compile_template(source)?,
            (None, None, Some(file)) => {
                let (flow, places) = self.read_exported(source, file)?;
                (source.flow_type, Unlinted { flow, places, is_sound: true })
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("flow-source", "a flow comes from exactly one place")
                        .at(source.key.span, "")
                        .help("Give one of `steps:`, `template:` and `json:`."),
                );
                return None;
            }
        };
        let Unlinted { flow, places, is_sound } = unlinted;
        self.only_with(source);
        self.report_unresolved(source);
        self.check_shown_views(source.key, &flow);
        let settings = flow.settings.as_ref().map(|settings| Value::String(settings.to_string()));
        let content = bound(&flow.to_json().to_string());
        self.builtins_of(source, &content);
        let written = WrittenFlow { flow, flow_type, places };
        Some(Compiled { flow_type, content, settings, written, is_sound })
    }

    fn compile_steps(
        &mut self,
        source: &Source<'_>,
        flow_type: FlowType,
        steps: &[Spanned<Step>],
        on_error: Option<&Branch>,
    ) -> Option<Unlinted> {
        let settings = source.settings.as_ref();
        let span = source.key.span;
        let definition = FlowDefinition { name: source.key, flow_type, steps, on_error, span, settings };
        let mut diagnostics = Diagnostics::default();
        let flow = compile::compile_only(&definition, &FlowNames { resolver: self, source }, &mut diagnostics);
        self.diagnostics.extend(diagnostics);
        flow
    }

    /// The steps of a template; its text may say the type, unless the flow does.
    fn compile_template(&mut self, source: &Source<'_>) -> Option<(FlowType, Unlinted)> {
        let kind = if source.flow_type == FlowType::Module { Kind::FlowModule } else { Kind::Flow };
        // What kept a template from being rendered is reported where it was.
        let loaded = self.loaded;
        let rendered = loaded.template(kind, source.key)?;
        let flow_type = rendered.r#type.value;
        if source.type_is_given && flow_type != source.flow_type {
            self.diagnostics.push(
                Diagnostic::error("wrong-flow-type", "the template is of another type")
                    .at(source.template.map_or(source.key.span, |template| template.span), "")
                    .note(format!("The template makes a flow of the type {flow_type}, not {}.", source.flow_type))
                    .help("Remove `type:`, or use another template."),
            );
        }
        let on_error = source.on_error.or(rendered.on_error.as_ref());
        let before = std::mem::take(&mut self.diagnostics);
        let flow = self.compile_steps(source, flow_type, &rendered.steps, on_error);
        let found = std::mem::replace(&mut self.diagnostics, before);
        self.diagnostics.extend(in_template(source, &found));
        flow.map(|flow| (flow_type, flow))
    }

    fn read_exported(&mut self, source: &Source<'_>, file: &Spanned<String>) -> Option<(Flow, Places)> {
        let id = self.loaded.file(file)?.text?;
        let text = self.sources.file(id).text();
        let json: serde_json::Value = match serde_json::from_str(text) {
            Ok(json) => json,
            Err(error) => {
                self.diagnostics.push(
                    Diagnostic::error("flow-not-json", "this file holds no JSON")
                        .at(file.span, "")
                        .note(format!("{error}.")),
                );
                return None;
            }
        };
        let mut names = BTreeMap::new();
        for (arn, address) in source.arns {
            let target = self.address(address)?;
            names.insert(arn.clone(), format!("{}/{}", target.kind.word(), target.name));
        }
        match import::from_json(&json, &names) {
            Ok(imported) => {
                self.report_arns(source, file, &imported);
                Some((imported.flow, lint::places_in_json(text, id)))
            }
            Err(error) => {
                self.diagnostics.push(
                    Diagnostic::error("flow-not-valid", "this file holds no flow")
                        .at(file.span, "")
                        .note(format!("{error}."))
                        .help("Export the flow in the Connect editor, or take the `Content` that the API returns."),
                );
                None
            }
        }
    }

    /// ARNs that were not replaced, and replacements without an ARN.
    fn report_arns(&mut self, source: &Source<'_>, file: &Spanned<String>, imported: &Imported) {
        for arn in &imported.unused {
            let Some(address) = source.arns.get(arn) else { continue };
            self.diagnostics.push(
                Diagnostic::warning("arn-not-in-flow", "the exported flow does not have this ARN")
                    .at(address.span, format!("`{arn}`"))
                    .help("Remove the entry, or correct the ARN."),
            );
        }
        // What is of another service may well be meant as it is.
        for arn in imported.unresolved.iter().filter(|arn| arn.split(':').nth(2) == Some("connect")) {
            self.diagnostics.push(
                Diagnostic::warning("arn-without-name", "the exported flow has the ARN of an object of an instance")
                    .at(file.span, "")
                    .note(format!("`{arn}` exists in the instance it was exported from."))
                    .help("Say under `arns:` what it is called here."),
            );
        }
    }

    /// Objects of another instance that the steps still refer to. A part of a blueprint has them of necessity.
    fn report_unresolved(&mut self, source: &Source<'_>) {
        for (address, value) in source.unresolved {
            if !address.split_once('/').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty()) {
                self.diagnostics.push(
                    Diagnostic::error("unknown-reference", format!("`{address}` is no address"))
                        .at(value.span, "")
                        .help("Write `queue/customer_service`, `hours/business`, `flow/main_menu`, and the like."),
                );
            } else if value.split(':').nth(2) == Some("connect") && !self.loaded.is_part {
                self.diagnostics.push(
                    Diagnostic::warning("arn-without-name", "the flow refers to an object of an instance by its ARN")
                        .at(value.span, format!("called `{address}` here"))
                        .note("It exists in the instance the flow was exported from, and perhaps nowhere else.")
                        .help(format!("Define `{address}` in this blueprint, and take the entry out.")),
                );
            }
        }
    }

    /// Members that have a meaning for one kind of source only.
    fn only_with(&mut self, source: &Source<'_>) {
        if let Some(with) = source.with
            && source.template.is_none()
        {
            self.diagnostics.push(Diagnostic::error("flow-source", "only a template has parameters").at(with, ""));
        }
        if let Some(value) = source.unresolved.values().next()
            && source.json.is_some()
        {
            self.diagnostics.push(
                Diagnostic::error("flow-source", "an exported flow calls objects by their ARNs").at(value.span, ""),
            );
        }
        if let Some(address) = source.arns.values().next()
            && source.json.is_none()
        {
            self.diagnostics.push(
                Diagnostic::error("flow-source", "only an exported flow has ARNs to be replaced").at(address.span, ""),
            );
        }
    }

    /// What is probably not meant in the flows of the blueprint, looked at together: what one chooses or asks for is
    /// there in those it leads to.
    pub(crate) fn lint_flows(&mut self, sources: &[Source<'_>]) {
        // Rules ask for names of flows and not for flows, so these need not be copied.
        let all = std::mem::take(&mut self.flows);
        self.lint_together(sources, &all);
        self.flows = all;
    }

    fn lint_together(&mut self, sources: &[Source<'_>], all: &BTreeMap<Address, WrittenFlow>) {
        let written = |source: &Source<'_>| all.get(&Address::new(Kind::Flow, source.key.value.as_str()));
        let flows: Vec<(&Source<'_>, &WrittenFlow)> =
            sources.iter().filter_map(|source| Some((source, written(source)?))).collect();
        let names: Vec<[&str; 1]> = flows.iter().map(|(source, _)| [source.key.value.as_str()]).collect();
        let members: Vec<Member<'_>> = flows
            .iter()
            .zip(&names)
            .map(|((_, written), names)| Member { names, flow_type: written.flow_type, flow: &written.flow })
            .collect();
        for ((source, written), arrival) in flows.iter().zip(lint::arrivals(&members)) {
            self.lint(source, written, arrival);
        }
        if self.loaded.is_part {
            return;
        }
        let numbers = self.blueprint().phone_numbers.values().filter_map(|number| number.flow.as_ref());
        let answering: BTreeSet<&str> = numbers.map(|flow| flow.value.as_str()).collect();
        let has_number: Vec<bool> = names.iter().map(|[name]| answering.contains(name)).collect();
        for unset in lint::unset_attributes(&members, &has_number) {
            let Some((source, written)) = flows.get(unset.member) else { continue };
            let place = written.places.get(unset.action).unwrap_or(source.key.span);
            let found: Diagnostics = std::iter::once(unset.diagnostic().at(place, "")).collect();
            self.diagnostics.extend(as_written(source, &found));
        }
    }

    /// What is probably not meant in a flow.
    pub(crate) fn lint(&mut self, source: &Source<'_>, written: &WrittenFlow, arrival: Arrival) {
        let mut found = Diagnostics::default();
        let subject = lint::Subject {
            name: source.key,
            flow_type: written.flow_type,
            flow: &written.flow,
            places: &written.places,
            span: source.json.map_or(source.key.span, |file| file.span),
            is_compiled: source.json.is_none(),
            names: Some(&FlowNames { resolver: self, source }),
            arrival,
        };
        lint::check(&subject, &mut found);
        self.diagnostics.extend(as_written(source, &found));
    }

    /// Built-in objects that a flow names and no new instance has.
    fn builtins_of(&mut self, source: &Source<'_>, content: &Value) {
        let targets: BTreeSet<&Target> = content.references().into_iter().map(|reference| &reference.target).collect();
        for target in targets {
            if let Target::Builtin { kind, name } = target
                && kind.descriptor().builtins.is_some()
            {
                self.builtin(*kind, name, source.key.span);
            }
        }
    }

    /// What must stand before a flow is published: associations of the functions it invokes.
    pub(crate) fn integrations_of(&self, content: Option<&Value>) -> Vec<Address> {
        let mut found: Vec<Address> = content
            .into_iter()
            .flat_map(Value::references)
            .filter_map(|reference| match &reference.target {
                Target::Resource(Address { kind: Kind::LambdaAlias, name }) => {
                    Some(Address::new(Kind::Integration, integration_name(name)))
                }
                Target::Resource(Address { kind: Kind::BotAlias, name }) => {
                    Some(Address::new(Kind::Integration, companion(name)))
                }
                _ => None,
            })
            .filter(|integration| self.resources.contains_key(integration))
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

/// What was found in a flow, told of where somebody who reads the blueprint looks for it.
fn as_written(source: &Source<'_>, found: &Diagnostics) -> Diagnostics {
    match source.json {
        Some(file) => template::used_by(source.key, file.span, found),
        None if source.template.is_some() => in_template(source, found),
        None => found.clone(),
    }
}

fn in_template(source: &Source<'_>, found: &Diagnostics) -> Diagnostics {
    let place = source.template.map_or(source.key.span, |template| template.span);
    let found = template::used_by(source.key, place, found);
    match source.arguments {
        Some(arguments) => at_arguments(arguments, &found),
        None => found,
    }
}

/// Moves what was found in a template to the argument that it comes from, where that is to be seen.
fn at_arguments(arguments: &Arguments, found: &Diagnostics) -> Diagnostics {
    let mut moved: Diagnostics = found
        .iter()
        .map(|diagnostic| {
            let word = diagnostic.title.split('`').nth(1).filter(|word| !word.is_empty());
            let argument = word.and_then(|word| arguments.values().find(|argument| has_text(&argument.value, word)));
            let (Some(argument), Some(in_template)) = (argument, &diagnostic.primary) else {
                return diagnostic.clone();
            };
            diagnostic.clone().at(argument.span, in_template.label.clone()).also(in_template.span, "used here")
        })
        .collect();
    for (severity, code, count) in found.omitted() {
        moved.omit(severity, code, count);
    }
    moved
}

fn has_text(value: &serde_json::Value, word: &str) -> bool {
    match value {
        serde_json::Value::String(text) => text == word,
        serde_json::Value::Array(items) => items.iter().any(|item| has_text(item, word)),
        serde_json::Value::Object(members) => members.values().any(|member| has_text(member, word)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}

/// Turns the markers of a text into references.
fn bound(text: &str) -> Value {
    let parts = references::split(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Literal(text) => TextPart::Literal(text),
            Piece::Reference(reference) => TextPart::Reference(to_reference(&reference)),
        })
        .collect::<Vec<_>>();
    match parts.as_slice() {
        [TextPart::Literal(text)] => Value::String(text.clone()),
        _ => Value::Text(parts),
    }
}

/// The names a flow may use: those of the blueprint, and its own for what the blueprint does not define.
struct FlowNames<'r, 'a> {
    resolver: &'r Resolver<'a>,
    source: &'r Source<'r>,
}

impl Names for FlowNames<'_, '_> {
    fn region(&self) -> Option<&str> {
        let region = self.resolver.blueprint().region.value.as_str();
        (!self.resolver.loaded.is_part && !region.is_empty()).then_some(region)
    }

    fn exists(&self, kind: &str, name: &str) -> bool {
        self.resolver.loaded.is_part || kind_of(kind).is_some_and(|kind| self.resolver.defines(kind, name))
    }

    fn suggestions(&self, kind: &str) -> Vec<String> {
        let names = |kind| self.resolver.candidates(kind).into_iter().map(str::to_owned).collect();
        kind_of(kind).map(names).unwrap_or_default()
    }

    fn flow_type(&self, name: &str) -> Option<FlowType> {
        let (key, flow) = self.resolver.blueprint().flows.iter().find(|(key, _)| key.value == name)?;
        let given = flow.kind.as_ref().map(|kind| kind.value);
        let of_template = || Some(self.resolver.loaded.template(Kind::Flow, key)?.r#type.value);
        // A template that could not be rendered has no type to be known.
        given.or_else(of_template).or_else(|| flow.template.is_none().then_some(FlowType::ContactFlow))
    }

    fn outside(&self, kind: &str, name: &str) -> Option<String> {
        if let Some(value) = self.source.unresolved.get(&format!("{kind}/{name}")) {
            return Some(value.value.clone());
        }
        if kind == "lambda"
            && let Some(existing) = self.resolver.existing_function(name)
        {
            return Some(existing.value.clone());
        }
        if kind == "view" && self.resolver.defines(Kind::View, name) {
            return Some(format!("{}:{PUBLISHED}", references::marker(kind, name)));
        }
        if kind == "task_template" && self.resolver.defines(Kind::TaskTemplate, name) {
            return Some(references::marker(kind, name));
        }
        if kind == "lex_bot"
            && let Some(key) = self.resolver.own_bot(name)
        {
            return Some(references::marker(Kind::Bot.word(), key));
        }
        let bots = &self.resolver.blueprint().lex_bots;
        let bot = (kind == "lex_bot").then(|| bots.iter().find(|(key, _)| key.value == name)).flatten()?;
        Some(bot.1.alias_arn.value.clone())
    }
}

/// The kind a word of an address names.
fn kind_of(word: &str) -> Option<Kind> {
    format!("{word}/x").parse::<Address>().ok().map(|address| address.kind)
}

fn to_reference(reference: &references::Reference) -> Reference {
    // The compiler writes only kinds that are words of addresses.
    let kind = kind_of(&reference.kind).unwrap_or(Kind::Flow);
    let target = if reference.builtin {
        Target::Builtin { kind, name: reference.name.clone() }
    } else {
        // Flows invoke, and speak to, what is live.
        let kind = match kind {
            Kind::Lambda => Kind::LambdaAlias,
            Kind::Bot => Kind::BotAlias,
            other => other,
        };
        Target::Resource(Address::new(kind, reference.name.clone()))
    };
    // Blocks name templates of tasks by their ids.
    let by_id = reference.kind == Kind::TaskTemplate.word();
    Reference { target, attribute: if by_id { Attribute::Id } else { Attribute::Arn } }
}

pub(crate) fn name_of(name: Option<&Spanned<String>>, key: &str) -> String {
    name.map_or_else(|| naming::display_name(key), |name| name.value.clone())
}

pub(crate) fn stub_content(flow_type: FlowType) -> Value {
    Value::String(compile::stub(flow_type).to_json().to_string())
}

/// Marks the content of a flow that refers to anything as able to wait.
pub(crate) fn finish(resource: &mut Resource, depends_on: Vec<Address>, stub: Value) {
    resource.depends_on.extend(depends_on);
    if matches!(resource.properties.get("Content"), Some(Value::Text(_))) {
        resource.deferrable.insert("Content".to_owned(), Some(stub));
    }
}
