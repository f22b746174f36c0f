"""python -m publish --source URL: publish the built application to the AWS Serverless Application Repository.

Checks, packages (`sam package`), checks the package, publishes (`sam publish`): creates the application, or adds the
template's version to it. Only the owner's account sees it until it is shared (docs/publish.md).
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from publish import lint_sar
from publish.application import METADATA, PACKAGED, Application

PREPARED = Path(".aws-sam/build/application.json")  # next to the built template, so that its paths stay valid
README = Path(".aws-sam/build/application.md")
CHANGELOG = Path("CHANGELOG.md")
APPLICATION_ID = re.compile(r"arn:[\w-]+:serverlessrepo:([\w-]+):(\d+):applications~([\w-]+)")  # as in SAM's link


class Refused(Exception):
    """Something has to be fixed first. The text says what, one sentence per line."""


def source_of(version: str, url: str) -> str:
    """The address, if it can belong to this version's source. Raises Refused."""
    if not re.fullmatch(lint_sar.PATTERNS["SourceCodeUrl"][0], url):
        raise Refused(
            "SOURCE is missing or not an https:// address: set it to this version's public source, such as "
            f"make publish SOURCE=https://github.com/you/image-thumbnails/tree/v{version}"
        )
    if version not in url and not re.search(r"\b[0-9a-f]{40}\b", url):
        raise Refused(
            f"SOURCE names neither {version} nor a commit, so it will soon show another version: "
            f"name a tag or a commit, such as …/tree/v{version}"
        )
    return url.rstrip("/")


def readme_for_visitors(readme: str, source: str) -> str:
    """The README with links to the source, because it is shown alone. Pictures become links."""
    readme = re.sub(r"<!--.*?-->\n?", "", readme, flags=re.DOTALL)
    return re.sub(r"!?(\[[^\]]*\])\((?!https?:|mailto:|#)([^)\s]+)\)", rf"\1({source}/\2)", readme)


def prepare(built: Application, source: str, homepage: str, *, new_version: bool) -> Application:
    """The built application with the metadata of its publication: the address of its source. Raises Refused."""
    version = built.metadata["SemanticVersion"]
    if new_version and not re.search(rf"^## \[?{re.escape(version)}\b", CHANGELOG.read_text(), re.MULTILINE):
        raise Refused(f'CHANGELOG.md has no section {version}: rename its section "Unreleased", and add the date.')
    readme = built.text("ReadmeUrl")
    assert readme is not None  # lint_sar has checked it
    README.write_text(readme_for_visitors(readme, source))
    metadata = built.metadata | {"ReadmeUrl": README.name, "SourceCodeUrl": source, "HomePageUrl": homepage or source}
    if not new_version:
        del metadata["SemanticVersion"]
    template = built.template | {"Metadata": built.template["Metadata"] | {METADATA: metadata}}
    PREPARED.write_text(json.dumps(template, indent=1))
    return Application(template, PREPARED.parent)


def sam(*arguments: str) -> str:
    """The output of SAM's command line, which is shown as well. Raises Refused if it fails."""
    program = shutil.which("sam")
    if program is None:
        raise Refused("The AWS SAM CLI is not on the path: use `make publish`, which installs it.")
    lines = []
    with subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (SAM itself)
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            lines.append(line)
    if process.returncode:
        raise Refused(f"`sam {arguments[0]}` failed; see its output above.")
    return "".join(lines)


def check(application: Application, rules: tuple[lint_sar.Rule, ...]) -> None:
    """Raises Refused with every problem."""
    if found := lint_sar.problems(application, rules):
        raise Refused("\n".join(found))


def publish(source: str, homepage: str, *, new_version: bool) -> str:
    """The application's id as SAM prints it, with ~ for /. Raises Refused."""
    if not lint_sar.BUILT.exists():
        raise Refused(f"There is no {lint_sar.BUILT}: run `make build` first.")
    built = Application.read(lint_sar.BUILT)
    source = source_of(str(built.metadata.get("SemanticVersion")), source)
    check(built, lint_sar.RULES)
    prepare(built, source, homepage, new_version=new_version)
    name = built.metadata["Name"]
    where = ("--template-file", str(PREPARED), "--output-template-file", str(PACKAGED))
    sam("package", *where, "--resolve-s3", "--s3-prefix", name, "--no-progressbar")
    check(Application.read(PACKAGED), (*lint_sar.RULES[:1], lint_sar.ready_to_publish))
    said = sam("publish", "--template", str(PACKAGED), *(["--fail-on-same-version"] if new_version else []))
    if not (found := APPLICATION_ID.search(said)):
        raise Refused("`sam publish` did not say which application it published; look at the repository's console.")
    return found[0]


def next_steps(application_id: str) -> str:
    """The next steps for the publisher, with the addresses filled in."""
    found = APPLICATION_ID.fullmatch(application_id)
    assert found is not None
    region, account, name = found.groups()
    return (
        f"\nThe application is {application_id.replace('~', '/')}\n"
        "Until it is shared, only your account sees it. To share it with everybody, in all regions:\n"
        f"  aws serverlessrepo put-application-policy --region {region} \\\n"
        f"    --application-id {application_id.replace('~', '/')} \\\n"
        "    --statements 'Principals=*,Actions=Deploy'\n"
        "Its page, with the button Deploy, is then:\n"
        f"  https://serverlessrepo.aws.amazon.com/applications/{region}/{account}/{name}\n"
    )


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 once it is published."""
    parser = argparse.ArgumentParser(
        prog="python -m publish",
        description="Publish the built application (make build) to the AWS Serverless Application Repository.",
        epilog="example:\n  python -m publish --source https://github.com/you/image-thumbnails/tree/v0.1.0\n\n"
        "exit codes:\n  0  published\n  1  not published, for the reasons on standard error\n"
        "  2  the arguments are wrong",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--source", default="", help="the public address of this version's source: a tag or a commit")
    parser.add_argument("--homepage", default="", help="the home page (default: the source)")
    parser.add_argument("--metadata-only", action="store_true", help="description, labels and README, no version")
    options = parser.parse_args(arguments)
    try:
        application_id = publish(options.source, options.homepage, new_version=not options.metadata_only)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    sys.stdout.write(next_steps(application_id))
    return 0


if __name__ == "__main__":
    sys.exit(main())
