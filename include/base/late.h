/* late.h - foreign libraries, loaded when something of them is needed for the first time: finding
 * them, mapping them and looking up their thousands of names would be half of the time from the
 * start to the first output of a run that needs none.
 *
 * Each has a small module of its own beside who uses it: the calls as rows of a macro, a struct of
 * pointers made from them, and one function that loads it. Once loaded a library stays, and its
 * pointers are constant. Thread: any. */
#ifndef SPATE_BASE_LATE_H
#define SPATE_BASE_LATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

/* A function, or a variable, and the pointer that is to hold its address. */
struct late_call {
    const char *name;
    void *into;
};

struct late {
    const char *file; /* with the version of its interface, as the linker would have noted it */
    const char *lack; /* what cannot be done without it, as the beginning of a sentence */
    const struct late_call *calls;
    size_t count;
    bool (*start)(void); /* once, when all calls are there; NULL: nothing to start */
    atomic_bool ready;
};

#define LATE(file, lack, calls, start) \
    {file, lack, calls, sizeof(calls) / sizeof *(calls), start, false}

/* Loads it unless that was done. False with *why when it is not to be had; the next call tries again. */
bool late_load(struct late *library, struct error *why);

#endif
