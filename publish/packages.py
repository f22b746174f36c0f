"""Where the code of a template's resources is, and how large it is before compression."""

from typing import Any

from publish.application import Application, Template, parts

PROPERTIES = {
    "AWS::Serverless::Api": "DefinitionUri",
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::HttpApi": "DefinitionUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}


def place(application: Application, name: str) -> str | None:
    """Where a resource's package is: a path, or an address at S3. None when it has none, or one that is not plain."""
    key = PROPERTIES.get(application.resources[name].get("Type", ""))
    if key is None:
        return None
    where = application.resources[name].get("Properties", {}).get(key, _globals(application).get(key))
    if isinstance(where, dict) and {"Bucket", "Key"} <= where.keys():
        return f"s3://{where['Bucket']}/{where['Key']}"
    return where if isinstance(where, str) else None


def is_here(where: str | None) -> bool:
    """Whether a package is a path on this machine."""
    return where is not None and not where.startswith("s3://")


def total_bytes(application: Application) -> int:
    """Bytes of all packages on this machine. Equal ones count once, because SAM uploads those of the functions once."""
    places = {place(application, name) for name in application.resources}
    different = {frozenset(_files(application, where).items()) for where in places}
    return sum(size for files in different for _, size in files)


def function_bytes(application: Application, name: str) -> int:
    """Bytes of a function and its layers. If a condition chooses a layer, the largest counts."""
    layers = [*_globals(application).get("Layers", []), *application.resources[name]["Properties"].get("Layers", [])]
    return _bytes(application, place(application, name)) + sum(_largest(application, layer) for layer in layers)


def _largest(application: Application, layer: Any) -> int:
    named = {part["Ref"] for part in parts(layer) if isinstance(part, dict) and isinstance(part.get("Ref"), str)}
    layers = named & application.resources.keys()
    return max((_bytes(application, place(application, name)) for name in layers), default=0)


def _bytes(application: Application, where: str | None) -> int:
    return sum(_files(application, where).values())


def _files(application: Application, where: str | None) -> dict[str, int]:
    """The bytes of each file of a package on this machine, by its path in the package."""
    if where is None or not is_here(where):
        return {}
    path = application.folder / where
    files = (file for file in [path, *path.rglob("*")] if file.is_file())
    return {file.relative_to(path).as_posix(): file.stat().st_size for file in files}


def _globals(application: Application) -> Template:
    found: Template = application.template.get("Globals", {}).get("Function", {})
    return found
