//! Configuration of a function: environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::str::FromStr;

use thiserror::Error;

/// The environment variables of a function.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

/// A variable that a function cannot do without.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EnvironmentError {
    /// The variable is not set, or empty.
    #[error(
        "the environment variable {0} is not set; Lambda and `callform lambda invoke` set those of AWS, the blueprint the others"
    )]
    Missing(String),
    /// The variable is set to something that it cannot be.
    #[error("the environment variable {0} has a value that cannot be read")]
    Unreadable(String),
}

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of a variable; `None` where it is not set, empty or not UTF-8.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(std::ffi::OsStr::new(name)).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    /// The value of a variable that must be set.
    pub fn required(&self, name: &str) -> Result<&str, EnvironmentError> {
        self.optional(name).ok_or_else(|| EnvironmentError::Missing(name.to_owned()))
    }

    /// The value of a variable that must be set, as a number or another type.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<T, EnvironmentError> {
        self.required(name)?.parse().map_err(|_| EnvironmentError::Unreadable(name.to_owned()))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(variables.map(|(name, value)| (name.into(), value.into())).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let environment = Environment::from([("TABLE", "numbers"), ("EMPTY", ""), ("DAYS", "many")]);
        assert_eq!(environment.required("TABLE"), Ok("numbers"));
        assert_eq!(environment.optional("EMPTY"), None);
        assert_eq!(environment.required("EMPTY"), Err(EnvironmentError::Missing("EMPTY".to_owned())));
        assert_eq!(environment.parsed::<u32>("DAYS"), Err(EnvironmentError::Unreadable("DAYS".to_owned())));
        let text = environment.required("COMPANY").unwrap_err().to_string();
        assert!(text.starts_with("the environment variable COMPANY is not set"), "{text}");
    }
}
