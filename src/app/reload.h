/* reload.h - a configuration read again while the run goes on: SIGHUP.
 *
 *   main thread ──reload──▶ slot (one) ──▶ monitor thread: other rules from now on
 *
 * A good one takes over its alerts and its update interval; files, formats, `where` and the rest
 * are those of the start until the next one. A bad one is refused, and said; the old one stays.
 * Main makes them and frees those that are no longer in use. */
#ifndef SPATE_APP_RELOAD_H
#define SPATE_APP_RELOAD_H

#include <stdatomic.h>

#include "app/options.h"
#include "app/rule_set.h"

enum reload_state { RELOAD_WAITS, RELOAD_RULES, RELOAD_OVER };

struct reload {
    struct settings settings; /* own the rules of the set */
    struct rule_set set;
    bool good;
    char news[480];           /* what people should know, safe */
    _Atomic int state;        /* enum reload_state; the monitor thread moves it on, main frees what is over */
    struct reload *older;     /* main's list */
};

/* Main thread: reads the command line of `s` once more, and with it the configuration. */
struct reload *reload_new(const struct settings *s);
void reload_free(struct reload *r); /* accepts NULL */

/* Main thread: takes those that are over out of the list. */
void reload_sweep(struct reload **list);

#endif
