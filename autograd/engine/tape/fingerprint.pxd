cimport cython

from autograd.engine.node cimport Node

cdef int REQUIRES

@cython.final
cdef class Fingerprint:
    cdef object owner
    cdef list owners, dicts, containers, contents, nodes, required

    @cython.locals(i=Py_ssize_t)
    cpdef bint fits(self, object x) except -1

cdef bint _takes_gradient(Node v) except -1
@cython.locals(i=Py_ssize_t)
cdef bint _same_list(list now, tuple then) except -1
@cython.locals(i=Py_ssize_t, n=Py_ssize_t)
cdef bint _same_dict(dict now, tuple then) except -1
