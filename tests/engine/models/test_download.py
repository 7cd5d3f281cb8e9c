"""Fetching weights over HTTP: what arrives, what is said when it does not, and what is left."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import threading
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from engine.errors import CancelledError, WeightsUnavailableError
from engine.jobs import JobControl, Progress
from engine.models import download, weights

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.models.conftest import WeightsServer

WAIT_S = 30.0


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_what_was_published_arrives_with_progress(server: WeightsServer, cache: Path) -> None:
    reports: list[Progress] = []
    path = weights.fetch(server.weights(), JobControl(reports.append))
    assert path == cache / "net.pth"
    assert path.read_bytes() == server.body
    assert _files(cache) == ["net.pth"]
    size = len(server.body)
    assert reports[0] == Progress("Downloading weights", 0, size)
    assert reports[-1] == Progress("Downloading weights", size, size)
    assert [report.done for report in reports] == sorted(report.done for report in reports)


def test_a_file_that_is_there_is_not_fetched_again(server: WeightsServer, cache: Path) -> None:
    weights.fetch(server.weights(), JobControl())
    assert weights.is_local(server.weights())
    weights.fetch(server.weights(), JobControl())
    assert len(server.paths) == 1


def test_a_damaged_file_in_the_cache_is_fetched_again(server: WeightsServer, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "net.pth").write_bytes(server.body[:-1] + b"x")
    path = weights.fetch(server.weights(), JobControl())
    assert path.read_bytes() == server.body


def test_something_else_in_the_place_of_the_file(server: WeightsServer, cache: Path) -> None:
    (cache / "net.pth").mkdir(parents=True)
    assert not weights.is_local(server.weights())
    with pytest.raises(WeightsUnavailableError, match="cannot be written to"):
        weights.fetch(server.weights(), JobControl())


def test_what_torch_hub_has_is_used_where_it_is(server: WeightsServer, cache: Path) -> None:
    hub = weights.torch_hub_dir()
    hub.mkdir(parents=True)
    (hub / "net.pth").write_bytes(server.body)
    assert weights.fetch(server.weights(), JobControl()) == hub / "net.pth"
    assert server.paths == []


def test_a_damaged_file_of_torch_hub_is_left_alone(server: WeightsServer, cache: Path) -> None:
    hub = weights.torch_hub_dir()
    hub.mkdir(parents=True)
    (hub / "net.pth").write_bytes(b"of another program")
    assert weights.fetch(server.weights(), JobControl()) == cache / "net.pth"
    assert (hub / "net.pth").read_bytes() == b"of another program"


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (404, r"does not give out net\.pth \(404\); update Layerscope"),
        (403, r"does not give out net\.pth \(403\); update Layerscope"),
        (500, r"cannot send the weights now \(500\); try again later"),
        (503, r"cannot send the weights now \(503\); try again later"),
    ],
)
def test_the_server_refuses(server: WeightsServer, cache: Path, status: int, what: str) -> None:
    server.status = status
    with pytest.raises(WeightsUnavailableError, match=what) as caught:
        weights.fetch(server.weights(), JobControl())
    assert "structure only (random weights)" in caught.value.message
    assert _files(cache) == []


def test_no_network_offers_structure_only(server: WeightsServer, cache: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/net.pth"
        with pytest.raises(WeightsUnavailableError) as caught:
            weights.fetch(server.weights(location=address), JobControl())
    assert caught.value.message == (
        "The weights are not on this computer yet, and 127.0.0.1 cannot be reached; connect to the "
        'network and try again, or choose "structure only (random weights)".'
    )
    assert _files(cache) == []


def test_a_wrong_checksum_leaves_nothing(server: WeightsServer, cache: Path) -> None:
    other = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(WeightsUnavailableError, match="checksum is wrong"):
        weights.fetch(server.weights(sha256=other), JobControl())
    assert _files(cache) == []
    assert len(server.paths) == 1


def test_a_prefix_of_the_checksum_is_enough_and_is_checked(
    server: WeightsServer, cache: Path
) -> None:
    digest = hashlib.sha256(server.body).hexdigest()
    assert weights.fetch(server.weights(sha256=digest[:8]), JobControl()).exists()
    weights.discard(cache / "net.pth")
    wrong = f"{digest[:7]}{'0' if digest[7] != '0' else '1'}"
    with pytest.raises(WeightsUnavailableError, match="checksum is wrong"):
        weights.fetch(server.weights(sha256=wrong), JobControl())


def test_a_download_that_breaks_off_goes_on_from_there(server: WeightsServer, cache: Path) -> None:
    server.sends = 100_000
    with pytest.raises(WeightsUnavailableError, match="broke off; try again"):
        weights.fetch(server.weights(), JobControl())
    assert _files(cache) == ["net.pth.part"]
    assert (cache / "net.pth.part").read_bytes() == server.body[:100_000]
    server.sends = None
    assert weights.fetch(server.weights(), JobControl()).read_bytes() == server.body
    assert server.ranges == [None, "bytes=100000-"]
    assert _files(cache) == ["net.pth"]


def test_a_server_without_ranges_sends_all_anew(server: WeightsServer, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "net.pth.part").write_bytes(server.body[:5000])
    server.has_ranges = False
    assert weights.fetch(server.weights(), JobControl()).read_bytes() == server.body
    assert server.ranges == ["bytes=5000-"]


@pytest.mark.parametrize("left", [b"of another version", bytes(2_000_000)])
def test_a_part_of_another_file_is_thrown_away(
    server: WeightsServer, cache: Path, left: bytes
) -> None:
    cache.mkdir(parents=True)
    (cache / "net.pth.part").write_bytes(left)
    assert weights.fetch(server.weights(), JobControl()).read_bytes() == server.body
    assert server.ranges == [f"bytes={len(left)}-", None]
    assert _files(cache) == ["net.pth"]


def test_the_part_of_a_process_that_died_is_taken_over(server: WeightsServer, cache: Path) -> None:
    cache.mkdir(parents=True)
    old, new = cache / "net.pth.dead.part", cache / "net.pth.alive.part"
    old.write_bytes(server.body[:7000])
    new.write_bytes(server.body[:9000])
    os.utime(old, (1e9, 1e9))
    weights.fetch(server.weights(), JobControl())
    assert server.ranges == ["bytes=7000-"]
    assert _files(cache) == ["net.pth", "net.pth.alive.part"]


def test_cancel_keeps_what_has_come(server: WeightsServer, cache: Path) -> None:
    server.stalls_at = 300_000

    def cancel_when_some_has_come(progress: Progress) -> None:
        if progress.done:
            control.cancel()

    control = JobControl(cancel_when_some_has_come)
    with pytest.raises(CancelledError):
        weights.fetch(server.weights(), control)
    server.gate.set()
    assert _files(cache) == ["net.pth.part"]
    part = (cache / "net.pth.part").read_bytes()
    assert 0 < len(part) <= 300_000
    assert server.body.startswith(part)
    server.stalls_at = None
    assert weights.fetch(server.weights(), JobControl()).read_bytes() == server.body
    assert server.ranges[1] == f"bytes={len(part)}-"


def test_cancel_does_not_wait_for_a_silent_server(server: WeightsServer, cache: Path) -> None:
    control = JobControl()

    def cancel_and_say_nothing() -> None:
        control.cancel()
        server.gate.wait(WAIT_S)

    server.before_answer = cancel_and_say_nothing
    with pytest.raises(CancelledError):
        weights.fetch(server.weights(), control)
    # Only now may the server answer: fetch came back without it.
    assert not server.gate.is_set()
    server.gate.set()
    assert _files(cache) == []


def test_two_at_the_same_time_do_each_other_no_harm(server: WeightsServer, cache: Path) -> None:
    both_asked = threading.Barrier(2, timeout=WAIT_S)
    server.before_answer = both_asked.wait
    paths: list[Path] = []

    def fetch() -> None:
        paths.append(weights.fetch(server.weights(), JobControl()))

    threads = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert paths == [cache / "net.pth"] * 2
    assert paths[0].read_bytes() == server.body
    assert _files(cache) == ["net.pth"]


def test_no_room_is_said_before_anything_is_written(
    server: WeightsServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 50, 50))
    with pytest.raises(WeightsUnavailableError, match=r"no room for the weights \(1 MB\) in"):
        weights.fetch(server.weights(), JobControl())
    assert _files(cache) == []


def test_a_disk_that_fills_up_is_freed_again(
    server: WeightsServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir(parents=True)
    (cache / "net.pth.part").write_bytes(server.body[:5000])

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download, "_receive", full)
    with pytest.raises(WeightsUnavailableError, match="LAYERSCOPE_CACHE to another folder"):
        weights.fetch(server.weights(), JobControl())
    assert _files(cache) == []


def test_a_folder_that_cannot_be_made(
    server: WeightsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightsUnavailableError, match="cannot be written to"):
        weights.fetch(server.weights(), JobControl())
    assert server.paths == []


def test_the_proxy_of_the_environment_is_used(
    server: WeightsServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    address = "http://weights.invalid/net.pth"
    assert weights.fetch(server.weights(location=address), JobControl()).exists()
    assert server.paths == [address]
