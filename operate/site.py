"""The published page: a separate folder for each version, and an index.html that names it.

    index.html                  no-cache: browsers revalidate it
    0a1b2c3d4e5f6071/page.js    cached for a year: a change of any file makes another folder

So visitors always get all files of one version, even at the moment of publishing.
"""

import hashlib
import html
import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from operate.terminal import progress

FRONTEND = Path(__file__).parent.parent / "frontend"
INDEX = "index.html"

# The types of files to publish, directly in frontend/, and therefore not package.json or anything else for developers.
# Content types as in the HTML standard and RFC 9239.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
CHECKED = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"

_VERSION = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class File:
    """A file in the bucket. key: with its version's folder."""

    key: str
    content: bytes
    type: str
    cache_control: str


def sources(folder: Path = FRONTEND) -> dict[str, Path]:
    """The files that make the page, by name."""
    return {
        path.name: path
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix in TYPES and not path.stem.count(".")  # not upload.test.js
    }


def said(index: str, head: Mapping[str, str]) -> str:
    """index.html with these contents of its meta elements, by name. Raises ValueError if it has no such element."""
    for name, content in head.items():
        before, opening, rest = index.partition(f'<meta name="{name}" content="')
        if not opening:
            raise ValueError(f"{INDEX} has no meta element {name}.")
        index = f"{before}{opening}{html.escape(content)}{rest[rest.index(chr(34)) :]}"
    return index


class Page:
    """The files of one version. head: contents of meta elements of index.html, by name.

    Raises FileNotFoundError if the folder has no index.html.
    """

    def __init__(self, folder: Path = FRONTEND, head: Mapping[str, str] | None = None):
        self._head = head or {}
        self._sources = {name: path.read_bytes() for name, path in sources(folder).items()}
        if INDEX not in self._sources:
            raise FileNotFoundError(f"{folder} has no {INDEX}")

    @cached_property
    def version(self) -> str:
        """16 hexadecimal digits: a digest of all files and their headers."""
        digest = hashlib.sha256(repr((TYPES, CHECKED, FOR_EVER)).encode())
        for name, content in self._sources.items():
            digest.update(f"\n{name} {len(content)}\n".encode() + content)
        return digest.hexdigest()[:16]

    @property
    def index(self) -> File:
        """index.html, with links into this version's folder."""
        text = said(self._sources[INDEX].decode(), self._head)
        for name in self._sources.keys() - {INDEX}:
            text = re.sub(rf'(\b(?:href|src)=")(?:\./)?{re.escape(name)}"', rf'\g<1>{self.version}/{name}"', text)
        return File(INDEX, text.encode(), TYPES[".html"], CHECKED)

    @property
    def assets(self) -> list[File]:
        """Every other file."""
        return [
            File(f"{self.version}/{name}", content, TYPES[Path(name).suffix], FOR_EVER)
            for name, content in self._sources.items()
            if name != INDEX
        ]


@dataclass(frozen=True)
class Plan:
    """The changes of a publication. put: in this order, the index last; delete: keys; invalidate: paths."""

    put: list[File]
    delete: list[str]
    invalidate: list[str]

    def summary(self) -> Iterator[str]:
        """One line per change."""
        for file in self.put:
            yield f"publish {file.key} ({len(file.content)} bytes, {file.type}, {file.cache_control})"
        if self.invalidate:
            yield f"invalidate {' and '.join(self.invalidate)}"
        yield from (f"delete {key}, of an older version" for key in self.delete)


def plan(page: Page, present: Collection[str], published: bytes | None) -> Plan:
    """present: the bucket's keys. published: the content of its index.html, or None.

    Contents are compared, because with a KMS key an ETag is no digest (Amazon S3 API reference, Object). The replaced
    version stays, because open pages may still load its modules.
    """
    assets = [file for file in page.assets if file.key not in present]
    if published == page.index.content:
        return Plan(assets, [], [])
    kept = {page.version, _named(published)}
    outdated = [key for key in present if _VERSION.fullmatch(key.split("/")[0]) and key.split("/")[0] not in kept]
    invalid = ["/", f"/{INDEX}"] if INDEX in present else []  # nobody has cached a first page
    return Plan([*assets, page.index], outdated, invalid)


@dataclass(frozen=True)
class Site:
    """The place where a page is published. bucket: its name. distribution: its id. s3, cloudfront: boto3 clients."""

    bucket: str
    distribution: str
    s3: Any
    cloudfront: Any


def publish(
    page: Page, site: Site, say: Callable[[str], None], agree: Callable[[], None], dry_run: bool = False
) -> Plan:
    """Update the bucket and the edge to this version of the page, and report the changes.

    agree: called before the first change; an exception prevents all.
    """
    bucket, s3 = site.bucket, site.s3
    listing = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    present = [entry["Key"] for part in listing for entry in part.get("Contents", ())]
    published = s3.get_object(Bucket=bucket, Key=INDEX)["Body"].read() if INDEX in present else None
    changes = plan(page, present, published)
    for line in changes.summary():
        say(line)
    if not changes.put:
        say(f"the page is up to date: version {page.version}")
    elif not dry_run:
        agree()
        _carry_out(changes, site)
    return changes


def _carry_out(changes: Plan, site: Site) -> None:
    with progress(len(changes.put), "files", "page") as bar:
        for file in changes.put:
            site.s3.put_object(
                Bucket=site.bucket,
                Key=file.key,
                Body=file.content,
                ContentType=file.type,
                CacheControl=file.cache_control,
            )
            bar.update()
    if changes.invalidate:
        paths = {"Quantity": len(changes.invalidate), "Items": changes.invalidate}
        # CloudFront ignores a reference that was used before.
        batch = {"Paths": paths, "CallerReference": uuid.uuid4().hex}
        site.cloudfront.create_invalidation(DistributionId=site.distribution, InvalidationBatch=batch)
    for key in changes.delete:
        site.s3.delete_object(Bucket=site.bucket, Key=key)


def _named(index: bytes | None) -> str | None:
    """The version whose files an index.html loads."""
    found = re.search(rf'\b(?:href|src)="({_VERSION.pattern})/', (index or b"").decode())
    return found[1] if found else None
