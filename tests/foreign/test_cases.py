"""Test cases of Connect through boto3: made, published, executed and read. Argument: the endpoint URL.

The center is that of `blueprints/kwglobal.yaml`. What comes back is printed as one JSON object.
"""

import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

endpoint = sys.argv[1]
connect = boto3.client("connect", endpoint_url=endpoint)
cloudformation = boto3.client("cloudformation", endpoint_url=endpoint)

instances = [i for i in connect.list_instances()["InstanceSummaryList"] if i.get("InstanceAlias") == "kwglobal"]
instance, instance_arn = instances[0]["Id"], instances[0]["Arn"]


def id_of(operation, member, name, **arguments):
    pages = connect.get_paginator(operation).paginate(InstanceId=instance, **arguments)
    return next(item["Id"] for page in pages for item in page[member] if item["Name"] == name)


flow = id_of("list_contact_flows", "ContactFlowSummaryList", "Main menu")
queue = id_of("list_queues", "QueueSummaryList", "Customer Service", QueueTypes=["STANDARD"])
described = connect.describe_contact_flow(InstanceId=instance, ContactFlowId=flow)["ContactFlow"]
actions = json.loads(described["Content"])["Actions"]
parameters = {action["Type"]: action["Parameters"] for action in actions}
function = parameters["InvokeLambdaFunction"]["LambdaFunctionARN"]
hours = parameters["CheckHoursOfOperation"]["HoursOfOperationId"]


def override(identifier, action_type, resource, result):
    return {
        "Identifier": identifier,
        "Type": "OverrideSystemBehavior",
        "Parameters": {
            "ActionType": "OverrideSystemBehavior",
            "Behavior": {
                "Type": "FlowAction",
                "Properties": {
                    "ActionType": action_type,
                    "ActionParameters": resource,
                    "Strategy": {
                        "Type": "MockResponse",
                        "Response": {"Type": "ExecutionResult", "ExecutionResult": result},
                    },
                },
            },
        },
        "Transitions": {},
    }


def event(identifier, event_type, properties):
    return {"Identifier": identifier, "Type": event_type, "Actor": "System", "Properties": properties}


answer = {"status": "ok", "count": "1", "option_1": "FLOWERS", "spoken_1": "flowers", "speech": "It spells flowers."}
hours_override = override(
    "hours", "CheckHoursOfOperation", {"HoursOfOperationId": hours}, {"Value": "InHours"}
)
words = override(
    "words",
    "InvokeLambdaFunction",
    {"LambdaFunctionARN": function},
    {"DelaySeconds": 1, "LoadedData": json.dumps(answer)},
)
words["Transitions"] = {"NextAction": "hours"}


def hears(text):
    """A test that begins with the answer for the hours, and ends when the customer hears something."""
    end = {
        "Identifier": "end",
        "Type": "TestControl",
        "Parameters": {"ActionType": "TestControl", "Command": {"Type": "EndTest"}},
    }
    heard = event("heard-event", "MessageReceived", {"Text": text, "MatchingCriteria": {"Type": "Inclusion"}})
    observations = [
        {
            "Identifier": "begin",
            "Event": event("begin-event", "TestInitiated", {}),
            "Actions": [hours_override],
            "Transitions": {},
        },
        {"Identifier": "heard", "Event": heard, "Actions": [end]},
    ]
    return json.dumps({"Version": "2019-10-30", "Observations": observations})


def content(first, queue_name="Customer Service"):
    return json.dumps(
        {
            "Version": "2019-10-30",
            "Metadata": {},
            "Observations": [
                {
                    "Identifier": "begin",
                    "Event": event("begin-event", "TestInitiated", {}),
                    "Actions": first,
                    "Transitions": {"NextObservations": ["welcome"]},
                },
                {
                    "Identifier": "welcome",
                    "Event": event(
                        "welcome-event",
                        "MessageReceived",
                        {"Text": "Welcome to KWGlobal", "MatchingCriteria": {"Type": "Inclusion"}},
                    ),
                    "Actions": [],
                    "Transitions": {"NextObservations": ["menu"]},
                },
                {
                    "Identifier": "menu",
                    "Event": event(
                        "menu-event",
                        "MessageReceived",
                        {
                            "Text": "Your number spells words. It spells flowers. Press 1 for customer service",
                            "MatchingCriteria": {"Type": "Similarity"},
                        },
                    ),
                    "Actions": [
                        {
                            "Identifier": "press-1",
                            "Type": "SendInstruction",
                            "Parameters": {
                                "ActionType": "SendInstruction",
                                "Actor": "Customer",
                                "Instruction": {"Type": "DtmfInput", "Properties": {"Value": "1"}},
                            },
                            "Transitions": {},
                        }
                    ],
                    "Transitions": {"NextObservations": ["queue"]},
                },
                {
                    "Identifier": "queue",
                    "Event": event(
                        "queue-event",
                        "FlowActionStarted",
                        {"ActionType": "TransferContactToQueue", "ActionParameters": {"QueueId": queue}},
                    ),
                    "Actions": [
                        {
                            "Identifier": "right-queue",
                            "Type": "Assert",
                            "Parameters": {
                                "Namespace": "$.Queue.Name",
                                "Operator": "Equals",
                                "Operand": queue_name,
                            },
                            "Transitions": {"NextAction": "stop"},
                        },
                        {
                            "Identifier": "stop",
                            "Type": "TestControl",
                            "Parameters": {"ActionType": "TestControl", "Command": {"Type": "EndTest"}},
                            "Transitions": {},
                        },
                    ],
                    "Transitions": {"NextObservations": []},
                },
            ],
        }
    )


