"""Reading a manifest with an API resolver and a boto3 client."""

import json
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

logger = Logger()
metrics = Metrics()
app = APIGatewayRestResolver()
s3 = boto3.client("s3")


@app.get("/uploads/<job>")
def get(job: str) -> dict[str, Any]:
    bucket = os.environ["THUMBNAIL_BUCKET"]
    manifest: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=f"{job}/manifest.json")["Body"].read())
    for thumbnail in manifest["thumbnails"]:
        wanted = {"Bucket": bucket, "Key": f"{job}/{thumbnail['size']}.webp"}
        thumbnail["url"] = s3.generate_presigned_url("get_object", wanted)
    return manifest


@logger.inject_lambda_context
@metrics.log_metrics(raise_on_empty_metrics=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
