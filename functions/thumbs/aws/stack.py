"""What AWS calls the resources of the stack that a function belongs to, for one that its template cannot tell."""

from thumbs import settings
from thumbs.aws import clients


def name_of(resource: str) -> str:
    """The physical id of a resource, such as a bucket's or a function's name. resource: as template.yaml calls it."""
    answer = clients.client("cloudformation").describe_stack_resource(
        StackName=settings.current().stack_id, LogicalResourceId=resource
    )
    name: str = answer["StackResourceDetail"]["PhysicalResourceId"]
    return name
