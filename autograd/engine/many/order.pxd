cimport cython

from autograd.engine.node cimport Extra, Node, NodeFields
from autograd.engine.value cimport Value

cdef int LEAF, INLINE_A, INLINE_B, WIDE, MEMBER, SHARED

@cython.locals(v=Value)
cdef list _without_shared(list order)
cdef Node operand(Value v, Py_ssize_t k)
cdef Py_ssize_t operand_count(Value v)
@cython.locals(root=Value, v=Value, a=Value, above="NodeFields *", k=Py_ssize_t, alone=bint)
cdef bint _walk(list roots, list order, list folded) except -1
@cython.locals(v=Value)
cdef void unmark(list order, Py_ssize_t count)
@cython.locals(i=Py_ssize_t)
cpdef list places_of(object values, list order)
