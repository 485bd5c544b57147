//! Stage 5: templates and flow JSON, as a pure function of the model.

mod artifacts;

pub use artifacts::{Artifacts, ParameterSource, StackArtifact, words};
