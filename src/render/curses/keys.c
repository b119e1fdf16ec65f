/* keys.c - see keys.h. In the order of importance: a narrow footer shows the first ones. */
#include "render/curses/keys.h"

#include "render/curses/curses_late.h"

#define CTRL(letter) ((letter)&0x1f)

const struct key_row key_rows[] = {
    {ACTION_QUIT, {'q', 'Q', CTRL('c')}, "q", "quit", "leave (Ctrl-C too)"},
    {ACTION_HELP, {'?', 'h', KEY_F(1)}, "?", "help", "this help (F1 too)"},
    {ACTION_PAUSE,
     {'p', ' ', 'P'},
     "p",
     "pause",
     "hold the screen still; counting goes on (Space too)"},
    {ACTION_NEXT_PANEL, {'\t', KEY_RIGHT, 'l'}, "Tab", "panel", "to the next panel (Right too)"},
    {ACTION_SORT, {'s', 'S'}, "s", "sort", "by hits, bytes, errors or name"},
    {ACTION_LONGER, {'+', '='}, "+/-", "interval", "a longer or a shorter interval"},
    {ACTION_SHORTER, {'-', '_'}, NULL, NULL, NULL},
    {ACTION_SPAN, {'w', 't'}, "w", "span", "figures of the interval, the window or all"},
    {ACTION_LIST, {'d', 'D'}, "d", "list", "sections, paths, addresses and so on"},
    {ACTION_OPEN, {'\n', '\r', KEY_ENTER}, "Enter", "details", "all about the selected row"},
    {ACTION_SEEN, {'a', 'A'}, "a", "seen", "to the alerts; there: the selected one is seen"},
    {ACTION_PREVIOUS_PANEL,
     {KEY_BTAB, KEY_LEFT},
     "Left",
     NULL,
     "to the panel before (Shift-Tab too)"},
    {ACTION_UP, {KEY_UP, 'k'}, "Up Down", NULL, "a row up or down"},
    {ACTION_DOWN, {KEY_DOWN, 'j'}, NULL, NULL, NULL},
    {ACTION_PAGE_UP, {KEY_PPAGE, CTRL('b')}, "PgUp PgDn", NULL, "a page up or down"},
    {ACTION_PAGE_DOWN, {KEY_NPAGE, CTRL('f')}, NULL, NULL, NULL},
    {ACTION_HOME, {KEY_HOME, 'g'}, "Home End", NULL, "to the first or the last row"},
    {ACTION_END, {KEY_END, 'G'}, NULL, NULL, NULL},
    {ACTION_CLOSE, {27}, "Esc", NULL, "close this, or the details"},
    {ACTION_REDRAW, {CTRL('l')}, "Ctrl-L", NULL, "draw the screen anew"},
    {ACTION_SUSPEND, {CTRL('z')}, "Ctrl-Z", NULL, "suspend; fg comes back"},
};

const size_t key_row_count = sizeof(key_rows) / sizeof(key_rows[0]);

enum view_action key_action(int key)
{
    for (size_t row = 0; row < key_row_count; row++)
        for (unsigned i = 0; i < KEYS_A_ROW && key_rows[row].keys[i]; i++)
            if (key_rows[row].keys[i] == key)
                return key_rows[row].action;
    return ACTION_NONE;
}
