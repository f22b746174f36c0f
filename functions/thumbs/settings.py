"""The stack's settings as the functions see them: environment variables that template.yaml sets from its parameters.

The only module that reads the environment. Nothing is read before it is first asked for; each property names the
variable it comes from, and a missing one raises KeyError with that name.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from thumbs import formats, sizes

LEAST_MEMORY = 512  # MiB that ConvertFunction works with: less has too little of a processor (docs/power-tuning.md)
BESIDE_CONVERSION = 350  # MiB of a function's memory, for Python, boto3 and the original


@dataclass(frozen=True)
class Credentials:
    """What AWS gives a function to sign with. token: of the role's session; None for a user's own key."""

    access_key: str
    secret_key: str
    token: str | None


class Settings:
    """Settings of one function. Read through settings.current()."""

    def __init__(self, environment: Mapping[str, str]):
        self._environment = environment

    def _whole(self, variable: str) -> int:
        """A number, rounded down: CloudFormation has no type of whole numbers, so it lets 1.5 pass, or 2.0."""
        return int(float(self._environment[variable]))

    # Where things are

    @property
    def upload_bucket(self) -> str:
        return self._environment["UPLOAD_BUCKET"]

    @property
    def thumbnail_bucket(self) -> str:
        return self._environment["THUMBNAIL_BUCKET"]

    @property
    def delivery_domain(self) -> str | None:
        """The domain that serves /t/{key} of the thumbnails, or None when links are pre-signed."""
        return self._environment.get("DELIVERY_DOMAIN") or None

    @property
    def dead_letter_queue_url(self) -> str:
        return self._environment["DEAD_LETTER_QUEUE_URL"]

    @property
    def convert_function(self) -> str:
        """The ARN of the alias that redrive calls."""
        return self._environment["CONVERT_FUNCTION"]

    @property
    def stack_id(self) -> str:
        """The ARN of the stack that the function belongs to."""
        return self._environment["STACK_ID"]

    # The ARNs of the versions that a release is about to give traffic

    @property
    def convert_version(self) -> str:
        return self._environment["CONVERT_VERSION"]

    @property
    def sign_upload_version(self) -> str:
        return self._environment["SIGN_UPLOAD_VERSION"]

    @property
    def get_upload_version(self) -> str:
        return self._environment["GET_UPLOAD_VERSION"]

    @property
    def region(self) -> str:
        return self._environment["AWS_REGION"]

    @property
    def url_suffix(self) -> str:
        """amazonaws.com, or what the partition has in its place."""
        return self._environment.get("URL_SUFFIX", "amazonaws.com")

    @property
    def library_path(self) -> dict[str, str]:
        """The variable, if it is set, by which an interpreter finds its own shared libraries, as Lambda's has to."""
        return {name: value for name, value in self._environment.items() if name == "LD_LIBRARY_PATH"}

    @property
    def s3_endpoint(self) -> str | None:
        """Where S3 is, when it is not where AWS has it: the same variables that every AWS SDK obeys."""
        return self._environment.get("AWS_ENDPOINT_URL_S3") or self._environment.get("AWS_ENDPOINT_URL")

    @property
    def credentials(self) -> Credentials:
        environment = self._environment
        return Credentials(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment.get("AWS_SESSION_TOKEN") or None,
        )

    # What is accepted

    @property
    def max_upload_megabytes(self) -> int:
        return self._whole("MAX_UPLOAD_MEGABYTES")

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_megabytes * 1_000_000  # megabytes as people and disks count them

    @property
    def max_megapixels(self) -> int:
        return self._whole("MAX_MEGAPIXELS")

    @property
    def upload_expiry_seconds(self) -> int:
        return self._whole("UPLOAD_EXPIRY_SECONDS")

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        return tuple(origin.strip() for origin in self._environment["ALLOWED_ORIGINS"].split(","))

    @property
    def keep_originals_days(self) -> int:
        return self._whole("KEEP_ORIGINALS_DAYS")

    @property
    def conversion_memory(self) -> int:
        """Bytes that one conversion may take."""
        return (int(self._environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")) - BESIDE_CONVERSION) * 2**20

    # What is made

    @cached_property
    def sizes(self) -> tuple[sizes.Size, ...]:
        """Raises ValueError for what sizes.parse refuses."""
        return sizes.parse(self._environment["THUMBNAIL_SIZES"])

    @property
    def output(self) -> formats.Output:
        return formats.OUTPUTS[self._environment["THUMBNAIL_FORMAT"]]

    @property
    def quality(self) -> int:
        return self._whole("THUMBNAIL_QUALITY")

    @property
    def link_expiry_seconds(self) -> int:
        """How long a pre-signed link is good for; it dies earlier with the credentials that signed it."""
        return self._whole("LINK_EXPIRY_SECONDS")


@cache
def current() -> Settings:
    """The settings of the function that runs."""
    return Settings(os.environ)
