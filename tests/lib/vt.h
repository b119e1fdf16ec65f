/* vt.h - a program in a terminal emulator: what it draws, cell by cell, and keys for it.
 *
 * Owns the pseudo-terminal, the emulator and the child. Output is fed to the emulator inside the
 * waiting calls, each of which has a deadline. One thread. */
#ifndef SPATE_TESTS_LIB_VT_H
#define SPATE_TESTS_LIB_VT_H

#include "base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Keys as an xterm sends them to a full-screen program. */
#define VT_UP        "\x1bOA"
#define VT_DOWN      "\x1bOB"
#define VT_RIGHT     "\x1bOC"
#define VT_LEFT      "\x1bOD"
#define VT_HOME      "\x1bOH"
#define VT_END       "\x1bOF"
#define VT_PAGE_UP   "\x1b[5~"
#define VT_PAGE_DOWN "\x1b[6~"
#define VT_TAB       "\t"
#define VT_ENTER     "\r"
#define VT_ESCAPE    "\x1b"
#define VT_CTRL(c)   ((char[]){(char)((c)&0x1f), '\0'})

enum { VT_ENV = 8, VT_DEADLINE_MS = 20000 };

struct vt_options {
    int rows, columns; /* 0: 24 by 80 */
    const char *const *argv;
    /* "NAME=value", or "NAME" to take it away. Set already: TERM=xterm-256color, LANG=C.UTF-8,
     * TZ=UTC; taken away already: LC_ALL, LC_CTYPE, NO_COLOR, LINES, COLUMNS. */
    const char *env[VT_ENV];
};

struct vt;
struct vt *vt_start(const struct vt_options *o); /* NULL when it cannot be started */
void vt_stop(struct vt *t);                      /* kills the child if it still runs */

pid_t vt_pid(const struct vt *t);
void vt_send(struct vt *t, const char *bytes);
void vt_resize(struct vt *t, int rows, int columns);

/* Wait until some row of the screen holds the text, or none does, and the picture is complete.
 * False at the deadline. */
bool vt_wait(struct vt *t, const char *text);
bool vt_wait_gone(struct vt *t, const char *text);
/* Takes what comes until the program has been silent for so long. */
void vt_settle(struct vt *t, int silent_ms);
/* Waits for its end: the status of waitpid(), or -1 at the deadline. */
int vt_wait_end(struct vt *t);
/* Waits until it is stopped by a signal. */
bool vt_wait_stopped(struct vt *t);

/* What is on the screen. */
struct vt_cell {
    char utf8[32];
    int fore, back; /* number of the palette; -1: the terminal's own; -2: another */
    bool bold, reverse;
};
struct vt_cell vt_cell(const struct vt *t, int row, int column);
/* How the next letter would look, whoever writes it. */
struct vt_cell vt_next_cell(struct vt *t);
bool vt_find(const struct vt *t, const char *text, int *row, int *column); /* column in cells */
/* A row without blanks at its end, in the emulator's memory until the next call. */
const char *vt_row(struct vt *t, int row);
const char *vt_screen(struct vt *t); /* all rows, for messages */

bool vt_alternate(const struct vt *t); /* the alternate screen is on */
bool vt_cursor_visible(const struct vt *t);
bool vt_line_mode(const struct vt *t); /* the terminal echoes and gives whole lines again */

/* Every byte that the program wrote. */
struct text vt_output(const struct vt *t);
void vt_forget_output(struct vt *t);

#endif
