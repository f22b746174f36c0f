"""CloudFront: what its caches may no longer send."""

import uuid

from botocore.exceptions import ClientError

from thumbs.aws import clients

ERRORS = clients.ERRORS


def invalidate(distribution: str, paths: list[str]) -> bool:
    """Let the caches of a distribution forget these paths, which may end in *. Each counts as one path on the bill.

    Returns before all of the caches have forgotten them. Returns False if too many invalidations are in progress.
    """
    batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": uuid.uuid4().hex}
    try:
        clients.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
    except ClientError as error:
        if clients.code(error) != "TooManyInvalidationsInProgress":
            raise
        return False
    return True
