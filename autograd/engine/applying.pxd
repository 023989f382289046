cimport cython

from autograd.engine.arithmetic cimport as_value, binary, is_value, number, unary, wide
from autograd.engine.node cimport Node

cdef extern from "memory.h":
    double *new_slopes(Py_ssize_t count) except NULL

cdef int REQUIRES

@cython.locals(v=Node, values=tuple, numbers=list, y=double, slopes="double *", i=Py_ssize_t)
cpdef Node node(object op, object operands, object data, object local_grads, object params=*)
@cython.locals(y=double, v=Node)
cdef Node apply_unary(Node a, str name)
