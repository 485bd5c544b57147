//! Pages about coverage.
