cimport cython

cdef extern from "<math.h>":
    double c_exp "exp"(double x)
    double c_log "log"(double x)
    double c_floor "floor"(double x)
    double c_fmod "fmod"(double x, double y)
    double c_sqrt "sqrt"(double x)
    double c_sin "sin"(double x)
    double c_cos "cos"(double x)
    double c_tanh "tanh"(double x)

cdef double INF, TURN
cdef long long HALF, WORD

cdef double quotient(double a, double b) except? -1.0
cdef double power(double x, double c) except? -1.0
cdef double base_slope(double x, double c) except? -1.0
cdef double exponent_slope(double x, double c, double y) noexcept
@cython.locals(rest=double)
cdef double remainder(double a, double b) except? -1.0
@cython.locals(rest=double, whole=double, floor=double)
cdef double floor_quotient(double a, double b) except? -1.0
cdef double log_slope(double x) except? -1.0
@cython.locals(z=double)
cdef double logistic(double x) noexcept
cdef double rectified(double x) noexcept
cdef double rectified_slope(double x) noexcept
cdef double larger(double x, double y) noexcept
cdef double larger_slope(double x, double y) noexcept
@cython.locals(n=Py_ssize_t, i=Py_ssize_t, size=double, angle=double)
cpdef object normal_pairs(const double[::1] uniforms, double[::1] into)
@cython.locals(used=Py_ssize_t, shift=int, half="long long", i=Py_ssize_t, k=Py_ssize_t)
cpdef Py_ssize_t shuffle(Py_ssize_t[::1] order, const unsigned long long[::1] words) except -2
