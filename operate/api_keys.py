"""The command `keys`: lists, adds and revokes callers' API keys, for a stack with ApiKeyRequired."""

import argparse
from typing import Any

from operate import arguments
from operate.arguments import Commands
from operate.service import Service


def keys(service: Service, options: argparse.Namespace) -> str:
    """Raises ValueError if the stack requires no keys, or has none of that name."""
    plan = service.resources.get("UsagePlan")
    if plan is None:
        raise ValueError("This stack requires no API keys: deploy it with ApiKeyRequired=true.")
    gateway = service.client("apigateway")
    found = _of(gateway, plan)
    if options.add:
        return _added(gateway, plan, options.add, found, options.dry_run)
    if options.revoke:
        return _revoked(gateway, plan, options.revoke, found, options.dry_run)
    return "\n".join(f"{key['id']}  {key.get('name') or '(no name)'}" for key in found) or "There are no keys."


def any_of(service: Service) -> str | None:
    """The value of a key that the API accepts, or None if it requires none. Raises ValueError if it has none."""
    plan = service.resources.get("UsagePlan")
    if plan is None:
        return None
    gateway = service.client("apigateway")
    found = _of(gateway, plan)
    if not found:
        raise ValueError("The API requires a key, but there is none. Create one: python -m operate keys --add NAME")
    value: str = gateway.get_api_key(apiKey=found[0]["id"], includeValue=True)["value"]
    return value


def _of(gateway: Any, plan: str) -> list[dict[str, Any]]:
    pages = gateway.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan)
    return [key for page in pages for key in page["items"]]


def _added(gateway: Any, plan: str, name: str, found: list[dict[str, Any]], dry_run: bool) -> str:
    if any(key.get("name") == name for key in found):
        raise ValueError(f"A key named {name} already exists. Two keys with the same name could not be distinguished.")
    if dry_run:
        return f"A key named {name} would be added."
    made = gateway.create_api_key(name=name, enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=made["id"], keyType="API_KEY")
    return f"{made['id']}  {name}\nSend its value as x-api-key with each call:\n    {made['value']}"


def _revoked(gateway: Any, plan: str, wanted: str, found: list[dict[str, Any]], dry_run: bool) -> str:
    match [key for key in found if wanted in (key["id"], key.get("name"))]:
        case []:
            raise ValueError(f"There is no key {wanted}.")
        case [key]:
            if not dry_run:
                gateway.delete_usage_plan_key(usagePlanId=plan, keyId=key["id"])
                gateway.delete_api_key(apiKey=key["id"])
            verb = "would be revoked" if dry_run else "has been revoked; calls with it now get 403"
            return f"{key['id']}  {key.get('name') or '(no name)'} {verb}."
        case several:
            listed = ", ".join(key["id"] for key in several)
            raise ValueError(f"Several keys are named {wanted}. Name one by its id: {listed}.")


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The command of this module."""
    command = arguments.command(
        commands,
        "keys",
        "List, add or revoke the API keys of callers.",
        keys,
        ["keys", "keys --add gallery", "keys --revoke gallery"],
        [common],
    )
    one = command.add_mutually_exclusive_group()
    one.add_argument("--add", metavar="NAME", help="create a key for a caller")
    one.add_argument("--revoke", metavar="NAME_OR_ID", help="delete a caller's key")
