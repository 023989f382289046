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

    double *new_slopes(Py_ssize_t count) except NULL
    void free_slopes(double *slopes)
    dict dict_for(Py_ssize_t count)
    bint is_numbered(str label, str prefix, Py_ssize_t number)
    void look_ahead(NodeFields *v)
    void mirror_place(NodeFields *v, double *place)
    void mirror_write(NodeFields *v)

cdef extern from *:
    ctypedef unsigned long long uintptr_t

cdef NodeFields *NOTHING

cdef int LEAF, REQUIRES, PARAMETER, CONSTANT, INLINE_A, INLINE_B, WIDE, MEMBER, MIRRORED, BEHIND
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
cdef bint _to_meet(NodeFields *a) noexcept
@cython.locals(operands=tuple, operand=Node)
cdef NodeFields *_wide_operand_to_meet(NodeFields *v) noexcept
cdef void _meet(NodeFields *v, NodeFields *above) noexcept
@cython.locals(v="NodeFields *", a="NodeFields *", above="NodeFields *", done="NodeFields *")
cdef void _link(Node root) noexcept
@cython.locals(v=Node, stack=list)
cdef void _forget(Node root) except *
@cython.locals(v="NodeFields *", link="NodeFields *")
cdef void _walk_back(Node root, double seed, bint anomalies) except *
@cython.locals(a=Node)
cdef void _step_back(Node v, bint anomalies) except *
cdef void _pass_back(NodeFields *v) noexcept
@cython.locals(operand=Node, i=Py_ssize_t)
cdef void _spread(Extra extra, double grad) noexcept
@cython.locals(operand=Node, i=Py_ssize_t)
cdef void _spread_pairs(Node v) noexcept
@cython.locals(own=double, slope=double)
cdef double pair_slope(Node v, Py_ssize_t i) except? -1.0
@cython.locals(part=double)
cdef void _send(NodeFields *a, double slope, double grad) noexcept
@cython.locals(v=Node)
cpdef list numbers_of(list values)
@cython.locals(v=Node, i=Py_ssize_t, flags=bytearray)
cpdef bytes taking_gradients(list values)
@cython.locals(v=Node)
cpdef bint all_parameters(list values) except -1
@cython.final
@cython.no_gc
cdef class NumberReader:
    cdef tuple nodes
    cdef unsigned long long[::1] addresses
    cdef double *numbers
    cdef int reads

    @cython.locals(i=Py_ssize_t, addresses="unsigned long long[::1]", v="NodeFields *")
    cpdef object read(self, double[::1] into)
    @cython.locals(i=Py_ssize_t, count=Py_ssize_t, v=Node)
    cdef void _mirror(self) except *
    @cython.locals(i=Py_ssize_t, v=Node)
    cdef void _forget(self, Py_ssize_t count) noexcept
cdef double _number_at(unsigned long long address) noexcept
@cython.locals(i=Py_ssize_t)
cdef void _put_addresses(tuple nodes, unsigned long long[::1] into) except *
@cython.locals(i=Py_ssize_t)
cpdef object read_numbers(list values, double[::1] into)
@cython.locals(i=Py_ssize_t)
cpdef object read_gradients(list values, double[::1] into)
@cython.locals(i=Py_ssize_t, v=Node)
cpdef object write_numbers(list values, const double[::1] numbers)
@cython.locals(v=Node, i=Py_ssize_t)
cpdef object write_gradients(list values, const double[::1] gradients, bint add)
@cython.locals(i=Py_ssize_t)
cpdef object fill_gradients(list values, double grad)
@cython.locals(v=Node, i=Py_ssize_t, twice=bint)
cpdef bint are_distinct(list values) except -1
@cython.locals(i=Py_ssize_t, here=uintptr_t, first=uintptr_t, last=uintptr_t, stretches=list)
cdef bint _ascend(list values) except -1
@cython.locals(v=Node, i=Py_ssize_t)
cpdef object places_among(list values, list among, Py_ssize_t[::1] into)
@cython.locals(i=Py_ssize_t)
cdef bint _all_unnumbered(list values) except -1
@cython.locals(i=Py_ssize_t)
cdef void _unnumber(list values) noexcept
@cython.locals(v=Node, i=Py_ssize_t, labels=list)
cpdef object numbered_labels(list values, str prefix)
@cython.locals(i=Py_ssize_t)
cpdef object number_labels(list values, str prefix)
@cython.locals(v=Node, i=Py_ssize_t)
cpdef bint put_numbers(dict state, list values, str prefix) except -1
cpdef dict room_for_names(Py_ssize_t count)
@cython.locals(i=Py_ssize_t)
cpdef bint are_numbered(list names, Py_ssize_t start, Py_ssize_t count, str prefix) except -1
cpdef object shared_by(Node v)
cpdef tuple edges_back(Node v)
cpdef double peek(Node v) except? -1.0
