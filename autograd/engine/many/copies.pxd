cimport cython

from autograd.engine.applying cimport node
from autograd.engine.arithmetic cimport binary, constant, extra_of, unary, wide
from autograd.engine.node cimport Node
from autograd.engine.value cimport Value

cdef extern from "memory.h":
    double *new_slopes(Py_ssize_t count) except NULL

cdef int LEAF, REQUIRES, INLINE_A, INLINE_B, WIDE, MEMBER, SHARED, MIRRORED

cdef inline object address(object x):
    return <size_t> <void *> x

@cython.locals(operands=tuple, n=Py_ssize_t)
cpdef Node copy_over(Value v, object over)
@cython.locals(copy=Node)
cdef Node _copy(Node v, Node a, Node b)
@cython.locals(slopes="double *", i=Py_ssize_t)
cdef Node _copy_wide(Node v, tuple operands)
cdef Node _finished(Node v, Node copy)
@cython.locals(v=Value, a=Node, b=Node, nodes=list, copied=list)
cpdef object copy_graph(object order, dict memo)
cdef Node _copied(Node v, dict memo)
