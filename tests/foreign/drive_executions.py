"""Drives executions of a sandbox with AWS's own client: all its shapes have to fit. Before and after a kill."""

import json
import sys

import boto3
from botocore.config import Config

REGION = "us-west-2"
ROLE = "arn:aws:iam::123456789012:role/service"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}


def code(call, **arguments):
    """The code of the error that a call answers."""
    try:
        call(**arguments)
    except call.__self__.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return None


def machine(states, name, wanted, kind="STANDARD"):
    definition = json.dumps({"StartAt": "A", "States": wanted})
    return states.create_state_machine(name=name, definition=definition, roleArn=ROLE, type=kind)["stateMachineArn"]


def before(states, queues):
    """Starts what goes on after the kill, and answers what that has to know."""
    url = queues.create_queue(QueueName="q")["QueueUrl"]
    waiting = machine(
        states,
        "waiting",
        {
            "A": {
                "Type": "Parallel",
                "Branches": [
                    {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}},
                    {
                        "StartAt": "T",
                        "States": {
                            "T": {
                                "Type": "Task",
                                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                                "TimeoutSeconds": 7200,
                                "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
                                "End": True,
                            }
                        },
                    },
                ],
                "End": True,
            }
        },
    )
    started = states.start_execution(stateMachineArn=waiting, name="one", input='{"a":1}')
    messages = []
    while not messages:
        messages = queues.receive_message(QueueUrl=url).get("Messages", [])
    token = json.loads(messages[0]["Body"])["token"]
    return {"execution": started["executionArn"], "token": token, "machine": waiting}


def after(states, known):
    """Ends it, and tries all that clients can ask."""
    states.send_task_heartbeat(taskToken=known["token"])
    states.send_task_success(taskToken=known["token"], output='{"done":true}')
    ended = states.describe_execution(executionArn=known["execution"])
    pages = states.get_paginator("get_execution_history").paginate(
        executionArn=known["execution"], PaginationConfig={"PageSize": 4}
    )
    events = [event for page in pages for event in page["events"]]
    seen = {
        "ended": [ended["status"], json.loads(ended["output"]), (ended["stopDate"] - ended["startDate"]).seconds],
        "events": [event["type"] for event in events],
        "chained": all(event["previousEventId"] < event["id"] for event in events),
        "submitted": [event["taskSubmittedEventDetails"]["resource"] for event in events if "Submitted" in event["type"]],
        "listed": [one["name"] for one in states.list_executions(stateMachineArn=known["machine"])["executions"]],
        "refused": [
            code(states.start_execution, stateMachineArn=known["machine"], name="one", input="{}"),
            code(states.start_execution, stateMachineArn=known["machine"], name="a b"),
            code(states.start_execution, stateMachineArn=known["machine"], input="{"),
            code(states.send_task_success, taskToken=known["token"], output="1"),
            code(states.send_task_failure, taskToken="none"),
            code(states.describe_execution, executionArn=known["execution"] + "x"),
            code(states.redrive_execution, executionArn=known["execution"]),
        ],
    }
    stopped = states.start_execution(stateMachineArn=known["machine"])["executionArn"]
    states.stop_execution(executionArn=stopped, error="Me", cause="enough")
    described = states.describe_execution(executionArn=stopped)
    seen["stopped"] = [described["status"], described["error"], described["cause"]]
    express = machine(states, "express", {"A": {"Type": "Pass", "Result": 5, "End": True}}, "EXPRESS")
    answer = states.start_sync_execution(stateMachineArn=express, input="{}")
    seen["express"] = [answer["status"], answer["output"], answer["billingDetails"]["billedMemoryUsedInMB"]]
    checked = states.validate_state_machine_definition(definition='{"StartAt":"A","States":{}}')
    seen["checked"] = [checked["result"], checked["diagnostics"][0]["code"]]
    return seen


def main():
    url, phase = sys.argv[1], sys.argv[2]
    # `StartSyncExecution` puts `sync-` before the host, which a local address cannot have.
    config = Config(inject_host_prefix=False, retries={"total_max_attempts": 1})
    states = boto3.client("stepfunctions", endpoint_url=url, config=config, **KEYS)
    queues = boto3.client("sqs", endpoint_url=url, **KEYS)
    if phase == "before":
        print(json.dumps(before(states, queues)))
    else:
        print(json.dumps(after(states, json.loads(sys.argv[3]))))


main()
