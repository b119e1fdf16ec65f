/* run.h - writes the lines, at the pace that was asked for.
 *
 * One thread, the main one. */
#ifndef SPATE_LOGGEN_RUN_H
#define SPATE_LOGGEN_RUN_H

#include "loggen/options.h"
#include <signal.h>

/* Until the end or until *stop is set. Says on standard error which seed was drawn, what went
 * wrong and how many lines were written. False when something went wrong. */
bool run(const struct options *options, const volatile sig_atomic_t *stop);

#endif
