//! Calls to a contact center that is not there: a simulator of Amazon Connect's flows.
//!
//! Pure and deterministic: time, chance and everything outside of the flows come in.

pub mod test_case;
