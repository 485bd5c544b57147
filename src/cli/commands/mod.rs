//! One file per command.

pub(super) mod apply;
pub(super) mod call;
pub(super) mod check;
pub(super) mod collection;
pub(super) mod completions;
pub(super) mod destroy;
pub(super) mod dialer;
pub(super) mod diff;
pub(super) mod drift;
pub(super) mod flow;
pub(super) mod init;
pub(super) mod journey;
pub(super) mod lambda;
pub(super) mod man;
pub(super) mod native_tests;
pub(super) mod plan;
pub(super) mod reconcile;
pub(super) mod records;
pub(super) mod render;
pub(super) mod sandbox;
pub(super) mod schema;
pub(super) mod show;
pub(super) mod test;
pub(super) mod vanity;
pub(super) mod version;
