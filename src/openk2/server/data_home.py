"""Where this server keeps what must outlive it, for a person who names no other place (XDG Base Directory)."""

import os
from pathlib import Path


def data_home() -> Path:
    """`openk2` where programs of this machine keep their user's data."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "openk2"
