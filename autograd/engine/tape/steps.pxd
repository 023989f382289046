cimport cython

from autograd.engine cimport kernels
from autograd.engine.arithmetic cimport number
from autograd.engine.kernels cimport c_cos, c_exp, c_log, c_sin, c_sqrt, c_tanh
from autograd.engine.tape.tape cimport (
    ADD, COS, CUBE, DIV, DOT, EXP, LOG, MAXIMUM, MINUS, MOD, MUL, NEG, PLUS, POW, RELU, SIGMOID, SIN, SQRT, SQUARE,
    STOPS, SUB, SUM, TANH, WHERE, Tape,
)

cdef double over(double a, double b) noexcept
cdef int *start(int[::1] numbers) noexcept
cdef int run_one_forward(Tape tape, double *V, bint slopes) except -1
cdef int run_one_back(Tape tape, double *V, double *G, bint inputs) except -1
@cython.locals(k=Py_ssize_t, i=Py_ssize_t, j=Py_ssize_t, e=Py_ssize_t, r=Py_ssize_t, a=Py_ssize_t, b=Py_ssize_t,
               c=Py_ssize_t, sa=Py_ssize_t, sb=Py_ssize_t, sc=Py_ssize_t, n=Py_ssize_t, bias=Py_ssize_t,
               leaves=Py_ssize_t, kind=int, y=double, taken=double, stopped=bint, operands="int *", own="int *", first="int *",
               kinds="int *")
cdef int run_forward(Tape tape, double *V, Py_ssize_t width, Py_ssize_t w, bint slopes) except -1
@cython.locals(e=Py_ssize_t, j=Py_ssize_t, start=Py_ssize_t, end=Py_ssize_t, y=double)
cdef int _apply(Tape tape, double *V, Py_ssize_t k, Py_ssize_t width, Py_ssize_t w, bint slopes) except -1
@cython.locals(j=Py_ssize_t, e=Py_ssize_t, g=Py_ssize_t, s=Py_ssize_t, t=Py_ssize_t, part=double, edges=Py_ssize_t,
               source="int *", slope="int *", target="int *")
cdef int run_back(Tape tape, double *V, double *G, Py_ssize_t width, Py_ssize_t w, bint inputs,
                   bint careful) except -1
@cython.locals(leaves=Py_ssize_t, r=Py_ssize_t, j=Py_ssize_t, t=Py_ssize_t, s=Py_ssize_t, g=double, part=double,
               operands="int[::1]", first="int[::1]", slopes="int[::1]")
cdef int run_back_from(Tape tape, double *V, double *G, Py_ssize_t root, signed char[::1] ways, signed char[::1] arrived) except -1
