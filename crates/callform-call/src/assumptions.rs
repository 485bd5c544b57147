//! What is not known for certain of Amazon Connect, and can be switched.

/// Switches of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "switches, each of its own")]
pub struct Assumptions {
    /// A path without a value in the middle of a text is nothing; otherwise it is read out as it is written.
    pub missing_values_are_silent: bool,
    /// A function whose answer has to be flat may have numbers and truth values in it.
    pub flat_answers_may_have_numbers: bool,
    /// `MaximumConnectionAttempts` counts the calls after the first.
    pub attempts_are_retries: bool,
    /// The minute in which hours close is open.
    pub closing_minute_is_open: bool,
    /// No input goes to the success branch of a block that wants a phone number, too.
    pub silence_is_a_valid_number: bool,
    /// What is entered survives a transfer to another flow.
    pub input_survives_transfers: bool,
    /// An error for which a block has no branch is passed over; otherwise the contact ends.
    pub unhandled_errors_are_passed_over: bool,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            missing_values_are_silent: true,
            flat_answers_may_have_numbers: false,
            attempts_are_retries: true,
            closing_minute_is_open: false,
            silence_is_a_valid_number: true,
            input_survives_transfers: true,
            unhandled_errors_are_passed_over: false,
        }
    }
}

/// A switch, for people.
#[derive(Clone, Copy, Debug)]
pub struct Assumption {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// Where it is.
    pub field: fn(&mut Assumptions) -> &mut bool,
}

/// Every switch.
pub const ALL: &[Assumption] = &[
    Assumption {
        name: "missing-values-are-silent",
        meaning: "A path without a value in the middle of a text is nothing; otherwise it is read out as it is written.",
        field: |it| &mut it.missing_values_are_silent,
    },
    Assumption {
        name: "flat-answers-may-have-numbers",
        meaning: "A function whose answer has to be flat may have numbers and truth values in it.",
        field: |it| &mut it.flat_answers_may_have_numbers,
    },
    Assumption {
        name: "attempts-are-retries",
        meaning: "`MaximumConnectionAttempts` of a callback counts the calls after the first.",
        field: |it| &mut it.attempts_are_retries,
    },
    Assumption {
        name: "closing-minute-is-open",
        meaning: "The minute in which hours close is open.",
        field: |it| &mut it.closing_minute_is_open,
    },
    Assumption {
        name: "silence-is-a-valid-number",
        meaning: "No input goes to the success branch of a block that wants a phone number, too.",
        field: |it| &mut it.silence_is_a_valid_number,
    },
    Assumption {
        name: "input-survives-transfers",
        meaning: "What a caller entered can still be read after a transfer to another flow.",
        field: |it| &mut it.input_survives_transfers,
    },
    Assumption {
        name: "unhandled-errors-are-passed-over",
        meaning: "An error for which a block has no branch is passed over; otherwise the contact ends.",
        field: |it| &mut it.unhandled_errors_are_passed_over,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_has_a_field_of_its_own() {
        let mut all = Assumptions::default();
        for switch in ALL {
            let before = all;
            *(switch.field)(&mut all) ^= true;
            assert_ne!(all, before, "{}", switch.name);
        }
        let names: std::collections::BTreeSet<&str> = ALL.iter().map(|switch| switch.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
