"""After a new version has got all traffic: makes one upload through `live`, and checks its thumbnails (PostTraffic).

CodeDeploy invokes this hook for convert, sign_upload and get_upload alike, and rolls back if it reports a fault.
template.yaml explains why it requests the names of functions and buckets from CloudFormation.
"""

from collections.abc import Iterator
from typing import Any

from thumbs import observe, settings
from thumbs.aws import cloudformation
from thumbs.verification import golden, hook, journey


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return hook.run(event, context, _faults)


def _faults() -> Iterator[str]:
    current = settings.current()
    live = journey.Journey(
        sign_upload=cloudformation.name_of("SignUploadFunction") + ":live",
        get_upload=cloudformation.name_of("GetUploadFunction") + ":live",
        uploads=cloudformation.name_of("UploadBucket"),
    )
    return live.faults(
        golden.Style(current.sizes, current.outputs, current.quality, current.animated, current.copyright)
    )
