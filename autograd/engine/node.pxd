cimport cython
from cpython.object cimport PyObject_GenericSetAttr

cdef extern from "memory.h":
    # A node as a pointer, whose references nobody counts.
    ctypedef struct NodeFields:
        double _data
        double _grad
        double _da
        double _db
        NodeFields *_a
        NodeFields *_b
        void *_extra
        NodeFields *_next
        int _left
        short _code
        short _flags

    void free_slopes(double *slopes)
    void mirror_write(NodeFields *v)

cdef int LEAF, REQUIRES, CONSTANT, INLINE_A, INLINE_B, WIDE, MEMBER, MIRRORED
cdef long modes
cdef long long writes

@cython.final
@cython.no_gc
cdef class Extra:
    cdef readonly tuple operands
    cdef readonly tuple params
    cdef double *slopes
    cdef public str place

@cython.no_gc
cdef class Node:
    cdef double _data
    cdef double _grad
    cdef double _da
    cdef double _db
    cdef Node _a
    cdef Node _b
    cdef str _label
    cdef Extra _extra
    cdef NodeFields *_next
    cdef int _left
    cdef short _code
    cdef short _flags

cdef void _unfold_constant(Node v) except *
@cython.locals(own=double, slope=double)
cdef double pair_slope(Node v, Py_ssize_t i) except? -1.0
cpdef double peek(Node v) except? -1.0
cpdef object shared_by(Node v)
cpdef tuple edges_back(Node v)
cdef void count_write() noexcept
cdef bint in_modes() noexcept
