"""What the HTTP server allows: one frozen object, made by the command line or by a test."""

from dataclasses import dataclass

from openk2.errors import ServerError

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
    """Most answers in progress and waiting at one time; one more is refused with status 429."""
    heartbeat_seconds: float = 15.0
    """A stream that has nothing to say sends a comment this often, so that proxies keep it open."""
    drain_seconds: float = 30.0
    """How long running answers may go on after the server was told to stop."""

    def __post_init__(self) -> None:
        for name in ("max_body_bytes", "max_requests", "heartbeat_seconds", "drain_seconds"):
            if getattr(self, name) <= 0:
                raise ServerError(f"{name} is {getattr(self, name)}; accepted: more than 0")
        for origin in self.allowed_origins:
            if not origin.startswith(("http://", "https://")) or origin.endswith("/"):
                raise ServerError(f"allowed origin is {origin!r}; accepted: scheme://host[:port] without a path")
