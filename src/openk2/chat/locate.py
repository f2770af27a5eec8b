"""Where a model's files are: a directory as given, or a name among the weights that belong to the project."""

import os
from pathlib import Path

from openk2.errors import ChatError


def model_directory(name_or_directory: str | Path) -> Path:
    """The directory of a model.

    An existing directory is taken as it is; of a training run, the model of its newest checkpoint. A plain name is
    looked up in `$OPENK2_WEIGHTS`, then in `weights/` of the repository the package runs from, then in `weights/` below
    the current directory. Raises ChatError saying where it looked.
    """
    path = Path(name_or_directory).expanduser()
    if path.is_dir():
        saved = sorted(path.glob("checkpoints/step-????????/model"))
        return saved[-1] if saved else path
    if len(path.parts) != 1:
        raise ChatError(f"{path}: no such model directory")
    places = [Path(__file__).resolve().parents[3] / "weights", Path.cwd() / "weights"]
    if configured := os.environ.get("OPENK2_WEIGHTS"):
        places.insert(0, Path(configured).expanduser())
    for place in places:
        if (place / path).is_dir():
            return place / path
    found = {entry.name for place in places if place.is_dir() for entry in place.iterdir() if entry.is_dir()}
    known = ", ".join(sorted(found)) or "none there"
    raise ChatError(f"no model {str(path)!r}; accepted: a directory, or a name in {places[0]} ({known})")
