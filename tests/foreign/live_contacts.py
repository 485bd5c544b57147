"""A small campaign through boto3, on people that the sandbox was given. Argument: the endpoint URL.

The center is that of `blueprints/kwglobal.yaml`. Calls are started, described, searched and counted; the clock is moved by
who runs this, between the two parts. What is found is printed as one JSON object. Second argument: `start` or `look`.
"""

import datetime
import json
import sys

import boto3
from botocore.exceptions import ClientError

endpoint, part = sys.argv[1], sys.argv[2]
connect = boto3.client("connect", endpoint_url=endpoint)
instances = [i for i in connect.list_instances()["InstanceSummaryList"] if i.get("InstanceAlias") == "kwglobal"]
instance = instances[0]["Id"]


def id_of(operation, member, name, **arguments):
    pages = connect.get_paginator(operation).paginate(InstanceId=instance, **arguments)
    return next(item["Id"] for page in pages for item in page[member] if item["Name"] == name)


def call(number, **more):
    request = {
        "InstanceId": instance,
        "ContactFlowId": id_of("list_contact_flows", "ContactFlowSummaryList", "Main menu"),
        "DestinationPhoneNumber": number,
        "SourcePhoneNumber": source,
        **more,
    }
    return connect.start_outbound_voice_contact(**request)["ContactId"]


queue = id_of("list_queues", "QueueSummaryList", "Customer Service", QueueTypes=["STANDARD"])
source = connect.list_phone_numbers_v2(TargetArn=instances[0]["Arn"])["ListPhoneNumbersSummaryList"][0]["PhoneNumber"]

if part == "start":
    detection = {"EnableAnswerMachineDetection": True, "AwaitAnswerMachinePrompt": True}
    contacts = {
        "busy": call("+15550100101", Name="busy"),
        "machine": call(
            "+15550100102", Name="machine", TrafficType="CAMPAIGN", AnswerMachineDetectionConfig=detection
        ),
        "answered": call("+15550100103", Name="answered", ClientToken="t", Attributes={"row": "3"}),
    }
    again = call("+15550100103", Name="answered", ClientToken="t", Attributes={"row": "3"})
    try:
        call("+447700900101")
        refused = None
    except ClientError as error:
        refused = error.response["Error"]["Code"]
    print(json.dumps({"contacts": contacts, "same": again == contacts["answered"], "refused": refused}))
else:
    now = connect.get_current_metric_data(
        InstanceId=instance,
        Filters={"Queues": [queue], "Channels": ["VOICE"]},
        CurrentMetrics=[{"Name": "CONTACTS_IN_QUEUE", "Unit": "COUNT"}, {"Name": "AGENTS_ONLINE", "Unit": "COUNT"}],
    )
    time = now["DataSnapshotTime"]
    found = connect.search_contacts(
        InstanceId=instance,
        TimeRange={
            "Type": "INITIATION_TIMESTAMP",
            "StartTime": time - datetime.timedelta(days=1),
            "EndTime": time,
        },
        SearchCriteria={"Channels": ["VOICE"], "InitiationMethods": ["API"]},
        Sort={"FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING"},
    )
    described = {}
    for contact in found["Contacts"]:
        seen = connect.describe_contact(InstanceId=instance, ContactId=contact["Id"])["Contact"]
        described[seen["Name"]] = {
            "reason": seen.get("DisconnectReason"),
            "detected": seen.get("AnsweringMachineDetectionStatus"),
            "connected": "ConnectedToSystemTimestamp" in seen,
            "attributes": seen.get("Attributes"),
        }
    figures = {entry["Metric"]["Name"]: entry["Value"] for entry in now["MetricResults"][0]["Collections"]}
    # Every run of a function has a stream in its group.
    logs = boto3.client("logs", endpoint_url=endpoint)
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    streams = [
        logs.describe_log_streams(logGroupName=group)["logStreams"] for group in groups if "vanity" in group.lower()
    ]
    ran = sum(len(of_group) for of_group in streams)
    print(json.dumps({"total": found["TotalCount"], "described": described, "figures": figures, "ran": ran}))
