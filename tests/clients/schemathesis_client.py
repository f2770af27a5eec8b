"""schemathesis: thousands of requests made from the document of routes, right ones and wrong ones.

No answer may be a fault of the server, have a status or a kind of content that the document does not know, or differ
from its schema. The server is one of its own, with accounts, files and conversations and a small random model.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from errand import passed

HERE = Path(__file__).resolve().parent
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
PHASES = ("examples", "coverage", "fuzzing", "stateful")
EXAMPLES = int(os.environ.get("OPENK2_EXAMPLES", "30"))
"""Requests per operation while fuzzing."""


def main() -> None:
    """Start the server, send the requests, tell how many there were."""
    server = subprocess.Popen(
        [os.environ["OPENK2_PYTHON"], str(HERE / "small_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        place = json.loads(server.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            command = [
                *(str(Path(sys.executable).with_name("st")), "run", f"{place['address']}/openapi.json"),
                *("--header", f"Authorization: Bearer {place['key']}"),
                *("--phases", ",".join(PHASES), "--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES)),
                *("--continue-on-failure", "--no-shrink", "--generation-database", "none"),
                *("--request-timeout", "120"),
                *("--report", "json", "--report-json-path", str(report), "--no-color"),
            ]
            surroundings = os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)}
            done = subprocess.run(command, env=surroundings, cwd=folder, capture_output=True, text=True)
            print(done.stdout[-6000:])
            assert done.returncode == 0, f"schemathesis ended with {done.returncode}"
            figures: dict[str, Any] = json.loads(report.read_text())
        passed("schemathesis", **counts(figures))
    finally:
        server.stdin.close()  # type: ignore[union-attr]
        server.wait(30)


def counts(report: dict[str, Any]) -> dict[str, int]:
    """Operations and requests of a report."""
    return {"operations": report["operations"]["tested"], "requests": report["test_cases"]["generated"]}


main()
