//! Operations of change sets.

pub(crate) mod create;
pub(crate) mod describe;
pub(crate) mod execute;
pub(crate) mod import;
pub(crate) mod validation;
