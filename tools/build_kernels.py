"""Build hook of hatchling: compiles the native kernels into the wheel where a C++ compiler is there.

With them the wheel is for one platform and any Python (`py3-none-PLATFORM`); without a compiler it is pure, carries the
sources like every wheel, and compiles at first use. Editable installs are left alone.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):
    """Found by hatchling under this name."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel is packed."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from openk2.errors import KernelError
        from openk2.kernels.native.build import build

        try:
            library = build()
        except KernelError as error:
            self.app.display_warning(f"native kernels are left out, a pure wheel is built: {error}")
            return
        build_data["force_include"][str(library)] = f"openk2/kernels/native/built/{library.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
