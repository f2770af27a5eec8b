"""How much is kept of what people upload; no import but the standard library's, because settings and guard read it."""

from dataclasses import dataclass

UPLOAD_PATH = "/v1/files"
UPLOAD_FORM_BYTES = 1 << 20
"""What an upload may hold besides its file."""


@dataclass(frozen=True)
class FileLimits:
    """The defaults are those of Moonshot's platform."""

    file_bytes: int = 100 * 2**20
    """Of one file."""
    files: int = 1_000
    """Of one caller."""
    bytes: int = 10 * 2**30
    """Of all files of one caller."""
