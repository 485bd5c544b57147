//! What a test expects of the contact, as far as Connect can see it.

use std::collections::BTreeMap;

use callform_call::event::QueueId;
use callform_call::{Center, Contact};
use callform_source::{Span, Spanned};

use super::{Check, Reason};
use crate::blueprint::{ContactState, Expected};

/// What is expected at one time.
#[derive(Clone, Debug, Default)]
pub(super) struct Expectations {
    /// Comparisons; their actions are named later.
    pub(super) checks: Vec<Check>,
    /// What Connect cannot see.
    pub(super) unseen: Vec<Reason>,
    /// That the contact goes into a queue.
    pub(super) is_queued: Option<Span>,
    /// The queue that is expected.
    pub(super) queue: Option<(QueueId, Span)>,
    /// Functions that are expected to be called, by their keys.
    pub(super) functions: BTreeMap<String, Span>,
}

impl Expectations {
    /// Takes in what is expected of a contact now.
    pub(super) fn add(&mut self, expected: &Spanned<Expected>, contact: &Contact, center: &Center) {
        let whole = &expected.value;
        if let Some(state) = &whole.state {
            if state.value == ContactState::Queued {
                self.is_queued = Some(state.span);
            } else {
                self.unsee("what the contact is doing", state.span);
            }
        }
        if let Some(name) = &whole.queue {
            self.queue(name, contact, center);
        }
        for (name, value) in &whole.attributes {
            match value.as_ref().map(|value| value.0.as_str()).filter(|value| !value.is_empty()) {
                Some(value) => self.checks.push(Check {
                    action: String::new(),
                    span: name.span,
                    what: format!("the attribute `{}` is another", name.value),
                    namespace: format!("$.Attributes.{}", name.value),
                    expected: value.to_owned(),
                    offline: contact.attributes.get(name.value.as_str()).map(ToString::to_string),
                }),
                None => self.unsee(&format!("that the attribute `{}` has no value", name.value), name.span),
            }
        }
        let unseen = [
            ("the flow", whole.flow.as_ref().map(|it| it.span)),
            ("the priority", whole.priority.as_ref().map(|it| it.span)),
            ("who is recorded", whole.recording.as_ref().map(|it| it.span)),
            ("the callback", whole.callback.as_ref().map(|it| it.span)),
        ];
        for (what, span) in unseen {
            if let Some(span) = span {
                self.unsee(what, span);
            }
        }
        self.called(whole);
    }

    fn queue(&mut self, name: &Spanned<String>, contact: &Contact, center: &Center) {
        let Some(at) = center.queues().iter().position(|queue| *queue.key == *name.value) else { return };
        let offline = match contact.queue {
            Some(QueueId::Queue(at)) => center.queues().get(at).map(|queue| queue.name.to_string()),
            _ => None,
        };
        self.queue = Some((QueueId::Queue(at), name.span));
        self.checks.push(Check {
            action: String::new(),
            span: name.span,
            what: "another queue is set".to_owned(),
            namespace: "$.Queue.Name".to_owned(),
            expected: center.queues()[at].name.to_string(),
            offline,
        });
    }

    /// Functions are seen to be called; how often and with what is not.
    fn called(&mut self, expected: &Expected) {
        for name in expected.lambdas.keys() {
            self.functions.insert(name.value.clone(), name.span);
            self.unsee(&format!("with what the function `{}` is called", name.value), name.span);
        }
        if let Some(called) = &expected.called {
            self.functions.extend(called.value.iter().map(|name| (name.value.clone(), called.span)));
            self.unsee("how often and in which order functions are called", called.span);
        }
    }

    fn unsee(&mut self, what: &str, span: Span) {
        self.unseen.push(Reason { text: what.to_owned(), span });
    }
}
