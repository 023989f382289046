cimport cython
from cpython.object cimport PyObject_GenericSetAttr

cdef int LEAF, REQUIRES, PARAMETER, CONSTANT, INLINE_A, INLINE_B, WIDE
cdef long modes
cdef long long visits
cdef list pending
cdef Py_ssize_t FLOOR
cdef list shared_stack
cdef bint draining

@cython.final
@cython.no_gc
cdef class Extra:
    cdef readonly tuple operands
    cdef readonly tuple params
    cdef readonly object slopes
    cdef public str place

@cython.no_gc
@cython.freelist(512)
cdef class Node:
    cdef double _data
    cdef double _grad
    cdef double _da
    cdef double _db
    cdef Node _a
    cdef Node _b
    cdef str _label
    cdef Extra _extra
    cdef long long _mark
    cdef int _code
    cdef int _flags

cdef void _unfold_constant(Node v) except *
@cython.locals(v=Node, a=Node, order=list, stack=list, opened="long long", closed="long long", depth=Py_ssize_t)
cdef list _interior_order(Node root)
@cython.locals(order=list, i=Py_ssize_t)
cdef void _walk_back(Node root, double seed, bint anomalies) except *
@cython.locals(a=Node)
cdef int _pass_back(Node v, bint anomalies) except -1
@cython.locals(i=Py_ssize_t)
cdef void _spread(tuple operands, double[::1] slopes, double grad) except *
@cython.locals(part=double)
cdef void _send(Node a, double slope, double grad) noexcept
@cython.locals(a=Node)
cdef void _release(Node v) except *
@cython.locals(v=Node)
cpdef list numbers_of(list values)
@cython.locals(v=Node, i=Py_ssize_t)
cdef object _write_numbers(list values, double[::1] data, double[::1] grads)
cpdef double peek(Node v) except? -1.0
@cython.locals(v=Node)
cpdef list taking_gradients(list values)
