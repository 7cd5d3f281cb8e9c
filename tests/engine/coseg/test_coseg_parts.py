"""The steps of co-segmentation, each against counting and formulas written out anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from engine.coseg.backbone import Raw, input_size, layers_of
from engine.coseg.classics import DescriptorTransform, Factorization, is_inside, nmf
from engine.coseg.clusters import ClusterScores, assign, sampled, spherical_kmeans, unit_rows
from engine.coseg.confidence import decisiveness, picture_confidence
from engine.coseg.evaluate import (
    GroupScores,
    centre_box,
    groups_of,
    mean_of,
    read_mask,
    scores_of,
    table,
)
from engine.coseg.evidence import border_dissimilarity, centre_prior, scaled
from engine.coseg.features import Features, describe
from engine.coseg.outliers import class_evidence, likeness, outliers
from engine.coseg.refine import grabcut, guided_filter, probability, refined
from engine.errors import ModelError, SourceError
from engine.values import CosegSettings


def features_of(cells: NDArray[np.float32], dense: NDArray[np.float16] | None = None) -> Features:
    height, width = cells.shape[:2]
    return Features(
        cells.astype(np.float16),
        np.ones((height, width), np.float32),
        np.zeros(3, np.float32),
        np.zeros((3, 2, 2), np.float16) if dense is None else dense,
    )


# ------------------------------------------------------------------------------------- features


def test_an_input_keeps_proportions_in_multiples_of_32() -> None:
    assert input_size((375, 500)) == (480, 640)
    assert input_size((500, 375)) == (640, 480)
    assert input_size((10, 4000)) == (32, 640)


def test_layers_are_known_of_three_families() -> None:
    assert (layers_of("efficientnet_lite0").fine, layers_of("resnet50").coarse) == (
        "blocks.4",
        "layer4",
    )
    assert layers_of("vgg16").classifier == ""
    with pytest.raises(ModelError, match=r"“vit_b_16” cannot be used"):
        layers_of("vit_b_16")


def test_a_cell_is_both_layers_of_length_one() -> None:
    fine = torch.tensor([[[3.0, 0.0]], [[4.0, 2.0]]])  # (2, 1, 2)
    coarse = torch.tensor([[[2.0]]])
    raw = Raw(fine, coarse, torch.zeros(3), torch.zeros(3, 1, 1))
    found = describe(raw)
    half = 1 / np.sqrt(2)
    expected = np.array([[[0.6, 0.8, 1.0], [0.0, 1.0, 1.0]]]) * half
    np.testing.assert_allclose(found.cells, expected, atol=1e-3)
    np.testing.assert_array_equal(found.strength, [[2.0, 2.0]])
    assert found.cells.dtype == np.float16


# ------------------------------------------------------------------------------------- evidence


def test_scaling_ends_at_0_and_1_and_is_0_where_nothing_differs() -> None:
    np.testing.assert_allclose(scaled(np.array([2.0, 3, 6], np.float32)), [0, 0.25, 1])
    np.testing.assert_array_equal(scaled(np.full(3, 7, np.float32)), [0, 0, 0])


def test_what_is_unlike_the_border_stands_out() -> None:
    cells = np.zeros((5, 6, 2), np.float32)
    cells[:, :, 0] = 1
    cells[2, 3] = [0, 1]
    cells[2, 2] = [np.sqrt(0.5), np.sqrt(0.5)]
    found = border_dissimilarity(features_of(cells))
    expected = np.zeros((5, 6))
    expected[2, 3], expected[2, 2] = 1, 1 - np.sqrt(0.5)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_centre_prior_is_a_bell() -> None:
    found = centre_prior((3, 4))
    for y in range(3):
        for x in range(4):
            down, across = (y + 0.5) / 3 - 0.5, (x + 0.5) / 4 - 0.5
            assert found[y, x] == pytest.approx(np.exp(-(down**2 + across**2) / 0.18), rel=1e-5)


# ------------------------------------------------------------------------------------- clusters


def bundle() -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    directions = np.eye(5, dtype=np.float32)[:3]
    noise = 0.05 * rng.standard_normal((90, 5)).astype(np.float32)
    return unit_rows(np.repeat(directions, 30, axis=0) + noise)


def test_kmeans_finds_the_directions_and_is_at_a_fixed_point() -> None:
    rows = bundle()
    centres = spherical_kmeans(rows, 3, np.random.default_rng(0))
    labels = assign(rows, centres)
    assert {frozenset(labels[i : i + 30]) for i in (0, 30, 60)} == {
        frozenset({0}),
        frozenset({1}),
        frozenset({2}),
    }
    for cluster in range(3):  # each centre is the mean direction of its own rows
        total = sum(row for row, label in zip(rows, labels, strict=True) if label == cluster)
        np.testing.assert_allclose(centres[cluster], total / np.linalg.norm(total), atol=1e-5)


def test_kmeans_is_the_same_for_the_same_seed_and_takes_few_rows() -> None:
    rows = bundle()
    one, two = (spherical_kmeans(rows, 7, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert spherical_kmeans(rows[:2], 7, np.random.default_rng(0)).shape == (2, 5)
    same = np.repeat(rows[:1], 9, axis=0)
    assert np.isfinite(spherical_kmeans(same, 4, np.random.default_rng(0))).all()


def test_a_cell_scores_as_its_clusters_do_over_the_set() -> None:
    centres = [np.eye(2, dtype=np.float32), np.eye(3, dtype=np.float32)[:, :2]]
    scores = ClusterScores.of(centres)
    labels = np.array([[0, 0, 1], [0, 1, 2]], np.uint8)
    scores.add(labels, np.array([0.2, 0.4, 0.9], np.float32))
    scores.add(labels, np.array([0.4, 0.6, 0.7], np.float32))
    # First clustering: .4 and .8, scaled 0 and 1. Second: .3, .5, .8, scaled 0, .4, 1.
    np.testing.assert_allclose(scores.soft(labels), [0, 0.2, 1], atol=1e-6)


def test_a_sample_is_in_order_and_without_repeats() -> None:
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(sampled(4, 9, rng), [0, 1, 2, 3])
    chosen = sampled(100, 10, rng)
    assert len(set(chosen)) == 10
    assert list(chosen) == sorted(chosen)


# ------------------------------------------------------------------------------------- classics


def test_nmf_does_the_updates_of_lee_and_seung() -> None:
    rows = np.random.default_rng(1).random((6, 5)).astype(np.float32)
    amounts, parts = nmf(rows, 2, np.random.default_rng(2), rounds=3)
    rng = np.random.default_rng(2)
    scale = np.sqrt(rows.mean() / 2)
    w, h = scale * rng.random((6, 2)), scale * rng.random((2, 5))
    for _ in range(3):
        w = w * (rows @ h.T) / (w @ h @ h.T)
        h = h * (w.T @ rows) / (w.T @ w @ h)
    np.testing.assert_allclose(amounts, w, rtol=1e-3)
    np.testing.assert_allclose(parts, h, rtol=1e-3)


def test_nmf_takes_apart_what_was_put_together() -> None:
    rng = np.random.default_rng(4)
    rows = (rng.random((80, 2)) @ rng.random((2, 9))).astype(np.float32)
    amounts, parts = nmf(rows, 2, rng, rounds=600)
    assert np.abs(amounts @ parts - rows).max() < 0.02


def ringed() -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return cells of a 6 x 6 picture: the middle of one kind, the border of another."""
    rng = np.random.default_rng(0)
    inside = is_inside((6, 6))
    rows = 0.05 * rng.random((36, 4)).astype(np.float32)
    rows[inside, 0] += 1
    rows[~inside, 1] += 1
    return rows, inside


