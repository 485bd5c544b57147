"""Speaks to a bot of Lex V2 and has recordings transcribed, through boto3. Arguments: the endpoint URL, and a step.

`talk` makes a bot with a function in a stack and speaks to it. `start` puts audio and starts jobs; `ask` says what became
of them. What comes back is printed as one JSON object.
"""

import base64
import gzip
import io
import json
import sys
import time
import urllib.request
import wave
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, step = sys.argv[1:]


def client(service):
    return boto3.client(service, endpoint_url=endpoint, config=Config(retries={"max_attempts": 1}))


def code(call, **arguments):
    """The error code of a call that has to fail."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


HANDLER = """
def handler(event, context):
    state = event["sessionState"]
    intent = state["intent"]
    if intent["name"] == "break":
        raise RuntimeError("broken")
    number = intent["slots"]["number"]["value"]["interpretedValue"]
    intent["state"] = "Fulfilled"
    said = f"{event['inputMode']} {number} for {event['requestAttributes'].get('who')}, {event['bot']['aliasName']}"
    return {
        "sessionState": {
            "dialogAction": {"type": "Close"},
            "intent": intent,
            "sessionAttributes": {**state["sessionAttributes"], "last": number},
        },
        "messages": [{"contentType": "PlainText", "content": said}],
    }
