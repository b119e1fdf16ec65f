/* rescue.h - gives the terminal back when the program dies of a signal.
 *
 * While armed, a deadly signal that nobody else handles writes the sequences that leave the
 * console, restores the terminal's settings, and then does what it would have done. One per
 * process. Arm and disarm on the main thread; the handlers run on any. */
#ifndef SPATE_RENDER_CURSES_RESCUE_H
#define SPATE_RENDER_CURSES_RESCUE_H

#include <stddef.h>
#include <termios.h>

enum { RESCUE_SEQUENCE = 256 };

struct rescue {
    int fd;                         /* the terminal */
    struct termios settings;        /* as they were found */
    char sequence[RESCUE_SEQUENCE]; /* leave the alternate screen, show the cursor, plain letters */
    size_t sequence_len;
};

/* Before curses starts, so that it leaves these signals alone; nothing is written before
 * rescue_ready(). */
void rescue_arm(void);
void rescue_ready(const struct rescue *what);
void rescue_disarm(void);

#endif
