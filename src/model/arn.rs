//! ARNs of objects outside the blueprint: which kind of thing they name.

use crate::kinds::{ArnForm, Kind};

/// True where an ARN names a thing of a kind.
pub(crate) fn names_kind(arn: &str, kind: Kind) -> bool {
    let Some((service, beginning)) = kind.descriptor().identifiers.arn.shape() else { return false };
    let mut parts = arn.splitn(6, ':');
    let head = (parts.next(), parts.next(), parts.next());
    let Some(resource) = parts.nth(2) else { return false };
    let (Some("arn"), Some(partition), Some(found)) = head else { return false };
    if found != service || !partition.starts_with("aws") {
        return false;
    }
    let inside = match resource.strip_prefix("instance/").and_then(|rest| rest.split_once('/')) {
        Some((_, inside)) if service == "connect" => inside,
        _ => resource,
    };
    inside.strip_prefix(&*beginning).is_some_and(|id| !id.is_empty())
}

/// What a correct ARN looks like, for messages.
pub(crate) fn example(kind: Kind) -> String {
    let arn = kind.descriptor().identifiers.arn;
    match arn.shape() {
        Some(("connect", beginning)) if matches!(arn, ArnForm::InInstance(_)) => {
            format!("arn:aws:connect:<region>:<account>:instance/<id>/{beginning}<id>")
        }
        Some(("connect", beginning)) => format!("arn:aws:connect:<region>:<account>:{beginning}<id>"),
        Some(("iam", beginning)) => format!("arn:aws:iam::<account>:{beginning}<name>"),
        Some(("s3", _)) => "arn:aws:s3:::<name>".to_owned(),
        Some((service, beginning)) => format!("arn:aws:{service}:<region>:<account>:{beginning}<name>"),
        None => "no ARN: only things of this blueprint can be named here".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/11111111-2222-3333-4444-555555555555";

    #[test]
    fn the_kind_decides() {
        let queue = format!("{INSTANCE}/queue/a");
        assert!(names_kind(&queue, Kind::Queue));
        assert!(!names_kind(&queue, Kind::Hours));
        assert!(names_kind(&format!("{INSTANCE}/operating-hours/a"), Kind::Hours));
        assert!(names_kind("arn:aws:connect:us-west-2:123456789012:phone-number/a", Kind::PhoneNumber));
        assert!(names_kind("arn:aws:lambda:us-west-2:123456789012:function:f", Kind::Lambda));
        assert!(names_kind("arn:aws:iam::123456789012:role/r", Kind::Role));
        assert!(names_kind("arn:aws:s3:::bucket", Kind::Bucket));
        assert!(!names_kind("arn:aws:sqs:us-west-2:123456789012:queue", Kind::Queue));
        for broken in ["arn:", "arn:aws:connect", "", "queue/a"] {
            assert!(!names_kind(broken, Kind::Queue), "{broken}");
        }
    }
}
