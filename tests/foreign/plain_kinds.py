"""Types that the sandbox keeps as documents, through boto3 and through CloudFormation. Argument: the endpoint URL.

Each service is asked for what a stack has made, then makes, changes, lists and deletes one of its own. What comes back is
printed as one JSON object.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError

endpoint = sys.argv[1]


def client(service):
    return boto3.client(service, endpoint_url=endpoint)


def code(call, **arguments):
    """The error code of a call that has to fail."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


machine = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
role = "arn:aws:iam::123456789012:role/service"
template = {
    "Resources": {
        "Group": {"Type": "AWS::Scheduler::ScheduleGroup", "Properties": {"Name": "nightly"}},
        "Schedule": {
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {
                "Name": "report",
                "GroupName": {"Ref": "Group"},
                "ScheduleExpression": "cron(0 3 * * ? *)",
                "StartDate": "2027-01-01T00:00:00Z",
                "FlexibleTimeWindow": {"Mode": "OFF"},
                "Target": {"Arn": {"Fn::GetAtt": ["Machine", "Arn"]}, "RoleArn": role},
            },
        },
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": "report",
                "RoleArn": role,
                "Definition": {"StartAt": "Done", "States": {"Done": {"Type": "${Kind}"}}},
                "DefinitionSubstitutions": {"Kind": "Succeed"},
                "Tags": [{"Key": "team", "Value": "care"}],
            },
        },
        "MachineVersion": {
            "Type": "AWS::StepFunctions::StateMachineVersion",
            "Properties": {"StateMachineArn": {"Ref": "Machine"}},
        },
        "Activity": {"Type": "AWS::StepFunctions::Activity", "Properties": {"Name": "by-hand"}},
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "queue-is-long",
                "Namespace": "AWS/Connect",
                "MetricName": "QueueSize",
                "Statistic": "Maximum",
                "Period": 60,
                "EvaluationPeriods": 2,
                "Threshold": 10.5,
                "ComparisonOperator": "GreaterThanThreshold",
            },
        },
        "Both": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {"AlarmName": "both", "AlarmRule": 'ALARM("queue-is-long")'},
            "DependsOn": "Alarm",
        },
        "Bot": {
            "Type": "AWS::Lex::Bot",
            "Properties": {
                "Name": "orders",
                "RoleArn": role,
                "DataPrivacy": {"ChildDirected": False},
                "IdleSessionTTLInSeconds": 300,
                "BotLocales": [{"LocaleId": "en_US", "NluConfidenceThreshold": 0.4}],
            },
        },
        "BotVersion": {
            "Type": "AWS::Lex::BotVersion",
            "Properties": {
                "BotId": {"Ref": "Bot"},
                "BotVersionLocaleSpecification": [
                    {"LocaleId": "en_US", "BotVersionLocaleDetails": {"SourceBotVersion": "DRAFT"}}
                ],
            },
        },
        "BotAlias": {
            "Type": "AWS::Lex::BotAlias",
            "Properties": {
                "BotId": {"Ref": "Bot"},
                "BotAliasName": "live",
                "BotVersion": {"Fn::GetAtt": ["BotVersion", "BotVersion"]},
                "BotAliasLocaleSettings": [
                    {
                        "LocaleId": "en_US",
                        "BotAliasLocaleSetting": {
                            "Enabled": True,
                            "CodeHookSpecification": {
                                "LambdaCodeHook": {
                                    "CodeHookInterfaceVersion": "1.0",
                                    "LambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:f",
                                }
                            },
                        },
                    }
                ],
            },
        },
    }
}
cloudformation = client("cloudformation")
cloudformation.create_stack(StackName="kinds", TemplateBody=json.dumps(template))
cloudformation.get_waiter("stack_create_complete").wait(StackName="kinds", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
physical = {
    resource["LogicalResourceId"]: resource["PhysicalResourceId"]
    for resource in cloudformation.describe_stack_resources(StackName="kinds")["StackResources"]
}
seen = {}

scheduler = client("scheduler")
made = scheduler.get_schedule(Name="report", GroupName="nightly")
target = {"Arn": "arn:aws:sqs:us-west-2:123456789012:q", "RoleArn": role}
own = {
    "Name": "own",
    "ScheduleExpression": "rate(5 minutes)",
    "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
    "Target": target,
}
arn = scheduler.create_schedule(**own, State="DISABLED", ActionAfterCompletion="DELETE", Description="x")["ScheduleArn"]
twice = code(scheduler.create_schedule, **own)
wrong = code(scheduler.create_schedule, **{**own, "Name": "w", "ScheduleExpression": "daily"})
nowhere = code(scheduler.create_schedule, **{**own, "Name": "w", "GroupName": "none"})
scheduler.update_schedule(**{**own, "ScheduleExpression": "rate(1 hour)"})
changed = scheduler.get_schedule(Name="own")
listed = [schedule["Name"] for schedule in scheduler.list_schedules(NamePrefix="o")["Schedules"]]
in_group = [schedule["Name"] for schedule in scheduler.list_schedules(GroupName="nightly")["Schedules"]]
scheduler.delete_schedule(Name="own")
group = scheduler.create_schedule_group(Name="g", Tags=[{"Key": "a", "Value": "b"}])["ScheduleGroupArn"]
scheduler.tag_resource(ResourceArn=group, Tags=[{"Key": "c", "Value": "d"}])
scheduler.untag_resource(ResourceArn=group, TagKeys=["a"])
seen["scheduler"] = {
    "of_stack": [made["Arn"], made["State"], made["StartDate"].isoformat(), made["Target"]["Arn"]],
    "arn": arn,
    "refused": [twice, wrong, nowhere, code(scheduler.get_schedule, Name="own")],
    "changed": [changed["ScheduleExpression"], changed["State"], changed["ActionAfterCompletion"], changed["GroupName"]],
    "forgotten": "Description" not in changed,
    "listed": [listed, in_group],
    "group": scheduler.get_schedule_group(Name="g")["State"],
    "tags": scheduler.list_tags_for_resource(ResourceArn=group)["Tags"],
}

states = client("stepfunctions")
of_stack = states.describe_state_machine(stateMachineArn=physical["Machine"])
made = states.create_state_machine(name="own", definition=machine, roleArn=role, type="EXPRESS")["stateMachineArn"]
before = states.describe_state_machine(stateMachineArn=made)
states.update_state_machine(stateMachineArn=made, roleArn=role + "2")
after = states.describe_state_machine(stateMachineArn=made)
first = states.publish_state_machine_version(stateMachineArn=made)["stateMachineVersionArn"]
second = states.publish_state_machine_version(stateMachineArn=made)["stateMachineVersionArn"]
versions = states.list_state_machine_versions(stateMachineArn=made)["stateMachineVersions"]
seen["stepfunctions"] = {
    "of_stack": [of_stack["name"], of_stack["type"], of_stack["status"], json.loads(of_stack["definition"])],
    "version_of_stack": physical["MachineVersion"],
    "tags": states.list_tags_for_resource(resourceArn=physical["Machine"])["tags"],
    "changed": [after["roleArn"], after["definition"] == machine, after["revisionId"] != before["revisionId"]],
    "versions": [first.rsplit(":", 1)[1], second.rsplit(":", 1)[1], len(versions)],
    "refused": [
        code(states.create_state_machine, name="own", definition=machine, roleArn=role),
        code(states.create_state_machine, name="w", definition="{}", roleArn=role),
        code(states.describe_state_machine, stateMachineArn=made + "x"),
        code(states.describe_activity, activityArn=made),
    ],
    "listed": sorted(one["name"] for one in states.list_state_machines()["stateMachines"]),
    "activity": states.describe_activity(activityArn=physical["Activity"])["name"],
}
states.delete_state_machine(stateMachineArn=made)
states.delete_state_machine(stateMachineArn=made)

cloudwatch = client("cloudwatch")
of_stack = cloudwatch.describe_alarms(AlarmNames=["queue-is-long", "both"])
alarm = {
    "AlarmName": "own",
    "Namespace": "n",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 3.0,
    "ComparisonOperator": "LessThanThreshold",
}
cloudwatch.put_metric_alarm(**alarm, Tags=[{"Key": "a", "Value": "b"}])
cloudwatch.put_metric_alarm(**{**alarm, "Threshold": 4.5})
cloudwatch.set_alarm_state(AlarmName="own", StateValue="ALARM", StateReason="test")
cloudwatch.put_metric_alarm(**{**alarm, "Threshold": 5.5})
cloudwatch.disable_alarm_actions(AlarmNames=["own"])
own = cloudwatch.describe_alarms(AlarmNamePrefix="ow")["MetricAlarms"]
seen["cloudwatch"] = {
    "of_stack": [
        of_stack["MetricAlarms"][0]["Threshold"],
        of_stack["MetricAlarms"][0]["StateValue"],
        of_stack["MetricAlarms"][0]["StateUpdatedTimestamp"].year > 2020,
        of_stack["CompositeAlarms"][0]["AlarmRule"],
    ],
    "own": [own[0]["Threshold"], own[0]["StateValue"], own[0]["ActionsEnabled"], len(own)],
    "tags": cloudwatch.list_tags_for_resource(ResourceARN=own[0]["AlarmArn"])["Tags"],
    "refused": [
        code(cloudwatch.put_metric_alarm, **{**alarm, "ComparisonOperator": "Less"}),
        code(cloudwatch.delete_alarms, AlarmNames=["own", "none"]),
        code(cloudwatch.list_metrics),
    ],
    "kept": len(cloudwatch.describe_alarms(AlarmNames=["own"])["MetricAlarms"]),
}
cloudwatch.delete_alarms(AlarmNames=["own"])

lex = client("lexv2-models")
bot = physical["Bot"]
of_stack = lex.describe_bot(botId=bot)
alias = lex.list_bot_aliases(botId=bot)["botAliasSummaries"][0]
shown = lex.describe_bot_alias(botId=bot, botAliasId=alias["botAliasId"])
own = {"botName": "own", "roleArn": role, "dataPrivacy": {"childDirected": True}, "idleSessionTTLInSeconds": 60}
made = lex.create_bot(**own, botTags={"a": "b"}, description="x")["botId"]
specification = {"en_US": {"sourceBotVersion": "DRAFT"}}
versions = [
    lex.create_bot_version(botId=made, botVersionLocaleSpecification=specification)["botVersion"] for _ in range(2)
]
settings = {"en_US": {"enabled": True, "codeHookSpecification": {"lambdaCodeHook": {
    "lambdaARN": "arn:aws:lambda:us-west-2:123456789012:function:g", "codeHookInterfaceVersion": "1.0"}}}}
live = lex.create_bot_alias(botId=made, botAliasName="live", botVersion="1", botAliasLocaleSettings=settings)
lex.update_bot_alias(botId=made, botAliasId=live["botAliasId"], botAliasName="live", botVersion="2")
lex.update_bot(botId=made, **{**own, "idleSessionTTLInSeconds": 90})
arn = f"arn:aws:lex:us-west-2:123456789012:bot/{made}"
lex.tag_resource(resourceARN=arn, tags={"c": "d"})
lex.untag_resource(resourceARN=arn, tagKeys=["a"])
seen["lex"] = {
    "of_stack": [of_stack["botName"], of_stack["botStatus"], of_stack["dataPrivacy"], alias["botVersion"]],
    "hook": shown["botAliasLocaleSettings"]["en_US"]["codeHookSpecification"]["lambdaCodeHook"]["lambdaARN"],
    "locales": [one["localeId"] for one in lex.list_bot_locales(botId=bot, botVersion="DRAFT")["botLocaleSummaries"]],
    "made_hook": live["botAliasLocaleSettings"] == settings,
    "versions": versions,
    "listed": [one["botVersion"] for one in lex.list_bot_versions(botId=made)["botVersionSummaries"]],
    "version": lex.describe_bot_version(botId=made, botVersion="2")["botName"],
    "alias": lex.describe_bot_alias(botId=made, botAliasId=live["botAliasId"])["botVersion"],
    "changed": [lex.describe_bot(botId=made)["idleSessionTTLInSeconds"], "description" in lex.describe_bot(botId=made)],
    "tags": lex.list_tags_for_resource(resourceARN=arn)["tags"],
    "found": [
        one["botName"]
        for one in lex.list_bots(filters=[{"name": "BotName", "values": ["own"], "operator": "EQ"}])["botSummaries"]
    ],
    "refused": [
        code(lex.create_bot, **own),
        code(lex.describe_bot, botId="ABCDEFGHIJ"),
        code(lex.create_bot_alias, botId="ABCDEFGHIJ", botAliasName="x"),
        code(lex.list_intents, botId=made, botVersion="DRAFT", localeId="en_US"),
    ],
}
seen["lex"]["in_use"] = [
    code(lex.delete_bot, botId=made),
    code(lex.delete_bot_version, botId=made, botVersion="2"),
    lex.delete_bot_version(botId=made, botVersion="1")["botStatus"],
]
lex.delete_bot(botId=made, skipResourceInUseCheck=True)
seen["lex"]["gone"] = code(lex.describe_bot_alias, botId=made, botAliasId=live["botAliasId"])

cloudformation.delete_stack(StackName="kinds")
cloudformation.get_waiter("stack_delete_complete").wait(StackName="kinds", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
seen["left"] = [
    len(scheduler.list_schedules()["Schedules"]),
    len(states.list_state_machines()["stateMachines"]),
    len(cloudwatch.describe_alarms()["MetricAlarms"]),
    len(lex.list_bots()["botSummaries"]),
]
print(json.dumps(seen))
