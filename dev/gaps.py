"""Changes the template before it is deployed, because the emulator does not support all of it.

dev/bridges.py contains the changes afterwards. tests/service/test_gaps.py fails as soon as the emulator supports
one of these.

Not bridged: the emulator deletes a bucket that is not empty with its stack, which AWS would refuse (a test of deleting
bridges this: tests/standins/full_buckets.py), and it ignores the lifecycle of a bucket, so originals stay.
"""

from typing import Any

# There is no CodeDeploy: new versions get all traffic at once.
PARAMETERS = {"GradualDeployments": "false"}


def without_unsupported(template: dict[str, Any]) -> dict[str, Any]:
    """The translated template without resources that the emulator refuses: alarms on metric math."""
    resources = {
        name: resource
        for name, resource in template["Resources"].items()
        if not (resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"])
    }
    return template | {"Resources": resources}
