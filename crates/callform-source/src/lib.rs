//! Text with places: source files, spans, YAML trees whose every node knows where it stands, and diagnostics that
//! point there.
//!
//! ```text
//! text ─yaml::parse→ Node ─schema::check→ Diagnostics (all problems at once)
//!                      └─de::from_node→ T (fields of type Spanned<T> keep their place)
//! Diagnostics + SourceMap ─render→ human | json | sarif | github | markdown
//! ```
//!
//! Nothing here reads files, the clock or the environment.

mod source;
mod diagnostic;
mod suggest;
pub mod yaml;
pub mod schema;
pub mod de;
pub mod render;

pub use diagnostic::{Annotation, Diagnostic, Diagnostics, Severity};
pub use source::{FileId, Location, Moved, SourceFile, SourceMap, Span, Spanned};
pub use suggest::did_you_mean;
