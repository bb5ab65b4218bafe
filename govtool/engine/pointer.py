"""Tuples of arrays that kernels hand on as one pointer.

numba hands a NamedTuple on field by field, and of each array its data, shape and strides: hundreds of words for a
state, at every call. Here they are written down once, where a kernel is called from Python, and a call within hands on
where they lie. A kernel reads fields as before; it cannot make such a tuple, nor give one back.
"""

from typing import Any, TypeVar

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import PrimitiveModel
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.core.typing.typeof import typeof_impl
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, unbox

Fields = TypeVar("Fields", bound=type[tuple[Any, ...]])


class Pointer(types.Type):  # type: ignore[misc]
    """Type of a pointer to a NamedTuple of type `fields`, whose fields are its attributes."""

    def __init__(self, fields: types.BaseNamedTuple) -> None:
        self.fields = fields
        super().__init__(name=f"Pointer({fields})")


@register_model(Pointer)
class _Word(PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, pointer: Pointer) -> None:
        super().__init__(manager, pointer, manager.lookup(pointer.fields).get_value_type().as_pointer())


@infer_getattr
class _Attributes(AttributeTemplate):  # type: ignore[misc]
    key = Pointer

    def generic_resolve(self, pointer: Pointer, name: str) -> Any:
        """Type of a field, None if there is none of that name."""
        fields = pointer.fields
        return fields.types[fields.fields.index(name)] if name in fields.fields else None


@lower_getattr_generic(Pointer)  # type: ignore[untyped-decorator]
def _field(context: Any, builder: ir.IRBuilder, pointer: Pointer, value: ir.Value, name: str) -> ir.Value:
    """Read one field of what `value` points to."""
    place = pointer.fields.fields.index(name)
    field = _read(builder, cgutils.gep_inbounds(builder, value, 0, place))
    return impl_ret_borrowed(context, builder, pointer.fields.types[place], field)


def _read(builder: ir.IRBuilder, place: ir.Value) -> ir.Value:
    """Read what a tuple was given, word by word: none ever changes, so that each need be read but once in a kernel."""
    held = place.type.pointee
    if not isinstance(held, ir.Aggregate):
        word = builder.load(place)
        word.set_metadata("invariant.load", builder.module.add_metadata([]))
        return word
    whole = ir.Constant(held, ir.Undefined)
    for k in range(len(held)):
        whole = builder.insert_value(whole, _read(builder, cgutils.gep_inbounds(builder, place, 0, k)), k)
    return whole


@unbox(Pointer)  # type: ignore[untyped-decorator]
def _point(pointer: Pointer, given: ir.Value, c: Any) -> NativeValue:
    """Write a tuple from Python to the stack of whoever calls the kernel for it, which outlives the call."""
    native = c.unbox(pointer.fields, given)
    place = cgutils.alloca_once_value(c.builder, native.value)
    # The compiler may take nothing for granted about a pointer that comes out of assembly, so that whoever reads the
    # words by it is not taken to read them before they are written.
    same = ir.FunctionType(place.type, [place.type])
    place = c.builder.asm(same, "", "=r,0,~{memory}", [place], side_effect=True)
    return NativeValue(place, is_error=native.is_error, cleanup=native.cleanup)


def by_pointer(fields: Fields) -> Fields:
    """Class decorator: kernels take this NamedTuple as a pointer."""
    as_tuple = typeof_impl.dispatch(tuple)
    typeof_impl.register(fields, lambda value, context: Pointer(as_tuple(value, context)))
    return fields
