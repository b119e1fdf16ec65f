/* keys.h - which key does what: one table for the loop, the footer and the help.
 *
 * Constant data; thread: any. */
#ifndef SPATE_RENDER_CURSES_KEYS_H
#define SPATE_RENDER_CURSES_KEYS_H

#include "model/view.h"
#include <stddef.h>

enum { KEYS_A_ROW = 4 };

struct key_row {
    enum view_action action;
    int keys[KEYS_A_ROW]; /* as curses gives them; 0: none */
    const char *name;     /* how the keys are written; NULL: the row before tells of them too */
    const char *label;    /* in the footer; NULL: only in the help */
    const char *help;
};

extern const struct key_row key_rows[];
extern const size_t key_row_count;

enum view_action key_action(int key);

#endif