def test_dff_finds_the_part_that_is_not_on_the_border() -> None:
    rows, inside = ringed()
    assert inside.sum() == 16
    found = Factorization.fit(rows, inside, np.random.default_rng(0)).soft(rows)
    assert found[inside].min() > 0.6
    assert found[~inside].max() < 0.5


def test_ddt_is_the_first_principal_component() -> None:
    rows, inside = ringed()
    fitted = DescriptorTransform.fit(rows, inside)
    _, _, right = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    assert abs(float(right[0] @ fitted.direction)) == pytest.approx(1, abs=1e-5)
    projected = (rows - rows.mean(axis=0)) @ right[0]
    projected *= np.sign(projected[inside].mean())
    expected = 1 / (1 + np.exp(-1.5 * projected / projected.std()))
    np.testing.assert_allclose(fitted.soft(rows), expected, atol=1e-4)
    assert fitted.soft(rows)[inside].min() > 0.5
    turned = DescriptorTransform.fit(rows, ~inside)  # the sign is the border's to decide
    np.testing.assert_allclose(turned.soft(rows), 1 - expected, atol=1e-4)


# ---------------------------------------------------------------------------- from scores to pixels


def test_probability_is_even_at_the_threshold() -> None:
    found = probability(np.array([0.72, 0.79], np.float32))
    np.testing.assert_allclose(found, [0.5, 1 / (1 + np.exp(-1))], rtol=1e-4)


