//! What the sandbox guesses about AWS: every rule that no documentation settles, each with what it rests on.
//!
//! A rule of this kind carries the mark `(?)` where it is written; a test holds the marks and this list together.

/// A guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The source file with the rule, below `src`.
    pub file: &'static str,
    /// What the sandbox does.
    pub statement: &'static str,
    /// What speaks for it; `None` where nothing was found: it is unverified.
    pub source: Option<&'static str>,
}

const fn guess(file: &'static str, statement: &'static str) -> Assumption {
    Assumption { file, statement, source: None }
}

const fn attested(file: &'static str, statement: &'static str, source: &'static str) -> Assumption {
    Assumption { file, statement, source: Some(source) }
}

/// All guesses, by file and in their order there.
pub const ASSUMPTIONS: &[Assumption] = &[
    guess(
        "cloudformation/operations/change_sets/validation.rs",
        "Where the schema's check gives no path, early validation names the whole resource.",
    ),
    guess("cloudformation/template/yaml/scalar.rs", "The letters `y` and `n` alone are text in YAML templates."),
    attested(
        "connect/agent_statuses.rs",
        "The agent statuses Available and Offline cannot be disabled.",
        "Amazon Connect Administrator Guide: custom statuses can be disabled",
    ),
    attested(
        "connect/builtin_permissions.rs",
        "The built-in security profiles have the permissions that were seen in some instances; older instances differ.",
        "lists of live instances",
    ),
    guess("connect/builtins.rs", "Basic Hours are nine to five on working days."),
    attested(
        "connect/contacts.rs",
        "The client token of a contact that is over starts another one.",
        "an earlier edition of the service's API reference",
    ),
    guess(
        "connect/contacts_search.rs",
        "Names of contacts are searched without regard to case; an exact match is the whole name.",
    ),
    guess("connect/contacts_search.rs", "Contacts are found from the newest to the oldest."),
    guess(
        "connect/document.rs",
        "A malformed id is InvalidParameterException, an id of nothing is ResourceNotFoundException.",
    ),
    guess("connect/flow_documents.rs", "An action of a type that is not known is taken as it is."),
    guess("connect/flow_documents.rs", "A flow may refer to a flow that was never published."),
    guess("connect/flow_versions.rs", "A version that an alias leads to cannot be deleted, by ResourceInUseException."),
    attested(
        "connect/handlers/agent_status.rs",
        "CloudFormation deletes an agent status by leaving it as it is, so that its name stays taken.",
        "the type's schema: its delete handler calls nothing; the service has no operation that deletes one",
    ),
    attested(
        "connect/handlers/associations.rs",
        "CloudFormation remembers the tags of integration associations that the service has no object for.",
        "otherwise every link made with a stack's tags would have drifted",
    ),
    guess(
        "connect/hours_effective.rs",
        "Where several overrides hold on a date, one of other hours comes first, then those that open, then those that close.",
    ),
    guess(
        "connect/hours_effective.rs",
        "An override that recurs every few weeks, months or years counts from the week, month or year of its first day.",
    ),
    guess("connect/live/agents.rs", "An agent that missed a contact gets the next one after 15 seconds."),
    guess(
        "connect/live/agents.rs",
        "A callback that rings at an agent is INCOMING, and PENDING while its customer is called.",
    ),
    guess("connect/live/dial.rs", "Detection takes one and a half seconds for a person, three for a machine."),
    guess("connect/live/dial.rs", "The flow of a call begins when it is known who has answered."),
    attested(
        "connect/live/follow.rs",
        "A contact record comes when the work after the contact is done, at once.",
        "the service's documentation says when a record closes, not how long its delivery takes",
    ),
    guess(
        "connect/live/recordings.rs",
        "A recording is in its bucket two seconds to a minute after its contact has ended, before or after the contact record.",
    ),
    guess("connect/live/recordings.rs", "Of a contact with two recordings that of the conversation is `Recording`."),
    guess("connect/live/recordings.rs", "The ParticipantType of a recording of both sides is ALL."),
    guess("connect/live/recordings.rs", "The name of a recording says when it began."),
    guess("connect/live/recordings.rs", "A record says that recordings are AVAILABLE, put or not."),
    guess("connect/live/voice.rs", "A recorded prompt takes five seconds."),
    attested(
        "connect/phone_numbers.rs",
        "A claim beyond 200 % of the quota of phone numbers, released in 180 days, is an InvalidParameterException.",
        "the rule: Amazon Connect Administrator Guide; its error: the operation's model has none that fits better",
    ),
    guess("connect/prompts.rs", "A prompt of an object that is not there is refused by InvalidParameterException."),
    attested(
        "connect/queues.rs",
        "An empty description removes a queue's description, although the model asks for a character.",
        "without it no description could be removed",
    ),
    guess(
        "connect/quick_connects.rs",
        "Queues lose a quick connect that is deleted; with keep_listed_quick_connects in faults.json it is refused.",
    ),
    attested(
        "connect/resource.rs",
        "Usernames differ in an instance whatever the case of letters.",
        "reports of users",
    ),
    guess("connect/resource.rs", "Names of hierarchy groups differ among the children of one parent only."),
    attested("connect/search.rs", "Searches compare without regard to case.", "the console's search fields"),
    attested(
        "connect/security_profiles.rs",
        "A built-in security profile cannot be deleted, by AccessDeniedException.",
        "the operation's model has the error",
    ),
    guess(
        "connect/test_case_executions.rs",
        "An execution that is stopped makes room for those that are asked for after it, not for those that wait.",
    ),
    guess(
        "connect/test_case_executions.rs",
        "The execution of a test case that was never published is refused by InvalidRequestException.",
    ),
    guess(
        "connect/test_case_executions.rs",
        "To stop an execution that is over is refused by InvalidRequestException.",
    ),
    attested(
        "connect/test_case_executions.rs",
        "Times of executions are seconds since 1970.",
        "the service model; a client reported milliseconds",
    ),
    guess("connect/test_case_executions.rs", "Executions are listed from the newest to the oldest."),
    attested(
        "connect/test_cases.rs",
        "A test case that is created without a status is published.",
        "so are flows, whose documentation has the same words",
    ),
    guess("connect/test_cases.rs", "A published test case that begins in a flow that is not there is refused."),
    attested(
        "connect/test_cases.rs",
        "The reasons of InvalidTestCaseException are there under `Problems` and under `problemDetails`.",
        "the service model has the one, a client showed the other",
    ),
    guess("connect/test_cases.rs", "Where nothing is saved beside what is published, that is what is saved."),
    guess("connect/test_cases.rs", "An update of a test case without a status leaves it published, or saved."),
    guess("connect/test_cases.rs", "The executions of a test case are gone with it."),
    attested(
        "delivery/mod.rs",
        "What a rule or schedule cannot deliver is tried again after 1, 2, 4 seconds and so on, at most every 8 minutes.",
        "185 attempts within a day, with exponential backoff: EventBridge User Guide",
    ),
    guess("delivery/transformer.rs", "Within quotes of an input template, what is no text becomes its JSON, escaped."),
    guess(
        "faults.rs",
        "CloudFormation calls a throttled handler again after 1, 2, 4, 8 and 16 seconds, and then gives up.",
    ),
    guess("kinds/lex.rs", "A bot whose name is taken is refused by ConflictException."),
    attested(
        "kinds/lex.rs",
        "A bot or version that an alias uses is refused to be deleted by PreconditionFailedException.",
        "the documentation's ResourceInUseException is not in the service's model",
    ),
    guess("lex/dialog/going_on.rs", "A bot whose alias has no function for a hook fails by DependencyFailedException."),
    guess("lex/dialog/going_on.rs", "What a function of a bot says with Delegate is left out."),
    guess("lex/dialog/mod.rs", "Session attributes that a function of a bot does not give back stay."),
    guess("lex/value.rs", "The keys 1 to 4 are Yes, No, Maybe and Don't know where a bot asks for a confirmation."),
    guess(
        "services/events/told.rs",
        "An event for a bus that is not there is a failed entry of PutEvents; the service may drop it without a word.",
    ),
    attested(
        "services/firehose/described.rs",
        "The parameters of a Lambda processor come back all and in another order.",
        "public reports of tools that compared them one by one",
    ),
    guess(
        "services/lambda/asynchronous.rs",
        "A function that cannot be started for an event is tried as often as one that fails on it: three times.",
    ),
    guess(
        "services/timing/mod.rs",
        "A schedule that runs once, at a time that the wall clock leaves out in spring, runs as much later.",
    ),
    guess(
        "transcribe/work.rs",
        "A job begins after a second and takes ten seconds more than a part of its audio's length.",
    ),
    guess("transcribe/work.rs", "That part is a quarter."),
    guess("transcribe/work.rs", "ChannelIdentification of audio with one channel gives one channel."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    /// How many marks each file has.
    fn marks(folder: &Path, root: &Path, found: &mut BTreeMap<String, usize>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                marks(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                // Not in code: the mark stands in comments.
                let text = std::fs::read_to_string(&path).unwrap();
                let comments = text.lines().filter(|line| line.trim_start().starts_with("//"));
                let count = comments.map(|line| line.matches("(?)").count()).sum();
                if count > 0 && name != "assumptions.rs" {
                    found.insert(name, count);
                }
            }
        }
    }

    #[test]
    fn every_mark_is_listed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut marked = BTreeMap::new();
        marks(&root, &root, &mut marked);
        let mut listed = BTreeMap::new();
        for assumption in ASSUMPTIONS {
            *listed.entry(assumption.file.to_owned()).or_insert(0) += 1;
        }
        assert_eq!(marked, listed, "marks `(?)` in comments, and the list of assumptions");
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(ASSUMPTIONS.is_sorted_by_key(|assumption| assumption.file));
    }
}
