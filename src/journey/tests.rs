//! Small centers, followed from end to end.

use std::fmt::Write as _;

use callform_source::Severity;

use super::*;
use crate::blueprint::{self, FileError, Files};
use crate::model;

struct One(String);

impl Files for One {
    fn read(&self, _path: &str, _limit: u64) -> Result<Vec<u8>, FileError> {
        Ok(self.0.clone().into_bytes())
    }
}

/// A center with one number that `entry` answers, two queues and hours.
const HEAD: &str = "
center: test
region: us-west-2
instance: { existing: a }
hours:
  office: { time_zone: Europe/Berlin, open: { mon-fri: 08:00-18:00 } }
phone_numbers:
  main: { country: US, type: DID, flow: entry }
queues:
  sales: { hours: office }
  care: { hours: office, max_contacts: 5 }
routing_profiles:
  sellers: { channels: { voice: 1 }, outbound: sales, queues: [{ queue: sales }, { queue: care, priority: 2, delay: 30s }] }
  carers: { channels: { voice: 1 }, outbound: care, queues: [{ queue: care }] }
";

#[track_caller]
fn center(rest: &str) -> Center {
    let files = One(format!("{HEAD}{rest}"));
    let (loaded, sources, mut diagnostics) = blueprint::load(&files, "a.yaml", None);
    let loaded = loaded.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let (model, found) = model::resolve(&loaded, &sources);
    diagnostics.extend(found);
    let errors: Vec<_> = diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    Center::of(&model)
}

#[track_caller]
fn journey(rest: &str) -> Journey {
    Journey::of(&center(rest), None).unwrap()
}

/// Each stage: its title, and its steps with what they say and where they lead.
fn told(journey: &Journey) -> String {
    let mut text = String::new();
    for (place, stage) in journey.stages.iter().enumerate() {
        writeln!(text, "# {} ({})", stage.title, stage.role).unwrap();
        for step in &stage.steps {
            let quiet = if step.is_quiet { "~" } else { "" };
            let lines: Vec<&str> = step.lines.iter().map(|line| line.text.as_str()).collect();
            writeln!(text, "{quiet}{} {}: {}", step.number, step.title, lines.join(" / ")).unwrap();
            for way in &step.ways {
                let quiet = if way.is_quiet { "~" } else { "" };
                let number = journey.step(way.to).map_or(0, |step| step.number);
                let dead = if way.is_dead_end { " !" } else { "" };
                let to = journey.destination(way.to, place);
                writeln!(text, "  {quiet}{} -> {number} {to}{dead}", way.label).unwrap();
            }
        }
    }
    text
}

