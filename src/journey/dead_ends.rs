//! Ways that end in silence, or with the call cut off after an error.

use callform_flow::FlowType;

use super::words::ENDLESS;
use super::{Line, Meaning, Step, Theme, To};

/// Marks the dead ends among the steps of a stage.
pub(super) fn mark(steps: &mut [Step], stage: usize, flow_type: FlowType) {
    let is_mute_end = |step: &Step| {
        let has = |meanings: &[Meaning]| step.lines.iter().any(|line| meanings.contains(&line.meaning));
        has(&[Meaning::End]) && !has(&[Meaning::Heard, Meaning::Asked])
    };
    let mute: Vec<bool> = steps.iter().map(is_mute_end).collect();
    for step in steps.iter_mut() {
        for way in &mut step.ways {
            let leads_to_mute = matches!(way.to, To::Step(to, place) if to == stage && mute.get(place) == Some(&true));
            way.is_dead_end |= way.is_quiet && leads_to_mute;
        }
    }
    for (step, is_mute) in steps.iter_mut().zip(mute) {
        let ends = step.lines.iter().any(|line| line.meaning == Meaning::End);
        if step.is_quiet && ends {
            let text = if is_mute { "Cut off after an error, without a word" } else { "Cut off after an error" };
            step.lines.push(Line::new(Meaning::Alert, text));
        }
    }
    // Whispers and what is heard on hold come to an end; everywhere else a caller is left alone there.
    if flow_type.is_whisper() || flow_type.is_hold() || flow_type == FlowType::Module {
        return;
    }
    for step in steps.iter_mut().filter(|step| step.ways.is_empty()) {
        let is_over = step.lines.iter().any(|line| matches!(line.meaning, Meaning::End | Meaning::Alert));
        let is_handed_over = matches!(step.theme, Theme::Leaves | Theme::Moves | Theme::Waits | Theme::Talks);
        let is_endless = step.lines.last().is_some_and(|line| line.text == ENDLESS);
        if !(is_over || is_handed_over || is_endless) {
            step.lines.push(Line::new(Meaning::Alert, "Nothing comes after this: the call is cut off"));
        }
    }
}
