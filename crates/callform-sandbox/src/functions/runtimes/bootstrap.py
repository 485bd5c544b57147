"""Runs a handler in Python: asks the Runtime API for events, calls the handler and sends its answers.

Source of names, messages and the form of the log: AWS Lambda developer guide, "Building with Python" and
"Using the Lambda runtime API".
"""

import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback
import urllib.parse

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime/"


def plain_https():
    """The sandbox has no certificate: HTTPS connections to its own host are plain ones."""
    sandbox = urllib.parse.urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    secure = http.client.HTTPSConnection.connect

    def connect(self):
        if self.host == sandbox.hostname and self.port in (443, sandbox.port):
            self.port = sandbox.port
            http.client.HTTPConnection.connect(self)
        else:
            secure(self)

    http.client.HTTPSConnection.connect = connect


def request(method, path, body=None):
    connection = http.client.HTTPConnection(API)
    connection.request(method, PREFIX + path, body, {"Content-Type": "application/json"} if body else {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.headers, content


def failure(error_type, message, request_id="", stack=()):
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": list(stack)}


class Log(logging.Handler):
    """Writes records as Lambda does: level, time, request id, message."""

    request_id = ""

    def emit(self, record):
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        record.aws_request_id = Log.request_id
        try:
            print(f"[{record.levelname}]\t{moment}.{int(record.msecs):03d}Z\t{Log.request_id}\t{self.format(record)}")
        except Exception:
            self.handleError(record)


class Context:
    def __init__(self, headers):
        environment = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environment["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


def load(handler):
    """The handler, or the failure that says why there is none."""
    module, separator, name = handler.rpartition(".")
    if not separator:
        return None, failure("Runtime.MalformedHandlerName", f"Bad handler '{handler}': not enough values to unpack (expected 2, got 1)")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        return None, failure("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")
    except SyntaxError as error:
        return None, failure("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}")
    except Exception as error:
        stack = traceback.format_list(traceback.extract_tb(error.__traceback__)[3:])
        return None, failure(type(error).__name__, str(error), stack=stack)
    if not hasattr(loaded, name):
        return None, failure("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return getattr(loaded, name), None


def call(handler, event, context):
    """The answer as JSON, and the failure where there is none."""
    try:
        answer = handler(json.loads(event), context)
    except Exception as error:
        stack = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
        return None, failure(type(error).__name__, str(error), context.aws_request_id, stack)
    try:
        return json.dumps(answer), None
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return None, failure("Runtime.MarshalError", message, context.aws_request_id)


def tell(reason):
    print(f"[ERROR] {reason['errorType']}: {reason['errorMessage']}")
    if reason["stackTrace"]:
        print("Traceback (most recent call last):")
        print("".join(reason["stackTrace"]), end="")


def main():
    plain_https()
    logging.getLogger().addHandler(Log())
    # The folder of this file is no place for modules of functions.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    handler, reason = load(os.environ["_HANDLER"])
    if reason:
        tell(reason)
        sys.stdout.flush()
        request("POST", "init/error", json.dumps(reason))
        sys.exit(1)
    while True:
        headers, event = request("GET", "invocation/next")
        context = Context(headers)
        Log.request_id = context.aws_request_id
        answer, reason = call(handler, event, context)
        if reason:
            tell(reason)
        sys.stdout.flush()
        what = "error" if reason else "response"
        request("POST", f"invocation/{context.aws_request_id}/{what}", json.dumps(reason) if reason else answer)


main()
