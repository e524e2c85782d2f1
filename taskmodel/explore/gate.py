"""Which requests a page of this machine can have sent; all others are refused."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message

MOST_BYTES = 65_536  # of a request's body
HOSTS = ("127.0.0.1", "localhost")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def refusal(headers: Mapping[str, str] | Message, port: int) -> str:
    """Return why a request is refused, or an empty text.

    A name of another host that leads here (DNS rebinding) shows in ``Host``; a page of another
    origin in ``Origin`` or ``Sec-Fetch-Site``.

    Examples
    --------
    >>> refusal({"Host": "127.0.0.1:8765"}, 8765)
    ''
    >>> refusal({"Host": "example.org"}, 8765)
    'this server answers to 127.0.0.1:8765 alone'
    """
    hosts = [f"{host}:{port}" for host in HOSTS]
    if headers.get("Host", "").lower() not in hosts:
        return f"this server answers to {hosts[0]} alone"
    origin = headers.get("Origin")
    if origin and origin.lower() not in [f"http://{host}" for host in hosts]:
        return "this server answers to its own page alone"
    if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return "this server answers to its own page alone"
    return ""


def body_refusal(headers: Mapping[str, str] | Message) -> tuple[int, str]:
    """Return status and reason for which a body is refused; 0 if it is not."""
    if headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        return 415, "the request must be application/json"
    if headers.get("Transfer-Encoding"):
        return 411, "the request must tell its length"
    length = headers.get("Content-Length", "")
    if not (length.isdecimal() and length.isascii() and len(length) < 10):
        return 411, "the request must tell its length"
    if int(length) > MOST_BYTES:
        return 413, f"the request is too long: at most {MOST_BYTES} bytes are read"
    return 0, ""
