cimport cython

from autograd.engine.arithmetic cimport bare
from autograd.engine.node cimport Node, NodeFields, count_write
from autograd.engine.value cimport Value

cdef extern from "memory.h":
    double *new_slopes(Py_ssize_t count) except NULL
    void free_slopes(double *slopes)
    void mirror_place(NodeFields *v, double *place)
    void mirror_write(NodeFields *v)

cdef extern from *:
    ctypedef unsigned long long uintptr_t

cdef int LEAF, REQUIRES, PARAMETER, MIRRORED

@cython.locals(v=Value)
cpdef list numbers_of(list values)
@cython.locals(v=Value, values=list, i=Py_ssize_t)
cpdef list new_parameters(const double[::1] numbers, str prefix)
@cython.final
@cython.no_gc
cdef class NumberReader:
    cdef tuple nodes
    cdef unsigned long long[::1] addresses
    cdef double *numbers
    cdef int reads

    @cython.locals(i=Py_ssize_t, addresses="unsigned long long[::1]", v="NodeFields *")
    cpdef object read(self, double[::1] into)
    @cython.locals(i=Py_ssize_t, count=Py_ssize_t, v=Value)
    cdef void _mirror(self) except *
    @cython.locals(i=Py_ssize_t, v=Value)
    cdef void _forget(self, Py_ssize_t count) noexcept
cdef double _number_at(unsigned long long address) noexcept
@cython.locals(i=Py_ssize_t)
cdef void _put_addresses(tuple nodes, unsigned long long[::1] into) except *
@cython.locals(i=Py_ssize_t)
cpdef object read_numbers(list values, double[::1] into)
@cython.locals(i=Py_ssize_t)
cpdef object read_gradients(list values, double[::1] into)
@cython.locals(i=Py_ssize_t, v=Value)
cpdef object write_numbers(list values, const double[::1] numbers)
@cython.locals(v=Value, i=Py_ssize_t)
cpdef object write_gradients(list values, const double[::1] gradients, bint add)
@cython.locals(i=Py_ssize_t)
cpdef object fill_gradients(list values, double grad)
