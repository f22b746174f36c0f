"""What may publish to the topic Outcomes, who may subscribe, and what S3 publishes; cfn-lint reads the examples."""

from dev.emulator import ROOT
from tests.actors import short_lived
from tests.material.template import Template, depends_on
from thumbs.jobs import keys


def test_each_manifest_that_appears_or_goes_is_notified_and_nothing_else(resources: Template) -> None:
    bucket = resources["ThumbnailBucket"]["Properties"]
    assert bucket["NotificationConfiguration"].keys() == {"TopicConfigurations"}
    told = bucket["NotificationConfiguration"]["TopicConfigurations"]

    assert {each["Event"] for each in told} == {
        "s3:ObjectCreated:*",
        "s3:ObjectRemoved:*",
        "s3:LifecycleExpiration:*",
    }
    for each in told:
        assert each["Topic"] == {"Ref": "Outcomes"}
        (rule,) = each["Filter"]["S3Key"]["Rules"]
        assert rule == {"Name": "suffix", "Value": f"/{keys.MANIFEST}"}
    job = keys.new_job()
    assert keys.manifest(job).endswith(rule["Value"])
    assert not keys.binding(job).endswith(rule["Value"])


def test_s3_may_publish_for_this_account_alone_before_the_bucket_asks(resources: Template) -> None:
    """The emulator lets S3 publish without asking."""
    publish, subscribe = resources["OutcomesPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert publish["Principal"] == {"Service": "s3.amazonaws.com"}
    assert publish["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert publish["Action"] == "sns:Publish"
    assert "OutcomesPolicy" in depends_on(resources["ThumbnailBucket"])
    assert subscribe["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert "sns:Publish" not in subscribe["Action"]


def test_cfn_lint_has_nothing_to_say_about_the_examples() -> None:
    files = sorted(map(str, (ROOT / "examples" / "outcomes").glob("*.yaml")))
    assert len(files) == 3
    answer = short_lived.run(short_lived.CFN_LINT, "--include-checks", "I", "--template", *files)

    assert (answer.returncode, answer.stdout) == (0, "")