def test_the_guided_filter_solves_the_least_squares_of_each_window() -> None:
    rng = np.random.default_rng(0)
    guide = rng.random((9, 11, 3)).astype(np.float32)
    values = rng.random((9, 11)).astype(np.float32)
    radius, eps = 1, 0.05
    functions = {}
    for y in range(-1, 10):  # also windows that only reach in
        for x in range(-1, 12):
            ys = [9 - abs(9 - abs(k + 0.5)) for k in range(y - radius, y + radius + 1)]
            xs = [11 - abs(11 - abs(k + 0.5)) for k in range(x - radius, x + radius + 1)]
            spots = [(int(a), int(b)) for a in ys for b in xs]
            colours = np.array([guide[spot] for spot in spots], np.float64)
            wanted = np.array([values[spot] for spot in spots], np.float64)
            centred = colours - colours.mean(axis=0)
            matrix = centred.T @ centred / len(spots) + eps * np.eye(3)
            slope = np.linalg.solve(matrix, centred.T @ wanted / len(spots))
            functions[y, x] = slope, wanted.mean() - slope @ colours.mean(axis=0)
    found = guided_filter(guide, values, radius, eps)
    for y, x in ((4, 5), (1, 1), (7, 9)):  # of no window beyond the border
        around = [functions[y + i, x + j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
        expected = np.mean([slope @ guide[y, x] + offset for slope, offset in around])
        assert found[y, x] == pytest.approx(expected, abs=2e-4)


def square() -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a noisy green picture with a noisy red square, and where that is."""
    rng = np.random.default_rng(0)
    truth = np.zeros((60, 80), np.bool_)
    truth[15:45, 20:60] = True
    image = rng.integers(0, 40, (60, 80, 3), np.uint8)
    image[..., 1] += 120
    image[truth] = image[truth][:, [1, 0, 2]]
    return image, truth


@pytest.mark.parametrize("how", ["guided", "grabcut"])
def test_refinement_finds_the_edges(how: str) -> None:
    image, truth = square()
    soft = np.full((6, 8), 0.3, np.float32)
    soft[1:5, 2:6] = 1.0  # a cell too many above
    settings = CosegSettings(refinement=how)  # type: ignore[arg-type]  # a word of the parameters
    plain = refined(image, soft, "none", 0.72)
    found = refined(image, soft, settings.refinement, 0.72)
    scores = [scores_of("", mask, truth).jaccard for mask in (plain, found)]
    assert scores[1] > scores[0]
    assert scores[1] > {"guided": 0.8, "grabcut": 0.9}[how]


def test_grabcut_leaves_what_it_cannot_cut() -> None:
    flat = np.full((20, 20, 3), 90, np.uint8)
    none = np.zeros((20, 20), np.float32)
    assert not grabcut(flat, none).any()
    assert grabcut(flat, none + 1).all()
    few = none.copy()
    few[3, 3:9] = 0.95
    assert grabcut(flat, few).sum() == 6


def test_a_large_picture_gets_a_mask_of_its_own_size() -> None:
    image = np.zeros((700, 900, 3), np.uint8)
    soft = np.zeros((7, 9), np.float32)
    soft[2:5, 3:6] = 1
    for how in ("none", "guided", "grabcut"):
        assert refined(image, soft, how, 0.72).shape == (700, 900)


# ------------------------------------------------------------------------- outliers and confidence


def test_likeness_is_the_mean_cosine_to_the_others() -> None:
    evidence = np.random.default_rng(0).standard_normal((6, 9)).astype(np.float32)
    found = likeness(evidence)
    for i in range(6):
        cosines = [np.corrcoef(evidence[i], evidence[j])[0, 1] for j in range(6) if j != i]
        assert found[i] == pytest.approx(np.mean(cosines), abs=1e-5)
    np.testing.assert_array_equal(likeness(evidence[:1]), [1])


def test_outliers_lie_below_the_median_by_so_many_deviations() -> None:
    values = np.array([5, 6, 7, 8, 9, 5.5, 8.5, 7, 2.9], np.float32)
    # The median is 7, the deviations 2 1 0 1 2 1.5 1.5 0 4.1: their median is 1.5.
    assert outliers(values, 2.5).tolist() == [False] * 8 + [True]
    assert not outliers(values, 3).any()
    assert not outliers(values, 0).any()
    assert not outliers(values[-4:], 0.1).any()
    # Here they lie closer than a fifth of the median: 8 - 2 * 1.6 = 4.8 is the least.
    close = np.array([8.1, 7.9, 8, 8, 8, 8, 4.9, 4.7], np.float32)
    assert outliers(close, 2).tolist() == [False] * 7 + [True]


def test_class_evidence_is_of_the_object_alone() -> None:
    dense = np.arange(12, dtype=np.float16).reshape(3, 2, 2)
    features = features_of(np.ones((4, 4, 2), np.float32), dense)
    chance = np.zeros((4, 4), np.float32)
    chance[:2, 2:] = 0.7
    np.testing.assert_allclose(class_evidence(features, chance), [1, 5, 9])
    np.testing.assert_allclose(class_evidence(features, 0 * chance), [1.5, 5.5, 9.5])


def test_confidence_falls_with_doubt_and_with_empty_masks() -> None:
    assert decisiveness(np.array([[1.0, 0.0]], np.float32)) == 1
    assert decisiveness(np.full((2, 2), 0.25, np.float32)) == pytest.approx(0.25)
    assert decisiveness(np.zeros((2, 2), np.float32)) == 0
    sure = np.array([[1.0, 0.0]], np.float32)
    assert picture_confidence(sure, 0.8, 0.3) == 1
    assert picture_confidence(sure, 0.25, 0.3) == pytest.approx(0.5)
    assert picture_confidence(sure, 0.8, 0.001) == pytest.approx(0.25)
    assert picture_confidence(sure, -0.5, 0.3) == 0


# ----------------------------------------------------------------------------------- evaluation


def test_j_and_p_are_counted() -> None:
    mask, truth = np.zeros((2, 10, 10), np.bool_)
    mask[:4, :5], truth[2:6, :5] = True, True
    found = scores_of("a", mask, truth)
    assert found.jaccard == pytest.approx(10 / 30)
    assert found.precision == pytest.approx(0.8)
    empty = np.zeros((10, 10), np.bool_)
    assert scores_of("b", empty, empty).jaccard == 1
    with pytest.raises(SourceError, match="make them the same"):
        scores_of("c", mask, truth[:5])


def test_groups_count_the_same_whatever_their_size() -> None:
    groups = [GroupScores("a", 30, 0.2, 0.9), GroupScores("bb", 10, 0.6, 0.7)]
    mean = mean_of("all", groups)
    assert mean.pictures == 40
    assert (mean.jaccard, mean.precision) == pytest.approx((0.4, 0.8))
    assert table(groups)[-1].split() == ["mean", "over", "groups", "40", "40.0", "80.0"]
    with pytest.raises(ValueError, match="got none"):
        mean_of("all", [])


def test_true_masks_are_read_from_colours_and_grey(tmp_path: Path) -> None:
    values = np.array([[0, 127], [128, 255]], np.uint8)
    for name, pixels in (("grey.png", values), ("rgb.png", np.repeat(values[..., None], 3, 2))):
        Image.fromarray(pixels).save(tmp_path / name)
        assert read_mask(tmp_path / name).tolist() == [[False, False], [True, True]]
    (tmp_path / "no.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match="cannot be read"):
        read_mask(tmp_path / "no.png")


def test_a_root_without_groups_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no groups"):
        groups_of(tmp_path)
    (tmp_path / "images/Cow").mkdir(parents=True)
    (tmp_path / "images/Dog").mkdir()
    (tmp_path / "masks/Dog").mkdir(parents=True)
    assert [name for name, _, _ in groups_of(tmp_path)] == ["Dog"]


def test_the_centre_box_is_a_quarter_of_the_picture() -> None:
    box = centre_box((40, 80))
    assert box.sum() == 800
    assert box[10:30, 20:60].all()


def test_settings_say_what_they_expect() -> None:
    for wrong in ({"method": "sift"}, {"outlier_z": -1.0}, {"long_side": 3}, {"seed": -1}):
        with pytest.raises(ValueError, match="expected"):
            CosegSettings(**wrong)
