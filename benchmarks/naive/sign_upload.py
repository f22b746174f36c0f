"""Signing with an API resolver and a boto3 client."""

import os
import uuid
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from botocore.config import Config

logger = Logger()
metrics = Metrics()
app = APIGatewayRestResolver()
s3 = boto3.client("s3", config=Config(signature_version="s3v4"))


@app.post("/uploads")
def sign() -> tuple[dict[str, Any], int]:
    uploads = []
    for file in app.current_event.json_body["files"]:
        job = uuid.uuid4().hex
        post = s3.generate_presigned_post(
            os.environ["UPLOAD_BUCKET"],
            f"uploads/{job}",
            {"Content-Type": file["type"]},
            [{"Content-Type": file["type"]}, ["content-length-range", 1, 20_000_000]],
            300,
        )
        wanted = {"Bucket": os.environ["THUMBNAIL_BUCKET"], "Key": f"{job}/manifest.json"}
        uploads.append({"job": job, "upload": post, "result": s3.generate_presigned_url("get_object", wanted)})
    return {"uploads": uploads}, 201


@logger.inject_lambda_context
@metrics.log_metrics(raise_on_empty_metrics=False)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
