//! What the process tells its caller. Part of the interface: never change a number.

/// Exit codes of `callform`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to change.
    Success = 0,
    /// It was tried and failed.
    Failed = 1,
    /// Changes or drift are present; only with `--detailed-exitcode`.
    Changes = 2,
    /// The blueprint is invalid.
    InvalidBlueprint = 3,
    /// The command line is wrong.
    Usage = 64,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
