//! When schedules and rules run.

use super::*;

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn a_schedule_of_every_minute_runs_every_minute_at_its_own_time() {
    let account = Account::new();
    account.schedule("minutely", "cron(* * * * ? *)", json!({}));
    account.advance(8 * HOUR);
    let got = account.got.borrow();
    assert_eq!(got.len(), 480);
    assert_eq!((got[0].0.as_str(), got[479].0.as_str()), ("2096-11-24T01:01:00Z", "2096-11-24T09:00:00Z"));
    for (time, event) in got.iter() {
        assert_eq!(event["time"], *time, "the clock shows the time it is about");
    }
    let event = &got[0].1;
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("aws.scheduler"), &json!("Scheduled Event")));
    assert_eq!(event["resources"][0], "arn:aws:scheduler:us-west-2:123456789012:schedule/default/minutely");
    assert_eq!(event["detail"], "{}");
}

#[test]
fn several_run_in_the_order_of_their_times() {
    let account = Account::new();
    account.schedule("late", "at(2096-11-24T03:30:00)", json!({ "ScheduleExpressionTimezone": "Europe/Berlin" }));
    let target = |arn: &str| json!([{ "Id": "1", "Arn": arn }]);
    account.rule("hourly", json!({ "ScheduleExpression": "rate(1 hour)" }), target(FUNCTION));
    account.schedule("rate", "rate(40 minutes)", json!({}));
    account.advance(2 * HOUR);
    let got = account.got.borrow();
    let seen: Vec<(&str, &str)> = got
        .iter()
        .map(|(time, event)| (time.as_str(), event["resources"][0].as_str().unwrap().rsplit('/').next().unwrap()))
        .collect();
    assert_eq!(
        seen,
        [
            // A schedule's rate begins at once, a rule's after its first period.
            ("2096-11-24T01:00:00Z", "rate"),
            ("2096-11-24T01:40:00Z", "rate"),
            ("2096-11-24T02:00:00Z", "hourly"),
            ("2096-11-24T02:20:00Z", "rate"),
            ("2096-11-24T02:30:00Z", "late"),
            ("2096-11-24T03:00:00Z", "hourly"),
            ("2096-11-24T03:00:00Z", "rate"),
        ]
    );
    let (_, event) = &got[2];
    assert_eq!((&event["source"], &event["detail"]), (&json!("aws.events"), &json!({})));
}

#[test]
fn a_flexible_window_is_kept_and_is_the_same_again() {
    let run = || {
        let account = Account::new();
        let window = json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15 });
        account.schedule("flexible", "cron(0 * * * ? *)", json!({ "FlexibleTimeWindow": window }));
        account.advance(5 * HOUR);
        account.times()
    };
    let times = run();
    assert_eq!(times, run());
    assert!(times.len() >= 4, "{times:?}");
    let minutes: Vec<u32> = times.iter().map(|time| time[14..16].parse().unwrap()).collect();
    assert!(minutes.iter().all(|minute| *minute < 15) && minutes.iter().any(|minute| *minute > 0), "{times:?}");
}

#[test]
fn start_end_and_the_last_time_are_kept() {
    let account = Account::new();
    // Milliseconds of 02:30 and 04:00.
    let (start, end) = (START.as_secs() + 5400, START.as_secs() + 10_800);
    let bounds = json!({ "StartDate": start, "EndDate": end, "ActionAfterCompletion": "DELETE" });
    account.schedule("bounded", "rate(30 minutes)", bounds);
    account.schedule("kept", "at(2096-11-24T02:00:00)", json!({}));
    account.schedule("off", "rate(1 minute)", json!({ "State": "DISABLED" }));
    account.advance(5 * HOUR);
    assert_eq!(
        account.times(),
        [
            "2096-11-24T02:00:00Z",
            "2096-11-24T02:30:00Z",
            "2096-11-24T03:00:00Z",
            "2096-11-24T03:30:00Z",
            "2096-11-24T04:00:00Z"
        ]
    );
    let listed = account.ask(scheduler, "ListSchedules", json!({}));
    let names: Vec<&Value> = listed["Schedules"].as_array().unwrap().iter().map(|schedule| &schedule["Name"]).collect();
    assert_eq!(names, ["kept", "off"], "what has run for the last time deletes itself where it was told to");
}

