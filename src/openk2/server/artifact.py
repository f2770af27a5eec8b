"""`/artifact`: the shell in which the page shows what a model made (HTML, SVG, charts) and runs its scripts.

The page frames it with `sandbox="allow-scripts"` and hands it one document by `postMessage`. The policy is the answer's
own: a frame written with `srcdoc` inherits the page's policy, under which no inline script runs. `sandbox` in it gives
the shell an origin of its own also for whoever opens it without a frame, so that it never sees the storage or the
cookies of this server; `default-src 'none'` leaves it no way to any network (CSP Level 3, W3C).
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

PATH = "/artifact"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
    )
)

SHELL = """<!doctype html>
<meta charset="utf-8">
<title>Artifact</title>
<script>
addEventListener("message", (event) => {
  if (event.source !== parent || event.data?.type !== "openk2:artifact") return;
  document.open();
  document.write(event.data.html);
  document.close();
});
parent.postMessage({ type: "openk2:artifact-ready" }, "*");
</script>
"""
"""Says that it is ready, and becomes the document it is sent."""


def routes(app: FastAPI) -> None:
    """Add it."""

    @app.api_route(PATH, methods=["GET", "HEAD"], include_in_schema=False)
    async def artifact() -> Response:
        headers = {
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "cache-control": "no-cache",
            "referrer-policy": "no-referrer",
        }
        return Response(SHELL, headers=headers, media_type="text/html; charset=utf-8")
