cimport cython
from cpython.long cimport PyLong_AsLongAndOverflow

from autograd.engine cimport kernels
from autograd.engine.kernels cimport c_cos, c_exp, c_log, c_sin, c_sqrt, c_tanh
from autograd.engine.node cimport Extra, Node

cdef extern from "memory.h":
    # A Node, and no other object: nobody has to look at its type.
    Node new_node(object a, object b, double data, double da, double db, int code, int flags)
    bint is_node(object x)
    bint slabs_install(object kind, int leaf)
    Py_ssize_t bytes_in_use()
    Py_ssize_t bytes_kept()
    double *new_slopes(Py_ssize_t count) except NULL

cdef int ADD, SUB, MUL, DIV, POW, MOD, NEG, EXP, LOG, SQRT, SIN, COS, TANH, RELU, SIGMOID, MAXIMUM
cdef int LEAF, REQUIRES, CONSTANT, INLINE_A, INLINE_B, WIDE
cdef long modes

@cython.no_gc
cdef class Arithmetic(Node):
    pass

cdef bint is_value(object x) noexcept
cdef Node as_value(object x)
@cython.locals(whole=long, overflow=int)
cdef double number(object x) except? -1.0
cdef double _other_number(object x) except? -1.0
cdef bint is_plain(object x) except -1

@cython.locals(v=Node)
cdef Node constant(double data)
@cython.locals(v=Node)
cdef Node bare(Node a, Node b, double data, double da, double db, int op, int flags)
@cython.locals(v=Node)
cdef Node unary(Node a, double data, double da, int op)
@cython.locals(v=Node)
cdef Node binary(Node a, Node b, double data, double da, double db, int op)
@cython.locals(v=Node)
cdef Node _with_number(Node a, double c, bint left, double data, double da, int op)
@cython.locals(v=Node)
cdef Node wide(int op, tuple operands, double data, double *slopes, tuple params)
@cython.locals(extra=Extra)
cdef Extra extra_of(tuple operands, double *slopes, tuple params, str place)
@cython.locals(i=Py_ssize_t)
cdef int any_requires(tuple operands) except -1
cdef Node under_modes(Node v)
cdef object install(object kind)

cdef Node _add(Node a, Node b)
cdef Node _add_number(Node a, double c, bint left)
cdef Node _subtract(Node a, Node b)
cdef Node _subtract_number(Node a, double c, bint left)
cdef Node _multiply(Node a, Node b)
cdef Node multiply_number(Node a, double c, bint left)
@cython.locals(y=double)
cdef Node _divide_by(Node a, Node b)
@cython.locals(y=double)
cdef Node _divide_number(Node a, double c, bint left)
@cython.locals(x=double, c=double, y=double)
cdef Node _power_of(Node a, Node b)
@cython.locals(y=double)
cdef Node _power_number(Node a, double c, bint left)
cdef Node _remainder_of(Node a, Node b)
cdef Node _remainder_number(Node a, double c, bint left)
@cython.locals(y=double)
cdef Node exp_of(Node a)
cdef Node log_of(Node a)
@cython.locals(y=double)
cdef Node sqrt_of(Node a)
cdef Node sin_of(Node a)
cdef Node cos_of(Node a)
@cython.locals(y=double)
cdef Node tanh_of(Node a)
@cython.locals(y=double)
cdef Node sigmoid_of(Node a)
cdef Node relu_of(Node a)
@cython.locals(x=double, y=double)
cdef Node maximum_of(Node a, Node b)
@cython.locals(x=double, y=double)
cdef Node maximum_with(Node a, double c, bint left)
