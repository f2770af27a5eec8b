"""JSON schemas in a form that a grammar enforces without a gap, or a refusal that names the keyword.

The grammar compiler (llguidance) takes much of JSON Schema, but not all, and some of it not as validators read it. Here
a schema is rewritten to what means the same to both, and only where that is impossible to something narrower: every
value that is written satisfies the schema it came from (docs/decisions.md says what is narrower).

- Objects hold the keys that their schema declares, and others only where it says so by `additionalProperties`,
  `patternProperties` or no `properties` at all. A key that is spelled with escapes cannot pass for another one.
- `oneOf` needs alternatives that exclude each other; `uniqueItems`, `minProperties`, `propertyNames` and the dependent
  keywords are enforced where they come down to what a grammar can say; `not`, `if` and `contains` hardly ever do.
- References are resolved within the schema; what can never be finished (an endless `$ref`) is left out.
- Keywords that describe and do not validate are dropped, `format` among them where it is not one the compiler knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft4Validator, Draft7Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for

from openk2.chat.json_combined import Rewriter
from openk2.chat.json_finite import finite_definitions, is_finite, pruned
from openk2.chat.json_place import Place
from openk2.errors import RequestError


def enforceable(schema: object, where: str, *, arguments: bool = False) -> dict[str, Any]:
    """The schema as the grammar compiler shall read it. `where`: what the caller calls it, for errors. With `arguments`
    a value that satisfies it is an object, as a tool's arguments are. Raises RequestError naming the keyword."""
    if isinstance(schema, bool):
        schema = {} if schema else {"enum": []}
    if not isinstance(schema, Mapping):
        raise RequestError(f"{where} is {json.dumps(schema)[:60]}; accepted: a JSON schema, which is an object")
    try:
        try:
            _check_form(schema, where)
            rewriter = Rewriter(schema, where)
        except (AttributeError, TypeError):
            # The validators trip over a $schema or $id that is no text.
            raise RequestError(f"{where}: accepted: a valid JSON schema, $schema and $id being texts") from None
        return _whole(schema, rewriter, Place(where), arguments)
    except RecursionError:
        raise RequestError(f"{where} is nested too deeply; accepted: a JSON schema of some hundred levels") from None


def _check_form(schema: Mapping[str, Any], where: str) -> None:
    """Raise RequestError unless the schema is one, by its own draft, the latest, or the last that many tools write."""
    declared = validator_for(schema, default=Draft202012Validator)
    problem: SchemaError | None = None
    drafts: list[Any] = [declared, Draft202012Validator, Draft7Validator, Draft4Validator]
    for draft in dict.fromkeys(drafts):
        try:
            draft.check_schema(dict(schema), format_checker=None)
        except SchemaError as error:
            problem = problem or error
        except RecursionError:
            raise RequestError(
                f"{where} is nested too deeply; accepted: a JSON schema of some hundred levels"
            ) from None
        else:
            return
    assert problem is not None
    message = " ".join(problem.message.split())[:200]
    raise RequestError(f"{Place(where).at(*problem.absolute_path)}: {message}; accepted: a valid JSON schema")


def _whole(root: Mapping[str, Any], rewriter: Rewriter, place: Place, arguments: bool) -> dict[str, Any]:
    """The rewritten schema with its definitions, without what nothing finite meets."""
    if arguments:
        kinds = root.get("type", "object")
        if kinds != "object" and not (isinstance(kinds, list) and "object" in kinds):
            raise place.refused("type", "object")
        root = {**root, "type": "object"}
    made = rewriter.node(root, place)
    finite = finite_definitions(rewriter.definitions)
    made = pruned(made, finite)
    if made is False or not is_finite(made, finite):
        raise RequestError(f"no finite value satisfies {place}; accepted: a schema that some value satisfies")
    result = {} if made is True else dict(made)
    used = {name: pruned(node, finite) for name, node in rewriter.definitions.items() if name in finite}
    return {**result, "$defs": used} if used else result
