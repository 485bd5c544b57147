#!/usr/bin/env bash
# What only an AWS account can tell, asked of an Amazon Connect instance: docs/aws.md says what each answer means.
#
#   examples/aws-checks/check.sh INSTANCE_ID [LAMBDA_ALIAS_ARN]
#
# Needs the AWS CLI, signed in, with a region. Makes a user, opening times, a secret, a bucket and two stacks, all called
# callform-check-…, and deletes them, whatever happens. Takes about five minutes and costs less than a cent.
set -uo pipefail

instance=${1:?usage: check.sh INSTANCE_ID [LAMBDA_ALIAS_ARN]}
alias_arn=${2:-}
region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}
export AWS_DEFAULT_REGION=$region AWS_PAGER=
run="callform-check-$(date +%s)-$$"
account=$(aws sts get-caller-identity --query Account --output text) || exit 1
arn=$(aws connect describe-instance --instance-id "$instance" --query Instance.Arn --output text) || exit 1
work=$(mktemp -d)

# What has been made, as commands that take it away again; the last one first.
undo=()
finish() {
  for ((at = ${#undo[@]} - 1; at >= 0; at--)); do
    eval "${undo[at]}" >/dev/null 2>"$work/error" || echo "left behind: ${undo[at]}: $(<"$work/error")" >&2
  done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '%-52s %s\n' "$1" "$2"; }
# Runs a command: "yes", or "no" with the reason; its output is in $answer.
ask() {
  local question=$1
  shift
  if answer=$("$@" 2>"$work/error"); then
    say "$question" yes
  else
    say "$question" "no: $(tr '\n' ' ' <"$work/error")"
    return 1
  fi
}

# 1. A user without an e-mail address.
security=$(aws connect list-security-profiles --instance-id "$instance" \
  --query "SecurityProfileSummaryList[?Name=='Agent'].Id | [0]" --output text)
routing=$(aws connect list-routing-profiles --instance-id "$instance" \
  --query "RoutingProfileSummaryList[?Name=='Basic Routing Profile'].Id | [0]" --output text)
password="Aa1$(date +%s%N)"
if ask "user without an e-mail address" aws connect create-user --instance-id "$instance" --username "cc-$$" \
  --password "$password" --identity-info FirstName=Call,LastName=Form --phone-config PhoneType=SOFT_PHONE \
  --security-profile-ids "$security" --routing-profile-id "$routing" --query UserId --output text; then
  undo+=("aws connect delete-user --instance-id $instance --user-id $answer")
fi

# 2. An exception of opening times that is over.
if ask "opening times" aws connect create-hours-of-operation --instance-id "$instance" --name "$run" --time-zone UTC \
  --config 'Day=MONDAY,StartTime={Hours=9,Minutes=0},EndTime={Hours=17,Minutes=0}' \
  --query HoursOfOperationId --output text; then
  hours=$answer
  undo+=("aws connect delete-hours-of-operation --instance-id $instance --hours-of-operation-id $hours")
  if ask "exception whose day is over" aws connect create-hours-of-operation-override --instance-id "$instance" \
    --hours-of-operation-id "$hours" --name "$run" --effective-from 2020-12-25 --effective-till 2020-12-25 \
    --config 'Day=FRIDAY,StartTime={Hours=9,Minutes=0},EndTime={Hours=12,Minutes=0}' \
    --query HoursOfOperationOverrideId --output text; then
    undo+=("aws connect delete-hours-of-operation-override --instance-id $instance --hours-of-operation-id $hours --hours-of-operation-override-id $answer")
  fi
fi

# 3. The alias of a function, associated with the instance.
if [[ -n $alias_arn ]]; then
  if ask "alias of a function associated" aws connect associate-lambda-function --instance-id "$instance" \
    --function-arn "$alias_arn"; then
    undo+=("aws connect disassociate-lambda-function --instance-id $instance --function-arn $alias_arn")
  fi
else
  say "alias of a function associated" "not asked: name an alias as second argument"
fi

# 4. A password by a reference that does not look like a password: no digit in it.
if ask "secret" aws secretsmanager create-secret --name "callform/check" --secret-string "$password" --query ARN --output text; then
  undo+=("aws secretsmanager delete-secret --secret-id callform/check --force-delete-without-recovery")
  cat >"$work/user.json" <<JSON
{ "Resources": { "User": { "Type": "AWS::Connect::User", "Properties": {
  "InstanceArn": "$arn", "Username": "cd-$$", "Password": "{{resolve:secretsmanager:callform/check:SecretString}}",
  "IdentityInfo": { "FirstName": "Call", "LastName": "Form", "Email": "check@example.com" },
  "PhoneConfig": { "PhoneType": "SOFT_PHONE" },
  "RoutingProfileArn": "$arn/routing-profile/$routing", "SecurityProfileArns": ["$arn/security-profile/$security"] } } } }
JSON
  undo+=("aws cloudformation delete-stack --stack-name $run-user && aws cloudformation wait stack-delete-complete --stack-name $run-user")
  if ask "stack with such a user" aws cloudformation create-stack --stack-name "$run-user" --template-body "file://$work/user.json"; then
    ask "password reference without a digit" aws cloudformation wait stack-create-complete --stack-name "$run-user" ||
      aws cloudformation describe-stack-events --stack-name "$run-user" \
        --query "StackEvents[?ResourceStatus=='CREATE_FAILED'].ResourceStatusReason" --output text
  fi
fi

# 5. The import of a bucket whose name in the template is an expression.
bucket="callform-check-$account-$$"
location=()
[[ $region == us-east-1 ]] || location=(--create-bucket-configuration "LocationConstraint=$region")
if ask "bucket" aws s3api create-bucket --bucket "$bucket" "${location[@]}"; then
  undo+=("aws s3api delete-bucket --bucket $bucket")
  cat >"$work/bucket.json" <<JSON
{ "Resources": { "Bucket": { "Type": "AWS::S3::Bucket", "DeletionPolicy": "RetainExceptOnCreate",
  "Properties": { "BucketName": { "Fn::Sub": "callform-check-\${AWS::AccountId}-$$" } } } } }
JSON
  undo+=("aws cloudformation delete-stack --stack-name $run-bucket && aws cloudformation wait stack-delete-complete --stack-name $run-bucket")
  if ask "import of a bucket named by an expression" aws cloudformation create-change-set --stack-name "$run-bucket" \
    --change-set-name import --change-set-type IMPORT --template-body "file://$work/bucket.json" \
    --resources-to-import "ResourceType=AWS::S3::Bucket,LogicalResourceId=Bucket,ResourceIdentifier={BucketName=$bucket}" &&
    ask "its change set" aws cloudformation wait change-set-create-complete --stack-name "$run-bucket" --change-set-name import; then
    ask "its execution" aws cloudformation execute-change-set --stack-name "$run-bucket" --change-set-name import &&
      ask "imported" aws cloudformation wait stack-import-complete --stack-name "$run-bucket"
  fi
fi
