"""One error family. Every failure a user can act on is an OpenK2Error whose message is one line: what, where, what
would be accepted.
"""


class OpenK2Error(Exception):
    """Base of everything openk2 raises on purpose; the command line prints it as one line and exits with status 2."""


class ConfigError(OpenK2Error):
    """A model configuration has an unknown, missing or contradictory field."""


class KernelError(OpenK2Error):
    """The native kernels cannot be compiled, loaded or tested; what they do goes the reference's way."""


class RecipeError(OpenK2Error):
    """A recipe (TOML) has an unknown key or a value of the wrong type."""


class CheckpointError(OpenK2Error):
    """A checkpoint or model directory is missing, corrupt, or of another shape."""


class DataError(OpenK2Error):
    """Training text or token shards are missing, corrupt or inconsistent."""


class ChatError(OpenK2Error):
    """Messages, tools or token ids cannot be turned into one another."""


class TraceError(OpenK2Error):
    """A trace file cannot be read or written."""


class TrainError(OpenK2Error):
    """A training run cannot start, continue or go on."""


class RequestError(OpenK2Error):
    """A request to the engine or a backend cannot be served as asked."""


class UpstreamError(RequestError):
    """A remote API does not serve a request that may well be in order: it cannot be reached, fails, or refuses us."""

    def __init__(self, message: str, status: int = 502, *, retry_after: float | None = None) -> None:
        """`status`: the HTTP status with which a gateway says so; `retry_after`: seconds after which asking again may
        help, where the API turned the request away for now."""
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class EngineError(OpenK2Error):
    """The engine itself failed while it served a request that was in order."""


class ContextLengthError(RequestError):
    """The prompt does not fit the model's context."""


class ToolError(OpenK2Error):
    """A tool call failed; the text goes back to the model as something it can act on."""


class AgentError(OpenK2Error):
    """An agent run cannot start: workspace, tools or backend are unusable."""


class ServerError(OpenK2Error):
    """The HTTP server cannot start or a request is refused; carries no traceback to clients."""


class EvaluationError(OpenK2Error):
    """An evaluation suite, split or environment task is unknown or inconsistent."""


class BenchError(OpenK2Error):
    """A measurement cannot be made, or the machine is too restless for its figures to mean anything."""
