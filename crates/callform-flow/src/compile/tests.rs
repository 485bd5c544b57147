use insta::assert_snapshot;

use crate::testing::{compiled, faults, outline};

#[track_caller]
fn check(text: &str) -> String {
    outline(&compiled(text))
}

#[test]
fn the_main_menu() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - say: Welcome to KWGlobal
  - menu: Press 1 for customer service or 2 for business consulting
    keys: { 1: { queue: customer_service }, 2: { queue: consulting } }
  - queue_flow: callback_in_queue
  - hours: business
    closed: [{ say: 'Sorry, we are closed. Please call back Monday to Friday 9 am to 6 pm.' }, hang_up]
  - transfer: queue
on_error: [{ say: 'Sorry, there has been a system error. Please try again later.' }, hang_up]
"
    ));
}

#[test]
fn a_menu_asks_again() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - menu: { ssml: '<speak>Press <break/>1</speak>' }
    keys: { 1: hang_up, '#': { goto: bye } }
    timeout: 8s
    attempts: 3
    no_input: { say: I did not hear you }
    invalid: { say: That is not a choice }
    give_up: { say: Goodbye, name: bye }
  - hang_up
"
    ));
}

#[test]
fn collected_digits() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - collect: Enter your account number
    digits: 8
    timeout: 10s
    between_digits: 3s
    end_with: '*'
    store_as: account
    no_input: hang_up
  - collect: Enter your phone number
    phone_number: us
    invalid: { say: That is no phone number }
  - hang_up
"
    ));
}

#[test]
fn every_kind_of_transfer() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - switch: $.Attributes.to
    cases:
      queue: { transfer: { queue: consulting }, full: { say: Full } }
      flow: { transfer: { flow: main_menu } }
      mary: [{ agent: mary.jane }, { transfer: queue }]
      number:
        transfer: { number: '+15550100100' }
        timeout: 20s
        resume: true
        no_answer: { say: Nobody answers }
        send_digits: '1,2'
      away: { transfer: { number: '+15550100101' } }
"
    ));
}

#[test]
fn a_customer_queue_flow_with_interruptions() {
    assert_snapshot!(check(
        "
type: customer_queue
steps:
  - play: [Please wait, { prompt: music }, { audio: 's3://bucket/ad.wav' }]
    interrupt_every: 2m
    steps:
      - menu: Press 1 for a callback, 2 to wait
        keys:
          1:
            - callback_number: $.CustomerEndpoint.Address
              invalid: [{ say: Not a number }, { goto: Stay }]
            - callback: queue
              retries: 2
            - say: Goodbye
            - hang_up
          2:
            transfer: { queue: builtin/BasicQueue }
            full: end
        no_input: { name: Stay, say: Please stay in line }
on_error: { say: 'Sorry, a system error' }
"
    ));
}

#[test]
fn whisper_and_hold_flows() {
    assert_snapshot!(check("{ type: agent_whisper, steps: [{ say: Call from $.Queue.Name }] }"));
    assert_snapshot!(check("{ type: customer_hold, steps: [{ play: [{ prompt: builtin/Music_Pop.wav }] }] }"));
}

#[test]
fn settings_and_decisions() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - logging: true
  - record: both
    ivr: false
  - voice: Joanna
    engine: neural
    language: en-US
  - hook: customer_hold
    flow: builtin/Default customer hold
  - set: { company: KWGlobal, count: 3, caller: $.CustomerEndpoint.Address }
  - set: { tries: 0 }
    scope: flow
  - lambda: vanity
    with: { company: KWGlobal }
    timeout: 5s
    response: json
  - if: $.External.statusCode
    equals: 200
    then: { say: Your number spells $.External.word }
    else: { say: We found no word }
  - staffing: available
    queue: consulting
    unstaffed: { goto: closed }
  - loop: 2
    steps: [{ module: greet }]
  - queue: consulting
  - hours: queue
    open: { transfer: { queue: consulting } }
  - name: closed
    say: Closed
"
    ));
}

#[test]
fn modules_return() {
    assert_snapshot!(check(
        "{ type: module, steps: [{ say: Hello }, { if: $.Attributes.x, contains: y, then: return }] }"
    ));
}

#[test]
fn raw_actions() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - raw:
      type: CreateTask
      parameters: { Name: Call back, ContactFlowId: { ref: flow/main_menu } }
    errors: { NoMatchingError: { say: No task } }
  - raw: { type: DistributeByPercentage }
    conditions:
      - { operator: NumberLessThan, operand: 51, then: hang_up }
  - raw: { type: DisconnectParticipant }
"
    ));
}

#[test]
fn positions_go_from_left_to_right() {
    let flow = compiled("{ type: inbound, steps: [{ say: One }, { say: Two }, hang_up] }");
    let metadata = serde_json::to_string_pretty(&flow.metadata).expect("JSON");
    assert_snapshot!(metadata);
}

