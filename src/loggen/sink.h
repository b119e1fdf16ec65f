/* sink.h - where the lines go: a file that is appended to and may be rotated, or stdout.
 *
 * Owns the descriptor and the lines that are not written yet. What one flush writes is whole
 * lines. One thread. */
#ifndef SPATE_LOGGEN_SINK_H
#define SPATE_LOGGEN_SINK_H

#include "base/buf.h"
#include "base/error.h"
#include <signal.h>
#include <stdint.h>

enum rotation { ROTATE_NEVER, ROTATE_RENAME, ROTATE_COPYTRUNCATE };

enum sink_state {
    SINK_OK,
    SINK_STOPPED, /* asked to stop while a write waited */
    SINK_CLOSED,  /* nobody reads any more */
    SINK_FAILED   /* see the explanation */
};

struct sink;

/* Opens `path` for appending, creates it if it is missing; "-" is stdout. A write that waits is
 * given up at the end of a line when *stop is set. NULL with an explanation when it cannot. */
struct sink *sink_open(const char *path, enum rotation rotation, const volatile sig_atomic_t *stop,
                       struct error *why);
void sink_close(struct sink *sink);

/* Lines are added here, then counted by sink_added(). */
struct buf *sink_buf(struct sink *sink);
void sink_added(struct sink *sink);

enum sink_state sink_flush(struct sink *sink, struct error *why);

/* Puts the file aside as FILE.1 (FILE.1 becomes FILE.2, and so on up to 5) and goes on with an
 * empty one, in the way named at sink_open(). Flush first. */
enum sink_state sink_rotate(struct sink *sink, struct error *why);

/* Lines written so far. */
uint64_t sink_lines(const struct sink *sink);

#endif
