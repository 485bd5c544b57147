//! The wire protocols: which service and operation a request names, and how answers and errors look.

/// A service of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Amazon Connect.
    Connect,
}

impl Service {
    /// The service's name in credential scopes and in `faults.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
        }
    }
}
