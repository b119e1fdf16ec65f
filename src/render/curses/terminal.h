/* terminal.h - the terminal as curses holds it: opened, suspended, resized, given back.
 *
 * Owns curses, the keyboard, the thread's locale and the handlers of SIGWINCH, SIGTSTP and
 * SIGCONT. One per process, main thread. Notes (note.h) are held back while it is open. */
#ifndef SPATE_RENDER_CURSES_TERMINAL_H
#define SPATE_RENDER_CURSES_TERMINAL_H

#include "base/error.h"
#include "render/console.h"
#include <stdbool.h>

struct terminal;

/* NULL with *why when there is no terminal that could show the console; nothing is drawn then. */
struct terminal *terminal_open(const struct console_options *o, struct error *why);
void terminal_close(struct terminal *t); /* NULL is fine */

bool terminal_colours(const struct terminal *t); /* colours are to be used */
bool terminal_ascii(const struct terminal *t);   /* only bytes up to 0x7e are to be drawn */

/* To poll: the keyboard, and what signals left behind. */
int terminal_key_fd(const struct terminal *t);
int terminal_signal_fd(const struct terminal *t);

/* The next key, as curses numbers it, or -1. */
int terminal_key(struct terminal *t);

/* Does what the signals asked for: the new size, the stop, the return. True: draw everything. */
bool terminal_signals(struct terminal *t);

/* Gives the terminal back, stops the process, and takes it again after SIGCONT. */
void terminal_suspend(struct terminal *t);

/* The next refresh draws every cell. */
void terminal_redraw(struct terminal *t);

#endif
