"""What workers share: the same numbers, in memory once, of the kinds that the caller has them in."""

import gc
import os
import weakref

import numpy as np
import pytest

from govtool.errors import FileError
from govtool.study.shelf import LEAST, Reader, Shelf
from govtool.study.workers import Workers
from tests.study.errands import Holder


def arrays() -> dict[str, np.ndarray]:
    fixed = np.arange(1_000.0)
    fixed.flags.writeable = False
    return {
        "floats": np.arange(6_000.0).reshape(2_000, 3),
        "columns": np.asfortranarray(np.arange(6_000).reshape(2_000, 3)),
        "bytes": np.ones(LEAST + 1, dtype=np.uint8),
        "fixed": fixed,
        "small": np.arange(3),
        "small and fixed": fixed[:5],
        "exactly": np.zeros(LEAST // 8),
        "just below": np.zeros(LEAST // 8 - 1),
        "none": np.zeros((0, 3)),
        "one": np.array(1.5),
    }


def test_what_is_unpacked_is_what_was_packed():
    shelf = Shelf()
    reader = Reader(shelf.file.fileno())
    told = arrays()
    found = reader.unpacked(shelf.packed({"all": told, "name": "x"}))
    assert found["name"] == "x" and found["all"].keys() == told.keys()
    for name, array in told.items():
        mine = found["all"][name]
        assert mine.dtype == array.dtype and np.array_equal(mine, array)
        # A compiled function is compiled once more for an array that differs in one of these.
        for flag in ("writeable", "c_contiguous", "f_contiguous", "aligned"):
            assert getattr(mine.flags, flag) == getattr(array.flags, flag), (name, flag)


def test_only_large_arrays_are_laid_down_and_each_of_them_once():
    shelf = Shelf()
    told = arrays()
    parcel = shelf.packed(told)
    assert len(parcel.places) == 5
    size = shelf.size
    assert shelf.packed([told, told]).places[:5] == parcel.places and shelf.size == size
    assert len(parcel.content) < 5_000


def test_a_shelf_grows_and_what_was_mapped_stays():
    shelf = Shelf()
    reader = Reader(shelf.file.fileno())
    found = []
    for number in range(5):
        found.append(reader.unpacked(shelf.packed(np.full(1_000 + number, float(number)))))
    assert [float(one.max()) for one in found] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_what_is_shared_lies_on_the_shelf_and_the_original_may_go():
    shelf = Shelf()
    told = arrays()
    before = shelf.packed(told)
    twin = shelf.shared(told)
    kept = weakref.ref(told["floats"])
    size, expected = shelf.size, arrays()
    del told
    gc.collect()
    assert kept() is None
    # It is known by its new place: neither it nor anything that holds a part of it is written again.
    assert shelf.packed(twin).places == before.places and shelf.packed(twin["floats"]).places == before.places[:1]
    assert shelf.size == size
    for name, array in expected.items():
        assert np.array_equal(twin[name], array) and twin[name].flags.writeable == array.flags.writeable
    twin["floats"][0, 0] = -1.0
    assert Reader(shelf.file.fileno()).unpacked(before)["floats"][0, 0] == 0.0


def test_the_file_has_no_name():
    shelf = Shelf()
    shelf.packed(np.ones(1_000))
    assert os.fstat(shelf.file.fileno()).st_nlink == 0


def test_a_full_folder_is_told_in_one_sentence(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    shelf = Shelf()
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(FileError, match=r"cannot hold the scenarios that workers share .*No space left") as told:
        shelf.packed(np.ones(1_000))
    assert "\n" not in str(told.value)


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps"), reason="only Linux tells which pages are shared")
def test_workers_share_the_memory_of_an_array():
    holder = Holder(np.arange(4_000_000.0))
    with Workers(2) as pool:
        answers = [answer for _, answer in pool.run(holder.spend, range(6))]
    last = {pid: (shared, copied) for pid, shared, copied in answers}
    assert len(last) == 2
    for shared, copied in last.values():
        assert shared >= holder.array.nbytes and copied == 0


def test_what_a_worker_writes_nobody_else_sees():
    holder = Holder(np.ones(100_000))
    with Workers(2) as pool:
        ((_, writer),) = pool.run(holder.overwrite, [0])
        answers = [answer for _, answer in pool.run(Holder(holder.array).glance, range(20))]
    seen = dict(answers)
    assert len(seen) == 2 and seen.pop(writer) == -1.0
    assert list(seen.values()) == [1.0]
    assert holder.array.min() == 1.0
