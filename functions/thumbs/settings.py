"""The stack's settings as the functions see them: environment variables that template.yaml sets from its parameters.

The only module that reads the environment. Each variable is read when it is used, and a missing one raises KeyError
with its name.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

from thumbs import formats

if TYPE_CHECKING:
    from thumbs.sizes import Size

LEAST_MEMORY = 512  # MiB, the minimum for ConvertFunction: less gives too little processor time (docs/power-tuning.md)
BESIDE_CONVERSION = 350  # MiB of a function's memory, for Python and the original

T = TypeVar("T")


@dataclass(frozen=True)
class Credentials:
    """AWS's credentials for signing. token: of the role's session; None for a user's own key."""

    access_key: str
    secret_key: str
    token: str | None


class Setting(Generic[T]):
    """One environment variable. read: converts its text. default: the text if the variable is not set; None if it is
    required."""

    def __init__(self, variable: str, read: Callable[[str], T], default: str | None = None):
        self.variable = variable
        self._read, self._default = read, default

    @overload
    def __get__(self, settings: None, owner: type) -> Self: ...
    @overload
    def __get__(self, settings: "Settings", owner: type) -> T: ...
    def __get__(self, settings: "Settings | None", owner: type) -> Self | T:
        if settings is None:
            return self
        text = settings.environment.get(self.variable, self._default)
        if text is None:
            raise KeyError(self.variable)
        return self._read(text)


def _whole(text: str) -> int:
    """A number, rounded down, because CloudFormation has no type for whole numbers: it accepts 1.5 and 2.0."""
    return int(float(text))


def _minutes(text: str) -> timedelta:
    return timedelta(minutes=_whole(text))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _if_any(text: str) -> str | None:
    return text or None


def _is(word: str) -> Callable[[str], bool]:
    return lambda text: text == word


def _output(text: str) -> formats.Output:
    return formats.OUTPUTS[text]


def _sizes(text: str) -> "tuple[Size, ...]":
    from thumbs.sizes import parse  # here, because signing, whose cold starts people wait for, does not need it

    return parse(text)


def _profiles(text: str) -> "dict[str, tuple[Size, ...]]":
    if not text:
        return {}
    from thumbs.sizes import parse_profiles  # here, for the same reason

    return parse_profiles(text)


def _for_a_conversion(text: str) -> int:
    """Bytes that one conversion may take, of the function's memory in MiB."""
    return (int(text) - BESIDE_CONVERSION) * 2**20


