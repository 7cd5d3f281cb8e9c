"""Network addresses: which ones are streams, and how they are shown without their secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["STREAM_SCHEMES", "has_password", "host_of", "scheme_of", "without_secrets"]

STREAM_SCHEMES = frozenset(
    ("http", "https", "mms", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp")
)


def scheme_of(text: str) -> str:
    """Return the scheme of an address in lower case; empty for what is no address."""
    scheme, mark, _rest = text.partition("://")
    return scheme.lower() if mark and scheme.replace("+", "").isalnum() else ""


def host_of(url: str) -> str:
    """Return host and port, or "the address" where they cannot be told."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "the address"
    if ":" in host:
        host = f"[{host}]"
    return (f"{host}:{port}" if port else host) or "the address"


def without_secrets(url: str) -> str:
    """Return host and path only: user, password and query (often a token) are left out."""
    host = host_of(url)
    try:
        path = urlsplit(url).path
    except ValueError:
        return host
    return f"{host}{path.rstrip('/')}"


def has_password(url: str) -> bool:
    """Whether an address carries a password, so that it must not be written anywhere."""
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return "@" in url
