"""CloudFormation: names of resources in the function's own stack, for those that the template cannot pass to it."""

from thumbs import settings
from thumbs.aws import clients


def name_of(resource: str) -> str:
    """The physical id of a resource, such as a bucket's or a function's name. resource: its logical id."""
    answer = clients.client("cloudformation").describe_stack_resource(
        StackName=settings.current().stack_id, LogicalResourceId=resource
    )
    name: str = answer["StackResourceDetail"]["PhysicalResourceId"]
    return name
