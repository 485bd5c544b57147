"""Changes one thing of every kind that has an API of its own, by hand. Argument: the endpoint URL of a center with everything.

Prints the addresses of what was changed, one a line.
"""

import sys

import boto3

endpoint = sys.argv[1]


def client(service):
    return boto3.client(service, endpoint_url=endpoint)


connect = client("connect")
instance = connect.list_instances()["InstanceSummaryList"][0]["Id"]

# Beside Connect.
sqs = client("sqs")
orders = next(url for url in sqs.list_queues()["QueueUrls"] if "Orders" in url)
sqs.set_queue_attributes(QueueUrl=orders, Attributes={"VisibilityTimeout": "33"})
print("sqs_queue/orders")

sns = client("sns")
news = next(topic["TopicArn"] for topic in sns.list_topics()["Topics"] if topic["TopicArn"].endswith(":everything-news"))
sns.set_topic_attributes(TopicArn=news, AttributeName="DisplayName", AttributeValue="By hand")
print("topic/news")

kms = client("kms")
kms.update_key_description(KeyId="alias/everything-secrets", Description="by hand")
print("kms_key/secrets")

events = client("events")
rule = events.describe_rule(Name="everything-ended")
events.put_rule(Name="everything-ended", EventPattern=rule["EventPattern"], Description="by hand", State="ENABLED")
print("event_rule/ended")

scheduler = client("scheduler")
schedule = scheduler.get_schedule(Name="everything-mornings")
kept = ("FlexibleTimeWindow", "Name", "ScheduleExpression", "ScheduleExpressionTimezone", "Target")
scheduler.update_schedule(Description="by hand", **{name: schedule[name] for name in kept})
print("schedule/mornings")

machines = client("stepfunctions")
caring = next(
    machine["stateMachineArn"]
    for machine in machines.list_state_machines()["stateMachines"]
    if machine["name"] == "everything-caring"
)
machines.update_state_machine(stateMachineArn=caring, tracingConfiguration={"enabled": False})
print("state_machine/caring")

cloudwatch = client("cloudwatch")
alarm = cloudwatch.describe_alarms(AlarmNames=["everything-missed"])["MetricAlarms"][0]
taken = (
    "ActionsEnabled AlarmActions AlarmName ComparisonOperator DatapointsToAlarm Dimensions EvaluationPeriods MetricName "
    "Namespace OKActions Period Statistic TreatMissingData"
).split()
cloudwatch.put_metric_alarm(Threshold=99.0, **{name: alarm[name] for name in taken if name in alarm})
print("alarm/missed")

# Of Connect.
users = connect.list_users(InstanceId=instance)["UserSummaryList"]
bob = next(user["Id"] for user in users if user["Username"] == "bob@acme.example")
connect.update_user_phone_config(
    InstanceId=instance,
    UserId=bob,
    PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 3},
)
print("user/bob@acme.example")
connect.update_predefined_attribute(InstanceId=instance, Name="Product", Values={"StringList": ["Routers", "Modems"]})
print("predefined_attribute/Product")
connect.disassociate_approved_origin(InstanceId=instance, Origin="https://crm.acme.example")
print("approved_origin/https://crm.acme.example")
view = next(view for view in connect.list_views(InstanceId=instance, Type="CUSTOMER_MANAGED")["ViewsSummaryList"])
connect.update_view_metadata(InstanceId=instance, ViewId=view["Id"], Description="by hand")
print("view/confirm")
templates = connect.list_task_templates(InstanceId=instance)["TaskTemplates"]
follow_up = next(template for template in templates if template["Name"] == "Follow Up")
whole = connect.get_task_template(InstanceId=instance, TaskTemplateId=follow_up["Id"])
parts = ("Name", "ContactFlowId", "SelfAssignFlowId", "Constraints", "Defaults", "Status", "Fields")
connect.update_task_template(
    InstanceId=instance,
    TaskTemplateId=follow_up["Id"],
    Description="by hand",
    **{name: whole[name] for name in parts if name in whole},
)
print("task_template/follow_up")
modules = connect.list_contact_flow_modules(InstanceId=instance)["ContactFlowModulesSummaryList"]
apology = next(module["Id"] for module in modules if module["Name"] == "Apology")
aliases = connect.list_contact_flow_module_aliases(InstanceId=instance, ContactFlowModuleId=apology)
live = next(one for one in aliases["ContactFlowModuleAliasSummaryList"] if one["AliasName"] == "live")
connect.update_contact_flow_module_alias(
    InstanceId=instance, ContactFlowModuleId=apology, AliasId=live["AliasId"], Description="by hand"
)
print("flow_module_alias/apology.live")
