"""Pictures side by side: results in order, maps of each thread its own, masks that may stay."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.capture.hooks import capture
from engine.coseg import refine
from engine.coseg.backbone import Backbone, load_backbone
from engine.coseg.cutting import Cutter, ToCut
from engine.coseg.pipeline import CosegSet
from engine.coseg.side_by_side import side_by_side
from engine.errors import SourceError
from engine.jobs import JobControl
from engine.models import loading
from engine.models.preprocess import prepare
from engine.values import (
    CosegPicture,
    CosegRequest,
    CosegSeed,
    DeviceRequest,
    InputFit,
    LayerKey,
    WeightsChoice,
)
from tests.engine.coseg.test_coseg_run import SETTINGS, fill, photo

torch.set_num_threads(1)

NAME = "efficientnet_lite0"


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load_backbone(NAME, WeightsChoice.RANDOM, DeviceRequest("cpu", threads=2), JobControl())


@pytest.mark.parametrize("threads", [1, 3])
def test_results_come_in_order_whichever_is_done_first(threads: int) -> None:
    second_is_done = threading.Event()

    def work(item: int) -> int:
        if item == 0 and threads > 1:
            assert second_is_done.wait(20)
        if item == 1:
            second_is_done.set()
        if item == 2:
            raise SourceError("no picture")
        return item * item

    found = []
    for number, result in enumerate(side_by_side(work, range(6), threads)):
        if number == 2:
            with pytest.raises(SourceError, match="no picture"):
                result()
        else:
            found.append(result())
    assert found == [0, 1, 9, 16, 25]


def test_the_maps_are_those_of_the_network_as_it_was(backbone: Backbone) -> None:
    loaded = loading.load(NAME, WeightsChoice.RANDOM, JobControl())
    image = photo(1)[0]
    raw = backbone.run(image, 128)
    spec = loaded.spec.preprocessing
    keys = [LayerKey(name) for name in ("blocks.4", "blocks.6")]
    own = replace(spec, input_size=(96, 128), resize_size=128, whole=None)
    tensor, _ = prepare(image, own, InputFit.STRETCH, torch.device("cpu"))
    with torch.inference_mode(), capture(loaded.module, keys) as taken:
        logits = loaded.module(tensor)
    for found, expected in ((raw.fine, taken[keys[0]][0]), (raw.coarse, taken[keys[1]][0])):
        off = float((found - expected).abs().max())
        assert off < 1e-4 * float(expected.abs().max())
    torch.testing.assert_close(raw.logits, logits[0], rtol=1e-3, atol=1e-5)
    cells = backbone.run(image, 128, is_whole=False)
    assert torch.equal(cells.fine, raw.fine)
    assert torch.equal(cells.coarse, raw.coarse)
    assert (cells.logits.numel(), cells.dense.numel()) == (0, 0)


def test_passes_at_the_same_time_do_not_take_each_others_maps(backbone: Backbone) -> None:
    images = [photo(number)[0] for number in range(6)]
    alone = [backbone.run(image, 128).fine for image in images]
    with ThreadPoolExecutor(3, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        found = list(pool.map(lambda image: backbone.run(image, 128).fine, images * 3))
    for number, fine in enumerate(found):
        torch.testing.assert_close(fine, alone[number % 6], rtol=1e-4, atol=1e-5)
    with backbone.side_by_side(lambda _image: torch.get_num_threads(), images) as threads:
        assert {result() for result in threads} == {1}
    assert torch.get_num_threads() == 1


def test_a_mask_stays_where_grabcut_would_be_told_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "disc.png"
    Image.fromarray(photo(0)[0]).save(path)
    soft = np.full((12, 16), 0.3, np.float32)
    soft[4:8, 5:11] = 0.95
    much = soft.copy()
    much[2:4, 5:11] = 0.95
    assert refine.changed(soft, soft + np.float32(1e-4), 0.72) < 0.005
    assert refine.changed(soft, much, 0.72) > 0.05
    cuts: list[float] = []
    real = refine.refined

    def counted(*given: object) -> object:
        cuts.append(1)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(refine, "refined", counted)
    cutter = Cutter()

    def cut(wanted: np.ndarray, tolerance: float) -> bytes:
        one = ToCut(path, np.asarray(wanted, np.float32), 0.72, "grabcut", tolerance)
        return next(iter(cutter.cut([one], lambda _place: None)))[1].packed.bits

    first = cut(soft, 0)
    assert cut(soft + 1e-4, 0.005) == first
    assert len(cuts) == 1  # it stayed
    other = cut(much, 0.005)
    assert len(cuts) == 2
    assert other != first
    assert cut(soft, 0) == first
    assert len(cuts) == 2  # remembered
    cut(soft + 1e-4, 0)
    assert len(cuts) == 3  # nothing may stay that is not the same


def test_the_picture_that_was_clicked_is_told_of_first(tmp_path: Path) -> None:
    fill(tmp_path / "set", 5)
    paths = tuple(sorted((tmp_path / "set").iterdir()))
    held = CosegSet(CosegRequest(paths, SETTINGS))
    told: list[Path] = []

    def hear(picture: CosegPicture, _image: object) -> None:
        told.append(picture.path)

    held.run(JobControl(), hear)
    assert told == list(paths)
    told.clear()
    seed = CosegSeed(paths[3], slice(5, 6), slice(5, 6), is_object=False)
    result = held.steered((seed,), JobControl(), hear)
    assert told == [paths[3], *paths[:3], paths[4]]
    assert [one.path for one in result.pictures] == list(paths)
