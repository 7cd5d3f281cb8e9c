"""`layerscope models` and `layerscope layers`: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli_console import OK, Console, Subcommand, add_model_option, open_session
from engine.cli_user import inspect
from engine.models import registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from engine.values import LayerInfo, ModelCard

__all__ = ["LAYERS", "MODELS"]


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _table(rows: Sequence[Sequence[str]], right: frozenset[int]) -> list[str]:
    """Align columns; those in `right` to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if at in right else text.ljust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _millions(count: int) -> str:
    return f"{count / 1e6:.1f} M"


# ------------------------------------------------------------------------------------- models


def _configure_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--inspect",
        metavar="FILE",
        help="say what a model file of your own holds, without running anything of it",
    )
    _add_json(parser)


def _run_models(args: argparse.Namespace, console: Console) -> int:
    if args.inspect is not None:
        return inspect(args.inspect, console, is_json=args.json)
    cards = registry.cards()
    if args.json:
        for card in cards:
            console.say_json(_model_record(card, is_default=card.name == registry.DEFAULT_MODEL))
        return OK
    rows: list[tuple[str, ...]] = [("NAME", "TITLE", "PARAMETERS", "INPUT", "TOP-1", "WEIGHTS", "")]
    rows += [_model_row(card, is_default=card.name == registry.DEFAULT_MODEL) for card in cards]
    for line in _table(rows, frozenset({2, 3, 4, 5})):
        console.say(line)
    return OK


def _model_record(card: ModelCard, *, is_default: bool) -> dict[str, object]:
    return {
        "name": card.name,
        "title": card.title,
        "family": card.family,
        "task": card.task,
        "parameters": card.parameters,
        "input_size": list(card.input_size),
        "weights_source": card.weights_source,
        "weights_licence": card.weights_licence,
        "weights_size_bytes": card.weights_size_bytes,
        "local": card.are_weights_local,
        "accuracy_top1": card.accuracy_top1,
        "is_default": is_default,
    }


def _model_row(card: ModelCard, *, is_default: bool) -> tuple[str, ...]:
    height, width = card.input_size
    size = f"{card.weights_size_bytes / 1e6:.0f} MB" if card.weights_source else "none"
    is_packaged = card.weights_source.startswith("package ")
    there = f"in the {card.weights_source}" if is_packaged else "downloaded at first use"
    here = "ready" if card.are_weights_local else there
    return (
        card.name,
        card.title,
        _millions(card.parameters),
        f"{height} x {width}",
        "" if card.accuracy_top1 is None else f"{card.accuracy_top1:.1f} %",
        size,
        (here if card.weights_source else "") + (", default" if is_default else ""),
    )


MODELS = Subcommand(
    name="models",
    summary="list the networks, or inspect a model file",
    examples="layerscope models --json\nlayerscope models --inspect weights.pth",
    configure=_configure_models,
    run=_run_models,
)


# ------------------------------------------------------------------------------------- layers


def _configure_layers(parser: argparse.ArgumentParser) -> None:
    add_model_option(parser)
    _add_json(parser)
    # The structure is all that is asked for: no weights need to be had.
    parser.set_defaults(weights="random", fit="crop", device="cpu")


def _run_layers(args: argparse.Namespace, console: Console) -> int:
    with open_session(args, console) as session:
        layers = session.info.layers if session.info else ()
    if args.json:
        for layer in layers:
            console.say_json(_layer_record(layer))
        return OK
    rows: list[tuple[str, ...]] = [("LAYER", "KIND", "SHAPE", "PARAMETERS", "CALLS")]
    rows += [_layer_row(layer) for layer in layers]
    for line in _table(rows, frozenset({2, 3, 4})):
        console.say(line)
    return OK


def _layer_record(layer: LayerInfo) -> dict[str, object]:
    return {
        "name": str(layer.key),
        "kind": layer.kind,
        "shape": None if layer.shape is None else list(layer.shape),
        "parameters": layer.parameters,
        "calls": layer.calls,
        "is_leaf": layer.is_leaf,
        "detail": layer.detail,
    }


def _layer_row(layer: LayerInfo) -> tuple[str, ...]:
    shape = "not called" if layer.shape is None else " x ".join(map(str, layer.shape))
    return (str(layer.key), layer.kind, shape, f"{layer.parameters:,}", str(layer.calls))


LAYERS = Subcommand(
    name="layers",
    summary="list the layers of a network",
    examples="layerscope layers --model resnet18",
    configure=_configure_layers,
    run=_run_layers,
)
