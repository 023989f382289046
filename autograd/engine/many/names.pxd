cimport cython

from autograd.engine.value cimport Value

cdef extern from "memory.h":
    dict dict_for(Py_ssize_t count)
    bint is_numbered(str label, str prefix, Py_ssize_t number)

@cython.locals(v=Value, i=Py_ssize_t, labels=list)
cpdef object numbered_labels(list values, str prefix)
@cython.locals(i=Py_ssize_t)
cpdef object number_labels(list values, str prefix)
cpdef dict room_for_names(Py_ssize_t count)
@cython.locals(v=Value, i=Py_ssize_t)
cpdef bint put_numbers(dict state, list values, str prefix) except -1
@cython.locals(i=Py_ssize_t)
cpdef bint are_numbered(list names, Py_ssize_t start, Py_ssize_t count, str prefix) except -1
