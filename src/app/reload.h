/* reload.h - a configuration read again while the run goes on: SIGHUP.
 *
 *   main ──reload──▶ slot (one) ──▶ parser: other logs, formats, `where` ──notice──▶ queue
 *                                                                                     │
 *   main ◀──unused── sender: other channels ◀── keeper ◀── monitor: other rules ◀─────┘
 *
 * The parser takes it over between two batches and sends a notice down the queue: what lies before
 * that is read, judged and told of as before, what lies behind it as the new one says. So nothing
 * is counted twice, or by half of each.
 *
 * All or nothing: one that is bad, or that changes what a running process cannot change, is refused
 * as a whole, and said; the old one stays. Main makes them and frees those that are no longer in
 * use. */
#ifndef SPATE_APP_RELOAD_H
#define SPATE_APP_RELOAD_H

#include <stdatomic.h>

#include "app/options.h"
#include "app/setup.h"

struct sender;

/* Who may still look at one: the monitor thread (and the parser before it), and who tells people.
 */
enum { RELOAD_USERS = 2 };

struct reload {
    struct settings settings; /* own what the setup points to */
    struct setup setup;
    struct sender *sender; /* who tells people then; NULL: nobody is to be told */
    bool good;
    char news[480];       /* what people should know, safe */
    atomic_int users;     /* main frees what has none */
    struct reload *older; /* main's list */
};

/* Main thread: reads the command line of `s` (the settings of the start) once more, and with it the
 * configuration. */
struct reload *reload_new(const struct settings *s, bool console);
void reload_free(struct reload *r); /* accepts NULL */

/* Any thread: one of its users looks at it no more. */
void reload_unused(void *reload);

/* Main thread: takes those that nobody uses out of the list. */
void reload_sweep(struct reload **list);

#endif
