"""HTTP: three protocols over any backend, accounts, files, conversations, and the chat page."""

from openk2.server.app import create_app
from openk2.server.run import bind, serve
from openk2.server.settings import LOOPBACK_HOSTS, ServerSettings

__all__ = ["LOOPBACK_HOSTS", "ServerSettings", "bind", "create_app", "serve"]
