"""Tuples of arrays that kernels take as a pointer."""

from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from govtool.engine.compiling import compiler_is_off
from govtool.engine.jit import kernel
from govtool.engine.pointer import Pointer, by_pointer

pytestmark = pytest.mark.skipif(compiler_is_off(), reason="nothing is compiled (NUMBA_DISABLE_JIT)")


class Inner(NamedTuple):
    scale: Any


@by_pointer
class Outer(NamedTuple):
    counts: Any
    rows: Any
    nothing: Any
    inner: Inner


@kernel
def add(outer, i):
    if outer.nothing is None:
        outer.counts[i] += outer.rows[i].weight * outer.inner.scale[0]


@kernel
def add_all(outer):
    for i in range(outer.counts.shape[0]):
        add(outer, i)


def an_outer(scale: float) -> Outer:
    rows = np.array([(1.0,), (2.0,), (4.0,)], dtype=[("weight", np.float64)]).view(np.recarray)
    return Outer(np.zeros(3), rows, None, Inner(np.array([scale])))


def test_fields_are_read_and_arrays_written_through_it():
    outer = an_outer(0.5)
    add_all(outer)
    assert outer.counts.tolist() == [0.5, 1.0, 2.0]
    other = outer._replace(counts=np.zeros(3))
    add_all(other)
    assert (outer.counts.tolist(), other.counts.tolist()) == ([0.5, 1.0, 2.0], [0.5, 1.0, 2.0])


def test_a_kernel_is_handed_one_pointer():
    add_all(an_outer(1.0))
    (given,) = add_all.nopython_signatures[0].args
    assert isinstance(given, Pointer)
    assert given.fields.fields == Outer._fields


def test_a_field_of_no_such_name_is_an_error():
    @kernel
    def wrong(outer):
        return outer.absent

    with pytest.raises(numba.TypingError, match="absent"):
        wrong(an_outer(1.0))
