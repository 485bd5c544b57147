//! Functions one after the other, longer than Connect waits.

use callform_source::{Diagnostic, Diagnostics};

use super::facts::time_limit;
use super::{Look, Rule};

/// Longest that functions may run without anything for the contact in between, in seconds.
const LONGEST: u8 = 20;
/// Longest that Connect waits for one function, in seconds.
const MOST: u8 = 8;

pub(super) const RULE: Rule = Rule {
    code: "lambdas-too-slow",
    what: "Finds functions in a row whose time limits add up to more than 20 seconds without a word to the contact, and single \
           ones with more than 8 seconds.",
    why: "Connect gives up a sequence of functions after 20 seconds, and callers take so long a silence for a broken line.",
    example: "- lambda: vanity\n  timeout: 8s\n- lambda: vanity\n  timeout: 8s\n- lambda: vanity\n  timeout: 8s\n- say: Hello",
    instead: "- lambda: vanity\n  timeout: 8s\n- lambda: vanity\n  timeout: 8s\n- say: One moment, please.\n- lambda: vanity\n  timeout: 8s\n- say: Hello",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.of_type("InvokeLambdaFunction") {
        if time_limit(action) > MOST {
            let diagnostic = Diagnostic::warning(RULE.code, "a function that is given more time than Connect waits")
                .help("Use 1 to 8 seconds, or invoke the function asynchronously.");
            diagnostics.push(look.at(diagnostic, action));
        }
        let Some(facts) = look.facts_at(index) else { continue };
        let before = facts.silence;
        let after = before.saturating_add(time_limit(action));
        // Only the one that passes the limit is told of.
        if before <= LONGEST && after > LONGEST {
            let diagnostic = Diagnostic::warning(RULE.code, "functions that may take longer than Connect waits")
                .note(format!("By here they may have taken {after} seconds since the contact last heard something."))
                .help("Say something in between, or give them shorter time limits.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
