"""One place, the newest wins, and a nudge for each put."""

from __future__ import annotations

import threading

from engine.mailbox import Inbox, Mailbox, Tee


def test_the_newest_wins_and_is_taken_once() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.take() is None
    for item in (1, 2, 3):
        box.put(item)
    assert box.take() == 3
    assert box.take() is None
    assert box.dropped == 2


def test_an_item_that_was_taken_is_not_dropped() -> None:
    box: Mailbox[int] = Mailbox()
    for item in range(5):
        box.put(item)
        assert box.take() == item
    assert box.dropped == 0


def test_clearing_empties_it() -> None:
    box: Mailbox[int] = Mailbox()
    box.put(1)
    box.clear()
    assert box.take() is None


def test_each_put_nudges_after_the_item_lies_there() -> None:
    seen: list[int | None] = []
    box: Mailbox[int] = Mailbox(lambda: seen.append(box.take()))  # the lock is free by then
    box.put(1)
    box.put(2)
    assert seen == [1, 2]


def test_nothing_is_lost_or_doubled_between_threads() -> None:
    """What is put is either taken once or counted as dropped, from however many threads."""
    box: Mailbox[int] = Mailbox()
    taken: list[int] = []
    is_over = threading.Event()

    def consume() -> None:
        while not is_over.is_set():
            item = box.take()
            if item is not None:
                taken.append(item)

    def produce(first: int) -> None:
        for item in range(first, first + 2000):
            box.put(item)

    consumer = threading.Thread(target=consume)
    producers = [threading.Thread(target=produce, args=(first,)) for first in (0, 10_000, 20_000)]
    for thread in (consumer, *producers):
        thread.start()
    for thread in producers:
        thread.join()
    is_over.set()
    consumer.join()
    rest = box.take()
    taken += [] if rest is None else [rest]
    assert len(taken) == len(set(taken))
    assert len(taken) + box.dropped == 6000
    for first in (0, 10_000, 20_000):
        mine = [item for item in taken if first <= item < first + 2000]
        assert mine == sorted(mine)


def test_a_tee_fills_and_clears_all() -> None:
    nudges: list[str] = []
    one: Mailbox[int] = Mailbox(lambda: nudges.append("one"))
    two: Mailbox[int] = Mailbox(lambda: nudges.append("two"))
    tee = Tee(one, two)
    tee.put(7)
    assert tee.take() is None
    assert (one.take(), two.take(), nudges) == (7, 7, ["one", "two"])
    tee.put(8)
    tee.clear()
    assert (one.take(), two.take()) == (None, None)


def test_an_inbox_loses_nothing_and_gives_each_once() -> None:
    box: Inbox[int] = Inbox()

    def put_all() -> None:
        for number in range(200):
            box.put(number)

    threads = [threading.Thread(target=put_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    taken = box.take_all()
    for thread in threads:
        thread.join()
    taken += box.take_all()
    assert sorted(taken) == sorted([*range(200)] * 4)
    assert box.take_all() == []
