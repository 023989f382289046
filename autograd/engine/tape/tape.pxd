cimport cython

cdef enum:
    OTHER, ADD, SUB, MUL, DIV, POW, CUBE, MOD, NEG, SQUARE, EXP, LOG, SQRT, SIN, COS
    TANH, SIGMOID, RELU, MAXIMUM, WHERE, SUM, DOT, STOPS

cdef enum:
    PLUS = -1
    MINUS = -2

@cython.final
cdef class Tape:
    cdef readonly Py_ssize_t inputs, parameters, leaves, count, rows
    cdef readonly object numbers
    cdef readonly tuple roots
    cdef bint ready
    cdef list rules
    cdef int[::1] kinds, first, operands, own, slopes, outputs, order
    cdef signed char[::1] flows, to_parameters, to_inputs
    cdef int[::1] sources, by, targets, all_sources, all_by, all_targets

    cdef list _order(self, Py_ssize_t root)
    cdef object _ways(self, Py_ssize_t start, Py_ssize_t end)
    cdef tuple _edges(self, object needed)
