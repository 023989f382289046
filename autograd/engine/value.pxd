cimport cython

from autograd.engine.kernels cimport (
    base_slope, exponent_slope, floor_quotient, larger, larger_slope, log_slope, logistic, power, quotient,
    rectified, rectified_slope, remainder,
)
from autograd.engine.node cimport Extra, Node

cdef extern from "memory.h":
    object new_node(object a, object b, double data, double da, double db, int code, int flags)
    bint slabs_install(object kind)
    Py_ssize_t bytes_in_use()
    Py_ssize_t bytes_kept()
    double *new_slopes(Py_ssize_t count) except NULL

cdef extern from "<math.h>":
    double c_exp "exp"(double x)
    double c_log "log"(double x)
    double c_sqrt "sqrt"(double x)
    double c_sin "sin"(double x)
    double c_cos "cos"(double x)
    double c_tanh "tanh"(double x)

cdef int ADD, SUB, MUL, DIV, POW, MOD, NEG, EXP, LOG, SQRT, SIN, COS, TANH, RELU, SIGMOID, MAXIMUM, WHERE, DOT, SOFTMAX, LOG_SOFTMAX, LOGSUMEXP
cdef int LEAF, REQUIRES, PARAMETER, CONSTANT, INLINE_A, INLINE_B, WIDE, MEMBER, SHARED, MIRRORED
cdef double RADIANS_A_DEGREE, DEGREES_A_RADIAN
cdef long modes

@cython.final
@cython.no_gc
cdef class Value(Node):
    pass

cdef double number(object x) except? -1.0
cdef double _data_of(Node v)
cdef bint is_plain(object x) except -1

@cython.locals(v=Value)
cdef Value _constant(double data)
@cython.locals(v=Value, values=list, i=Py_ssize_t)
cpdef list new_parameters(const double[::1] numbers, str prefix)
@cython.locals(v=Value)
cdef Value _unary(Node a, double data, double da, int op)
@cython.locals(v=Value)
cdef Value _binary(Node a, Node b, double data, double da, double db, int op)
@cython.locals(v=Value)
cdef Value _with_number(Node a, double c, bint left, double data, double da, int op)
@cython.locals(v=Value)
cdef Value _wide(int op, tuple operands, double data, double *slopes, tuple params)
@cython.locals(extra=Extra)
cdef Extra _extra(tuple operands, double *slopes, tuple params, str place)
@cython.locals(a=Node)
cdef int _any_requires(tuple operands) except -1
cdef Value _under_modes(Value v)
@cython.locals(values=tuple, numbers=list, y=double, slopes="double *", i=Py_ssize_t, v=Value)
cpdef Value node(object op, object operands, object data, object local_grads, object params=*)
cdef Value _as_value(object x)
@cython.locals(
    given=list, numbers=list, shares=list, logarithms=list, results=list, nodes=list, operands=tuple,
    slopes="double *", flags=int, shared=Value, v=Value, i=Py_ssize_t, k=Py_ssize_t, y=double, c=double,
)
cpdef list softmax_nodes(object xs, bint logs)
@cython.locals(y=double, v=Value)
cdef Value _apply_unary(Value a, str name)
@cython.locals(a=Node, b=Node, i=Py_ssize_t, total=double)
cdef double _dot(tuple operands, double *slopes, Py_ssize_t n) except? -1.0
@cython.locals(slopes="double *")
cpdef Value dot_node(object weights, object inputs, object bias)

cdef Value _add(Value a, Value b)
cdef Value _add_number(Node a, double c, bint left)
cdef Value _subtract(Value a, Value b)
cdef Value _subtract_number(Node a, double c, bint left)
cdef Value _multiply(Value a, Value b)
cdef Value _multiply_number(Node a, double c, bint left)
@cython.locals(y=double)
cdef Value _divide_by(Value a, Value b)
@cython.locals(y=double)
cdef Value _divide_number(Node a, double c, bint left)
@cython.locals(x=double, c=double, y=double)
cdef Value _power_of(Value a, Value b)
@cython.locals(y=double)
cdef Value _power_number(Node a, double c, bint left)
cdef Value _remainder_of(Value a, Value b)
cdef Value _remainder_number(Node a, double c, bint left)
@cython.locals(y=double)
cdef Value _exp(Node a)
cdef Value _log(Node a)
@cython.locals(y=double)
cdef Value _sqrt(Node a)
cdef Value _sin(Node a)
cdef Value _cos(Node a)
@cython.locals(y=double)
cdef Value _tanh(Node a)
@cython.locals(y=double)
cdef Value _sigmoid(Node a)
@cython.locals(x=double, y=double)
cdef Value _maximum(Node a, Node b)
@cython.locals(x=double)
cdef Value _maximum_number(Node a, double c, bint left)
cpdef maximum(object a, object b)
@cython.locals(operands=tuple, slopes="double *")
cpdef where(object condition, object a, object b)
cdef Value _relu(Node a)
