/* input.h - standard input as a log: one stream, live, with no place to go back to.
 *
 * Read only when poll() said so, because its descriptor is shared with others and may
 * block. Owns the unfinished line, not the descriptor. One thread. */
#ifndef SPATE_SOURCE_INPUT_H
#define SPATE_SOURCE_INPUT_H

#include "source/lines.h"
#include "source/shared.h"
#include <stdbool.h>
#include <stdint.h>

struct input {
    bool wanted; /* it was named */
    bool ready;  /* a read will not block */
    bool ended;
    uint64_t room; /* of the pipe: a full one holds the writer up */
    uint32_t source;
    struct lines lines;
};

void input_init(struct input *in);

/* It was named. */
void input_want(struct input *in, const struct os *os, uint32_t source);

void input_done(struct input *in);

/* One read, if it is ready. True when the batch holds lines. The end is told as a notice. */
bool input_read(struct input *in, struct shared *shared, struct batch *b);

#endif
