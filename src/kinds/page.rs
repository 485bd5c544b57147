//! `docs/kinds.md`: what a center can have, and what becomes of the other types of Amazon Connect.

use std::fmt::Write as _;

use super::Kind;

const HEAD: &str = "# Kinds

What a center consists of. A kind has a section of its own in the blueprint ([blueprint.md](blueprint.md) has every key), is
checked, rendered, planned, watched for drift and reverted. Every other type of CloudFormation is written under `resources:`,
with CloudFormation's own properties:

```yaml
resources:
  alerts: { type: AWS::SNS::Topic, properties: { TopicName: alerts } }
  form:
    type: AWS::Connect::EvaluationForm
    properties: { InstanceArn: \"${instance}\", … }
```

";

const TO_ALLOW: &str = "
## What has to be allowed

`apply` deletes and replaces these only with `--allow ADDRESS` (see [plans.md](plans.md)), because something is lost:

| | address | what is lost |
|---|---|---|
";

/// What there is to say about types of Connect that have no kind.
const REMARKS: [(&str, &str); 7] = [
    ("AWS::Connect::DataLakeAssociation", "shares data sets with an analytics account"),
    ("AWS::Connect::EmailAddress", "named by its ARN in `email` of a queue"),
    ("AWS::Connect::SecurityKey", "one for signing customer input encryption"),
    ("AWS::Connect::TestCase", "call tests of one's own are to come"),
    ("AWS::Connect::TrafficDistributionGroup", "named by its ARN in `distribution_group` of a number"),
    ("AWS::Connect::UseCase", "belongs to an integration association"),
    ("AWS::Connect::Vocabulary", "for transcripts of Contact Lens"),
];

/// Where kinds are written that have no section of their own.
const PLACES: [(Kind, &str); 6] = [
    (Kind::Instance, "`instance:`"),
    (Kind::Storage, "`instance:`, `storage:`"),
    (Kind::HierarchyLevels, "`hierarchy:`, `levels:`"),
    (Kind::FlowVersion, "`versioned: true` of a flow"),
    (Kind::FlowModuleVersion, "`versioned: true` of a flow module"),
    (Kind::FlowModuleAlias, "`aliases:` of a flow module"),
];

/// The text of the page.
pub(crate) fn page() -> String {
    let mut page = String::from(HEAD);
    page.push_str("## Amazon Connect\n\n| type | in a blueprint | |\n|---|---|---|\n");
    for name in callform_schemas::type_names().filter(|name| name.starts_with("AWS::Connect::")) {
        let (place, remark) = Kind::of_type(name).map_or_else(|| way_out(name), place);
        let _cannot_fail = writeln!(page, "| `{name}` | {place} | {remark} |");
    }
    page.push_str("\n## Beside it\n\n| type | in a blueprint | |\n|---|---|---|\n");
    let beside = Kind::ALL.iter().filter(|kind| !kind.resource_type().starts_with("AWS::Connect::"));
    for kind in beside.filter(|kind| **kind != Kind::Resource) {
        let (place, remark) = place(*kind);
        let _cannot_fail = writeln!(page, "| `{}` | {place} | {remark} |", kind.resource_type());
    }
    page.push_str(TO_ALLOW);
    for kind in Kind::ALL {
        let descriptor = kind.descriptor();
        if let Some(loss) = descriptor.lifetime.loss {
            let _cannot_fail = writeln!(page, "| {} | `{}/…` | {loss} |", descriptor.plural, kind.word());
        }
    }
    page
}

fn way_out(name: &str) -> (String, &'static str) {
    let remark = REMARKS.iter().find(|(of, _)| *of == name).map_or("", |(_, remark)| remark);
    ("`resources:`".to_owned(), remark)
}

/// Where a kind is defined.
fn place(kind: Kind) -> (String, &'static str) {
    let written = PLACES.iter().find(|(of, _)| *of == kind).map(|(_, place)| (*place).to_owned());
    let section = || kind.section().map(|section| format!("`{section}:`"));
    let others = || format!("comes with others, as `{}/…`", kind.word());
    (written.or_else(section).unwrap_or_else(others), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set `CALLFORM_UPDATE_DOCS` to write the page anew.
    #[test]
    fn the_page_of_kinds_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/kinds.md");
        if std::env::var_os("CALLFORM_UPDATE_DOCS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page(), "write it anew: CALLFORM_UPDATE_DOCS=1 cargo xtask test fresh");
    }

    #[test]
    fn remarks_are_about_types_without_a_kind() {
        for (name, _) in REMARKS {
            assert!(callform_schemas::get(name).is_some() && Kind::of_type(name).is_none(), "{name}");
        }
    }
}
