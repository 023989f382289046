cimport cython

from autograd.engine.arithmetic cimport (
    any_requires, as_value, bare, extra_of, maximum_of, maximum_with, number, under_modes, wide,
)
from autograd.engine.node cimport Node
from autograd.engine.value cimport Value

cdef extern from "memory.h":
    double *new_slopes(Py_ssize_t count) except NULL

cdef int MAXIMUM, WHERE, DOT, SOFTMAX, LOG_SOFTMAX, LOGSUMEXP
cdef int WIDE, MEMBER, SHARED

cpdef maximum(object a, object b)
@cython.locals(operands=tuple, taken=int, slopes="double *")
cpdef where(object condition, object a, object b)
cdef Node _value_of(object x)
@cython.locals(slopes="double *")
cpdef Node dot_node(object weights, object inputs, object bias)
@cython.locals(a=Value, b=Value, i=Py_ssize_t, total=double)
cdef double _dot(tuple operands, double *slopes, Py_ssize_t n) except? -1.0
@cython.locals(
    given=list, numbers=list, shares=list, logarithms=list, results=list, nodes=list, operands=tuple,
    slopes="double *", flags=int, shared=Node, v=Node, i=Py_ssize_t, k=Py_ssize_t, y=double, c=double,
)
cpdef list softmax_nodes(object xs, bint logs)
