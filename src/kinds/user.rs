//! A user.

use super::descriptor::{
    ArnForm, Audience, Bulk, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach,
    Service, Touched, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "user",
    plural: "users",
    resource_type: "AWS::Connect::User",
    prefix: "User",
    is_single: false,
    lowering: Some(Lowering {
        section: "users",
        names: |blueprint| keys(&blueprint.users),
        lower: |resolver| resolver.users(),
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::InInstance("agent"), attribute: Some("UserArn"), parameter: "UserIds" },
    name: UniqueName::in_instance("/Username"),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("reports lose the history of the user"),
    reach: Reach { hears: Audience::Agents, ..Reach::listed(Touched::Agents) },
    outside: Outside::NOTHING,
    live: Live::Bulk(Bulk {
        read: |reading| {
            Box::pin(async {
                let managed = |id: &str| reading.is_managed(id);
                reading.gateway.live_users(reading.instance, &managed, reading.in_detail).await
            })
        },
        left_out: &["IdentityInfo/Email", "IdentityInfo/SecondaryEmail", "IdentityInfo/Mobile", "UserProficiencies"],
        left_out_words: Some(
            "e-mail addresses, mobile numbers and proficiencies of users for whom the blueprint has none",
        ),
        never_read: &[],
    }),
    drift: Drift {
        filled_in: &[
            ("IdentityInfo", FilledIn::Anything),
            ("DirectoryUserId", FilledIn::Anything),
            ("PhoneConfig/AutoAccept", FilledIn::False),
            ("PhoneConfig/AfterContactWorkTimeLimit", FilledIn::Zero),
            ("PhoneConfig/PersistentConnection", FilledIn::False),
            ("PhoneConfig/PhoneType", FilledIn::Text("SOFT_PHONE")),
        ],
        never_read: Some(("Password", "passwords of users")),
        ..Drift::PLAIN
    },
    service: Service::limited("L-9A46857E", "Users per instance", 500),
    own_rules: &["/Username", "/IdentityInfo/Mobile", "/SecurityProfileArns"],
};
