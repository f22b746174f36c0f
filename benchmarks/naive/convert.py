"""Converting with everything that Pillow can read, and all of it loaded first."""

import io
import os
from typing import Any
from urllib.parse import unquote_plus

import boto3
from aws_lambda_powertools import Logger, Metrics
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

logger = Logger()
metrics = Metrics()
s3 = boto3.client("s3")
Image.init()
register_heif_opener()


@logger.inject_lambda_context
@metrics.log_metrics(raise_on_empty_metrics=False)
def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        original = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(original)))
        for side in (160, 320, 640):
            thumbnail = picture.copy()
            thumbnail.thumbnail((side, side))
            file = io.BytesIO()
            thumbnail.save(file, "WEBP", quality=80)
            s3.put_object(Bucket=os.environ["THUMBNAIL_BUCKET"], Key=f"{key}/{side}.webp", Body=file.getvalue())
