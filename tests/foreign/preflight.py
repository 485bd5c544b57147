"""Asks the sandbox with boto3 what an account may have and a role may do. Argument: the sandbox's URL."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

url = sys.argv[1]


def client(service):
    return boto3.client(service, endpoint_url=url)


quotas = client("service-quotas")
codes = [quota["QuotaCode"] for page in quotas.get_paginator("list_service_quotas").paginate(ServiceCode="connect", MaxResults=5) for quota in page["Quotas"]]
default = quotas.get_aws_default_service_quota(ServiceCode="connect", QuotaCode="L-19A87C94")["Quota"]["Value"]
try:
    quotas.get_service_quota(ServiceCode="connect", QuotaCode="L-00000000")
    unknown = None
except ClientError as error:
    unknown = error.response["Error"]["Code"]

iam = client("iam")
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="Deployer", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
statements = [
    {"Effect": "Allow", "NotAction": "connect:Create*", "Resource": "*"},
    {"Effect": "Deny", "Action": "connect:Delete*", "Resource": "*"},
]
policy = {"Version": "2012-10-17", "Statement": statements}
iam.put_role_policy(RoleName="Deployer", PolicyName="deploy", PolicyDocument=json.dumps(policy))
actions = ["connect:CreateQueue", "connect:UpdateQueueName", "connect:DeleteQueue"]
answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=actions)

print(
    json.dumps(
        {
            "caller": client("sts").get_caller_identity()["Arn"],
            "codes": codes,
            "default": default,
            "unknown": unknown,
            "decisions": {one["EvalActionName"]: one["EvalDecision"] for one in answer["EvaluationResults"]},
        }
    )
)
