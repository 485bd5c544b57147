//! A center of the size the sandbox is made for.

use serde_json::{Value, json};

use crate::connect::call;

use super::{ID, Instance};

/// Work is counted in pages, not in seconds: each page has to end where the next one begins.
#[test]
fn many_users_are_searched_in_pages_of_500() {
    let instance = Instance::new();
    let input = instance.user_input("x");
    instance.with(|environment| {
        for at in 0..2_000 {
            let mut input = input.as_object().cloned().expect("an object");
            input.insert("Username".to_owned(), format!("agent{at:05}").into());
            input.insert("InstanceId".to_owned(), ID.into());
            call(environment, "CreateUser", &input)?;
        }
        Ok(())
    });
    let (mut pages, mut users, mut token) = (0, std::collections::BTreeSet::new(), Value::Null);
    loop {
        let page = instance.call("SearchUsers", json!({ "MaxResults": 500, "NextToken": token }));
        users.extend(page["Users"].as_array().expect("users").iter().map(|user| user["Username"].to_string()));
        pages += 1;
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!((pages, users.len()), (4, 2_000));
    let profile = instance.id_of("ListRoutingProfiles", "RoutingProfileSummaryList", "Basic Routing Profile");
    let described = instance.call("DescribeRoutingProfile", json!({ "RoutingProfileId": profile }));
    assert_eq!(described["RoutingProfile"]["NumberOfAssociatedUsers"], 2_000);
}
