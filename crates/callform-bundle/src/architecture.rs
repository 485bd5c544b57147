//! The processors that Lambda has.

use std::fmt;

/// A processor that functions are built for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Architecture {
    /// Intel and AMD.
    #[default]
    X8664,
    /// AWS Graviton.
    Arm64,
}

impl Architecture {
    /// Lambda's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::X8664 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// The compiler's target.
    pub fn target(self) -> &'static str {
        match self {
            Self::X8664 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// The linker that Linux distributions have for it on machines of another kind.
    pub(crate) fn cross_linker(self) -> &'static str {
        match self {
            Self::X8664 => "x86_64-linux-gnu-gcc",
            Self::Arm64 => "aarch64-linux-gnu-gcc",
        }
    }

    /// The package that Debian and Ubuntu have [`Self::cross_linker`] in.
    pub(crate) fn cross_linker_package(self) -> &'static str {
        match self {
            Self::X8664 => "gcc-x86-64-linux-gnu",
            Self::Arm64 => "gcc-aarch64-linux-gnu",
        }
    }

    /// True where programs of this machine run on the processor without further ado.
    pub fn is_native(self) -> bool {
        cfg!(target_os = "linux")
            && match self {
                Self::X8664 => cfg!(target_arch = "x86_64"),
                Self::Arm64 => cfg!(target_arch = "aarch64"),
            }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
