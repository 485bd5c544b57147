//! The registry of rules.

use callform_source::Diagnostics;

use super::{
    Look, after_transfer, agent_not_known, analytics_without_recording, attribute_never_set, block_not_allowed,
    callback_without_number, circle_after_loop, cut_off, dead_end, digits_lost, empty_text, event_hooks,
    flow_of_other_type, function_elsewhere, identifier_not_possible, input_end_key, input_in_ssml, input_not_asked,
    interrupt_too_short, keys_not_offered, lambda_answer_replaced, lambdas_too_slow, loop_without_exit,
    loop_without_pause, missing_error_branch, nested_answer, never_true, number_not_dialable, number_of_caller,
    personal_data, personal_data_kept, placeholder_spoken, queue_age, queue_not_set, read_before_set, recorded_words,
    refused_by_connect, reserved_names, retired, secret_in_logs, ssml, text_too_long, timeout_not_checked,
    unknown_action, unknown_path, unknown_voice, unlimited_retries, unreachable_step, wrong_channel,
};

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Code of its diagnostics.
    pub code: &'static str,
    /// What it finds.
    pub what: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// Steps, or a flow, in which it finds something.
    pub example: &'static str,
    /// The same as it was meant, in which it finds nothing.
    pub instead: &'static str,
    pub(super) check: fn(&Look<'_>, &mut Diagnostics),
}

/// Every rule.
pub const RULES: &[Rule] = &[
    refused_by_connect::RULE,
    unknown_action::RULE,
    missing_error_branch::RULE,
    block_not_allowed::RULE,
    wrong_channel::RULE,
    unreachable_step::RULE,
    dead_end::RULE,
    after_transfer::RULE,
    loop_without_exit::RULE,
    loop_without_pause::RULE,
    unlimited_retries::RULE,
    queue_not_set::RULE,
    cut_off::RULE,
    callback_without_number::RULE,
    unknown_path::RULE,
    read_before_set::RULE,
    lambda_answer_replaced::RULE,
    nested_answer::RULE,
    agent_not_known::RULE,
    timeout_not_checked::RULE,
    digits_lost::RULE,
    secret_in_logs::RULE,
    input_end_key::RULE,
    keys_not_offered::RULE,
    never_true::RULE,
    queue_age::RULE,
    lambdas_too_slow::RULE,
    text_too_long::RULE,
    interrupt_too_short::RULE,
    event_hooks::RULE,
    flow_of_other_type::RULE,
    reserved_names::RULE,
    unknown_voice::RULE,
    analytics_without_recording::RULE,
    number_not_dialable::RULE,
    retired::RULE,
    ssml::RULE,
    placeholder_spoken::RULE,
    empty_text::RULE,
    identifier_not_possible::RULE,
    function_elsewhere::RULE,
    attribute_never_set::RULE,
    input_not_asked::RULE,
    circle_after_loop::RULE,
    recorded_words::RULE,
    number_of_caller::RULE,
    input_in_ssml::RULE,
    personal_data::RULE,
    personal_data_kept::RULE,
];

impl Rule {
    /// An example as a whole flow: a list of steps becomes an inbound flow.
    pub fn as_flow(steps: &str) -> String {
        if steps.starts_with("- ") { format!("type: inbound\nsteps:\n{steps}\n") } else { steps.to_owned() }
    }
}
