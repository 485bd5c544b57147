//! Stage 6: what callers go through, from a phone number over all flows together.
//!
//! ```text
//! Model or deployed definitions ─→ Center ─follow→ Journey ─→ Mermaid, SVG, a page
//!                                                  two of them ─compare→ what callers meet before and after
//! ```
//!
//! Each flow is one [`Stage`] however many ways lead into it, and each of its blocks is in it once: what is drawn grows
//! with the center, not with the number of ways through it. Modules are folded into the flow that calls them. Blocks that
//! no caller notices are left out, and blocks in a row without a choice are one [`Step`].
//!
//! Pure: nothing here reads files, the clock or the environment.

mod hours;
mod speech;
mod center;
mod walk;
mod facts;
mod words;
mod labels;
mod chains;
mod flows;
mod agents;
mod steps;
mod build;
mod dead_ends;
mod mermaid;
mod place;
mod rows;
mod lines;
mod svg;
mod page;
mod compare;
#[cfg(test)]
mod tests;

pub use center::Center;
pub(crate) use center::{Thing, is_heard_of, marker_of};
pub use compare::{CallerChange, compare};
pub use mermaid::mermaid;
pub use page::page;
pub use svg::svg;

use crate::model::{Address, Target};

/// What callers go through.
#[derive(Clone, Debug, Default)]
pub struct Journey {
    /// The phone numbers; those that one flow answers are one entry.
    pub entries: Vec<Entry>,
    /// The flows on their ways, in the order they are come to, then who takes the calls.
    pub stages: Vec<Stage>,
}

/// Phone numbers that are answered alike.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The numbers: name in the blueprint, and what it says about them.
    pub numbers: Vec<(Address, String)>,
    /// Where their callers go.
    pub to: To,
    /// What happens where they go to no flow of the center's own.
    pub note: Option<Line>,
}

/// A flow, or those who take calls.
#[derive(Clone, Debug)]
pub struct Stage {
    /// What it is.
    pub of: Of,
    /// Its name in Connect.
    pub title: String,
    /// What it is for: `while waiting in a queue`.
    pub role: String,
    /// Its steps, in reading order; the first is where a caller comes in.
    pub steps: Vec<Step>,
}

/// What a stage is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A flow, or a module that is not folded in.
    Flow(Target),
    /// Queues, agents, and talks with them.
    Agents,
}

/// What a caller hears or does, up to the next choice.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number in the whole journey, from 1.
    pub number: usize,
    /// What it is about.
    pub theme: Theme,
    /// Its title.
    pub title: String,
    /// What happens, one after the other.
    pub lines: Vec<Line>,
    /// Where it goes on.
    pub ways: Vec<Way>,
    /// True where only errors lead here.
    pub is_quiet: bool,
}

/// A thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it means to the caller.
    pub meaning: Meaning,
    /// In words.
    pub text: String,
}

/// What a line means to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// They hear it.
    Heard,
    /// They hear it and are to answer.
    Asked,
    /// When somebody is there.
    Hours,
    /// How long it takes.
    Wait,
    /// Data are taken or given.
    Data,
    /// Something is recorded, or no longer.
    Recorded,
    /// Who takes the call.
    Queue,
    /// The call ends.
    End,
    /// A dead end.
    Alert,
    /// Anything else.
    Note,
}

/// What a step is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Theme {
    /// Something that no caller notices.
    #[default]
    Other,
    /// On to another flow.
    Moves,
    /// Data.
    Data,
    /// A queue is chosen.
    Queue,
    /// Something is heard.
    Hears,
    /// Opening hours.
    Hours,
    /// Another condition.
    Checks,
    /// A menu or a bot.
    Chooses,
    /// Digits.
    Enters,
    /// Waiting.
    Waits,
    /// A talk with an agent, or who has one.
    Talks,
    /// The end.
    Ends,
    /// A callback.
    CallsBack,
    /// On to another phone number.
    Leaves,
}

/// A way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What takes it; empty where nothing in particular does.
    pub label: String,
    /// Where it leads.
    pub to: To,
    /// True where only an error takes it.
    pub is_quiet: bool,
    /// True where it is a dead end.
    pub is_dead_end: bool,
}

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// To a step: stage, and place in it.
    Step(usize, usize),
    /// To all of a stage.
    Stage(usize),
    /// To nothing.
    Nowhere,
}

/// Why there is no journey.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoJourney {
    /// The center has no number that anybody could call.
    #[error("there is no phone number: nobody can call this center")]
    NoNumber,
    /// There is no number of this name; those there are.
    #[error("there is no phone number `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// All there are.
        all: Vec<String>,
    },
}

