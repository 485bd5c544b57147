"""Rules and schedules through boto3. Arguments: the endpoint URL, and `make` or `get`.

`make` puts a rule on the default bus, schedules, and a bucket that tells of its objects; `get` says what arrived. What
comes back is printed as one JSON object.
"""

import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

endpoint, step = sys.argv[1:]


def client(service):
    return boto3.client(service, endpoint_url=endpoint)


def code(call, **arguments):
    """The error code of a call that has to fail."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


events, scheduler, sqs, s3 = client("events"), client("scheduler"), client("sqs"), client("s3")
role = "arn:aws:iam::123456789012:role/service"


def queue(name):
    return f"arn:aws:sqs:us-west-2:123456789012:{name}"


def receive(name):
    """All messages of a queue, with their attributes."""
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found = []
    while True:
        some = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        if not some.get("Messages"):
            return found
        for message in some["Messages"]:
            found.append((message["Body"], message.get("MessageAttributes", {})))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def make():
    for name in ["told", "hourly", "ticks", "dead", "objects"]:
        sqs.create_queue(QueueName=name)
    pattern = json.dumps({"source": ["shop"], "detail": {"price": [{"numeric": [">", 10]}]}})
    rule = events.put_rule(Name="dear", EventPattern=pattern)["RuleArn"]
    transformer = {"InputPathsMap": {"p": "$.detail.price"}, "InputTemplate": '{"price": <p>}'}
    events.put_targets(Rule="dear", Targets=[{"Id": "1", "Arn": queue("told"), "InputTransformer": transformer}])
    put = events.put_events(
        Entries=[
            {"Source": "shop", "DetailType": "Sold", "Detail": json.dumps({"price": price})} for price in [5, 11]
        ]
        + [{"Source": "aws.shop", "DetailType": "Sold", "Detail": "{}"}]
    )
    whole = {
        "id": "1", "account": "123456789012", "source": "shop", "time": "2027-01-01T00:00:00Z",
        "region": "us-west-2", "resources": [], "detail-type": "Sold", "detail": {"price": 12.5},
    }
    matches = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(whole))["Result"]

    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="hourly", Targets=[{"Id": "1", "Arn": queue("hourly"), "InputPath": "$.detail-type"}])
    off = {"Mode": "OFF"}
    scheduler.create_schedule(
        Name="ticks",
        ScheduleExpression="cron(0/30 * * * ? *)",
        ScheduleExpressionTimezone="America/New_York",
        FlexibleTimeWindow=off,
        Target={"Arn": queue("ticks"), "RoleArn": role, "Input": "<aws.scheduler.scheduled-time>"},
    )
    scheduler.create_schedule(
        Name="once",
        ScheduleExpression=time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() + 1800)),
        FlexibleTimeWindow=off,
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
            "RoleArn": role,
            "Input": json.dumps({"QueueUrl": queue("gone"), "MessageBody": "x"}),
            "DeadLetterConfig": {"Arn": queue("dead")},
        },
    )
    s3.create_bucket(Bucket="lists", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_bucket_notification_configuration(
        Bucket="lists", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    events.put_rule(
        Name="objects",
        EventPattern=json.dumps({"source": ["aws.s3"], "detail": {"object": {"key": [{"suffix": ".csv"}]}}}),
    )
    events.put_targets(Rule="objects", Targets=[{"Id": "1", "Arn": queue("objects"), "InputPath": "$.detail.object.key"}])
    for key in ["a.csv", "b.txt"]:
        s3.put_object(Bucket="lists", Key=key, Body=b"1")
    return {
        "rule": rule,
        "failed": [entry.get("ErrorCode") for entry in put["Entries"]],
        "matches": matches,
        "refused": [
            code(events.put_rule, Name="w", EventPattern='{"a": [{"prefx": "b"}]}'),
            code(events.put_rule, Name="w", ScheduleExpression="at(2027-01-01T00:00:00)"),
            code(events.delete_rule, Name="dear"),
        ],
    }


def get():
    ticks = sorted(body for body, _ in receive("ticks"))
    dead = receive("dead")
    return {
        "told": [json.loads(body) for body, _ in receive("told")],
        "hourly": [body for body, _ in receive("hourly")],
        "ticks": [len(ticks), all(tick[14:] in ["00:00Z", "30:00Z"] for tick in ticks), len(set(ticks))],
        "dead": [[body, attributes["ERROR_CODE"]["StringValue"]] for body, attributes in dead],
        "of": [attributes["SCHEDULE_ARN"]["StringValue"] for _, attributes in dead],
        "schedules": [schedule["Name"] for schedule in scheduler.list_schedules()["Schedules"]],
        "objects": [json.loads(body) for body, _ in receive("objects")],
    }


print(json.dumps(make() if step == "make" else get()))
