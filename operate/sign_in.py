"""The sign-in stack, stacks/sign_in.yaml. With a user pool of its own, it needs no more than its template. With another
provider, it has an authorizer function, and three steps:

1. Create or update the stack, in which the function is missing at first.
2. Build the function's package, upload it to the stack's bucket, and create or update the function.
3. Tell the service who identifies callers.

Steps without changes do nothing, so after an error the command is simply repeated.
"""

from botocore.exceptions import ClientError

from operate.change_set import apply
from operate.optional_stack import OptionalStack
from operate.package import AUTHORIZER
from operate.stack import StackFailed
from operate.terminal import Agree

PACKAGE = "AuthorizerPackage"
# Parameters that have the values of the service's parameters of the same name, unless they are set.
_AS_IN_THE_SERVICE = ("Architecture", "LogRetentionDays", "PermissionsBoundary", "RolePath")


class SignIn(OptionalStack):
    """The sign-in stack of one service."""

    def deploy(self, settings: dict[str, str], agree: Agree, *, create: bool = True, dry_run: bool = False) -> str:
        """Raises StackFailed."""
        if PACKAGE in settings:
            raise StackFailed(f"{PACKAGE} is built here.")
        present = self.stack.parameters()
        if present and bool(present["Issuer"]) != bool((present | settings)["Issuer"]):
            raise StackFailed(
                "The stack has a user pool of its own or another provider, and cannot change from one to the other: "
                "their users are not the same owners. Remove it first, which opens the service until the next deploy."
            )
        of_the_service = self.parent.parameters()
        inherited = {name: of_the_service[name] for name in _AS_IN_THE_SERVICE if name in of_the_service}
        return super().deploy(inherited | settings, agree, create=create, dry_run=dry_run)

    def complete(self, agree: Agree, *, dry_run: bool = False) -> str:
        if bucket := self.stack.outputs().get("PackageBucket"):
            self._install(bucket, agree, dry_run=dry_run)
        return super().complete(agree, dry_run=dry_run)

    def _install(self, bucket: str, agree: Agree, *, dry_run: bool) -> None:
        """Bring the authorizer function to the modules of this folder."""
        present = self.stack.parameters()
        key, content = AUTHORIZER.build(present["Architecture"])
        self.say(f"package {key}, {len(content) / 1e6:.1f} MB")
        if not dry_run and not self._is_there(bucket, key):
            agree()
            self.stack.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
        apply(self.stack, self.path.read_text(), {PACKAGE: key}, agree, dry_run, self.parent.tags())

    def _is_there(self, bucket: str, key: str) -> bool:
        try:
            self.stack.client("s3").head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            return False
        return True