#[test]
fn a_change_counts_from_then_on() {
    let account = Account::new();
    account.schedule("s", "rate(1 hour)", json!({}));
    account.settle();
    assert_eq!(account.times(), ["2096-11-24T01:00:00Z"]);
    account.advance(MINUTE);
    let update = |expression: &str, state: &str| {
        json!({
            "Name": "s", "ScheduleExpression": expression, "State": state,
            "FlexibleTimeWindow": { "Mode": "OFF" }, "Target": { "Arn": FUNCTION, "RoleArn": ROLE },
        })
    };
    account.ask(scheduler, "UpdateSchedule", update("cron(30 * * * ? *)", "ENABLED"));
    account.advance(HOUR);
    account.ask(scheduler, "UpdateSchedule", update("cron(30 * * * ? *)", "DISABLED"));
    account.advance(HOUR);
    assert_eq!(account.times(), ["2096-11-24T01:00:00Z", "2096-11-24T01:30:00Z"]);
    account.ask(scheduler, "UpdateSchedule", update("cron(30 * * * ? *)", "ENABLED"));
    account.ask(scheduler, "DeleteSchedule", json!({ "Name": "s" }));
    account.ask(events::call, "PutRule", json!({ "Name": "r", "ScheduleExpression": "rate(1 minute)" }));
    account.ask(events::call, "DisableRule", json!({ "Name": "r" }));
    account.advance(HOUR);
    assert_eq!(account.times().len(), 2);
}

#[test]
fn a_group_takes_its_schedules_with_it() {
    let account = Account::new();
    account.ask(scheduler, "CreateScheduleGroup", json!({ "Name": "g" }));
    account.schedule("s", "rate(1 hour)", json!({ "GroupName": "g" }));
    account.ask(scheduler, "DeleteScheduleGroup", json!({ "Name": "g" }));
    account.advance(HOUR);
    assert_eq!(account.times(), Vec::<String>::new());
}

#[test]
fn what_was_missed_happens_once() {
    let account = Account::new();
    account.schedule("minutely", "cron(* * * * ? *)", json!({}));
    account.schedule("once", "at(2096-11-24T02:00:00)", json!({}));
    account.rule("hourly", json!({ "ScheduleExpression": "rate(1 hour)" }), json!([{ "Id": "1", "Arn": FUNCTION }]));
    // Nobody serves the sandbox for a week and half a minute.
    clock::stand(account.folder.path(), UNIX_EPOCH + START + 168 * HOUR + MINUTE / 2).unwrap();
    account.with_work(&|_, invocation| Some(account.function(invocation)), |work| {
        work.catch_up().unwrap();
        while work.round().unwrap() {}
    });
    let mut about: Vec<Value> = account.got.borrow().iter().map(|(_, event)| event["time"].clone()).collect();
    about.sort_by_key(Value::to_string);
    assert_eq!(about, ["2096-11-24T02:00:00Z", "2096-12-01T01:00:00Z", "2096-12-01T01:00:00Z"]);
    account.advance(MINUTE);
    assert_eq!(account.times().last().unwrap(), "2096-12-01T01:01:00Z");
}

#[test]
fn a_process_that_dies_on_the_way_loses_nothing_and_repeats_no_more_than_it_has_to() {
    let account = Account::new();
    account.schedule("minutely", "cron(* * * * ? *)", json!({}));
    let asked = account.store.transaction(|tx| advance::ask(tx, account.now(), 10 * MINUTE)).unwrap();
    // The process dies whenever the function was given every third event, before its answer is written down.
    let invocations = Cell::new(0);
    let mortal = |_: &str, invocation: &Invocation| {
        invocations.set(invocations.get() + 1);
        let answer = account.function(invocation);
        (invocations.get() % 3 != 0).then_some(answer)
    };
    for _ in 0..20 {
        account.with_work(&mortal, |work| {
            work.catch_up().unwrap();
            // `false` is also the end of a round in which the process died: another one begins anew.
            while work.round().unwrap() || work.move_clock().unwrap() {}
        });
    }
    assert!(account.store.transaction(|tx| advance::is_done(tx, &asked)).unwrap());
    let mut times = account.times();
    assert!(times.len() > 10, "some were given twice: {times:?}");
    times.dedup();
    let expected: Vec<String> = (1..=10).map(|minute| format!("2096-11-24T01:{minute:02}:00Z")).collect();
    assert_eq!(times, expected);
}

#[test]
fn expressions_and_zones_that_are_none_are_refused() {
    let account = Account::new();
    for (expression, zone) in [("cron(0 8 * * * *)", "UTC"), ("every day", "UTC"), ("rate(1 day)", "Mars/Olympus")] {
        let input = json!({
            "Name": "s", "ScheduleExpression": expression, "ScheduleExpressionTimezone": zone,
            "FlexibleTimeWindow": { "Mode": "OFF" }, "Target": { "Arn": FUNCTION, "RoleArn": ROLE },
        });
        let refused =
            account.within(|environment| scheduler(environment, "CreateSchedule", &object(input))).unwrap_err();
        assert_eq!(refused.code, "ValidationException", "{expression} {zone}");
    }
    let rule = object(json!({ "Name": "r", "ScheduleExpression": "at(2027-01-01T08:00:00)" }));
    let refused = account.within(|environment| events::call(environment, "PutRule", &rule)).unwrap_err();
    assert_eq!(refused.code, "ValidationException");
}