#[test]
fn unknown_names_are_reported_with_suggestions() {
    assert_snapshot!(faults(
        "
type: inbound
steps:
  - queue: customer_servise
  - hours: night
  - lambda: vanitty
  - queue_flow: callback_in_queu
  - say: { prompt: bell }
  - module: greeet
  - agent: mary
  - raw: { type: CreateTask, parameters: { Name: x, ContactFlowId: { ref: flow/menu } } }
  - transfer: queue
"
    ));
}

#[test]
fn labels_are_checked() {
    assert_snapshot!(faults(
        "
type: inbound
steps:
  - { say: Hello, name: hello }
  - { say: Again, name: hello }
  - menu: Choose
    keys: { 1: { goto: helo }, 12: { goto: bye } }
"
    ));
    assert_snapshot!(faults("{ type: inbound, steps: [{ if: $.Attributes.x, equals: 1, then: { goto: nowhere } }] }"));
    assert_snapshot!(faults(
        "{ type: inbound, steps: [hang_up], on_error: [{ queue: nowhere }, { goto: elsewhere }] }"
    ));
    assert_snapshot!(faults("{ type: inbound, steps: [{ if: $.Attributes.x, name: a }, { goto: a }] }"));
    compiled("{ type: inbound, steps: [{ say: Hi }, { goto: a }], on_error: { say: Sorry, name: a } }");
}

#[test]
fn values_are_checked() {
    assert_snapshot!(faults(
        "
type: inbound
steps:
  - say: ''
  - say: \"a\\uE000b\"
  - { lambda: vanity, timeout: 20s }
  - { callback_number: '+15550100100' }
  - { if: $.Attribute.x, equals: 1 }
  - { if: $.Attributes.x }
  - { if: $.Attributes.x, equals: 1, contains: 2 }
  - { queue: Sales $.Attributes.x }
  - { transfer: { number: 555-0100 } }
  - { transfer: { number: '+15550100100' }, full: end, no_answer: hang_up }
  - { collect: Number, digits: 4, phone_number: germany }
  - { collect: Number, invalid: hang_up, end_with: 'x' }
  - { set: { 'a.b': 1 } }
  - { raw: { type: PlayPrompt } }
  - { raw: { type: MessageParticipan } }
  - { loop: 101, steps: { say: Hi } }
  - { menu: Choose, keys: {} }
"
    ));
    assert_snapshot!(faults("{ type: inbound, steps: [{ say: Hi, nme: x }, { sai: Hi }, hangup, { say: 3 }] }"));
    assert_snapshot!(faults("{ type: customer_queue, steps: [{ play: [Hi], interrupt_every: 20s }] }"));
    assert_snapshot!(faults("{ type: inbound, steps: [] }"));
}

#[test]
fn bots_views_and_waiting() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - lex: arn:aws:lex:us-west-2:123456789012:bot-alias/BOT/ALIAS
    ask: How can I help?
    with: { caller: $.CustomerEndpoint.Address }
    timeout: 5m
    intents: { Billing: { queue: consulting }, Bye: hang_up }
    else: { say: Sorry }
  - view: arn:aws:connect:us-west-2:123456789012:instance/i/view/v
    version: 2
    with: { Heading: Hello }
    actions: { Next: [] }
    no_input: hang_up
  - wait: 2m
    customer_returned: { say: Hello again }
    bot_left: hang_up
  - split: [{ percent: 3, then: { say: A } }, { percent: 5, then: { say: B } }]
"
    ));
}

#[test]
fn routing_tags_tasks_and_streams() {
    assert_snapshot!(check(
        "
type: inbound
steps:
  - metrics: customer_service
    channel: Voice
  - routing: { priority: 1 }
  - routing: { age: -120 }
  - tag: { team: blue, caller: $.CustomerEndpoint.Address }
  - untag: [team]
  - stream: from_customer
  - stream: off
  - task: Call $.CustomerEndpoint.Address back
    flow: main_menu
    description: A voicemail was left
    with: { from: $.CustomerEndpoint.Address }
    delay: 1h
  - assistant: arn:aws:wisdom:us-west-2:123456789012:assistant/a
  - { say: Done, unguarded: true }
  - lambda: vanity
    response: unchecked
  - raw: { type: CheckMetricData, parameters: { MetricType: NumberOfContactsInQueue, QueueId: { ref: queue/consulting } } }
    exact: true
    next: hang_up
    errors: { NoMatchingError: hang_up, NoMatchingCondition: [] }
    conditions: [{ operator: NumberGreaterThan, operand: 5, then: hang_up }]
"
    ));
}

#[test]
fn bots_shares_and_tags_are_checked() {
    assert_snapshot!(faults(
        "
type: inbound
steps:
  - lex: $.Attributes.bot
    no_input: hang_up
  - split: [{ percent: 60, then: hang_up }, { percent: 50, then: hang_up }]
  - routing: {}
  - tag: {}
  - untag: []
  - { say: Hi, unguarded: true, error: hang_up }
"
    ));
}