class Settings:
    """Settings of one function. Read through settings.current()."""

    def __init__(self, environment: Mapping[str, str]):
        self.environment = environment

    # Names and addresses
    upload_bucket = Setting("UPLOAD_BUCKET", str)
    thumbnail_bucket = Setting("THUMBNAIL_BUCKET", str)
    delivery_domain = Setting("DELIVERY_DOMAIN", _if_any, default="")  # of /t/{key}; without it, links are presigned
    delivery_distribution = Setting("DELIVERY_DISTRIBUTION", _if_any, default="")  # the id of what serves that domain
    dead_letter_queue_url = Setting("DEAD_LETTER_QUEUE_URL", str)
    convert_function = Setting("CONVERT_FUNCTION", str)  # the ARN of the alias that redrive calls
    report_failure_function = Setting("REPORT_FAILURE_FUNCTION", str)  # the ARN of its alias
    erase_function = Setting("ERASE_FUNCTION", str)  # NAME:ALIAS of the function that erases jobs
    stack_id = Setting("STACK_ID", str)
    region = Setting("AWS_REGION", str)
    trace = Setting("_X_AMZN_TRACE_ID", _if_any, default="")  # of this invocation
    url_suffix = Setting("URL_SUFFIX", str, default="amazonaws.com")  # other partitions have others

    # The ARNs of the versions that a release is about to give traffic
    convert_version = Setting("CONVERT_VERSION", str)
    sign_upload_version = Setting("SIGN_UPLOAD_VERSION", str)
    get_upload_version = Setting("GET_UPLOAD_VERSION", str)

    # Upkeep
    functions = Setting("FUNCTIONS", _listed)  # the names of all others of the stack
    function_name = Setting("AWS_LAMBDA_FUNCTION_NAME", str)
    patience = Setting("PATIENCE_MINUTES", _minutes)  # how old an upload without an outcome must be to be lost
    cost_formula = Setting("COST_FORMULA", str)  # of milliseconds, calls and writes, as CloudWatch's metric math
    stack_name = Setting("POWERTOOLS_METRICS_NAMESPACE", str)

    # Limits on uploads
    max_upload_megabytes = Setting("MAX_UPLOAD_MEGABYTES", _whole)
    max_megapixels = Setting("MAX_MEGAPIXELS", _whole)
    upload_expiry_seconds = Setting("UPLOAD_EXPIRY_SECONDS", _whole)
    allowed_origins = Setting("ALLOWED_ORIGINS", _listed)
    keep_originals_days = Setting("KEEP_ORIGINALS_DAYS", _whole)
    keep_thumbnails_days = Setting("KEEP_THUMBNAILS_DAYS", _whole, default="0")  # 0: for ever
    unclaimed_days = Setting("UNCLAIMED_DAYS", _whole, default="0")  # 0: nothing has to be claimed
    conversion_memory = Setting("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", _for_a_conversion, default="1769")

    # Callers
    has_owners = Setting("HAS_OWNERS", _is("true"), default="false")  # callers are identified, and own their jobs
    admin_group = Setting("ADMIN_GROUP", _if_any, default="")  # its members may see every job

    # Thumbnails
    sizes = Setting("THUMBNAIL_SIZES", _sizes)  # raises ValueError if sizes.parse does
    profiles = Setting("PROFILES", _profiles, default="")  # sets of sizes by name; raises ValueError, too
    output = Setting("THUMBNAIL_FORMAT", _output)  # unless several are listed
    listed_outputs = Setting("THUMBNAIL_FORMATS", formats.outputs, default="")  # raises ValueError if it does
    quality = Setting("THUMBNAIL_QUALITY", _whole)
    copyright = Setting("METADATA", _is("copyright"), default="none")
    animated = Setting("ANIMATED", _is("yes"), default="no")
    link_expiry_seconds = Setting("LINK_EXPIRY_SECONDS", _whole)  # or until the credentials that signed it expire

    @property
    def outputs(self) -> tuple[formats.Output, ...]:
        """The formats of the thumbnails, at least one, the preferred one first."""
        return self.listed_outputs or (self.output,)

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_megabytes * 1_000_000  # decimal megabytes, as on disks

    @property
    def s3_endpoint(self) -> str | None:
        """S3's address, if it is not AWS's own: the same variables that every AWS SDK obeys."""
        return self.environment.get("AWS_ENDPOINT_URL_S3") or self.environment.get("AWS_ENDPOINT_URL")

    @property
    def ca_bundle(self) -> str | None:
        """The file of the certificates to trust, if it is not the usual one: the same variables that boto3 obeys."""
        return self.environment.get("AWS_CA_BUNDLE") or self.environment.get("REQUESTS_CA_BUNDLE")

    @property
    def has_proxies(self) -> bool:
        return any(name.lower() in ("http_proxy", "https_proxy", "all_proxy") for name in self.environment)

    @property
    def credentials(self) -> Credentials:
        found = self.environment
        return Credentials(
            found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"], found.get("AWS_SESSION_TOKEN") or None
        )

    @property
    def library_path(self) -> dict[str, str]:
        """The variable, if it is set, by which an interpreter finds its own shared libraries, as on Lambda."""
        return {name: value for name, value in self.environment.items() if name == "LD_LIBRARY_PATH"}


@cache
def current() -> Settings:
    """The settings of the running function."""
    return Settings(os.environ)
