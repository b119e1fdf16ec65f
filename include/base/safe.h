/* safe.h - foreign bytes made fit for a terminal.
 *
 * Log lines, file names and whatever came from them are written by attackers.
 * The renderers that draw take `struct safe`, and only this module makes one.
 *
 * Rules: C0, DEL, C1 (raw bytes and U+0080-9F) and invalid UTF-8 become \xNN;
 * bidi controls, zero-width characters, tags, line and paragraph separators
 * become \u{NNNN}; of combining marks at most two stay on a base character, further ones
 * and those without a base become \u{NNNN} too; the result is cut by display width, with an
 * ellipsis as its last column where it was cut (`~` in ASCII mode). Idempotent apart from the cut.
 * Thread: any. */
#ifndef SPATE_BASE_SAFE_H
#define SPATE_BASE_SAFE_H

#include "base/buf.h"
#include "base/text.h"
#include <stdbool.h>

struct safe {
    struct text utf8; /* valid UTF-8 without a control character */
    unsigned width;   /* columns on a terminal */
};

struct safe_limits {
    unsigned width; /* columns at the most; 0: no limit */
    bool ascii;     /* no byte above 0x7e: others become \u{NNNN} */
};

/* Appends the safe form to *room, which must outlive the result and is the
 * memory it lies in (growing *room again moves it). */
struct safe safe_make(struct buf *room, struct text foreign, struct safe_limits limits);

/* Appends the safe form without limits: for text output and error messages. */
void safe_add(struct buf *out, struct text foreign);

/* The safe form of a short string in a rotating per-thread static buffer, cut to
 * 160 columns: for error messages. At most 8 results are alive at a time. */
const char *safe_str(struct text foreign);

#endif
