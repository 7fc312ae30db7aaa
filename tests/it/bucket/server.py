"""An S3 server on loopback (moto), and a client of it (boto3) that does as it is told.

Prints the server's port. Then each line of standard input is a call, as JSON: [operation, arguments];
each line of standard output is its answer: {"ok": ...} or {"error": code}. Ends with its input.
"""

import json
import logging
import sys
import threading

import boto3
import botocore.config
import botocore.exceptions
from moto.moto_server import threaded_moto_server


class OneStep(threaded_moto_server.DomainDispatcherApplication):
    """moto looks whether an object is there, and then writes it: two steps, which S3 takes in one."""

    turn = threading.Lock()

    def __call__(self, environ, start_response):
        if "HTTP_IF_NONE_MATCH" not in environ:
            return super().__call__(environ, start_response)
        with self.turn:
            return super().__call__(environ, start_response)


threaded_moto_server.DomainDispatcherApplication = OneStep
logging.getLogger("werkzeug").disabled = True
server = threaded_moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
port = server.get_host_and_port()[1]


def client(service):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="administrator",
        aws_secret_access_key="administrator",
        region_name="us-east-1",
        config=botocore.config.Config(proxies={}, retries={"max_attempts": 0}),
    )


s3 = client("s3")


def plain(value):
    """An answer without what JSON cannot hold."""
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def fill(Bucket, Prefix, Count):
    """Many small objects at once."""
    for number in range(Count):
        s3.put_object(Bucket=Bucket, Key=f"{Prefix}{number:05}", Body=b"x")


print(port, flush=True)
for line in sys.stdin:
    operation, arguments = json.loads(line)
    try:
        call = fill if operation == "fill" else getattr(s3, operation)
        answer = {"ok": plain(call(**arguments))}
    except botocore.exceptions.ClientError as error:
        answer = {"error": error.response["Error"]["Code"]}
    print(json.dumps(answer), flush=True)
