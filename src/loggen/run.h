/* run.h - writes the lines, at the pace that was asked for.
 *
 * One thread, the main one. */
#ifndef SPATE_LOGGEN_RUN_H
#define SPATE_LOGGEN_RUN_H

#include "base/error.h"
#include "loggen/options.h"
#include <signal.h>

/* Until the end or until *stop is set. *lines is how many were written, also after a failure.
 * False with an explanation when it could not go on. */
bool run(const struct options *options, const volatile sig_atomic_t *stop, uint64_t *lines,
         struct error *why);

#endif