#[test]
fn flows_that_hand_over_to_one_another_are_there_once() {
    let journey = journey(
        "
flows:
  entry:
    steps:
      - menu: Press 1 for the shop.
        keys: { 1: [{ transfer: { flow: shop } }] }
        no_input: hang_up
        invalid: hang_up
    on_error: hang_up
  shop:
    steps:
      - menu: Press 0 to go back.
        keys: { 0: [{ transfer: { flow: entry } }] }
        no_input: hang_up
        invalid: hang_up
    on_error: hang_up
",
    );
    insta::assert_snapshot!(told(&journey), @r"
    # Entry (answers the call; another flow goes on here)
    1 Chooses: “Press 1 for the shop.” / 5 s to press a key
      key 1 -> 3 Shop
      no key or another -> 2 Call ends
    2 Call ends: The call ends
    # Shop (another flow goes on here)
    3 Chooses: “Press 0 to go back.” / 5 s to press a key
      key 0 -> 1 Entry
      no key or another -> 4 Call ends
    4 Call ends: The call ends
    ");
}

#[test]
fn modules_are_folded_in_wherever_they_are_called() {
    let journey = journey(
        "
flow_modules:
  outer: { steps: [{ say: Outer. }, { module: inner }, { say: Outer again. }] }
  inner:
    steps:
      - menu: Press 1 or wait.
        keys: { 1: [{ say: One. }, return] }
        no_input: return
        invalid: return
flows:
  entry:
    steps:
      - module: outer
      - say: Between.
      - module: inner
      - hang_up
",
    );
    insta::assert_snapshot!(told(&journey), @r"
    # Entry (answers the call)
    1 Hears: “Outer.”
       -> 2 Chooses
      ~on an error -> 8 Call ends !
      ~on an error -> 5 Hears
    2 Chooses: “Press 1 or wait.” / 5 s to press a key
      key 1 -> 3 Hears
      no key or another -> 4 Hears
    3 Hears: “One.”
       -> 4 Hears
    4 Hears: “Outer again.”
       -> 5 Hears
    5 Hears: “Between.”
       -> 6 Chooses
      ~on an error -> 8 Call ends !
    6 Chooses: “Press 1 or wait.” / 5 s to press a key
      key 1 -> 7 Hears
      no key or another -> 8 Call ends
    7 Hears: “One.”
       -> 8 Call ends
    8 Call ends: The call ends
    ");
}

const ROOMS: &str = "
flows:
  entry:
    steps:
      - menu: Press 1 for sales, or 2.
        keys:
          1: [{ queue: sales }, { queue_flow: music }, { record: both }]
          2: [{ queue: care }, { hook: agent_whisper, enabled: false }]
        no_input: hang_up
        invalid: hang_up
      - whisper: soon
        to: customer
      - transfer: { flow: waiting_room }
    on_error: [{ say: Sorry. }, hang_up]
  waiting_room:
    steps:
      - hook: customer_remaining
        flow: survey
      - hours: queue
        closed: hang_up
      - transfer: queue
        full: [{ say: Full. }, hang_up]
    on_error: [{ say: Sorry. }, hang_up]
  music: { type: customer_queue, steps: [{ play: [Please wait.] }] }
  soon: { type: customer_whisper, steps: [{ say: Here we are. }, end], on_error: end }
  survey: { steps: [{ say: How was it? }, hang_up], on_error: hang_up }
";

#[test]
fn what_is_chosen_in_one_flow_holds_in_the_next() {
    let journey = journey(ROOMS);
    insta::assert_snapshot!(told(&journey), @r"
    # Entry (answers the call)
    1 Chooses: “Press 1 for sales, or 2.” / 5 s to press a key
      key 1 -> 2 Queue
      key 2 -> 3 Queue
      no key or another -> 4 Call ends
      ~on an error -> 5 Call ends
    2 Queue: For the queue Sales / Recording is on: caller and agent, once they are joined
       -> 6 Waiting Room
      ~on an error -> 5 Call ends
    3 Queue: For the queue Care
       -> 6 Waiting Room
      ~on an error -> 5 Call ends
    4 Call ends: The call ends
    ~5 Call ends: “Sorry.” / The call ends / Cut off after an error
    # Waiting Room (another flow goes on here)
    6 Opening hours: The hours of the queue that was chosen / Care: Office: Mon–Fri 8:00–18:00 (Europe/Berlin) / Sales: Office: Mon–Fri 8:00–18:00 (Europe/Berlin)
      open -> 7 Waits
      closed -> 9 Call ends
      ~on an error -> 10 Call ends
    7 Waits: Waits for an agent: Queue Care, or Queue Sales / Meanwhile: Connect's message that calls are answered in the order they came, and music
      meanwhile -> 11 Music
      agent free -> 15 Queue Care
      agent free -> 16 Queue Sales
      the queue is full -> 8 Call ends
      ~on an error -> 10 Call ends
    8 Call ends: “Full.” / The call ends
      ~on an error -> 10 Call ends
    9 Call ends: The call ends
    ~10 Call ends: “Sorry.” / The call ends / Cut off after an error
    # Music (while the caller waits in a queue)
    11 Hears: “Please wait.” / … again and again
    # Soon (the caller hears it before they are joined)
    12 Hears: “Here we are.”
    # Survey (when the agent has left)
    13 Call ends: “How was it?” / The call ends
      ~on an error -> 14 Call ends !
    ~14 Call ends: The call ends / Cut off after an error, without a word
    # Agents (who takes the calls)
    15 Queue Care: Agents: Carers / Agents: Sellers, once it has waited 30 s, when nothing more urgent waits / At most 5 wait here at once
      an agent answers -> 17 Talks with an agent
    16 Queue Sales: Agents: Sellers
      an agent answers -> 17 Talks with an agent
    17 Talks with an agent: Agent hears first: the name of the queue / Agent hears first: nothing / Caller on hold: Connect's hold music / Recorded or not, by the way the call came: not recorded, or both sides are recorded
      caller hears first -> 12 Soon
      the agent hangs up -> 13 Survey
    ");
}

#[test]
fn callbacks_lead_to_their_queue_and_to_what_is_heard_first() {
    let journey = journey(
        "
flows:
  entry:
    steps:
      - queue: sales
      - callback_number: $.CustomerEndpoint.Address
      - callback: care
        delay: 20s
        retries: 3
      - say: We call you.
      - hang_up
    on_error: hang_up
",
    );
    insta::assert_snapshot!(told(&journey), @r"
    # Entry (answers the call)
    1 Callback: For the queue Sales / The number to call back is ‹the caller's number›
      no valid number, cannot be called -> 2 Call ends
       -> 3 Callback
    2 Call ends: The call ends
    3 Callback: Will be called back by the queue Care: not before 20 s, up to 4 attempts, 10 min apart / “We call you.” / The call ends
      callback -> 4 Queue Care
      ~on an error -> 2 Call ends !
    # Agents (who takes the calls)
    4 Queue Care: Agents: Carers / Agents: Sellers, once it has waited 30 s, when nothing more urgent waits / At most 5 wait here at once / Callbacks alone wait here
      an agent answers -> 5 Talks with an agent
    5 Talks with an agent: Agent hears first: the name of the queue / Caller hears first: a tone / Caller on hold: Connect's hold music / The agent hangs up: the call ends / Not recorded
    ");
}

#[test]
fn a_picture_grows_with_the_center_and_not_with_the_ways() {
    let entry = |count: usize| {
        let menu = |place: usize| {
            let keys: Vec<String> = (1..10).map(|key| format!("{key}: [{{ say: Key {key} of {place}. }}]")).collect();
            format!("      - menu: Menu {place}.\n        keys: {{ {} }}\n", keys.join(", "))
        };
        let menus: String = (0..count).map(menu).collect();
        journey(&format!("flows:\n  entry:\n    steps:\n{menus}      - hang_up\n    on_error: hang_up\n"))
    };
    // Ten to the power of the number of menus are the ways; each menu and each of its keys is one step.
    let steps = |count| entry(count).stages[0].steps.len();
    assert_eq!(steps(12) - steps(11), 10);
    assert_eq!(steps(11) - steps(10), 10);
}

#[test]
fn a_module_that_calls_others_without_end_is_no_end() {
    // Eight calls of each module by the one above it would be 4,096 copies of the innermost.
    let module = |name: &str, inner: &str| {
        let calls = format!("      - module: {inner}\n").repeat(8);
        format!("  {name}:\n    steps:\n{calls}")
    };
    let rest = format!(
        "flow_modules:\n  d: {{ steps: [{{ menu: Deep., keys: {{ 1: [{{ say: One. }}] }} }}] }}\n{}{}{}{}\
         flows:\n  entry:\n    steps:\n      - module: a\n      - hang_up\n",
        module("c", "d"),
        module("b", "c"),
        module("a", "b"),
        ""
    );
    let journey = journey(&rest);
    let steps: usize = journey.stages.iter().map(|stage| stage.steps.len()).sum();
    assert!((100..1_000).contains(&steps), "{steps} steps");
    assert!(journey.stages.len() > 1, "what is too much has a stage of its own");
}

#[test]
fn dead_ends_are_marked() {
    let journey = journey(
        "
flows:
  entry:
    steps:
      - say: Hello.
        error: hang_up
      - queue: sales
        error: { goto: gone }
      - queue_flow: waiting
      - transfer: queue
        full: [{ say: Full. }, hang_up]
        error: [{ say: Sorry. }, { name: gone, hang_up: }]
  waiting: { type: customer_queue, steps: [{ say: Once. }, end], on_error: end }
",
    );
    insta::assert_snapshot!(told(&journey), @r"
    # Entry (answers the call)
    1 Hears: “Hello.” / For the queue Sales
       -> 2 Waits
      ~on an error -> 4 Call ends !
    2 Waits: Waits for an agent: Queue Sales
      meanwhile -> 6 Waiting
      agent free -> 8 Queue Sales
      the queue is full -> 3 Call ends
      ~on an error -> 5 Hears
    3 Call ends: “Full.” / The call ends
      ~on an error -> 4 Call ends !
    ~4 Call ends: The call ends / Cut off after an error, without a word
    ~5 Hears: “Sorry.”
       -> 4 Call ends
    # Waiting (while the caller waits in a queue)
    6 Waits: “Once.” / Goes on waiting, in silence
      ~on an error -> 7 Waits
    ~7 Waits: Goes on waiting, in silence
    # Agents (who takes the calls)
    8 Queue Sales: Agents: Sellers
      an agent answers -> 9 Talks with an agent
    9 Talks with an agent: Agent hears first: the name of the queue / Caller hears first: a tone / Caller on hold: Connect's hold music / The agent hangs up: the call ends / Not recorded
    ");
    let kept = journey.without_errors();
    assert!(!told(&kept).contains('~'), "{}", told(&kept));
    assert!(told(&kept).contains("Goes on waiting, in silence"), "{}", told(&kept));
}

const SHOP: &str = "
flows:
  entry:
    steps:
      - say: Calls are recorded.
      - record: both
      - menu: Press 1 for sales.
        keys: { 1: { queue: sales } }
        no_input: hang_up
        invalid: hang_up
      - queue_flow: music
      - hours: office
        closed: [{ say: We are closed. }, hang_up]
      - transfer: queue
    on_error: [{ say: Sorry. }, hang_up]
  music:
    type: customer_queue
    steps:
      - play: [Please wait.]
        interrupt_every: 2m
        steps: [{ say: Still there? }]
";

#[track_caller]
fn differences(edits: &[(&str, &str)]) -> Vec<String> {
    let old = format!("{HEAD}{SHOP}");
    let new = edits.iter().fold(old.clone(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    });
    let strip = |text: &str| text.strip_prefix(HEAD).map(str::to_owned);
    let of = |text: &str| match strip(text) {
        Some(rest) => center(&rest),
        None => Center::of(&of_text(text)),
    };
    let changes = compare(&of(&old), &of(&new));
    changes.into_iter().flat_map(|change| change.lines).collect()
}

fn of_text(text: &str) -> crate::model::Model {
    let (loaded, sources, diagnostics) = blueprint::load(&One(text.to_owned()), "a.yaml", None);
    model::resolve(&loaded.unwrap_or_else(|| panic!("{diagnostics:?}")), &sources).0
}

#[test]
fn what_callers_meet_before_and_after() {
    assert_eq!(differences(&[]), [""; 0]);
    assert_eq!(
        differences(&[
            ("Press 1 for sales.", "Press 1 for sales, 2 for care."),
            ("keys: { 1: { queue: sales } }", "keys: { 1: { queue: sales }, 2: { queue: care } }")
        ]),
        [
            "~ Entry: is asked “Press 1 for sales, 2 for care.” (was: “Press 1 for sales.”)",
            "+ Entry: after “Press 1 for sales, 2 for care.”: key 2 leads to queue Care",
            "~ Entry: Waits for an agent: Queue Care, or Queue Sales (was: Waits for an agent: Queue Sales)",
            "+ Queue Care: Agents: Carers",
            "+ Queue Care: Agents: Sellers, once it has waited 30 s, when nothing more urgent waits",
            "+ Queue Care: At most 5 wait here at once",
        ]
    );
    assert_eq!(differences(&[("      - say: Calls are recorded.\n", "")]), ["- Entry: hears “Calls are recorded.”"]);
    assert_eq!(
        differences(&[("08:00-18:00", "08:00-17:00")]),
        ["~ Office: Mon–Fri 8:00–17:00 (Europe/Berlin) (was: Office: Mon–Fri 8:00–18:00 (Europe/Berlin))"]
    );
    assert_eq!(
        differences(&[("interrupt_every: 2m", "interrupt_every: 3m")]),
        ["~ Music: after “Please wait.”: every 3 min (was: every 2 min)"]
    );
    assert_eq!(
        differences(&[("      - record: both\n", "")]),
        [
            "- Entry: Recording is on: caller and agent, once they are joined",
            "~ Talks with an agent: Not recorded (was: Both sides are recorded)",
        ]
    );
    // What only has another name, or stands elsewhere in the file, is no difference.
    assert_eq!(
        differences(&[("      - say: Calls are recorded.\n", "      - { name: told, say: Calls are recorded. }\n")]),
        [""; 0]
    );
}

#[test]
fn numbers_come_and_go() {
    let more =
        "  main: { country: US, type: DID, flow: entry }\n  toll_free: { country: US, type: TOLL_FREE, flow: entry }\n";
    let lines = differences(&[("  main: { country: US, type: DID, flow: entry }\n", more)]);
    assert_eq!(lines[0], "+ the number is new");
    assert!(lines.contains(&"+ hears “Calls are recorded.”".to_owned()), "{lines:?}");
    let center = |text: &str| Center::of(&of_text(text));
    let (old, new) = (format!("{HEAD}{SHOP}"), format!("{HEAD}{SHOP}").replace(", flow: entry }", " }"));
    let lines = compare(&center(&old), &center(&new)).remove(0).lines;
    assert_eq!(lines[0], "~ No flow answers it (was: Answered by Entry)");
}

#[test]
fn too_many_numbers_are_not_compared_without_a_word() {
    let flows = (0..60)
        .map(|flow| format!("  f{flow}: {{ steps: [{{ say: Old {flow}. }}, hang_up] }}\n"))
        .collect::<Vec<_>>()
        .concat();
    let numbers = (0..60)
        .map(|flow| format!("  n{flow}: {{ country: US, type: DID, flow: f{flow} }}\n"))
        .collect::<Vec<_>>()
        .concat();
    let old = HEAD.replace("  main: { country: US, type: DID, flow: entry }\n", &numbers);
    let old = format!("{old}flows:\n{flows}");
    let new = old.replace("Old", "New");
    let changes = compare(&Center::of(&of_text(&old)), &Center::of(&of_text(&new)));
    let told: usize = changes.iter().map(|change| change.numbers.len()).sum();
    assert_eq!(told, 60);
    let last = changes.last().unwrap();
    assert!(last.lines[0].starts_with("~ not compared"), "{last:?}");
    assert_eq!(changes[0].lines, ["~ F0: hears “New 0.” (was: “Old 0.”)"]);
    assert_eq!(changes.len() - 1 + last.numbers.len(), 60, "each of the others is told by itself");
}

#[test]
fn the_same_center_gives_the_same_bytes() {
    let (one, other) = (journey(SHOP), journey(SHOP));
    assert_eq!(svg(&one, "Shop"), svg(&other, "Shop"));
    assert_eq!(page(&one, "Shop"), page(&other, "Shop"));
    assert_eq!(mermaid(&one, "Shop"), mermaid(&other, "Shop"));
}

#[test]
fn texts_cannot_break_out() {
    let hostile = "</text><script>alert(1)</script> \\\"quotes\\\" `ticks` & ]]> -->";
    let rest = format!(
        "flows:\n  entry:\n    name: \"{hostile}\"\n    steps: [{{ say: \"{hostile}\" }}, hang_up]\n    on_error: hang_up\n"
    );
    let journey = journey(&rest);
    let page = page(&journey, "</title><script>alert(2)</script>");
    assert_eq!(page.matches("<script>").count(), 1, "its own");
    let mermaid = mermaid(&journey, "x");
    for line in mermaid.lines().filter(|line| line.contains('"')) {
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        assert!(!line.contains('`') && !line.contains("<script"), "{line}");
    }
}

#[test]
fn nothing_stands_on_top_of_another() {
    let journey = journey(SHOP);
    let places = place::places(&journey);
    for frame in &places.frames {
        for (index, one) in frame.cards.iter().enumerate() {
            let inside = one.position.x >= frame.position.x
                && one.position.y >= frame.position.y
                && one.right() <= frame.position.x + frame.width
                && one.position.y + one.height <= frame.position.y + frame.height;
            assert!(inside, "{one:?} stands out of its frame");
            for other in &frame.cards[index + 1..] {
                let apart = one.right() <= other.position.x
                    || other.right() <= one.position.x
                    || one.position.y + one.height <= other.position.y
                    || other.position.y + other.height <= one.position.y;
                assert!(apart, "{one:?} and {other:?}");
            }
        }
    }
    // Lines between frames run through no other frame: only out of the first and into the last.
    for line in &places.lines {
        for pair in line.points.get(1..line.points.len() - 1).unwrap_or_default().windows(2) {
            for frame in &places.frames {
                let (x, y) = (frame.position.x, frame.position.y);
                let (left, right) = (pair[0].x.min(pair[1].x), pair[0].x.max(pair[1].x));
                let (top, bottom) = (pair[0].y.min(pair[1].y), pair[0].y.max(pair[1].y));
                let meets = left < x + frame.width && right > x && top < y + frame.height && bottom > y;
                assert!(!meets, "{pair:?} crosses a frame at {x} {y}");
            }
        }
    }
}

#[test]
fn a_number_has_to_be_there() {
    assert_eq!(Journey::of(&Center::default(), None).unwrap_err(), NoJourney::NoNumber);
    let center = center(SHOP);
    let unknown = NoJourney::Unknown { name: "mian".to_owned(), all: vec!["main".to_owned()] };
    assert_eq!(Journey::of(&center, Some("mian")).unwrap_err(), unknown);
    assert_eq!(Journey::of(&center, Some("main")).unwrap().entries.len(), 1);
}
