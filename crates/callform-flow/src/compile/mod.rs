//! Steps to a [`Flow`].
//!
//! Steps become actions in reading order. Each falls through to the next; a branch that does not end the contact or
//! the flow comes back to the step after the one it belongs to. Errors without a branch of their own go to the flow's
//! `on_error`, and failing that to an end that fits the flow's type.

mod builder;
mod arguments;
mod blocks;
mod identifiers;
mod stub;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod laws;

pub use crate::names::Names;
pub(crate) use blocks::{LITERAL, OR};
pub(crate) use builder::{End, build, end_of};
pub(crate) use stub::module_settings;
pub use stub::{settings_of, stub};

use callform_source::{Diagnostics, Span, Spanned};
use serde_json::Value;

use crate::layout::lay_out;
use crate::lint::Places;
use crate::steps::{Branch, Step};
use crate::{Flow, FlowType, lint};

/// A flow to compile.
#[derive(Clone, Copy, Debug)]
pub struct FlowDefinition<'a> {
    /// Key of the flow in the blueprint.
    pub name: &'a str,
    /// Type of the flow.
    pub flow_type: FlowType,
    /// What it does, in order.
    pub steps: &'a [Spanned<Step>],
    /// What to do when a step fails that does not say so itself.
    pub on_error: Option<&'a Branch>,
    /// Where the flow is defined.
    pub span: Span,
    /// `Settings` of a module: inputs, results and branches. Without it: none but the branches Success and Error.
    pub settings: Option<&'a Value>,
}

/// Compiles a flow and lints the result. Beside the flow: where the step of each action was written.
///
/// `None` after an error that leaves no flow. Other errors still give one, so that further checks can run: ask
/// [`Diagnostics::has_errors`]. Names are markers in the result, see [`references`](crate::references).
pub fn compile(
    definition: &FlowDefinition<'_>,
    names: &dyn Names,
    diagnostics: &mut Diagnostics,
) -> Option<(Flow, Places)> {
    let Unlinted { flow, places, is_sound } = compile_only(definition, names, diagnostics)?;
    if is_sound {
        let FlowDefinition { name, flow_type, span, .. } = *definition;
        let names = Some(names);
        let arrival = lint::Arrival::default();
        let subject =
            lint::Subject { name, flow_type, flow: &flow, places: &places, span, is_compiled: true, names, arrival };
        lint::check(&subject, diagnostics);
    }
    Some((flow, places))
}

/// A compiled flow that was not linted yet.
#[derive(Clone, Debug)]
pub struct Unlinted {
    /// The flow.
    pub flow: Flow,
    /// Where the step of each action was written.
    pub places: Places,
    /// False after an error. A faulty step gives a faulty action; saying so twice helps nobody.
    pub is_sound: bool,
}

/// Compiles a flow that is linted later, together with others.
pub fn compile_only(
    definition: &FlowDefinition<'_>,
    names: &dyn Names,
    diagnostics: &mut Diagnostics,
) -> Option<Unlinted> {
    let mut own = Diagnostics::default();
    let built = builder::build(definition, names, &mut own);
    let is_sound = !own.has_errors();
    diagnostics.extend(own);
    let (mut flow, places) = built?;
    if definition.flow_type == FlowType::Module {
        flow.settings = Some(definition.settings.cloned().unwrap_or_else(stub::module_settings));
    }
    lay_out(&mut flow);
    Some(Unlinted { flow, places, is_sound })
}
