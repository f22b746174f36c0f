"""The proxies of HTTP_PROXY, HTTPS_PROXY and NO_PROXY."""

import base64
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass


def found(scheme: str, host: str) -> tuple[str | None, dict[str, str]]:
    """The host and port of the proxy for an address, None without one, and the header by which it knows us. Raises
    ValueError for a proxy that is reached in another way than by HTTP."""
    address = getproxies().get(scheme, "")
    if not address or proxy_bypass(host):
        return None, {}
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme != "http":
        raise ValueError(f"a proxy is reached by http://, not by {parts.scheme}://")
    proxy = parts.netloc.rpartition("@")[2]
    if parts.port is None:
        proxy = f"{proxy.rstrip(':')}:80"  # whatever is asked of it
    if parts.username is None:
        return proxy, {}
    who = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return proxy, {"Proxy-Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"}
