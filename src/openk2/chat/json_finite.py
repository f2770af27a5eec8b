"""What of a schema some text of finite length can meet: an endless `$ref` cannot, nor what needs one."""

from __future__ import annotations

from collections.abc import Mapping

from openk2.chat.json_logic import Schema


def finite_definitions(definitions: Mapping[str, Schema]) -> set[str]:
    """The definitions that some finite text meets."""
    finite: set[str] = set()
    while True:
        more = {name for name, node in definitions.items() if name not in finite and is_finite(node, finite)}
        if not more:
            return finite
        finite |= more


def is_finite(node: Schema, finite: set[str]) -> bool:
    """Whether some finite text meets the schema, when the definitions in `finite` have one."""
    if isinstance(node, bool):
        return node
    if "$ref" in node and node["$ref"].removeprefix("#/$defs/") not in finite:
        return False
    if not all(is_finite(part, finite) for part in node.get("allOf", ())):
        return False
    if "anyOf" in node and not any(is_finite(part, finite) for part in node["anyOf"]):
        return False
    if "enum" in node:
        return bool(node["enum"])
    kinds = node.get("type")
    if kinds == "object":
        properties = node.get("properties", {})
        return all(is_finite(properties.get(key, True), finite) for key in node.get("required", ()))
    if kinds == "array":
        first = node.get("prefixItems", ())
        needed = [*first, *[node.get("items", True)] * max(0, node.get("minItems", 0) - len(first))]
        return all(is_finite(item, finite) for item in needed[: node.get("minItems", 0)])
    return True


def pruned(node: Schema, finite: set[str]) -> Schema:
    """The schema without what nothing finite meets."""
    if isinstance(node, bool):
        return node
    if not is_finite(node, finite):
        return False
    made = dict(node)
    for keyword in ("properties", "patternProperties"):
        if keyword in made:
            made[keyword] = {key: pruned(value, finite) for key, value in made[keyword].items()}
    for keyword in ("items", "additionalProperties"):
        if keyword in made:
            made[keyword] = pruned(made[keyword], finite)
    for keyword in ("allOf", "prefixItems"):
        if keyword in made:
            made[keyword] = [pruned(value, finite) for value in made[keyword]]
    if "anyOf" in made:
        made["anyOf"] = [value for part in made["anyOf"] if (value := pruned(part, finite)) is not False]
    if made.get("maxItems") is None and "prefixItems" in made and False in made["prefixItems"]:
        made["maxItems"] = made["prefixItems"].index(False)
    return made
