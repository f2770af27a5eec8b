"""A whole server from its configuration: the application at once, the models as they are loaded.

The port is open while weights are read, so `/v1/models` answers and whoever sends requests is told to come again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from openk2.server.accounts.opening import accounts_of, prices_of
from openk2.server.app import create_app
from openk2.server.backends.loading import NotLoaded
from openk2.server.backends.opening import Opened, OpenOwn, watchers
from openk2.server.configuration.reader import Configuration
from openk2.server.configuration.sections import ModelSection, ServeSection
from openk2.server.served import Served, ServedModel
from openk2.server.settings import ServerSettings


class Assembly:
    """The parts of one server; `close` ends what they started."""

    def __init__(
        self,
        configuration: Configuration,
        models: Sequence[ModelSection],
        settings: ServerSettings,
        open_own: OpenOwn,
        on_loaded: Callable[[], None] = lambda: None,
    ) -> None:
        """`open_own`: loads a model of ours; `on_loaded`: called when all models can answer. Raises ServerError for
        settings that cannot work."""
        section = configuration.section(ServeSection)
        self._models, self._on_loaded = models, on_loaded
        self._opened = Opened(open_own, Path(section.log_folder))
        self.served = Served(
            *(ServedModel(model.name, NotLoaded(model.name)) for model in models),
            aliases={alias: model.name for model in models for alias in model.aliases},
            loading=[model.name for model in models],
        )
        self.app = create_app(self.served, settings, accounts_of(section), prices_of(section))

    async def load(self) -> None:
        """Open the models one after the other, then look after their replicas until cancelled. Raises OpenK2Error for
        the first that cannot be opened."""
        for model in self._models:
            self.served.loaded(model.name, await asyncio.to_thread(self._opened.model, model))
        self._on_loaded()
        async with asyncio.TaskGroup() as group:
            for watch in watchers([model.backend for model in self.served]):
                group.create_task(watch())

    def close(self) -> None:
        """Stop the servers that were started."""
        self._opened.close()