def refusal(call, **arguments):
    try:
        call(InstanceId=instance, **arguments)
    except ClientError as error:
        return error.response
    return None


def executed(case):
    started = connect.start_test_case_execution(InstanceId=instance, TestCaseId=case)
    execution = {"TestCaseId": case, "TestCaseExecutionId": started["TestCaseExecutionId"]}
    summary = connect.get_test_case_execution_summary(InstanceId=instance, **execution)
    records = connect.list_test_case_execution_records(InstanceId=instance, **execution)["ExecutionRecords"]
    return started["Status"], summary, [json.loads(record["Record"]) for record in records]


entry = {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": {"FlowId": flow, "SourcePhoneNumber": "+15550100"}}
made = connect.create_test_case(
    InstanceId=instance, Name="greets", Content="{}", EntryPoint=entry, Status="SAVED", Tags={"team": "care"}
)
case = made["TestCaseId"]
invalid = refusal(connect.update_test_case, TestCaseId=case, Status="PUBLISHED")
connect.update_test_case(InstanceId=instance, TestCaseId=case, Content=content([words, hours_override]), Status="PUBLISHED")
shown = connect.describe_test_case(InstanceId=instance, TestCaseId=case)["TestCase"]
started, summary, records = executed(case)

connect.update_test_case(InstanceId=instance, TestCaseId=case, Content=content([words, hours_override], "Sales"))
wrong = executed(case)
caller = {"FlowId": flow, "SourcePhoneNumber": "+15945622510"}
real = connect.create_test_case(
    InstanceId=instance,
    Name="function",
    Content=hears("your phone number spells words. 1, K W global, 1 0."),
    EntryPoint={"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": caller},
    Status="PUBLISHED",
)["TestCaseId"]
_, real_summary, real_records = executed(real)
listed = connect.list_test_case_executions(InstanceId=instance, TestCaseName="greets")["TestCaseExecutions"]
found = connect.search_test_cases(
    InstanceId=instance,
    SearchCriteria={"StringCondition": {"FieldName": "name", "Value": "greet", "ComparisonType": "STARTS_WITH"}},
    SearchFilter={"TagFilter": {"TagCondition": {"TagKey": "team", "TagValue": "care"}}},
)

template = {
    "Resources": {
        "Case": {
            "Type": "AWS::Connect::TestCase",
            "Properties": {
                "InstanceArn": instance_arn,
                "Name": "of a stack",
                "Content": content([words, hours_override]),
                "EntryPoint": {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": {"FlowId": flow}},
                "Status": "PUBLISHED",
            },
        }
    },
    "Outputs": {"Case": {"Value": {"Fn::GetAtt": ["Case", "TestCaseArn"]}}},
}
cloudformation.create_stack(StackName="cases", TemplateBody=json.dumps(template))
cloudformation.get_waiter("stack_create_complete").wait(
    StackName="cases", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
)
of_stack = cloudformation.describe_stacks(StackName="cases")["Stacks"][0]["Outputs"][0]["OutputValue"]
_, of_stack_summary, _ = executed(of_stack.rsplit("/", 1)[1])
cloudformation.delete_stack(StackName="cases")
while any(c["Name"] == "of a stack" for c in connect.list_test_cases(InstanceId=instance)["TestCaseSummaryList"]):
    time.sleep(0.1)

for own in [case, real]:
    connect.delete_test_case(InstanceId=instance, TestCaseId=own)

print(
    json.dumps(
        {
            "arn": made["TestCaseArn"] == f"{instance_arn}/test-case/{case}",
            "invalid": [invalid["Error"]["Code"], invalid["Problems"]],
            "shown": [shown["Name"], shown["Status"], shown["EntryPoint"] == entry, shown["Tags"]],
            "started": started,
            "passed": [summary["Status"], summary["ObservationSummary"]],
            "records": [record["Type"] for record in records],
            "heard": [record["ActualEvent"]["Properties"]["Text"] for record in records if "ActualEvent" in record],
            "wrong": [wrong[1]["Status"], wrong[2][-1]["CompletionReason"]["Message"]],
            "function": [real_summary["Status"], real_records[-1]["CompletionReason"]["Type"]],
            "listed": sorted(execution["TestCaseExecutionStatus"] for execution in listed),
            "found": [item["Name"] for item in found["TestCases"]],
            "of_stack": of_stack_summary["Status"],
            "left": len(connect.list_test_cases(InstanceId=instance)["TestCaseSummaryList"]),
        }
    )
)
