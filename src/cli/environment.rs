//! The only place that reads environment variables.

/// The value of a variable, where it is set to valid text.
pub(super) fn value(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// True where a variable is set to something.
pub(super) fn is_set(name: &str) -> bool {
    value(name).is_some_and(|value| !value.is_empty())
}
