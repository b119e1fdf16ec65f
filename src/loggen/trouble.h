/* trouble.h - a part of the server fails for a while, then works again.
 *
 * A value, counted in requests, so that the same seed has the same trouble. One thread. */
#ifndef SPATE_LOGGEN_TROUBLE_H
#define SPATE_LOGGEN_TROUBLE_H

#include "loggen/hit.h"
#include "loggen/random.h"

struct trouble {
    uint32_t left; /* requests until it is over; 0: none */
    uint32_t kind; /* which row of the table in trouble.c */
    uint32_t drawn;
};

/* Once a request: begins and ends trouble. */
void trouble_step(struct trouble *trouble, struct random *random);

/* Makes an answer an error, if it falls into the trouble. */
void trouble_change(const struct trouble *trouble, struct hit *hit);

#endif
