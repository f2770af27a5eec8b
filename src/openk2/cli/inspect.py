"""`openk2 inspect`: what a model or a preset is, without reading a weight."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openk2.checkpoint.checks.inspection import Inspection

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def inspect(
    model: Annotated[str, typer.Argument(metavar="DIR|PRESET", help="A model directory, a name, or a preset.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Print shapes, parameters, bytes by format, cache size, tokenizer and anomalies; of a preset by arithmetic."""
    from openk2.checkpoint.checks.inspection import inspect as look

    found = look(model)
    print(json.dumps(found.json()) if as_json else _text(found))


def _text(found: Inspection) -> str:
    from openk2.checkpoint.shapes import layer_ranges

    config, total = found.config, found.parameters
    lines = [
        f"{found.model} ({found.kind})",
        f"  {config.num_hidden_layers} layers, width {config.hidden_size:,}, {config.num_attention_heads} heads, "
        f"{config.n_routed_experts} experts of which {config.num_experts_per_tok} are chosen, "
        f"{config.n_shared_experts} shared, context {config.max_position_embeddings:,}",
        "",
        f"parameters          {total:>21,}",
        f"active in a token   {found.active.with_head:>21,}  with the head, without the input embedding",
        f"                    {found.active.with_both:>21,}  with both",
        f"                    {found.active.with_neither:>21,}  with neither",
        f"cache, bf16         {found.cache_bytes_per_token:>21,}  bytes per token",
    ]
    if found.state_bytes:
        lines.append(f"KDA state           {found.state_bytes:>21,}  bytes per sequence")
    lines += ["", "bytes in each format"]
    for format, sizes in found.format_bytes.items():
        size = sum(sizes.values())
        lines.append(f"  {format:<17} {size:>21,}  {_sizes(size)}")
    rows = [
        (row.name, str(list(row.shape)), layer_ranges(row.layers), f"{row.count:,}", f"{row.parameters:,}")
        for row in found.shapes
    ]
    lines += ["", *_table(("tensor", "shape", "layers", "count", "parameters"), rows)]
    if found.kind == "directory":
        lines += ["", f"files               {found.files:>21,}  {found.file_bytes:,} bytes"]
        stored = [
            (held.part, held.type, f"{held.tensors:,}", f"{held.parameters:,}", f"{held.bytes:,}")
            for held in found.stored
        ]
        lines += _table(("part", "stored as", "tensors", "parameters", "bytes"), stored)
        lines += ["", f"quantisation        {_quantisation(found)}", f"tokenizer           {_tokenizer(found)}", ""]
        lines += [f"{len(found.findings)} anomalies" if found.findings else "no anomalies"]
        lines += [f"  {finding}" for finding in found.findings]
    return "\n".join(lines)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Lines with aligned columns; the columns of numbers, all but the first three, to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = []
    for row in (head, *rows):
        cells = [
            cell.ljust(width) if column < len(head) - 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines


def _quantisation(found: Inspection) -> str:
    scheme = found.quantization
    if scheme is None:
        return "none"
    if scheme.get("quant_method") == "fp8":
        block = " × ".join(map(str, scheme.get("weight_block_size", ())))
        return f"fp8, {scheme.get('fmt', 'e4m3')}, blocks of {block}, activations {scheme.get('activation_scheme')}"
    ignored = ", ".join(map(str, scheme.get("ignore") or ())) or "nothing"
    return f"{scheme.get('quant_method')}, {scheme.get('format')}; left out: {ignored}"


def _tokenizer(found: Inspection) -> str:
    facts = found.tokenizer
    if facts is None:
        return "none that can be read"
    template = f"template in {facts['template']}" if facts["template"] else "no template of its own"
    return (
        f"{facts['ids']:,} ids, special from {facts['special_from']:,} ({facts['named_special']} named), "
        f"up to {facts['digits']} digits a token, stops at {', '.join(map(str, facts['stop_ids']))}; "
        f"{template}, style {facts['style']}"
    )


def _sizes(size: int) -> str:
    """In decimal and binary units of a fitting order."""
    decimal, binary, letter = (1e9, 2**30, "G") if size >= 1e9 else (1e6, 2**20, "M")
    return f"{size / decimal:,.1f} {letter}B, {size / binary:,.1f} {letter}iB"
