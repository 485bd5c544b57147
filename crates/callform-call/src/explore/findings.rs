//! What is wrong with the paths that were walked.

use std::collections::BTreeMap;
use std::sync::Arc;

use callform_flow::layout;

use super::{Length, Path};
use crate::center::Center;
use crate::contact::Channel;
use crate::event::{BlockId, ContactId, End, Event, FlowId, What};
use crate::program::{Op, Taken};

/// What can be wrong with a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// Nothing follows a block.
    DeadEnd,
    /// An error occurs for which a block has no branch.
    Unhandled(Arc<str>),
    /// Blocks follow one another without an end.
    Endless(Vec<BlockId>),
    /// A block is of a type that nobody knows.
    UnknownType(Arc<str>),
    /// The customer hears nothing before the call ends, or nothing since the last input.
    Silence,
    /// After an error the customer hears something and is hung up on.
    HungUpAfterError,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub problem: Problem,
    /// Where: the block at which it shows.
    pub at: BlockId,
    /// The shortest path to it that was walked, by its place among the paths.
    pub path: usize,
}

impl Finding {
    /// What is wrong, for people.
    pub fn words(&self, center: &Center) -> String {
        let name = |at: BlockId| {
            let block = &center.flow(at.flow).blocks[at.block];
            format!("{} ({})", block.identifier, block.action_type)
        };
        let block = format!("flow {}, block {}", center.flow(self.at.flow).key, name(self.at));
        match &self.problem {
            Problem::DeadEnd => format!("{block}: nothing follows, and the contact is cut off"),
            Problem::Unhandled(error) => format!("{block}: there is no branch for {error}, and the contact is cut off"),
            Problem::Endless(circle) => {
                let circle: Vec<String> = circle.iter().map(|at| name(*at)).collect();
                format!("{block}: blocks follow one another without an end: {}", circle.join(", "))
            }
            Problem::UnknownType(_) => format!("{block}: nobody knows what a block of this type does"),
            Problem::Silence => {
                format!("{block}: the call ends, and the customer has heard nothing since the last input")
            }
            Problem::HungUpAfterError => {
                format!("{block}: after an error the customer hears a prompt and is hung up on")
            }
        }
    }
}

/// Findings, each once at its place, with the path that shows it and how long that is.
#[derive(Debug, Default)]
pub(super) struct Findings(BTreeMap<(BlockId, Problem), Shown>);

#[derive(Debug)]
struct Shown {
    problem: Problem,
    path: usize,
    length: Length,
}

impl Findings {
    /// Takes in what is wrong with a path, which stands at `place`. True where it is worth keeping for that.
    pub(super) fn add(&mut self, center: &Center, path: &Path, place: usize) -> bool {
        let mut is_kept = false;
        let length = path.length();
        for (problem, at) in problems(center, path) {
            // A circle is the same one wherever the contact came into it.
            let key = match &problem {
                Problem::Endless(_) => Problem::Endless(Vec::new()),
                other => other.clone(),
            };
            let known = self.0.get(&(at, key.clone()));
            if known.is_none_or(|known| length < known.length) {
                self.0.insert((at, key), Shown { problem, path: place, length });
                is_kept = true;
            }
        }
        is_kept
    }

    pub(super) fn into_list(self) -> Vec<Finding> {
        let finding = |((at, _), shown): (_, Shown)| Finding { problem: shown.problem, at, path: shown.path };
        self.0.into_iter().map(finding).collect()
    }
}

/// Whether blocks go round only because a loop counts.
pub(super) fn counts(center: &Center, circle: &[BlockId]) -> bool {
    circle.iter().any(|at| matches!(center.flow(at.flow).blocks[at.block].op, Op::Loop { .. }))
}

fn problems(center: &Center, path: &Path) -> Vec<(Problem, BlockId)> {
    let mut found = Vec::new();
    for (index, event) in path.events.iter().enumerate() {
        let What::Ended(end) = &event.what else { continue };
        let before = &path.events[..index];
        match end {
            End::RanOff(at) => found.push((Problem::DeadEnd, *at)),
            End::Unhandled { at, error } => found.push((Problem::Unhandled(Arc::clone(error)), *at)),
            End::UnknownType { at, action_type } => found.push((Problem::UnknownType(Arc::clone(action_type)), *at)),
            End::Endless(circle) => {
                let mut circle = circle.clone();
                circle.sort();
                if let Some(first) = circle.first().copied() {
                    found.push((Problem::Endless(circle), first));
                }
            }
            End::Disconnected(at) if path.start.channel != Channel::Task => {
                if is_silent(before, event.contact) && speaks(center, at.flow) {
                    found.push((Problem::Silence, *at));
                } else if follows_error(center, before, event.contact) {
                    found.push((Problem::HungUpAfterError, *at));
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether a flow says anything at all: one that does not is not there to be heard.
fn speaks(center: &Center, flow: FlowId) -> bool {
    let is_heard = |op: &Op| {
        matches!(op, Op::Say(Some(_)) | Op::Repeat { .. })
            || matches!(op, Op::Menu(entry) | Op::Store(entry) if entry.prompt.is_some())
            || matches!(op, Op::Bot(bot) if bot.prompt.is_some())
    };
    center.flow(flow).blocks.iter().any(|block| is_heard(&block.op))
}

/// What happened to a contact, the last first.
fn backward(events: &[Event], contact: ContactId) -> impl Iterator<Item = &What> {
    events.iter().rev().filter(move |event| event.contact == contact).map(|event| &event.what)
}

/// True where nothing was said since the last input, or ever. Whoever does not answer a question has heard the question.
fn is_silent(before: &[Event], contact: ContactId) -> bool {
    for what in backward(before, contact) {
        match what {
            What::Said { .. } | What::Joined | What::Outside(_) => return false,
            What::Pressed(_) | What::Intent(_) => return true,
            _ => {}
        }
    }
    true
}

/// True where nothing but prompts came after an error of the system.
fn follows_error(center: &Center, before: &[Event], contact: ContactId) -> bool {
    let mut was_said = false;
    for what in backward(before, contact) {
        match what {
            What::Said { .. } => was_said = true,
            What::Pressed(_) | What::Intent(_) | What::Silent(_) | What::Joined | What::Queued(_) => return false,
            What::Left(at, Some(way)) => {
                let taken = center.flow(at.flow).blocks[at.block].ways.get(*way).map(|way| &way.taken);
                if let Some(Taken::Error(error)) = taken {
                    return was_said && !layout::is_expected(error);
                }
            }
            _ => {}
        }
    }
    false
}
