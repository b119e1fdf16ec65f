/* output.h - standard output, with a clear end when it cannot be written. Main thread. */
#ifndef SPATE_APP_OUTPUT_H
#define SPATE_APP_OUTPUT_H

#include <stdbool.h>
#include "base/buf.h"

/* Writes all of it and clears it; says on stderr why not. While it waits for a slow reader, `stop_fd`
 * (-1: none) becoming readable ends the wait after a second: a blocked pipe must not make us
 * deaf to Ctrl-C. */
bool output_write(struct buf *out, int stop_fd);

#endif
