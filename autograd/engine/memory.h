/* Where compiled nodes live, how one is made and how it is freed; Python has no words for these. Plain C that GCC, Clang
 * and MSVC take. `arithmetic.pxd` and others include it; `uncompiled.py` says the same in Python.
 *
 * Nodes lie in slabs of 16 KiB, one beside the other in the order in which they are made. A graph is then walked where it
 * was written, and the next one finds the same memory, still in the cache:
 *
 *     slab   | head | node | node | free | node | free | ...   169 places
 *
 * A new node takes, in this order: a place of the current slab; a slab with places that became free, if they are a quarter
 * of it (so at least three quarters of all other slabs are in use, whatever survives of a graph); an empty slab; new
 * memory. Against blocks from Python's own allocator, a step over 100,000 nodes takes two thirds of the time.
 *
 * Under an address sanitizer each node gets memory of its own, so that the sanitizer sees what is read after its end.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The fields of `Node` in `node.pxd`, in its order; `slabs_install` compares the sizes. */
typedef struct NodeFields {
    PyObject_HEAD
    double _data, _grad, _da, _db;
    struct NodeFields *_a, *_b; /* or None */
    PyObject *_label, *_extra;
    struct NodeFields *_next;
    int _left;
    short _code, _flags;
} NodeFields;

/* ----- Memory ----- */

#define SLAB 16384 /* bytes from one to the next, and their alignment: a node's slab is found by masking its address */
/* What is asked for: the allocator's own 16 bytes then lie in the slab before. Asked for all 16 KiB, glibc's puts every
 * slab 32 KiB behind the last, and the pages touched come to 144 bytes a node. */
#define ASKED (SLAB - 16)

typedef struct Slab {
    struct Slab *next, *previous; /* in one of the two lists below */
    NodeFields *free;             /* places that were in use before, linked by their field `_next` */
    int fresh;                    /* the first place that never was */
    int live;                     /* nodes in it */
    int listed;                   /* whether it stands in the list of slabs with free places */
} Slab;

#define HEAD 64 /* bytes in front of the nodes, which so begin at multiples of 32; `hash()` of a Value counts on that */
#define PLACES ((int)((ASKED - HEAD) / sizeof(NodeFields)))
#define KEPT 4096 /* empty slabs beyond as many as are in use: 64 MiB */

static Slab *current_slab, *empty_slabs, *slabs_with_places;
static Py_ssize_t slabs_in_use, slabs_empty;

#if defined(__SANITIZE_ADDRESS__)
#define OWN_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OWN_MEMORY 1
#endif
#endif

static inline Slab *slab_new(void) {
#if defined(_MSC_VER)
    return (Slab *)_aligned_malloc(ASKED, SLAB);
#else
    void *memory = NULL;
    return posix_memalign(&memory, SLAB, ASKED) ? NULL : (Slab *)memory;
#endif
}

static inline void slab_give_back(Slab *slab) {
#if defined(_MSC_VER)
    _aligned_free(slab);
#else
    free(slab);
#endif
}

static inline void slab_unlist(Slab *slab) {
    if (slab->previous) slab->previous->next = slab->next;
    else slabs_with_places = slab->next;
    if (slab->next) slab->next->previous = slab->previous;
    slab->listed = 0;
}

/* The next current slab, once the current one has no place left; NULL where there is no memory. */
static inline Slab *slab_next(void) {
    Slab *slab = slabs_with_places;
    if (slab) {
        slab_unlist(slab);
        return current_slab = slab;
    }
    if ((slab = empty_slabs)) {
        empty_slabs = slab->next;
        slabs_empty--;
    } else if (!(slab = slab_new())) {
        return NULL;
    }
    memset(slab, 0, sizeof(Slab));
    slabs_in_use++;
    return current_slab = slab;
}

static inline NodeFields *place_take(void) {
#ifdef OWN_MEMORY
    return (NodeFields *)malloc(sizeof(NodeFields));
#else
    Slab *slab = current_slab;
    NodeFields *v;
    if (!slab || (!slab->free && slab->fresh == PLACES)) {
        if (!(slab = slab_next())) return NULL;
    }
    slab->live++;
    if (slab->fresh < PLACES) return (NodeFields *)((char *)slab + HEAD) + slab->fresh++;
    v = slab->free;
    slab->free = v->_next;
    return v;
#endif
}

