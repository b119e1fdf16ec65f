/* line.h - the events that wait for one channel, oldest first, and the bytes that they share with
 * other channels.
 *
 * Owned by the outbox; one thread. */
#ifndef SPATE_NOTIFY_LINE_H
#define SPATE_NOTIFY_LINE_H

#include "base/text.h"
#include "notify/event.h"
#include <stddef.h>
#include <stdint.h>

/* A packed event, counted: one copy for all channels. */
struct parcel {
    size_t holders;
    size_t len;
    char bytes[];
};

struct parcel *parcel_new(struct text packed); /* held once */
struct parcel *parcel_hold(struct parcel *p);
void parcel_drop(struct parcel *p);
static inline struct text parcel_text(const struct parcel *p)
{
    return text_make(p->bytes, p->len);
}

struct waiting {
    char key[NOTIFY_KEY_SIZE];
    enum notify_state state;
    uint64_t alert;
    uint64_t message;   /* the frozen message that it is in; 0: none */
    int64_t since_ns;   /* when it came */
    int64_t give_up_ns; /* when it is no longer tried */
    struct parcel *parcel;
};

struct line {
    struct waiting *all;
    size_t first, count, room;
};

void line_done(struct line *l);

static inline struct waiting *line_at(const struct line *l, size_t index)
{
    return &l->all[l->first + index];
}

/* Takes over the parcel. */
void line_add(struct line *l, const struct waiting *w);
/* Takes one out and drops its parcel. */
void line_remove(struct line *l, size_t index);

#endif
