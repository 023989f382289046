cimport cython

from autograd.engine.node cimport Node
from autograd.engine.value cimport Value

cdef extern from *:
    ctypedef unsigned long long uintptr_t

cdef int LEAF, REQUIRES, PARAMETER, CONSTANT, BEHIND

@cython.locals(v=Value, i=Py_ssize_t, flags=bytearray)
cpdef bytes taking_gradients(list values)
@cython.locals(v=Value)
cpdef bint all_parameters(list values) except -1
@cython.locals(v=Value, i=Py_ssize_t, twice=bint)
cpdef bint are_distinct(list values) except -1
@cython.locals(i=Py_ssize_t, here=uintptr_t, first=uintptr_t, last=uintptr_t, stretches=list)
cdef bint _ascend(list values) except -1
@cython.locals(v=Value, i=Py_ssize_t)
cpdef object places_among(list values, list among, Py_ssize_t[::1] into)
@cython.locals(i=Py_ssize_t)
cdef bint _all_unnumbered(list values) except -1
@cython.locals(i=Py_ssize_t)
cdef void _unnumber(list values) noexcept
