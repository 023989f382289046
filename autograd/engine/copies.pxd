cimport cython

from autograd.engine.node cimport Extra, Node
from autograd.engine.value cimport Value, _binary, _constant, _extra, _unary, _wide, new_slopes, node

cdef int LEAF, REQUIRES, INLINE_A, INLINE_B, WIDE, MEMBER, SHARED, MIRRORED

cdef inline object address(object x):
    return <size_t> <void *> x

@cython.locals(operands=tuple, n=Py_ssize_t)
cpdef Value copy_over(Node v, object over)
@cython.locals(copy=Value)
cdef Value _copy(Node v, Node a, Node b)
@cython.locals(slopes="double *", i=Py_ssize_t)
cdef Value _copy_wide(Node v, tuple operands)
cdef Value _finished(Node v, Value copy)
@cython.locals(v=Node, a=Value, b=Value, nodes=list, copied=list)
cpdef object copy_graph(object order, dict memo)
cdef Value _copied(Node v, dict memo)
