"""What the HTTP server allows: one frozen object, made by the command line or by a test."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from openk2.errors import ServerError
from openk2.server.files.limits import FileLimits

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
"""The names under which a browser on this machine reaches a server that listens on loopback only."""


@dataclass(frozen=True)
class ServerSettings:
    """Limits and borders of one server; the defaults suit one person on one machine."""

    allowed_hosts: tuple[str, ...] | None = LOOPBACK_HOSTS
    """Host names a request may be addressed to, without port; None accepts any. The list is what keeps a foreign web
    page from reaching a loopback server through a domain name it points at 127.0.0.1 (DNS rebinding)."""
    allowed_origins: tuple[str, ...] = ()
    """Origins besides the server's own whose pages may use it, such as `https://notes.example`; empty: no CORS."""
    max_body_bytes: int = 16 * 2**20
    """Largest request body; counted as it arrives, whatever the header claims."""
    max_requests: int = 256
    """Most answers in progress and waiting at one time; one more is refused with status 503."""
    max_waiting_tokens: int = 1_000_000
    """Most prompt tokens, as estimated from their characters, of requests whose answer has not begun; a request beyond
    is refused with status 503, unless it is the only one."""
    data_dir: Path | None = None
    """Where uploaded files stay; None: in a temporary folder, until the server ends."""
    files: FileLimits = field(default_factory=FileLimits)
    """How large uploaded files may be, and how many of them one caller keeps."""
    heartbeat_seconds: float = 15.0
    """A stream that has nothing to say sends a comment this often, so that proxies keep it open."""
    drain_seconds: float = 30.0
    """How long running answers may go on after the server was told to stop."""
    anthropic_temperature: float | None = None
    """The model's temperature where a client of Anthropic's API asks for 1.0; None: the releases' advice, 0.6 as on
    Moonshot's platform, and 1.0 for models that reason."""
    signing_secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """Signs reasoning that clients keep and send back. Servers behind one address share it, and one that restarts
    keeps it; the default is another one for every process."""
    kept_responses: int = 1000
    """Most answers of the Responses API that are kept for `previous_response_id` and retrieval; the oldest go first."""
    kept_responses_bytes: int = 256 * 2**20
    """Most bytes they may have together, as JSON."""
    kept_responses_seconds: float = 30 * 24 * 3600.0
    """How long they are kept."""
    responses_file: Path | None = None
    """A file to keep them in, past the server's end; None: in memory, or with several processes in a temporary file."""
    moonshot_strict: bool = False
    """Refuse what Moonshot's platform refuses, with its error bodies, and take its defaults (`openai/moonshot.py`)."""
    always_usage: bool = False
    """End every stream of OpenAI's API with token counts, also where the client did not ask for them."""
    reasoning_alias: bool = False
    """Send reasoning as `reasoning` beside `reasoning_content`, for clients of vLLM."""
    search_url: str | None = None
    """Where `$web_search` searches, as `http://localhost:8888/search`; None: the tool is not offered."""
    open_metrics: bool = False
    """With accounts: answer `/metrics` without a key."""
    response_cache: str | None = None
    """Where whole answers of requests with temperature 0 are kept: `memory`, or a Redis URL; None: nowhere."""
    share_responses: bool = False
    """Kept answers are given to other callers too."""
    traces: bool = False
    """Send OpenTelemetry spans; where to is said by the `OTEL_*` variables."""
    log_prompts: bool = False
    """Log what people wrote and what models said, beside the facts of each request."""

    def __post_init__(self) -> None:
        for name in ("max_body_bytes", "max_requests", "max_waiting_tokens", "heartbeat_seconds", "drain_seconds"):
            if getattr(self, name) <= 0:
                raise ServerError(f"{name} is {getattr(self, name)}; accepted: more than 0")
        for origin in self.allowed_origins:
            if not origin.startswith(("http://", "https://")) or origin.endswith("/"):
                raise ServerError(f"allowed origin is {origin!r}; accepted: scheme://host[:port] without a path")
