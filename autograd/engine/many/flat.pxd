cimport cython

from autograd.engine.many.order cimport operand, operand_count, unmark
from autograd.engine.node cimport Node, pair_slope
from autograd.engine.value cimport Value

cdef int LEAF, INLINE_A, INLINE_B, WIDE, MEMBER, MIRRORED

cdef object zeros(str kind, Py_ssize_t count)
cpdef double chain(double upstream, double local_derivative) noexcept

@cython.final
cdef class FlatGraph:
    cdef readonly Py_ssize_t count, edge_count
    cdef readonly dict labels, params
    cdef bint ready
    cdef int[::1] codes, flags, first, sources, targets
    cdef double[::1] data, grads, slopes

    @cython.locals(other=FlatGraph)
    cpdef FlatGraph with_slopes(self, object slopes)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, good=bint)
    cdef object _restore(self, tuple columns)
    @cython.locals(v=Value, i=Py_ssize_t, e=Py_ssize_t, edges=Py_ssize_t)
    cdef object _measure(self, list nodes, Py_ssize_t alone)
    @cython.locals(v=Value, a=Value, i=Py_ssize_t, e=Py_ssize_t, wrong=Py_ssize_t)
    cdef bint _join(self, list nodes) except -1
    @cython.locals(v=Value, i=Py_ssize_t, e=Py_ssize_t, k=Py_ssize_t)
    cdef object _join_beside(self, list nodes)
    @cython.locals(v=Value, i=Py_ssize_t, e=Py_ssize_t, k=Py_ssize_t)
    cdef object _read_numbers(self, list nodes)
    cdef Py_ssize_t _checked(self, Py_ssize_t i) except -1
    cpdef tuple node(self, Py_ssize_t i)
    cpdef tuple edge(self, Py_ssize_t e)
    @cython.locals(i=Py_ssize_t)
    cpdef list operations(self)
    cpdef bint passes(self, Py_ssize_t i) except -1
    cpdef tuple span(self, Py_ssize_t i)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t)
    cpdef list operands(self)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, levels="int[::1]")
    cpdef list levels(self)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, k=Py_ssize_t, steps=Py_ssize_t, total=double, slope=double,
                   totals="double[::1]", chosen="int[::1]")
    cpdef list adjoints(self, Py_ssize_t target, bint size=*, object order=*)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, below=Py_ssize_t, slope=double, totals="double[::1]",
                   above="unsigned char[::1]")
    cpdef list tangents(self, Py_ssize_t source)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, slope=double, errors="double[::1]")
    cpdef double rounding_error(self, double unit) except? -1.0
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, above="unsigned char[::1]", on="unsigned char[::1]")
    cpdef object between(self, Py_ssize_t source, Py_ssize_t target)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, counts=list)
    cpdef object count_paths(self, Py_ssize_t source, Py_ssize_t target)
    @cython.locals(i=Py_ssize_t, e=Py_ssize_t, counts=list)
    cpdef list path_counts(self, Py_ssize_t target)

@cython.locals(graph=FlatGraph)
cdef FlatGraph _blank()
