//! What a task's `Resource` names.

/// Who does a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A function by its ARN.
    Function(String),
    /// Workers that ask for it.
    Activity(String),
    /// A service.
    Service {
        /// Such as `lambda`, or `aws-sdk:dynamodb`.
        service: String,
        /// Such as `invoke`.
        action: String,
        /// What the execution waits for.
        pattern: Pattern,
    },
    /// Nothing that there is.
    Unknown(String),
}

/// What an execution waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The answer.
    Response,
    /// The end of what was started; `.sync:2` answers its output as JSON.
    Sync {
        /// True for `.sync:2`.
        is_second: bool,
    },
    /// That somebody sends the token back.
    Token,
}

impl Resource {
    /// Reads an ARN.
    pub fn read(arn: &str) -> Self {
        if arn.contains(":lambda:") && arn.contains(":function:") {
            return Self::Function(arn.to_owned());
        }
        if arn.contains(":states:") && arn.contains(":activity:") {
            return Self::Activity(arn.to_owned());
        }
        let named = arn.split_once(":states:::").and_then(|(_, rest)| rest.rsplit_once(':'));
        // The second version of `.sync` has a colon of its own.
        let named = match named {
            Some((rest, "2")) => rest.rsplit_once(':').map(|(service, action)| (service, format!("{action}:2"))),
            Some((service, action)) => Some((service, action.to_owned())),
            None => None,
        };
        let Some((service, action)) = named else { return Self::Unknown(arn.to_owned()) };
        let (action, pattern) = match action.split_once('.') {
            None => (action.as_str(), Pattern::Response),
            Some((action, "sync")) => (action, Pattern::Sync { is_second: false }),
            Some((action, "sync:2")) => (action, Pattern::Sync { is_second: true }),
            Some((action, "waitForTaskToken")) => (action, Pattern::Token),
            Some(_) => return Self::Unknown(arn.to_owned()),
        };
        Self::Service { service: service.to_owned(), action: action.to_owned(), pattern }
    }

    /// `resourceType` and `resource` of history events.
    pub(crate) fn names(&self) -> (String, String) {
        match self {
            Self::Service { service, action, pattern } => {
                let end = match pattern {
                    Pattern::Response => "",
                    Pattern::Sync { is_second: false } => ".sync",
                    Pattern::Sync { is_second: true } => ".sync:2",
                    Pattern::Token => ".waitForTaskToken",
                };
                (service.clone(), format!("{action}{end}"))
            }
            Self::Function(arn) | Self::Activity(arn) | Self::Unknown(arn) => (String::new(), arn.clone()),
        }
    }

    /// True where somebody outside says how it ended, after it was submitted.
    pub fn is_answered_later(&self) -> bool {
        matches!(self, Self::Activity(_) | Self::Service { pattern: Pattern::Sync { .. } | Pattern::Token, .. })
    }

    /// True where it has a token.
    pub(crate) fn has_token(&self) -> bool {
        matches!(self, Self::Activity(_) | Self::Service { pattern: Pattern::Token, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_told_apart() {
        let service = |service: &str, action: &str, pattern| Resource::Service {
            service: service.to_owned(),
            action: action.to_owned(),
            pattern,
        };
        for (arn, expected) in [
            ("arn:aws:states:::lambda:invoke", service("lambda", "invoke", Pattern::Response)),
            ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", service("sqs", "sendMessage", Pattern::Token)),
            (
                "arn:aws:states:::states:startExecution.sync:2",
                service("states", "startExecution", Pattern::Sync { is_second: true }),
            ),
            (
                "arn:aws:states:::states:startExecution.sync",
                service("states", "startExecution", Pattern::Sync { is_second: false }),
            ),
            ("arn:aws-us-gov:states:::aws-sdk:s3:getObject", service("aws-sdk:s3", "getObject", Pattern::Response)),
        ] {
            assert_eq!(Resource::read(arn), expected, "{arn}");
        }
        let function = "arn:aws:lambda:us-east-1:123456789012:function:f:live";
        assert_eq!(Resource::read(function), Resource::Function(function.to_owned()));
        let activity = "arn:aws:states:us-east-1:123456789012:activity:a";
        assert_eq!(Resource::read(activity), Resource::Activity(activity.to_owned()));
        for unknown in ["", "x", "arn:aws:states:::lambda", "arn:aws:states:::lambda:invoke.later"] {
            assert_eq!(Resource::read(unknown), Resource::Unknown(unknown.to_owned()));
        }
    }
}