impl Way {
    /// A way that is taken where nothing failed.
    fn usual(label: &str, to: To) -> Self {
        Self { label: label.to_owned(), to, is_quiet: false, is_dead_end: false }
    }
}

impl Line {
    pub(crate) fn new(meaning: Meaning, text: impl Into<String>) -> Self {
        Self { meaning, text: text.into() }
    }
}

impl Theme {
    /// The title of a step.
    fn title(self) -> &'static str {
        match self {
            Theme::Other => "Goes on",
            Theme::Moves => "Goes on elsewhere",
            Theme::Data => "Data",
            Theme::Queue => "Queue",
            Theme::Hears => "Hears",
            Theme::CallsBack => "Callback",
            Theme::Hours => "Opening hours",
            Theme::Checks => "It depends",
            Theme::Chooses => "Chooses",
            Theme::Enters => "Enters",
            Theme::Waits => "Waits",
            Theme::Talks => "Talks with an agent",
            Theme::Leaves => "Is put through",
            Theme::Ends => "Call ends",
        }
    }

    /// The kind of block whose color it has.
    fn kind(self) -> callform_flow::wording::Kind {
        use callform_flow::wording::Kind;
        match self {
            Theme::Hears | Theme::Chooses | Theme::Enters => Kind::Interact,
            Theme::Waits | Theme::Talks | Theme::Queue | Theme::CallsBack => Kind::Set,
            Theme::Hours | Theme::Checks => Kind::Check,
            Theme::Data => Kind::Integrate,
            Theme::Leaves | Theme::Ends => Kind::Transfer,
            Theme::Other | Theme::Moves => Kind::Other,
        }
    }
}

impl Step {
    /// True where something in it is a dead end.
    pub fn is_dead_end(&self) -> bool {
        self.lines.iter().any(|line| line.meaning == Meaning::Alert)
    }
}

/// The places of steps once those are gone that only errors lead to.
fn places(steps: &[Step]) -> Vec<Option<usize>> {
    let mut next = 0;
    let place = |step: &Step| {
        let place = (!step.is_quiet).then_some(next);
        next += usize::from(!step.is_quiet);
        place
    };
    steps.iter().map(place).collect()
}

impl Journey {
    /// What callers of a center go through; of one number where it is named.
    pub fn of(center: &Center, number: Option<&str>) -> Result<Self, NoJourney> {
        if center.numbers.is_empty() {
            return Err(NoJourney::NoNumber);
        }
        let is_meant = |name: &str| number.is_none_or(|number| number == name);
        let numbers: Vec<_> = center.numbers.iter().filter(|one| is_meant(&one.address.name)).collect();
        match number {
            Some(name) if numbers.is_empty() => {
                let all = center.numbers.iter().map(|one| one.address.name.clone()).collect();
                Err(NoJourney::Unknown { name: name.to_owned(), all })
            }
            _ => Ok(build::build(center, &numbers)),
        }
    }

    /// The same without what only happens after an error.
    #[must_use]
    pub fn without_errors(mut self) -> Self {
        let kept: Vec<Vec<Option<usize>>> = self.stages.iter().map(|stage| places(&stage.steps)).collect();
        for stage in &mut self.stages {
            stage.steps.retain(|step| !step.is_quiet);
            for step in &mut stage.steps {
                step.ways.retain(|way| !way.is_quiet);
                for way in &mut step.ways {
                    if let To::Step(stage, place) = way.to {
                        let now = kept.get(stage).and_then(|kept| *kept.get(place)?);
                        way.to = now.map_or(To::Nowhere, |place| To::Step(stage, place));
                    }
                }
            }
        }
        self
    }

    /// The step that a way leads to.
    pub fn step(&self, to: To) -> Option<&Step> {
        let (stage, step) = match to {
            To::Step(stage, step) => (stage, step),
            To::Stage(stage) => (stage, 0),
            To::Nowhere => return None,
        };
        self.stages.get(stage)?.steps.get(step)
    }

    /// Where a way leads, in words, seen from a stage: a flow's name where it leads out of it.
    pub(crate) fn destination(&self, to: To, from: usize) -> String {
        match to {
            To::Nowhere => "nothing".to_owned(),
            To::Stage(stage) | To::Step(stage, 0) if stage != from => {
                self.stages.get(stage).map_or_else(String::new, |stage| match stage.of {
                    Of::Agents => stage
                        .steps
                        .first()
                        .filter(|_| matches!(to, To::Step(..)))
                        .map_or_else(|| stage.title.clone(), |step| step.title.clone()),
                    Of::Flow(_) => stage.title.clone(),
                })
            }
            To::Step(..) | To::Stage(_) => self.step(to).map_or_else(String::new, |step| step.title.clone()),
        }
    }
}