static inline void place_free(NodeFields *v) {
#ifdef OWN_MEMORY
    free(v);
#else
    Slab *slab = (Slab *)((size_t)v & ~(size_t)(SLAB - 1));
    if (--slab->live == 0) {
        /* Empty: its places are in order again. */
        slab->free = NULL;
        slab->fresh = 0;
        if (slab == current_slab) return;
        if (slab->listed) slab_unlist(slab);
        slabs_in_use--;
        slab->next = empty_slabs;
        empty_slabs = slab;
        slabs_empty++;
        while (slabs_empty > slabs_in_use + KEPT) {
            slab = empty_slabs;
            empty_slabs = slab->next;
            slabs_empty--;
            slab_give_back(slab);
        }
        return;
    }
    v->_next = slab->free;
    slab->free = v;
    if (slab != current_slab && !slab->listed && PLACES - slab->live >= PLACES / 4) {
        slab->listed = 1;
        slab->previous = NULL;
        slab->next = slabs_with_places;
        if (slab->next) slab->next->previous = slab;
        slabs_with_places = slab;
    }
#endif
}

/* Bytes in slabs that hold nodes, and in those kept for the next ones. */
static inline Py_ssize_t bytes_in_use(void) { return slabs_in_use * SLAB; }
static inline Py_ssize_t bytes_kept(void) { return slabs_empty * SLAB; }

/* Ask for the memory eight nodes before this one, where a walk back is about to come: it goes through a graph as that lies
 * in memory, from the end, and the processor's own guess ends with every page. A fifth of the walk's time. */
static inline void look_ahead(NodeFields *v) {
#if defined(__GNUC__)
    __builtin_prefetch((char *)v - 768, 1);
    __builtin_prefetch((char *)v - 832, 1);
#else
    (void)v;
#endif
}

/* ----- Making a node ----- */

static PyTypeObject *node_type;

/* What PyObject_Init does, written out: as a call it is a sixth of what recording a product takes. */
static inline void node_begin(NodeFields *v) {
#if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS) || defined(Py_GIL_DISABLED)
    PyObject_Init((PyObject *)v, node_type);
#else
    Py_SET_TYPE((PyObject *)v, node_type);
    Py_SET_REFCNT((PyObject *)v, 1);
#endif
}

/* Most nodes refer to None two or three times. Counted one by one, each waits for the one before: 2 ns. */
static inline void none_count(Py_ssize_t change) {
#if PY_VERSION_HEX < 0x030C0000 /* later, None's references are not counted */
    Py_SET_REFCNT(Py_None, Py_REFCNT(Py_None) + change);
#else
    (void)change;
#endif
}

/* All fields at once. */
static inline PyObject *new_node(PyObject *a, PyObject *b, double data, double da, double db, int code, int flags) {
    NodeFields *v = place_take();
    if (!v) return PyErr_NoMemory();
    node_begin(v);
    v->_data = data;
    v->_grad = 0.0;
    v->_da = da;
    v->_db = db;
    Py_INCREF(a);
    Py_INCREF(b);
    none_count(2);
    v->_a = (NodeFields *)a;
    v->_b = (NodeFields *)b;
    v->_label = Py_None;
    v->_extra = Py_None;
    v->_next = NULL;
    v->_left = 0;
    v->_code = (short)code;
    v->_flags = (short)flags;
    return (PyObject *)v;
}

/* For `Value(...)`: tp_new. Cython's own calls those of the two classes below, and writes each field twice. */
static int leaf;
static inline PyObject *node_blank(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    (void)type; /* node_type: it has no subclasses */
    (void)args;
    (void)keywords;
    return new_node(Py_None, Py_None, 0.0, 0.0, 0.0, leaf, 0);
}

/* ----- A leaf whose number stands in an array too ----- */

