"""What the server of tests/actors/commands.py has in memory: imported there, and nowhere else."""

import gc
from functools import cache

import boto3
import botocore.session
import samtranslator.translator.translator
import tqdm
import uvicorn.protocols.http.httptools_impl

from tests.actors import commands

__all__ = ["commands", "samtranslator", "tqdm", "uvicorn"]

# All sessions share what one has read, as in tests/conftest.py.
botocore.session.create_loader = cache(botocore.session.create_loader)
_session = boto3.Session("none", "none", region_name="us-east-1")
for _service in ("apigateway", "cloudformation", "cloudfront", "lambda", "s3", "sns", "sqs", "ssm", "sts"):
    _session.client(_service)
gc.freeze()  # or the first collection of each fork would copy all of it
