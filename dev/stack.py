"""template.yaml, translated and deployed to the emulator: the same template that `sam deploy` uses."""

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

import yaml
from samtranslator.yaml_helper import yaml_parse

from dev import bridges, bytecode, gaps, parameters
from dev.deployed import NAME as NAME
from dev.deployed import Deployed
from dev.deployed import Template as Template
from dev.emulator import REGION, ROOT
from operate.package import zipped
from publish.expand import translated, translated_once

TEMPLATE = ROOT / "template.yaml"
FUNCTIONS = ROOT / "functions"
LAYERS = ROOT / "layers"
CACHE = ROOT / ".cache" / "layers"
ARTIFACTS = "artifacts"  # the bucket that `sam deploy` would create


class Stack(Deployed):
    """The service, deployed to the emulator by deploy()."""

    def __init__(self, endpoint: str, parameters: dict[str, str] | None = None, name: str = NAME):
        """parameters: of the template, instead of their defaults. name: one emulator may hold several stacks."""
        super().__init__(endpoint, name, gaps.PARAMETERS | (parameters or {}))

    def deploy(self) -> None:
        """Create the stack, and bridge the emulator's gaps. Raises RuntimeError if the deployment fails."""
        self.create()
        bridges.bridge(self)

    def create(self) -> None:
        """Create the stack, as far as the emulator's CloudFormation supports it."""
        template = packaged(self.upload_packages())
        parameters.check(template.get("Parameters", {}), self.parameters)
        translated = translated_once(template, self.parameters, REGION)  # so that a later change reaches layers
        self.template = gaps.without_unsupported(translated)
        template_file = json.dumps(self.template).encode()
        self.client("s3").put_object(Bucket=ARTIFACTS, Key=f"{self.name}.json", Body=template_file)
        # The template is too long for a request.
        self.make(TemplateURL=f"{self.endpoint}/{ARTIFACTS}/{self.name}.json")

    def upload_packages(self) -> dict[str, str]:
        """Put the code of functions and layers into the artifacts bucket. Returns the keys by name."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=ARTIFACTS)
        packages: dict[str, str] = {}
        for name, content in {"functions": functions_package(), **layer_packages()}.items():
            packages[name] = f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.zip"
            s3.put_object(Bucket=ARTIFACTS, Key=packages[name], Body=content)
        return packages

    def update_functions(self) -> None:
        """Deploy the functions' current code to the alias `live`."""
        content = functions_package()
        aws = self.client("lambda")
        for function in self.functions.values():
            version = aws.update_function_code(FunctionName=function, ZipFile=content, Publish=True)["Version"]
            aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def template() -> Template:
    """template.yaml. Raises RuntimeError if it is not a template."""
    try:
        read: Template = yaml_parse(TEMPLATE.read_text())
    except yaml.YAMLError as error:
        raise RuntimeError(f"it is not YAML: {error}") from error
    if not isinstance(read, dict) or not isinstance(read.get("Resources"), dict):
        raise RuntimeError("it has no Resources")
    return read


def packaged(packages: dict[str, str]) -> Template:
    """The template with its code in the artifacts bucket, as after `sam package`. packages: keys by name.

    Raises RuntimeError if template.yaml is not a template.
    """
    result = template()
    for logical, resource in result["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": ARTIFACTS, "Key": packages["functions"]}
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            layer = "imaging" if logical.startswith("Imaging") else "powertools"
            resource["Properties"]["ContentUri"] = {"Bucket": ARTIFACTS, "Key": packages[layer]}
    return result


def translate(template: Template, parameters: dict[str, str]) -> Template:
    """The CloudFormation template that SAM makes of it."""
    return translated(template, parameters, REGION)


def functions_package() -> bytes:
    """The functions' code with its bytecode, as functions/Makefile builds it for AWS."""
    files = {}
    for path in FUNCTIONS.rglob("*"):
        if not path.is_file() or path.suffix == ".pyc" or path == FUNCTIONS / "Makefile":
            continue
        name = PurePosixPath(path.relative_to(FUNCTIONS))
        files[str(name)] = path.read_bytes()
        if path.suffix == ".py" and (compiled := bytecode.compiled(path)):
            files[str(bytecode.place(name))] = compiled
    return zipped(files)


def layer_packages() -> dict[str, bytes]:
    """The layers for this interpreter and machine, in which the emulator runs functions. By name.

    Each is installed once, then kept, and its package only points there: the emulator unpacks layers again for every
    process of a function, which would take longer than the process itself, and leave it without bytecode.

    Raises RuntimeError if pip fails.
    """
    packages = {}
    for requirements in sorted(LAYERS.glob("*/requirements.txt")):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            # First in the path, like /opt/python: before the interpreter's own packages.
            line = f"import sys; sys.path.insert(0, {str(_installed(requirements))!r})\n"
            archive.writestr(zipfile.ZipInfo("python/lib/python3/site-packages/layer.pth"), line)
        packages[requirements.parent.name] = content.getvalue()
    return packages


def _installed(requirements: Path) -> Path:
    """The folder of an installed layer."""
    stamp = hashlib.sha256(requirements.read_bytes() + sys.version.encode() + sys.prefix.encode()).hexdigest()[:16]
    folder = CACHE.resolve() / f"{requirements.parent.name}-compiled-{stamp}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="part-") as part:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
            target = ["--require-hashes", "--only-binary", ":all:", "--no-compile", "--target", f"{part}/layer"]
            installed = subprocess.run([*pip, *target, "--requirement", requirements])
            if installed.returncode:
                raise RuntimeError(f"pip cannot install {requirements.relative_to(ROOT)}; see its output above")
            compiling = [sys.executable, "-m", "compileall", "-q", f"{part}/layer"]
            subprocess.run(compiling, env=os.environ | {"PYTHONPYCACHEPREFIX": ""}, check=True)
            with contextlib.suppress(OSError):  # another run was faster
                Path(part, "layer").rename(folder)
    return folder
