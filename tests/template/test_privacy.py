"""docs/privacy.md names every resource that keeps data; test_readme.py keeps the table up to date."""

import pytest

from dev import privacy


@pytest.mark.parametrize("name", sorted(privacy._HOLDS))
def test_a_resource_that_is_not_described_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(privacy._HOLDS, name)

    with pytest.raises(ValueError, match=rf"does not say what {name} holds"):
        privacy.table()


def test_a_description_of_what_is_gone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(privacy._HOLDS, "Gone", "nothing")

    with pytest.raises(ValueError, match=r"no longer exist: Gone"):
        privacy.table()


def test_an_encryption_that_is_not_known_is_not_passed_over() -> None:
    key = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "none of ours"}}
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"BucketEncryption": {"ServerSideEncryptionConfiguration": [key]}},
    }

    with pytest.raises(KeyError):
        privacy._encrypted(bucket)
