"""python -m publish.vulnerabilities: queries OSV (https://osv.dev) for every component of the SBOMs of `make sbom`.

pip-audit covers only Python packages. A codec has its own advisories, which OSV lists by repository and version.
Without the database nothing is checked, and the command says so and fails.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

from publish.sbom import FOLDER

OSV = "https://api.osv.dev"  # OSV_API in the environment sets another address, such as a mirror
_BATCH = 1000  # queries per request, according to the documentation of POST /v1/querybatch
_SECONDS = 60  # the longest wait for a response
_KNOWN, _UNCHECKED = 1, 2  # exit statuses

Component = dict[str, Any]


def components(documents: Iterable[str]) -> dict[str, Component]:
    """The components of the SBOMs, once each, by name and version."""
    found = {}
    for document in documents:
        for component in json.loads(document)["components"]:
            if "purl" in component:  # extension modules have none: they are part of their package
                found[f"{component['name']} {component.get('version', '(no version)')}"] = component
    return found


def query(component: Component) -> dict[str, Any] | None:
    """The query for a component, by the repository of a native library. None if OSV cannot know it."""
    if "version" not in component:
        return None
    if repositories := [each["url"] for each in component.get("externalReferences", []) if each["type"] == "vcs"]:
        return {"package": {"ecosystem": "GIT", "name": repositories[0]}, "version": component["version"]}
    return {"package": {"purl": component["purl"]}}


def answers(queries: list[dict[str, Any]]) -> Iterator[list[str]]:
    """The ids of the known vulnerabilities for each query. Raises OSError, HTTPException and ValueError."""
    address = f"{os.environ.get('OSV_API') or OSV}/v1/querybatch"
    for first in range(0, len(queries), _BATCH):
        batch = queries[first : first + _BATCH]
        body = json.dumps({"queries": batch}).encode()
        request = Request(address, body, {"Content-Type": "application/json"})  # noqa: S310 (ours, or the operator's)
        with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            results = json.load(response)["results"]
        for _, result in zip(batch, results, strict=True):
            yield [each["id"] for each in result.get("vulns") or []]


def main() -> int:
    """Returns 0 if no vulnerability is known, 1 if one is, 2 if nothing could be checked."""
    found = components(path.read_text() for path in sorted(FOLDER.glob("*.cdx.json")))
    asked = {name: asking for name, component in found.items() if (asking := query(component))}
    if not asked:
        sys.stderr.write(f"NOTHING WAS CHECKED: there is no SBOM in {FOLDER}; run `make sbom` first.\n")
        return _UNCHECKED
    try:
        known = dict(zip(asked, answers([*asked.values()]), strict=True))
    except (OSError, HTTPException, ValueError, KeyError) as error:
        sys.stderr.write(f"NOTHING WAS CHECKED: the database of vulnerabilities did not respond ({error}).\n")
        return _UNCHECKED
    for name in sorted(found.keys() - asked.keys()):
        sys.stdout.write(f"{name}: not checked, because the wheel does not tell its version\n")
    for name, ids in known.items():
        if ids:
            sys.stdout.write(f"{name}: {', '.join(ids)}\n")
    affected = sum(1 for ids in known.values() if ids)
    sys.stdout.write(f"{len(known)} components checked, {affected} with known vulnerabilities\n")
    return _KNOWN if affected else 0


if __name__ == "__main__":
    sys.exit(main())
