"""The versions that releases leave behind.

CloudFormation retains each, and the code of an account may have 75 GB in all (AWS Lambda developer guide, "Lambda
quotas").
"""

from thumbs import observe, settings
from thumbs.aws import versions

KEPT = 10  # the newest ones

_ALIAS = "live"
_MOST = 100  # deletions in one run, of all functions together


def tidy() -> None:
    """Delete the versions of each function that are not among the newest ten, and that nobody can need any more."""
    current, left = settings.current(), _MOST
    for function in (*current.functions, current.function_name):
        doomed = superfluous(versions.published(function), versions.used(function))[:left]
        deleted = [version for version in doomed if versions.delete(function, version)]
        left -= len(doomed)
        if deleted:
            observe.log().info("versions deleted", function=function, versions=deleted)


def superfluous(published: list[int], used: dict[str, set[int]]) -> list[int]:
    """The versions to delete, the oldest first. used: the versions of each alias.

    Those newer than `live` belong to a release that is under way, or that was refused (`operate prepare-release`). The
    one before each version in use is what `operate rollback` goes back to.
    """
    in_use = set[int]().union(*used.values())
    before = {max((version for version in published if version < each), default=0) for each in in_use}
    kept = {*sorted(published)[-KEPT:], *in_use, *before}
    live = max(used.get(_ALIAS, published), default=0)
    return [version for version in sorted(published) if version not in kept and version < live]
