"""The publisher of the application: the environment, and a client of the repository without validation."""

import os
from typing import Any

import boto3
from botocore.config import Config

from dev.emulator import ACCESS_KEY, ROOT, SECRET_KEY
from tests.actors.short_lived import QUICK
from tests.standins.application_repository import REGION, Repository


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    programs = f"{ROOT / '.cache' / 'sam' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": programs, "PYTHONPATH": f"{ROOT}{os.pathsep}{QUICK}", "SAM_CLI_TELEMETRY": "0"} | settings


def client(repository: Repository) -> Any:
    """Without botocore's own validation, because invalid requests have to reach the stand-in."""
    return boto3.client(
        "serverlessrepo",
        endpoint_url=repository.url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(parameter_validation=False),
    )
