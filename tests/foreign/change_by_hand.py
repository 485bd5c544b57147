"""Lists a center through boto3 and changes a queue, a user and a flow by hand. Argument: the endpoint URL."""

import json
import sys

import boto3

endpoint = sys.argv[1]
connect = boto3.client("connect", endpoint_url=endpoint)
cloudformation = boto3.client("cloudformation", endpoint_url=endpoint)

instances = [i for i in connect.list_instances()["InstanceSummaryList"] if i.get("InstanceAlias") == "kwglobal"]
instance = instances[0]["Id"]


def names(operation, member, **arguments):
    pages = connect.get_paginator(operation).paginate(InstanceId=instance, **arguments)
    return {item["Name"] if "Name" in item else item["Username"]: item["Id"] for page in pages for item in page[member]}


queues = names("list_queues", "QueueSummaryList", QueueTypes=["STANDARD"])
users = names("list_users", "UserSummaryList")
flows = names("list_contact_flows", "ContactFlowSummaryList")
quick_connects = names("list_quick_connects", "QuickConnectSummaryList")
numbers = connect.list_phone_numbers_v2(InstanceId=instance)["ListPhoneNumbersSummaryList"]
stacks = [s["StackName"] for s in cloudformation.describe_stacks()["Stacks"]]

queue = next(id for name, id in queues.items() if name == "Customer Service")
connect.update_queue_max_contacts(InstanceId=instance, QueueId=queue, MaxContacts=7)

user = users["mary.jane"]
identity = connect.describe_user(InstanceId=instance, UserId=user)["User"]["IdentityInfo"]
connect.update_user_identity_info(
    InstanceId=instance, UserId=user, IdentityInfo={**identity, "LastName": "Changed"}
)

flow = flows["Main menu"]
content = json.loads(connect.describe_contact_flow(InstanceId=instance, ContactFlowId=flow)["ContactFlow"]["Content"])
for action in content["Actions"]:
    if action["Parameters"].get("Text", "").startswith("Welcome"):
        action["Parameters"]["Text"] = "Hello from the console"
connect.update_contact_flow_content(InstanceId=instance, ContactFlowId=flow, Content=json.dumps(content))

print(
    json.dumps(
        {
            "stacks": sorted(stacks),
            "queues": sorted(queues),
            "users": sorted(users),
            "flows": sorted(flows),
            "quick_connects": sorted(quick_connects),
            "phone_numbers": [n["PhoneNumber"] for n in numbers],
        }
    )
)
