"""`make test-clients`: every family of clients against K2-nano behind `openk2 serve`.

python tests/clients/run.py [FAMILY ...]

One JSON line per family, then a table. Exit status 1 where a family did not pass, be it for want of its packages.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from families import FAMILIES, nano_server, try_out
from rich.console import Console
from rich.table import Table


def main() -> int:
    """Try the families named on the command line, or all."""
    names = sys.argv[1:]
    known = [family.name for family in FAMILIES]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no family is called {unknown[0]!r}; accepted: {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [family for family in FAMILIES if not names or family.name in names]
    outcomes = []
    with nano_server() as address:
        for family in chosen:
            outcomes.append(try_out(family, address))
            print(json.dumps(asdict(outcomes[-1])), flush=True)
    table = Table("family", "outcome", "seconds", "versions and figures")
    for one in outcomes:
        figures = dict(one.figures)
        told = [f"{name} {version}" for name, version in figures.pop("versions", {}).items()]
        told += [f"{name} {value}" for name, value in figures.items()]
        table.add_row(one.family, one.outcome, f"{one.seconds:.1f}", ", ".join(told) or one.reason[-400:])
    Console(stderr=True, width=140).print(table)
    return 0 if all(one.outcome == "passed" for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
