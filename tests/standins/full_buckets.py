"""The emulator, refusing like AWS to delete a bucket that is not empty with its stack.

`python -m tests.standins.full_buckets PORT` is `python -m dev.emulator PORT` with that difference.
"""

import asyncio
import sys
from typing import Any

from dev import emulator


def _refuse() -> None:
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    delete = handlers["delete"]

    def refusing(bucket: str, properties: Any) -> Any:
        if s3._buckets.get(bucket, {}).get("objects"):
            raise ValueError("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
        return delete(bucket, properties)

    handlers["delete"] = refusing


if __name__ == "__main__":
    _refuse()
    asyncio.run(emulator.serve(int(sys.argv[1])))
