"""Requests of web pages, as a server sees them: those of another origin, and those of this project's page."""

import requests

from tests.actors.client import PATIENCE

OWN = "http://localhost:3000"  # of this project's page

# What a browser sends for another page, or for a page at a name that resolves to this machine.
OF_PAGES = [
    {"Origin": "https://evil.example.com", "Content-Type": "text/plain"},  # no preflight
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Host": "evil.example.com"},  # DNS rebinding; a page there sends no Origin with GET
    {"Host": "evil.example.com", "Origin": "http://evil.example.com"},
    {"Sec-Fetch-Site": "cross-site"},  # an image of another page
]
# Servers for programs only accept neither the page's own origin nor a name that needs DNS.
OF_OUR_PAGES = [{"Origin": OWN}, {"Sec-Fetch-Site": "same-site"}, {"Host": "host.docker.internal"}]


def described(headers: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in headers.items())


def call(url: str, method: str = "POST", **headers: str) -> requests.Response:
    return requests.request(method, url, headers=headers, data="{}", timeout=PATIENCE)
