"""`layerscope cost`: what each layer of a network costs. No weights are needed."""

from __future__ import annotations

import argparse
import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli_console import OK, Console, Subcommand, UsageError, chosen_model
from engine.cli_user import add_opening_options, file_options
from engine.export.atomic import atomic_path, check_target
from engine.models import registry
from engine.values import DeviceRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import LayerCost, NetworkCost, ReceptiveField

__all__ = ["COST"]

_KEYS = (
    "layer", "kind", "output_shape", "elements", "memory_kib", "parameters", "macs", "flops",
    "receptive_field",
)  # fmt: skip
_MOST_CELLS = 1 << 31


def _shape(text: str) -> tuple[int, ...]:
    """Read "3x224x224", or "8x3x224x224" with a batch."""
    parts = re.split(r"[x×,]", text.strip().lower())
    if len(parts) not in {3, 4} or not all(p.isdecimal() and 0 < int(p) < 1 << 20 for p in parts):
        raise argparse.ArgumentTypeError(
            f"expected CHANNELSxHEIGHTxWIDTH such as 3x224x224, got “{text}”"
        )
    shape = tuple(map(int, parts))
    cells = 1
    for number in shape:
        cells *= number
    if cells > _MOST_CELLS:
        raise argparse.ArgumentTypeError(f"{text} is more than any memory holds")
    return shape


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        metavar="MODEL",
        nargs="?",
        help=f"network (default: {registry.DEFAULT_MODEL}; “layerscope models” lists them), or a "
        "model file of your own",
    )
    parser.add_argument(
        "--input",
        type=_shape,
        metavar="CxHxW",
        help="size of the input, such as 3x224x224 (default: the network's usual one); "
        "NxCxHxW for a batch",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table to a file too")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    parser.add_argument("--time", action="store_true", help="run it and clock each layer")
    parser.add_argument("--repeats", type=_count, default=5, metavar="N", help="passes to time")
    parser.add_argument(
        "--device", default="auto", metavar="auto|cpu|cuda|mps", help="what to time it on"
    )
    add_opening_options(parser)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 1000, got “{text}”")
    return int(text)


def _run(args: argparse.Namespace, console: Console) -> int:
    name = chosen_model(args.model)
    if args.csv is not None:
        if args.csv.suffix.lower() != ".csv":
            raise UsageError(f"--csv takes a file that ends in .csv; “{args.csv.name}” does not.")
        check_target(args.csv, overwrite=args.overwrite)
    result = _timed(name, args) if args.time else _counted(name, args)
    if args.csv is not None:
        _save(args.csv, result, overwrite=args.overwrite)
    if args.json:
        for layer in result.layers:
            console.say_json(_record(layer, result))
        console.say_json({"total": _total(result)})
        return OK
    for line in _table(result):
        console.say(line)
    return OK


def _counted(name: str, args: argparse.Namespace) -> NetworkCost:
    # torch is loaded once it is sure that a network is looked at: it takes seconds
    from engine.graph.cost import cost  # noqa: PLC0415 - see above
    from engine.graph.structure import structure  # noqa: PLC0415 - see above

    return cost(structure(name, args.input, file_options(args)))


def _timed(name: str, args: argparse.Namespace) -> NetworkCost:
    import torch  # noqa: PLC0415 - as above

    from engine.device import apply_threads, choose  # noqa: PLC0415 - as above
    from engine.graph.cost import cost  # noqa: PLC0415 - as above
    from engine.graph.measure import measure, with_times  # noqa: PLC0415 - as above
    from engine.graph.structure import (  # noqa: PLC0415 - as above
        attempt,
        batched,
        built,
    )

    placement = choose(DeviceRequest(args.device))
    apply_threads(placement.threads)
    spec, module = built(name, file_options(args))
    shape = batched(args.input or (3, *spec.preprocessing.input_size))
    module = module.to(placement.device)
    graph = attempt(spec, module, shape)
    inputs = torch.zeros(shape, device=placement.device)
    return with_times(cost(graph), measure(module, inputs, graph, repeats=args.repeats))


# ------------------------------------------------------------------------------------- records


def _without_batch(shape: tuple[int, ...], batch: int) -> list[int]:
    is_batched = len(shape) > 1 and shape[0] == batch
    return list(shape[1:] if is_batched else shape)


def _record(layer: LayerCost, whole: NetworkCost) -> dict[str, Any]:
    record: dict[str, Any] = {
        "layer": str(layer.key),
        "kind": layer.op,
        "output_shape": _without_batch(layer.output_shape, whole.batch),
        "elements": layer.elements,
        "memory_kib": layer.memory_kib,
        "parameters": layer.parameters,
        "macs": layer.macs,
        "flops": layer.flops,
        "receptive_field": _field_record(layer.receptive_field),
    }
    if whole.time_ms is not None:
        record["time_ms"] = None if layer.time_ms is None else round(layer.time_ms, 4)
    return record


def _field_record(field: ReceptiveField | None) -> dict[str, list[float]] | None:
    if field is None:
        return None
    return {"size": list(field.size), "stride": list(field.stride), "start": list(field.start)}


def _total(whole: NetworkCost) -> dict[str, Any]:
    total: dict[str, Any] = {
        "model": whole.model,
        "batch": whole.batch,
        "input_shape": list(whole.input_shape),
        "layers": len(whole.layers),
        "elements": sum(layer.elements for layer in whole.layers),
        "memory_kib": whole.memory_kib,
        "parameters": whole.parameters,
        "macs": whole.macs,
        "flops": whole.flops,
    }
    if whole.time_ms is not None:
        total |= {"time_ms": round(whole.time_ms, 4), "device": whole.device}
    return total


def _save(path: Path, whole: NetworkCost, *, overwrite: bool) -> None:
    text = io.StringIO()
    names = [*_KEYS, *(["time_ms"] if whole.time_ms is not None else [])]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for layer in whole.layers:
        record = _record(layer, whole)
        record["output_shape"] = "x".join(map(str, record["output_shape"]))
        record["receptive_field"] = _field(layer.receptive_field)
        writer.writerow(record)
    with atomic_path(path, overwrite=overwrite) as target:
        target.write_text(text.getvalue(), encoding="utf-8")


# --------------------------------------------------------------------------------------- table


def _field(field: ReceptiveField | None) -> str:
    if field is None:
        return ""
    sides = ["all" if not size else f"{size:g}" for size in field.size]
    return sides[0] if sides[0] == sides[1] else "x".join(sides)


def _table(whole: NetworkCost) -> Iterable[str]:
    is_timed = whole.time_ms is not None
    head = ["LAYER", "KIND", "OUTPUT", "ELEMENTS", "KiB", "PARAMETERS", "MACs", "SHARE", "FIELD"]
    rows = [head + (["ms"] if is_timed else [])]
    for layer in whole.layers:
        row = [
            str(layer.key),
            layer.op,
            " x ".join(map(str, _without_batch(layer.output_shape, whole.batch))),
            f"{layer.elements:,}",
            f"{layer.memory_kib:,.1f}",
            f"{layer.parameters:,}" if layer.parameters else "",
            f"{layer.macs:,}" if layer.macs else "",
            f"{layer.macs / whole.macs:.1%}" if layer.macs else "",
            _field(layer.receptive_field),
        ]
        rows.append(row + ([_milliseconds(layer.time_ms)] if is_timed else []))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.ljust(width) if at < 2 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
    yield ""
    yield from _summary(whole)


def _milliseconds(time_ms: float | None) -> str:
    return "" if time_ms is None else f"{time_ms:.3f}"


def _summary(whole: NetworkCost) -> Iterable[str]:
    shape = " x ".join(map(str, whole.input_shape))
    yield f"{whole.model}, input {shape}, batch of {whole.batch}"
    yield f"parameters   {whole.parameters:,}  (each once, used in this pass or not)"
    yield f"MACs         {whole.macs:,}  = {_short(whole.macs)}"
    yield f"FLOPs        {whole.flops:,}  = {_short(whole.flops)}  (2 x MACs)"
    yield f"activations  {whole.memory_kib:,.1f} KiB"
    if whole.time_ms is not None:
        yield f"time         {whole.time_ms:.3f} ms on {whole.device}, median of whole passes"


def _short(number: int) -> str:
    """Write three significant digits."""
    for power, letter in ((12, "T"), (9, "G"), (6, "M"), (3, "K")):
        if number >= 10**power:
            return f"{number / 10**power:.3g} {letter}"
    return str(number)


COST = Subcommand(
    name="cost",
    summary="count what each layer of a network costs",
    examples="layerscope cost alexnet --input 3x227x227\nlayerscope cost resnet50 --json --time\n"
    "layerscope cost net.py:build --allow-code",
    configure=_configure,
    run=_run,
)
