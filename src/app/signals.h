/* signals.h - Ctrl-C and SIGTERM as a readable descriptor, and threads kept out of signals.
 * Main thread; once per process. */
#ifndef SPATE_APP_SIGNALS_H
#define SPATE_APP_SIGNALS_H

/* Blocks SIGINT, SIGTERM and SIGHUP in this thread and those it starts, and returns a
 * descriptor that is readable once one of them came. */
int signals_open(void);

/* Takes what came: the signal's number, 0 for none. */
int signals_take(int fd);

#endif
