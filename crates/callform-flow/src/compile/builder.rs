//! Collects actions while steps are read, then joins them up.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span, Spanned, did_you_mean};
use serde_json::{Map, Value};

use super::identifiers::Identifiers;
use super::{FlowDefinition, Names, blocks};
use crate::lint::Places;
use crate::steps::{Branch, Defaults, Step};

use crate::{Action, ConditionBranch, ErrorBranch, Flow, FlowType, Transitions};

/// Where a transition leads, before every action has its identifier.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// An action.
    Action(usize),
    /// What a later step turns out to begin with.
    Slot(usize),
    /// The step of a name.
    Label(Spanned<String>),
}

/// An action whose transitions are not joined yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// What the identifier is made of.
    pub(super) title: String,
    pub(super) action_type: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) next: Option<Target>,
    /// Branches whose `next_action` is not known yet.
    pub(super) errors: Vec<(ErrorBranch, Target)>,
    pub(super) conditions: Vec<(ConditionBranch, Target)>,
    /// Members that the language does not define, of the action and of its transitions.
    pub(super) other: Map<String, Value>,
    pub(super) other_of_transitions: Map<String, Value>,
}

impl Draft {
    pub(super) fn new(action_type: &str, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            action_type: action_type.to_owned(),
            parameters: Map::new(),
            next: None,
            errors: Vec::new(),
            conditions: Vec::new(),
            other: Map::new(),
            other_of_transitions: Map::new(),
        }
    }

    pub(super) fn parameter(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn next(mut self, target: Target) -> Self {
        self.next = Some(target);
        self
    }

    pub(super) fn error(mut self, error_type: &str, target: Target) -> Self {
        self.errors.push((ErrorBranch::new(error_type, ""), target));
        self
    }

    pub(super) fn condition(mut self, operator: &str, operand: &str, target: Target) -> Self {
        self.conditions.push((ConditionBranch::new(operator, operand, ""), target));
        self
    }
}

/// A place in the list of actions, taken before its branches are read, so that actions come in reading order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reserved(usize);

impl From<Reserved> for Target {
    fn from(reserved: Reserved) -> Self {
        Target::Action(reserved.0)
    }
}

pub(super) struct Builder<'a> {
    pub(super) flow_type: FlowType,
    pub(super) has_on_error: bool,
    pub(super) names: &'a dyn Names,
    pub(super) diagnostics: &'a mut Diagnostics,
    drafts: Vec<(Option<Draft>, Option<Span>)>,
    slots: Vec<Option<Target>>,
    labels: BTreeMap<String, (usize, Span)>,
    /// Where errors without a branch of their own go at the moment.
    error_target: Target,
    error_slot: usize,
    end_slot: usize,
    /// True while the flow's `on_error` is read.
    in_on_error: bool,
    /// What holds for steps that do not say it.
    defaults: Defaults,
    /// Where the step at hand was written; none for what the builder adds by itself.
    place: Option<Span>,
    named: Option<String>,
}

/// How a flow ends where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Back to the flow that called the module.
    Return,
    /// The flow, not the contact.
    Flow,
    /// The contact.
    HangUp,
}

/// How flows of a type end where nothing else is said.
pub(crate) fn end_of(flow_type: FlowType) -> End {
    match flow_type {
        FlowType::Module => End::Return,
        FlowType::CustomerQueue => End::Flow,
        flow_type if flow_type.is_whisper() || flow_type.is_hold() => End::Flow,
        _ => End::HangUp,
    }
}

/// Builds the actions of a flow, and says where each was written.
pub(crate) fn build(
    definition: &FlowDefinition<'_>,
    names: &dyn Names,
    diagnostics: &mut Diagnostics,
) -> Option<(Flow, Places)> {
    if definition.steps.is_empty() {
        diagnostics.push(
            Diagnostic::error("empty-flow", "a flow without steps")
                .at(definition.span, "no steps")
                .help("Write at least one step; `hang_up` is the smallest flow."),
        );
        return None;
    }
    let mut builder = Builder {
        flow_type: definition.flow_type,
        has_on_error: definition.on_error.is_some(),
        names,
        diagnostics,
        drafts: Vec::new(),
        slots: vec![None, None],
        labels: BTreeMap::new(),
        error_target: Target::Slot(0),
        error_slot: 0,
        end_slot: 1,
        in_on_error: false,
        defaults: Defaults::default(),
        place: None,
        named: None,
    };
    // Slots of the steps follow the two there are already.
    let first = builder.slots.len();
    let start = builder.sequence(definition.steps, Target::Slot(builder.end_slot));
    builder.end_at_first(definition.steps, first);
    builder.finish_error_branch(definition.on_error);
    builder.finish_end();
    builder.join(&start, definition.span)
}

