/* spread.h - threads that share one piece of work, each begun on a processor of its own.
 *
 * The kernel may leave a new thread on the processor of its maker until that one's turn is over: some
 * milliseconds, in which it could have read ten megabytes. So each is sent to another processor, and
 * once it runs there is as free as any. Who starts them is one thread. */
#ifndef SPATE_APP_SPREAD_H
#define SPATE_APP_SPREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts one of several threads, counted from 0. False when there can be none. */
bool spread_start(pthread_t *thread, unsigned number, void *(*run)(void *), void *arg);

#endif