"""


def message(text):
    return {"MessageGroupsList": [{"Message": {"PlainTextMessage": {"Value": text}}}]}


def template(function):
    slot = {
        "Name": "number",
        "SlotTypeName": "AMAZON.Number",
        "ValueElicitationSetting": {
            "SlotConstraint": "Required",
            "PromptSpecification": {**message("Which number?"), "MaxRetries": 1},
        },
    }
    hook = {"FulfillmentCodeHook": {"Enabled": True}}
    intents = [
        {
            "Name": "track",
            "SampleUtterances": [{"Utterance": "track {number}"}, {"Utterance": "track my parcel"}],
            "Slots": [slot],
            "SlotPriorities": [{"SlotName": "number", "Priority": 1}],
            **hook,
        },
        {"Name": "break", "SampleUtterances": [{"Utterance": "break"}], **hook},
        {
            "Name": "FallbackIntent",
            "ParentIntentSignature": "AMAZON.FallbackIntent",
            "IntentClosingSetting": {"ClosingResponse": message("Pardon?")},
        },
    ]
    setting = {
        "LocaleId": "en_US",
        "BotAliasLocaleSetting": {
            "Enabled": True,
            "CodeHookSpecification": {
                "LambdaCodeHook": {"LambdaArn": function, "CodeHookInterfaceVersion": "1.0"},
            },
        },
    }
    bot = {
        "Name": "parcels",
        "RoleArn": "arn:aws:iam::123456789012:role/lex",
        "DataPrivacy": {"ChildDirected": False},
        "IdleSessionTTLInSeconds": 300,
        "BotLocales": [{"LocaleId": "en_US", "NluConfidenceThreshold": 0.4, "Intents": intents}],
    }
    details = {"SourceBotVersion": "DRAFT"}
    version = {
        "BotId": {"Ref": "Bot"},
        "BotVersionLocaleSpecification": [{"LocaleId": "en_US", "BotVersionLocaleDetails": details}],
    }
    alias = {
        "BotId": {"Ref": "Bot"},
        "BotAliasName": "live",
        "BotVersion": {"Fn::GetAtt": ["Version", "BotVersion"]},
        "BotAliasLocaleSettings": [setting],
    }
    return json.dumps({
        "Resources": {
            "Bot": {"Type": "AWS::Lex::Bot", "Properties": bot},
            "Version": {"Type": "AWS::Lex::BotVersion", "Properties": version},
            "Alias": {"Type": "AWS::Lex::BotAlias", "Properties": alias},
        },
        "Outputs": {
            "Bot": {"Value": {"Ref": "Bot"}},
            "Alias": {"Value": {"Fn::GetAtt": ["Alias", "BotAliasId"]}},
        },
    })


def make_bot():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("app.py", HANDLER)
    may = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    role = client("iam").create_role(RoleName="hook", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    function = client("lambda").create_function(
        FunctionName="hook",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": file.getvalue()},
    )["FunctionArn"]
    stacks = client("cloudformation")
    stacks.create_stack(StackName="parcels", TemplateBody=template(function))
    stacks.get_waiter("stack_create_complete").wait(StackName="parcels", WaiterConfig={"Delay": 1})
    outputs = stacks.describe_stacks(StackName="parcels")["Stacks"][0]["Outputs"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in outputs}
    return {"botId": outputs["Bot"], "botAliasId": outputs["Alias"], "localeId": "en_US"}


def unpacked(header):
    return json.loads(gzip.decompress(base64.b64decode(header)))


def talk():
    bot = make_bot()
    lex = client("lexv2-runtime")
    one = {**bot, "sessionId": "one"}

    def say(text, **more):
        answer = lex.recognize_text(**one, text=text, **more)
        return [message["content"] for message in answer["messages"]], answer

    asked, whole = say("Track my parcel, please")
    missed = whole["sessionState"]["intent"]["name"]
    asked, whole = say("Track my parcel!")
    again, _ = say("the blue one")
    who = {"who": "Ann"}
    done, closed = say("twenty three", requestAttributes=who)
    kept = lex.get_session(**one)
    put = lex.put_session(
        **{**bot, "sessionId": "two"},
        sessionState={
            "dialogAction": {"type": "ElicitSlot", "slotToElicit": "number"},
            "intent": {"name": "track"},
            "sessionAttributes": {"a": "b"},
        },
        messages=[{"contentType": "PlainText", "content": "The number, please."}],
    )
    one["sessionId"] = "two"
    other, last = say("7")
    deleted = lex.delete_session(**one)["sessionId"]
    return {
        "missed": missed,
        "asked": [asked, whole["sessionState"]["dialogAction"], again],
        "done": done,
        "closed": [
            closed["sessionState"]["dialogAction"]["type"],
            closed["sessionState"]["intent"]["state"],
            closed["sessionState"]["sessionAttributes"],
            closed["sessionState"]["intent"]["slots"]["number"]["value"],
            closed["interpretations"][0]["nluConfidence"]["score"],
            closed["requestAttributes"],
        ],
        "kept": [kept["sessionId"], kept["messages"][0]["content"], kept["sessionState"]["intent"]["state"]],
        "put": [unpacked(put["messages"]), unpacked(put["sessionState"])["sessionAttributes"], put["sessionId"]],
        "other": [other, last["sessionState"]["sessionAttributes"]],
        "deleted": deleted,
        "refused": [
            code(lex.get_session, **one),
            code(lex.recognize_text, **{**one, "botId": "AAAAAAAAAA"}, text="x"),
            code(lex.recognize_text, **{**one, "botAliasId": "AAAAAAAAAA"}, text="x"),
            code(lex.recognize_text, **{**one, "localeId": "de_DE"}, text="x"),
            code(lex.recognize_text, **one, text="break"),
            code(lex.put_session, **one, sessionState={"intent": {"name": "gone"}}),
            code(lex.recognize_utterance, **one, requestContentType="text/plain; charset=utf-8", inputStream=b"x"),
        ],
    }


def audio(channels, seconds, rate=8000):
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(b"\0\0" * channels * rate * seconds)
    return file.getvalue()


transcribe, s3, sqs = client("transcribe"), client("s3"), client("sqs")


def start():
    s3.create_bucket(Bucket="calls", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_object(Bucket="calls", Key="in/a.wav", Body=audio(2, 60))
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    events = client("events")
    pattern = {"source": ["aws.transcribe"], "detail-type": ["Transcribe Job State Change"]}
    events.put_rule(Name="told", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": "arn:aws:sqs:us-west-2:123456789012:told", "InputPath": "$.detail"}
    events.put_targets(Rule="told", Targets=[target])

    media = {"MediaFileUri": "s3://calls/in/a.wav"}
    plain = {"Media": media, "LanguageCode": "en-US"}
    both = {"ChannelIdentification": True}
    begun = transcribe.start_transcription_job(
        TranscriptionJobName="to-bucket", **plain, Settings=both, OutputBucketName="calls", OutputKey="out/"
    )["TranscriptionJob"]
    transcribe.start_transcription_job(TranscriptionJobName="to-service", **plain)
    transcribe.start_transcription_job(TranscriptionJobName="wrong", **plain, MediaFormat="flac")
    absent = {"MediaFileUri": "s3://calls/in/b.wav"}
    start = transcribe.start_transcription_job
    return {
        "begun": [begun["TranscriptionJobStatus"], abs(begun["CreationTime"].timestamp() - time.time()) < 3600],
        "refused": [
            code(start, TranscriptionJobName="to-bucket", **plain),
            code(start, TranscriptionJobName="other", Media=absent, LanguageCode="en-US"),
            code(start, TranscriptionJobName="other", Media=media),
            code(transcribe.get_transcription_job, TranscriptionJobName="other"),
            code(transcribe.delete_transcription_job, TranscriptionJobName="to-bucket"),
            code(transcribe.create_vocabulary, VocabularyName="v", LanguageCode="en-US", Phrases=["x"]),
        ],
        "queue": queue,
    }


def ask():
    def job(name):
        return transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]

    to_bucket, to_service, wrong = job("to-bucket"), job("to-service"), job("wrong")
    file = json.loads(s3.get_object(Bucket="calls", Key="out/to-bucket.json")["Body"].read())
    with urllib.request.urlopen(to_service["Transcript"]["TranscriptFileUri"]) as answer:
        fetched = json.loads(answer.read())
    told, url = [], sqs.get_queue_url(QueueName="told")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            told.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    told.sort(key=lambda detail: detail["TranscriptionJobName"])
    first = transcribe.list_transcription_jobs(MaxResults=2)
    rest = transcribe.list_transcription_jobs(MaxResults=2, NextToken=first["NextToken"])
    completed = transcribe.list_transcription_jobs(Status="COMPLETED")["TranscriptionJobSummaries"]
    took = to_bucket["CompletionTime"] - to_bucket["StartTime"]
    transcribe.delete_transcription_job(TranscriptionJobName="to-service")
    return {
        "to_bucket": [
            to_bucket["TranscriptionJobStatus"],
            to_bucket["Transcript"]["TranscriptFileUri"],
            to_bucket["MediaSampleRateHertz"],
            took.total_seconds(),
        ],
        "file": [file["jobName"], file["results"]["channel_labels"]["number_of_channels"]],
        "fetched": [fetched["jobName"], fetched["results"]["transcripts"]],
        "wrong": [wrong["TranscriptionJobStatus"], wrong["FailureReason"]],
        "told": told,
        "pages": [len(first["TranscriptionJobSummaries"]), len(rest["TranscriptionJobSummaries"])],
        "completed": sorted(summary["TranscriptionJobName"] for summary in completed),
        "buckets": [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
        "gone": code(transcribe.get_transcription_job, TranscriptionJobName="to-service"),
    }


print(json.dumps({"talk": talk, "start": start, "ask": ask}[step]()))
