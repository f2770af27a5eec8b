"""The chat page: a few built files, read once, sent with an entity tag and compressed where the browser takes it.

The names carry no hash, so that the built files can be reviewed and compared; the browser asks each time and is
answered 304. The content security policy lets the page load its own files and talk to its own server, nothing else:
text that a model writes cannot load an image, a frame or a script from anywhere. `frame-src` also keeps a frame that
the page made from leaving for another site and taking along what it was shown.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from openk2.errors import ServerError

STATIC = Path(__file__).parent / "static"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types dompurify",
    )
)

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class Asset:
    """One file of the page, ready to send."""

    body: bytes
    gzipped: bytes
    media_type: str
    etag: str
    """Quoted hash of the content."""


def load_page(directory: Path = STATIC) -> dict[str, Asset]:
    """File name → asset; raises ServerError when the page was not built."""
    if not (directory / "index.html").is_file():
        raise ServerError(f"{directory}: holds no chat page (index.html); `npm run build` in web/ makes it")
    page = {}
    for file in sorted(directory.iterdir()):
        if file.suffix in _TYPES:
            body = file.read_bytes()
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            page[file.name] = Asset(body, gzip.compress(body, mtime=0), _TYPES[file.suffix], etag)
    return page


def asset_response(asset: Asset, request: Request) -> Response:
    """The file, or 304 when the browser already has it."""
    headers = {
        "etag": asset.etag,
        "cache-control": "no-cache",
        "vary": "accept-encoding",
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
    }
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.gzipped, headers=headers, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)
