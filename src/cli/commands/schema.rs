//! `callform schema`

use clap::{Args, ValueEnum};

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform schema`
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Whose schema.
    #[arg(value_name = "FORM", default_value = "blueprint")]
    pub of: SchemaOf,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// Blueprints.
    Blueprint,
    /// Files that blueprints include, and environments.
    Part,
    /// Headers of flow templates.
    Template,
    /// Not a schema: the reference of blueprints, as Markdown.
    Reference,
    /// Not a schema: what a center can have, as Markdown.
    Kinds,
    /// What `test --format=json` prints.
    TestReport,
    /// What `plan --format=json` and `diff --format=json` print.
    Plan,
}

/// Prints a JSON Schema.
pub(in crate::cli) fn run(ui: &Ui, args: &SchemaArgs) -> Exit {
    ui.data(&match args.of {
        SchemaOf::Blueprint => crate::blueprint::json_schema(),
        SchemaOf::Part => crate::blueprint::part_json_schema(),
        SchemaOf::Template => crate::blueprint::template_json_schema(),
        SchemaOf::Reference => crate::blueprint::reference(),
        SchemaOf::Kinds => crate::kinds::page(),
        SchemaOf::TestReport => crate::calls::report_json_schema(),
        SchemaOf::Plan => crate::view::plan_json_schema(),
    });
    Exit::Success
}
