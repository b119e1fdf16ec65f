/* progress.h - a line on stderr that says how far a long reading is: only on a terminal, only when
 * it takes longer than a moment. Main thread. */
#ifndef SPATE_APP_PROGRESS_H
#define SPATE_APP_PROGRESS_H

#include <stdint.h>

struct progress;
struct progress *progress_new(uint64_t bytes); /* NULL when stderr is no terminal */
void progress_show(struct progress *p, uint64_t done); /* waits a moment, and draws a few times a second */
void progress_free(struct progress *p); /* wipes the line; accepts NULL */

#endif
