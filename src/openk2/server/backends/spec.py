"""What stands behind a model name, as people write it: `DIRECTORY`, `openai:MODEL@URL`, `vllm:PATH[@URL]`,
`sglang:PATH[@URL]`.

Without a URL vLLM and SGLang are started as processes of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openk2.errors import ServerError

Kind = Literal["own", "openai", "vllm", "sglang"]

_FORMS = "a model's name or directory, openai:MODEL@URL, vllm:PATH, vllm:PATH@URL, sglang:PATH or sglang:PATH@URL"


@dataclass(frozen=True)
class Spec:
    """One of the forms above, taken apart."""

    kind: Kind
    model: str
    """A directory or a name of ours; for `openai` the model's name there."""
    url: str | None = None

    @classmethod
    def read(cls, text: str) -> Spec:
        """Raises ServerError for what is none of the forms."""
        for kind in ("openai", "vllm", "sglang"):
            if text.startswith(f"{kind}:"):
                model, at, url = text.removeprefix(f"{kind}:").partition("@")
                if not model or bool(at) != bool(url) or (kind == "openai" and not url):
                    break
                return cls(kind, model, url or None)
        else:
            if text:
                return cls("own", text)
        raise ServerError(f"backend is {text!r}; accepted: {_FORMS}")

    @property
    def label(self) -> str:
        """For logs and metrics: without what an address may hold of a password."""
        host = "" if self.url is None else "@" + self.url.split("://")[-1].split("@")[-1].split("/")[0]
        return f"{self.kind}:{self.model}{host}"
