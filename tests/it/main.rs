//! Whole runs of the `callform` command against the sandbox: the wiring of everything.

#![expect(clippy::unwrap_used, reason = "an environment that cannot be made is a failed test")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod support;

mod aws_checks;
mod aws_kinds;
mod bad_input;
mod big_center;
mod bots;
mod bots_and_transcripts;
mod call_tests;
mod callers;
mod collection_center;
mod collection_run;
mod connect_kinds;
mod contact_records;
mod deployment_tools;
mod destroy;
mod dialers;
mod diff;
mod events;
mod everything;
mod existing_instance;
mod existing_numbers;
mod first_apply;
mod flow_commands;
mod flow_lint;
mod flows_page;
mod foreign;
mod foreign_branches;
mod functions;
mod further_resources;
mod generated;
mod history;
mod interruption;
mod kept_kinds;
mod journeys;
mod kinds;
mod kwglobal;
mod live_center;
mod main_job;
mod messages;
mod mistakes;
mod native_tests;
mod pictures;
mod preflight;
mod proposed_tests;
mod pull_request;
mod records;
mod rendering;
mod reverting;
mod reviewing;
mod sandbox_folder;
mod saved_plans;
mod second_dynamodb;
mod security_document;
mod sensitive;
mod streaming;
mod two_at_once;
mod vanity;

#[test]
fn every_test_file_is_part_of_this_binary() {
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs") else { continue };
        assert!(module == "main" || main.contains(&format!("mod {module};")), "{name} is not declared in main.rs");
    }
}
