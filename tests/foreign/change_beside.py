"""Changes by hand what no template names, through boto3. Arguments: the endpoint URL, the center's name.

Says first whether CloudFormation itself finds drift, and what was changed.
"""

import io
import json
import sys
import time
import zipfile

import boto3

endpoint, center = sys.argv[1:]


def client(service):
    return boto3.client(service, endpoint_url=endpoint)


cloudformation, connect, functions, iam, s3 = map(client, ["cloudformation", "connect", "lambda", "iam", "s3"])

resources, drifted = {}, []
for stack in cloudformation.describe_stacks()["Stacks"]:
    name = stack["StackName"]
    detection = cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    while True:
        status = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if status["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        time.sleep(0.1)
    more = {}
    while more is not None:
        page = cloudformation.describe_stack_resource_drifts(StackName=name, **more)
        for drift in page["StackResourceDrifts"]:
            if drift["StackResourceDriftStatus"] != "IN_SYNC":
                drifted.append([drift["LogicalResourceId"], drift["PropertyDifferences"]])
        more = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
        for one in page["StackResourceSummaries"]:
            resources.setdefault(one["ResourceType"], []).append(one["PhysicalResourceId"])

function = sorted(resources["AWS::Lambda::Function"])[0]
role = functions.get_function_configuration(FunctionName=function)["Role"].rsplit("/", 1)[1]
policy = iam.create_policy(
    PolicyName="by-hand",
    PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    ),
)["Policy"]["Arn"]
iam.attach_role_policy(RoleName=role, PolicyArn=policy)

alias = next(arn for arn in resources["AWS::Lambda::Alias"] if f":{function}:" in arn).rsplit(":", 1)[1]
functions.add_permission(
    FunctionName=function,
    Qualifier=alias,
    StatementId="stranger",
    Action="lambda:InvokeFunction",
    Principal="999999999999",
)
functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=3)
package = io.BytesIO()
with zipfile.ZipFile(package, "w") as archive:
    archive.writestr("bootstrap", "#!/bin/sh\n")
functions.update_function_code(FunctionName=function, ZipFile=package.getvalue())

bucket = sorted(name for name in resources["AWS::S3::Bucket"])[0]
try:
    s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    has_rules = True
except s3.exceptions.ClientError:
    has_rules = False
if not has_rules:
    rule = {"ID": "by-hand", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
s3.put_bucket_cors(
    Bucket=bucket, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
)

instance = next(i for i in connect.list_instances()["InstanceSummaryList"] if i.get("InstanceAlias") == center)
connect.update_instance_attribute(InstanceId=instance["Id"], AttributeType="EARLY_MEDIA", Value="false")
queues = connect.list_queues(InstanceId=instance["Id"], QueueTypes=["STANDARD"])["QueueSummaryList"]
queue = next(one for one in queues if one["Arn"] in resources["AWS::Connect::Queue"])
tags = connect.list_tags_for_resource(resourceArn=queue["Arn"])["tags"]
lost = sorted(tag for tag in tags if not tag.startswith("aws:"))[0]
connect.untag_resource(resourceArn=queue["Arn"], tagKeys=[lost])

print(json.dumps({"drifted": drifted, "has_rules": has_rules, "tag": lost}))