impl Builder<'_> {
    /// Reads steps in order; what follows the last is `after`. Gives what the first begins with.
    pub(super) fn sequence(&mut self, steps: &[Spanned<Step>], after: Target) -> Target {
        let slots: Vec<usize> = steps.iter().map(|_| self.new_slot()).collect();
        let outer = self.place;
        for (index, step) in steps.iter().enumerate() {
            let next = slots.get(index + 1).map_or_else(|| after.clone(), |slot| Target::Slot(*slot));
            self.label(step, slots[index]);
            self.place = Some(step.span);
            self.named = step.name().map(|name| name.value.clone());
            let entry = blocks::step(self, step, next);
            self.slots[slots[index]] = Some(entry);
        }
        self.place = outer;
        slots.first().map_or(after, |slot| Target::Slot(*slot))
    }

    /// Reads a branch, which comes back to `after`; without one the target is `otherwise`.
    pub(super) fn branch(&mut self, branch: Option<&Branch>, otherwise: Target, after: &Target) -> Target {
        match branch {
            Some(branch) => self.sequence(&branch.steps, after.clone()),
            None => otherwise,
        }
    }

    /// Reads an error branch; without one the target is the flow's `on_error`.
    pub(super) fn error_branch(&mut self, branch: Option<&Branch>, after: &Target) -> Target {
        let otherwise = self.default_error(after);
        self.branch(branch, otherwise, after)
    }

    /// Where errors go that have no branch. What is played on hold must not end a call, so hold flows go on instead;
    /// and what is done after an error goes on when it fails in turn.
    pub(super) fn default_error(&self, after: &Target) -> Target {
        let goes_on =
            self.in_on_error || self.defaults.error.is_some() || (self.flow_type.is_hold() && !self.has_on_error);
        if goes_on { after.clone() } else { self.error_target.clone() }
    }

    /// Takes what holds for all steps that follow, which have to be all there are.
    pub(super) fn set_defaults(&mut self, defaults: &Spanned<Defaults>) {
        if !self.drafts.is_empty() {
            self.diagnostics.push(
                Diagnostic::error("defaults-not-first", "`defaults` after other steps")
                    .at(defaults.span, "holds for all steps")
                    .help("Put it before all other steps of the flow."),
            );
        }
        self.defaults = defaults.value;
    }

    /// True where a block that may have none has no error branch.
    pub(super) fn is_unguarded(&self, says: Option<&Spanned<bool>>, error: Option<&Branch>) -> bool {
        says.map_or(self.defaults.unguarded && error.is_none(), |says| says.value)
    }

    /// Takes the next place in the list of actions.
    pub(super) fn reserve(&mut self) -> Reserved {
        self.drafts.push((None, self.place));
        Reserved(self.drafts.len() - 1)
    }

    /// Puts an action into a place taken before. The first action of a step with a name gets that name.
    pub(super) fn fill(&mut self, reserved: Reserved, draft: Draft) -> Target {
        if let Some((place, _)) = self.drafts.get_mut(reserved.0) {
            *place = Some(draft);
        }
        reserved.into()
    }

    /// Adds an action that has no branches to be read.
    pub(super) fn add(&mut self, draft: Draft) -> Target {
        let reserved = self.reserve();
        self.fill(reserved, draft)
    }

    /// What the identifier of the step's main action is made of: the step's name, or these words.
    pub(super) fn title(&mut self, words: impl FnOnce() -> String) -> String {
        self.named.take().unwrap_or_else(words)
    }

    /// The end of the flow where nothing else is said.
    pub(super) fn end(&self) -> Target {
        Target::Slot(self.end_slot)
    }

    fn new_slot(&mut self) -> usize {
        self.slots.push(None);
        self.slots.len() - 1
    }

    fn label(&mut self, step: &Spanned<Step>, slot: usize) {
        let Some(name) = step.name() else { return };
        if let Some((_, first)) = self.labels.get(&name.value) {
            self.diagnostics.push(
                Diagnostic::error("duplicate-step-name", format!("two steps are named `{name}`"))
                    .at(name.span, "the second")
                    .also(*first, "the first")
                    .help("Give each step a name of its own; `goto` needs to know which one is meant."),
            );
            return;
        }
        self.labels.insert(name.value.clone(), (slot, name.span));
    }

    fn finish_error_branch(&mut self, on_error: Option<&Branch>) {
        // One that is written is read even where nothing leads there: its faults are faults all the same.
        if on_error.is_none() && !self.is_used(self.error_slot) {
            return;
        }
        let end = self.end();
        self.in_on_error = true;
        let entry = self.branch(on_error, end.clone(), &end);
        self.slots[self.error_slot] = Some(entry);
    }

    /// The end is the first step of the flow itself that ends it, so that there is one block for it and not two.
    fn end_at_first(&mut self, steps: &[Spanned<Step>], first_slot: usize) {
        let end = end_of(self.flow_type);
        let is_end = |step: &Spanned<Step>| {
            matches!(
                (&step.value, end),
                (Step::Return(_), End::Return) | (Step::End(_), End::Flow) | (Step::HangUp(_), End::HangUp)
            )
        };
        if let Some(place) = steps.iter().position(is_end) {
            self.slots[self.end_slot] = Some(Target::Slot(first_slot + place));
        }
    }

    fn finish_end(&mut self) {
        if self.slots[self.end_slot].is_some() || !self.is_used(self.end_slot) {
            return;
        }
        self.place = None;
        let (action_type, title) = match end_of(self.flow_type) {
            End::Return => ("EndFlowModuleExecution", "Return"),
            End::Flow => ("EndFlowExecution", "End"),
            End::HangUp => ("DisconnectParticipant", "Hang up"),
        };
        let end = self.add(Draft::new(action_type, title));
        self.slots[self.end_slot] = Some(end);
    }

    /// True where a transition leads to the slot, directly or through other slots.
    fn is_used(&self, slot: usize) -> bool {
        let wanted = Target::Slot(slot);
        let of_drafts = self.drafts.iter().filter_map(|(draft, _)| draft.as_ref()).any(|draft| {
            draft.next.as_ref() == Some(&wanted)
                || draft.errors.iter().any(|(_, target)| *target == wanted)
                || draft.conditions.iter().any(|(_, target)| *target == wanted)
        });
        of_drafts || self.slots.contains(&Some(wanted))
    }

    fn join(mut self, start: &Target, span: Span) -> Option<(Flow, Places)> {
        if !self.check_labels() {
            return None;
        }
        let start = self.resolve(start, span)?;
        let drafts = std::mem::take(&mut self.drafts);
        let mut identifiers = Identifiers::default();
        let names: Vec<String> = drafts
            .iter()
            .map(|(draft, _)| draft.as_ref().map_or_else(String::new, |draft| identifiers.make(&draft.title)))
            .collect();
        let mut actions = Vec::new();
        let mut places = Places::default();
        for (index, (draft, place)) in drafts.into_iter().enumerate() {
            let (Some(draft), Some(identifier)) = (draft, names.get(index)) else { continue };
            places.extend(place.map(|place| (identifier.clone(), place)));
            actions.push(self.action(draft, identifier, &names, place.unwrap_or(span))?);
        }
        Some((Flow::new(names.get(start)?.clone(), actions), places))
    }

    fn action(&mut self, draft: Draft, identifier: &str, names: &[String], span: Span) -> Option<Action> {
        let mut name_of = |target: &Target| Some(names.get(self.resolve(target, span)?)?.clone());
        let next_action = match &draft.next {
            Some(target) => Some(name_of(target)?),
            None => None,
        };
        let mut errors = Vec::new();
        for (branch, target) in draft.errors {
            errors.push(ErrorBranch { next_action: name_of(&target)?, ..branch });
        }
        let mut conditions = Vec::new();
        for (branch, target) in draft.conditions {
            conditions.push(ConditionBranch { next_action: name_of(&target)?, ..branch });
        }
        let transitions = Transitions {
            next_action,
            errors: (!errors.is_empty()).then_some(errors),
            conditions: (!conditions.is_empty()).then_some(conditions),
            other: draft.other_of_transitions,
        };
        Some(Action {
            identifier: identifier.to_owned(),
            action_type: draft.action_type,
            parameters: draft.parameters,
            transitions,
            other: draft.other,
            ..Action::default()
        })
    }

    /// Follows slots and labels to an action.
    fn resolve(&mut self, target: &Target, span: Span) -> Option<usize> {
        let mut target = target;
        // Whoever passes more slots than there are goes round in a circle.
        for _ in 0..=self.slots.len() {
            let slot = match target {
                Target::Action(index) => return Some(*index),
                Target::Slot(slot) => *slot,
                Target::Label(label) => self.labels.get(&label.value)?.0,
            };
            target = self.slots.get(slot)?.as_ref()?;
        }
        self.diagnostics.push(
            Diagnostic::error("endless-goto", "steps that only lead to one another")
                .at(span, "leads nowhere")
                .help("Put a step that does something between the `goto` steps."),
        );
        None
    }

    /// Reports every `goto` that leads to no step. True where all lead somewhere.
    fn check_labels(&mut self) -> bool {
        let targets = self.slots.iter().flatten();
        let unknown: Vec<Spanned<String>> = targets
            .filter_map(|target| match target {
                Target::Label(label) if !self.labels.contains_key(&label.value) => Some(label.clone()),
                _ => None,
            })
            .collect();
        for label in &unknown {
            let diagnostic = Diagnostic::error("unknown-label", format!("unknown step name `{label}`"))
                .at(label.span, "not the name of a step of this flow");
            let help = match did_you_mean(label, self.labels.keys().map(String::as_str)) {
                Some(name) => format!("Did you mean `{name}`?"),
                None => format!("Write `name: {label}` beside the step that is meant."),
            };
            self.diagnostics.push(diagnostic.help(help));
        }
        unknown.is_empty()
    }
}