/* Where: a leaf has no local derivatives, so that the address takes the place of one. */
static inline void mirror_place(NodeFields *v, double *place) { memcpy(&v->_da, &place, sizeof(place)); }

static inline void mirror_write(NodeFields *v) {
    double *place;
    memcpy(&place, &v->_da, sizeof(place));
    *place = v->_data;
}

/* ----- Freeing a node ----- */

static int freeing;
static NodeFields *doomed; /* nodes that nobody refers to any more, linked by a field that nobody reads any more */

/* Take back a reference that a node has held; how many of them were to None. */
static inline int node_release(PyObject *o) {
    if (o == Py_None) return 1;
    if (o && Py_TYPE(o) == node_type && Py_REFCNT(o) == 1) {
        ((NodeFields *)o)->_next = doomed;
        doomed = (NodeFields *)o;
    } else {
        Py_XDECREF(o);
    }
    return 0;
}

/* tp_dealloc. The end of a node may be the end of its operands, and so on down a chain of any length: they wait in a
 * list, the latest first, so that a graph is freed from its end to its beginning, as it lies in memory. */
static inline void node_dealloc(PyObject *o) {
    NodeFields *v = (NodeFields *)o;
    Py_ssize_t nones = 0;
    v->_next = doomed;
    doomed = v;
    if (freeing) return; /* from inside the loop below, by way of a node's tuple of operands */
    freeing = 1;
    while ((v = doomed)) {
        PyObject *a = (PyObject *)v->_a, *b = (PyObject *)v->_b, *label = v->_label, *extra = v->_extra;
        doomed = v->_next;
        place_free(v);
        nones += node_release(a);
        nones += node_release(b);
        nones += node_release(label);
        nones += node_release(extra);
    }
    freeing = 0;
    none_count(-nones);
}

/* Whether an object is a node; every node is of one type. */
static inline int is_node(PyObject *x) { return Py_TYPE(x) == node_type; }

/* Let nodes of this type live here; `code` is that of a leaf. False if the type's fields are not those above. */
static inline int slabs_install(PyObject *type, int code) {
    PyTypeObject *t = (PyTypeObject *)type;
    if (t->tp_basicsize != (Py_ssize_t)sizeof(NodeFields) || t->tp_flags & Py_TPFLAGS_HEAPTYPE) return 0;
    t->tp_new = node_blank;
    t->tp_dealloc = node_dealloc;
    node_type = t;
    leaf = code;
    return 1;
}

/* ----- The local derivatives of a node with many operands ----- */

static inline double *new_slopes(Py_ssize_t count) {
    double *slopes = (double *)calloc(count ? (size_t)count : 1, sizeof(double));
    if (!slopes) PyErr_NoMemory();
    return slopes;
}

static inline void free_slopes(double *slopes) { free(slopes); }

/* ----- Names ----- */

/* An empty dict with room for so many entries, as far as Python allows: one that grows moves them time and again. */
static inline PyObject *dict_for(Py_ssize_t count) {
#if PY_VERSION_HEX < 0x030D0000 /* later, Python keeps this function to itself */
    return _PyDict_NewPresized(count);
#else
    (void)count;
    return PyDict_New();
#endif
}

/* Whether a label is a prefix with a number behind it, as in "layers.0.w12", without a text made of both. */
static inline int is_numbered(PyObject *label, PyObject *prefix, Py_ssize_t number) {
    if (!PyUnicode_Check(prefix)) return 0; /* None, which Cython takes for a text */
    Py_ssize_t length = PyUnicode_GET_LENGTH(label), behind = PyUnicode_GET_LENGTH(prefix);
    int kind = PyUnicode_KIND(label);
    if (kind != (int)PyUnicode_KIND(prefix)) return 0; /* digits do not change it */
    do {
        if (length <= behind || PyUnicode_READ_CHAR(label, --length) != (Py_UCS4)('0' + number % 10)) return 0;
        number /= 10;
    } while (number);
    return length == behind && !memcmp(PyUnicode_DATA(label), PyUnicode_DATA(prefix), (size_t)(behind * kind));
}
