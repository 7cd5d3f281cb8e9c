"""The command line, run as a person runs it: words in, lines and a status out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image

from engine import cli
from engine.cli import SUBCOMMANDS, main

torch.set_num_threads(1)
ROOT = Path(__file__).parents[2]


def run(*words: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main([str(word) for word in words], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def cat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "cat.png"
    picture = skimage.data.chelsea()  # type: ignore[no-untyped-call]  # of scikit-image
    Image.fromarray(picture).save(path)
    return path


# ------------------------------------------------------------------------------------- classify


def test_classify_json_has_the_documented_keys(cat: Path) -> None:
    status, out, err = run("classify", cat, "--json", "--top", "3")
    assert (status, err) == (0, "")
    (record,) = records(out)
    assert set(record) == {"path", "model", "top"}
    assert record["path"] == str(cat)
    assert record["model"] == "efficientnet_lite0"
    assert [set(one) for one in record["top"]] == [{"index", "label", "probability"}] * 3
    # Classes 281 to 287 of ImageNet are cats.
    assert record["top"][0]["index"] in {281, 282, 285}
    shares = [one["probability"] for one in record["top"]]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1


def test_classify_for_people(cat: Path) -> None:
    status, out, err = run("classify", cat, "--top", "2")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == str(cat)
    assert len(lines) == 3
    assert lines[1].endswith("tiger cat")
    assert lines[1].index("%") == lines[2].index("%")


def test_a_bad_picture_does_not_stop_the_others(cat: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    missing = tmp_path / "missing.png"
    status, out, err = run("classify", broken, missing, cat, "--json", "--top", "1")
    assert status == 1
    first, second, third = records(out)
    assert (first["path"], first["top"]) == (str(broken), [])
    assert first["error"]
    assert "missing.png" in second["error"]
    assert "error" not in third
    complaints = err.splitlines()
    assert len(complaints) == 2
    assert complaints[0].startswith(f"{broken}: ")
    assert complaints[1].startswith(f"{missing}: ")


def test_folders_are_read_in_natural_order(cat: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for place in (tmp_path / "b10.png", tmp_path / "b9.png", inner / "c.png"):
        place.write_bytes(cat.read_bytes())
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_text("no picture")
    _, out, _ = run("classify", tmp_path, "--json", "--top", "1")
    assert [Path(one["path"]).name for one in records(out)] == ["b9.png", "b10.png"]
    _, out, _ = run("classify", tmp_path, "--json", "--top", "1", "--recursive")
    assert [Path(one["path"]).name for one in records(out)] == ["b9.png", "b10.png", "c.png"]


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    status, out, err = run("classify", tmp_path)
    assert (status, out) == (1, "")
    assert err == (
        f"{tmp_path}: There is no picture in this folder; try --recursive for folders in it.\n"
    )


def test_random_weights_are_marked(cat: Path) -> None:
    _, out, _ = run("classify", cat, "--json", "--weights", "random")
    assert records(out)[0]["random"] is True
    _, out, _ = run("classify", cat, "--weights", "random")
    assert "random weights" in out.splitlines()[0]


def test_fit_changes_the_answer(cat: Path) -> None:
    answers = {
        fit: records(run("classify", cat, "--json", "--fit", fit)[1])[0]["top"][0]["probability"]
        for fit in ("crop", "pad", "stretch")
    }
    assert len(set(answers.values())) == 3


# ----------------------------------------------------------------------------------------- maps


def test_maps_as_a_figure(cat: Path, tmp_path: Path) -> None:
    target = tmp_path / "maps.png"
    words = ("maps", cat, "--layer", "conv_stem", "--out", target, "--scale", "channel")
    status, out, err = run(*words, "--colormap", "cividis", "--sort", "max", "--gamma", "0.5")
    assert (status, err) == (0, "")
    assert out == f"{target}: conv_stem of efficientnet_lite0, 32 channels of 112 x 112\n"
    with Image.open(target) as image:
        assert image.info["Layer"] == "conv_stem"
        assert image.info["Colour map"] == "cividis"
        assert image.info["Gamma"] == "0.5"
        assert image.size[0] > 8 * 100
    status, _, err = run(*words)
    assert status == 1
    assert "exists already" in err
    assert run(*words, "--overwrite")[0] == 0


def test_maps_as_numbers(cat: Path, tmp_path: Path) -> None:
    words = ("maps", cat, "--layer", "blocks.2.0.conv_pw", "--out")
    status, _, _ = run(*words, tmp_path / "maps.npz", "--scale", "fixed", "-1e-3", "6")
    assert status == 0
    with np.load(tmp_path / "maps.npz", allow_pickle=False) as held:
        assert held["values"].shape == (144, 56, 56)
        assert str(held["layer"]) == "blocks.2.0.conv_pw"
        assert held["high"][0] == 6
        values = held["values"]
    assert run(*words, tmp_path / "maps.npy")[0] == 0
    np.testing.assert_array_equal(np.load(tmp_path / "maps.npy"), values)
    assert run(*words, tmp_path / "maps.csv")[0] == 0
    assert len((tmp_path / "maps.csv").read_text().splitlines()) == 145


def test_an_unknown_layer_gets_an_offer(cat: Path, tmp_path: Path) -> None:
    status, out, err = run("maps", cat, "--layer", "conv_stm", "--out", tmp_path / "maps.png")
    assert (status, out) == (2, "")
    assert "conv_stem" in err
    assert "layerscope layers" in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "maps.txt"], ".png, .npz, .npy, .csv"),
        (["--out", "m.png", "--scale", "fixed", "6", "0"], "LOW below HIGH"),
        (["--out", "m.png", "--scale", "fixed"], "LOW below HIGH"),
        (["--out", "m.png", "--scale", "fixed", "nan", "inf"], "LOW below HIGH"),
        (["--out", "m.png", "--gamma", "0"], "above 0"),
        (["--out", "m.png", "--colormap", "jet"], "jet"),
        (["--out", "m.png", "--model", "efficientnet_lite"], "efficientnet_lite0"),
    ],
)
def test_what_does_not_exist_is_wrong_usage(cat: Path, words: list[str], said: str) -> None:
    status, out, err = run("maps", cat, "--layer", "conv_stem", *words)
    assert (status, out) == (2, "")
    assert said in err


def test_a_missing_folder_is_said_before_any_work(cat: Path, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "maps.png"
    status, _, err = run("maps", cat, "--layer", "conv_stem", "--out", target)
    assert status == 1
    assert "does not exist" in err


# ------------------------------------------------------------------------------- models, layers


def test_models_json_has_the_documented_keys() -> None:
    status, out, _ = run("models", "--json")
    assert status == 0
    listed = records(out)
    assert all(
        set(one)
        == {
            "name", "title", "family", "task", "parameters", "input_size", "weights_source",
            "weights_licence", "weights_size_bytes", "local", "accuracy_top1", "is_default",
        }
        for one in listed
    )  # fmt: skip
    (default,) = [one for one in listed if one["is_default"]]
    assert default["name"] == "efficientnet_lite0"
    assert default["input_size"] == [224, 224]
    assert default["local"] is True


def test_models_for_people() -> None:
    status, out, _ = run("models")
    assert status == 0
    (line,) = [line for line in out.splitlines() if line.startswith("efficientnet_lite0 ")]
    assert "224 x 224" in line
    assert "default" in line


def test_layers() -> None:
    status, out, _ = run("layers", "--json")
    assert status == 0
    by_name = {one["name"]: one for one in records(out)}
    assert by_name["input"]["shape"] == [3, 224, 224]
    # 32 filters of 3 x 3 x 3, without bias.
    assert by_name["conv_stem"]["parameters"] == 864
    assert by_name["conv_stem"]["shape"] == [32, 112, 112]
    _, out, _ = run("layers")
    assert any(line.split()[0] == "conv_stem" for line in out.splitlines())


# ------------------------------------------------------------------------------------ the whole


def test_subcommands() -> None:
    assert {
        "classify", "segment", "maps", "evidence", "race", "graph", "compare", "cost", "evaluate",
        "coseg", "train-segmentation", "models", "layers",
    } == SUBCOMMANDS  # fmt: skip


def test_help_and_version() -> None:
    status, out, err = run("--help")
    assert (status, err) == (0, "")
    for name in SUBCOMMANDS:
        assert name in out
        status, text, _ = run(name, "--help")
        assert status == 0
        assert "examples:" in text
    assert run("--version")[1] == f"layerscope {cli.version()}\n"


def test_wrong_words_are_wrong_usage() -> None:
    assert run()[0] == 2
    assert run("frobnicate")[0] == 2
    assert run("classify")[0] == 2
    assert run("classify", "x.png", "--top", "0")[0] == 2
    status, out, err = run("classify", "x.png", "--model", "efficientnetlite0")
    assert (status, out) == (2, "")
    assert "efficientnet_lite0" in err


class Gone(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


class Stopped(io.StringIO):
    def write(self, _text: str) -> int:
        raise KeyboardInterrupt


class Full(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_ctrl_c_and_a_broken_pipe_are_quiet() -> None:
    for out in (Gone(), Stopped()):
        err = io.StringIO()
        assert main(["models"], out=out, err=err) == 130
        assert err.getvalue() == ""


def test_a_full_disk_is_said() -> None:
    err = io.StringIO()
    assert main(["models"], out=Full(), err=err) == 1
    assert "No space left on device" in err.getvalue()


def test_names_that_the_terminal_lacks_are_escaped(tmp_path: Path) -> None:
    raw = io.BytesIO()
    out, err = io.TextIOWrapper(io.BytesIO(), "ascii"), io.TextIOWrapper(raw, "ascii")
    assert main(["classify", str(tmp_path / "猫.png")], out=out, err=err) == 1
    assert rb"\u732b.png" in raw.getvalue()


def test_progress_is_shown_on_a_terminal_and_wiped(cat: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    err = Terminal()
    assert main(["classify", str(cat)], out=io.StringIO(), err=err) == 0
    assert "Building the network" in err.getvalue()
    assert err.getvalue().endswith("\r\x1b[K")


CHECK = """
import sys
from engine.cli import SUBCOMMANDS, main
assert not {"torch", "PIL", "cv2"} & set(sys.modules), "heavy at import"
status = main(sys.argv[1:])
loaded = {name.partition(".")[0] for name in sys.modules}
assert not {"PySide6", "gui", "pyqtgraph", "qtawesome"} & loaded, "Qt was loaded"
sys.exit(status)
"""


def test_no_command_loads_qt(cat: Path, tmp_path: Path) -> None:
    words = ["maps", str(cat), "--layer", "conv_stem", "--out", str(tmp_path / "maps.png")]
    done = subprocess.run(
        [sys.executable, "-c", CHECK, *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_goes_away_leaves_no_trace() -> None:
    words = ["classify", "missing.png", "missing.png", "--json"]
    code = f"import sys; from engine.cli import main; sys.exit(main({words}))"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        complaint = process.stderr.read()
        assert process.wait(60) == 130
    assert complaint.decode().splitlines() == [
        "missing.png: There is no file missing.png that can be read; check the path."
    ]
