/* console.h - the curses console: draws the newest snapshot, reads keys.
 *
 * The only home of ncurses. Main thread. Takes snapshots from a board, never touches the
 * monitor. The terminal is given back on every way out: quit, signal, crash, failed start. */
#ifndef SPATE_RENDER_CONSOLE_H
#define SPATE_RENDER_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "model/board.h"
#include "model/view.h"

enum console_colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct console_options {
    enum console_colour colour; /* AUTO obeys NO_COLOR and the terminal */
    bool ascii;                 /* plain ASCII drawing; also chosen where the locale is not UTF-8 */
    int64_t update_ns;
    int stop_fd;                /* readable: leave (a signal came); -1: none */
    /* stop_fd is readable: is it to leave? It has been read then. NULL: yes. */
    bool (*stopped)(void *ctx);
    /* The user wants another interval; called on the console's thread. */
    void (*set_update)(void *ctx, int64_t update_ns);
    /* The same for the order of lists: the next snapshots should hold the first rows in it. */
    void (*set_sort)(void *ctx, enum view_sort sort);
    /* The user has seen that alert. */
    void (*acknowledge)(void *ctx, uint64_t alert);
    void *ctx;
};

/* Runs until the user quits or stop_fd is readable. When the board ends (a pipe that was read to its
 * end) the last figures stay on the screen until then. False with *why when the terminal
 * cannot be used (unknown TERM, no terminal), nothing drawn then. */
bool console_run(struct board *board, const struct console_options *o, struct error *why);

#endif
