"""Lambda: the published versions of a function, and the aliases that use them."""

from botocore.exceptions import ClientError

from thumbs.aws import clients


def published(function: str) -> list[int]:
    """The numbers of all versions, in ascending order. function: its name."""
    pages = clients.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=function)
    return sorted(int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST")


def used(function: str) -> dict[str, set[int]]:
    """The versions that each alias sends calls to, with its weighted ones."""
    pages = clients.client("lambda").get_paginator("list_aliases").paginate(FunctionName=function)
    return {
        alias["Name"]: {
            int(alias["FunctionVersion"]),
            *map(int, alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})),
        }
        for page in pages
        for alias in page["Aliases"]
    }


def delete(function: str, version: int) -> bool:
    """Delete a version. Returns False if an alias uses it, because Lambda refuses to delete such a version, or if there
    is none: somebody else was first, or the response to an earlier attempt was lost."""
    try:
        clients.client("lambda").delete_function(FunctionName=function, Qualifier=str(version))
    except ClientError as error:
        if clients.code(error) not in ("ResourceConflictException", "ResourceNotFoundException"):
            raise
        return False
    return True
