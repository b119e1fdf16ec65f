/* help.c - `--help`, out of the tables of commands and options. */
#include <string.h>

#include "app/options.h"

enum { HELP_INDENT = 28, HELP_WIDTH = 88 };

/* Words of `text` from column `indent` on, broken at HELP_WIDTH. */
static void add_wrapped(struct buf *out, const char *text, size_t column)
{
    struct text rest = text_of(text), word;
    bool first = true;
    while (text_split(&rest, ' ', &word)) {
        if (!first && column + 1 + word.len > HELP_WIDTH) {
            buf_byte(out, '\n');
            buf_fill(out, ' ', HELP_INDENT);
            column = HELP_INDENT;
        } else if (!first) {
            buf_byte(out, ' ');
            column++;
        }
        buf_add(out, word);
        column += word.len;
        first = false;
    }
    buf_byte(out, '\n');
}

static void add_option(struct buf *out, const struct option_row *row)
{
    size_t start = out->len;
    if (row->letter)
        buf_printf(out, "  -%c, ", row->letter);
    else
        buf_str(out, "      ");
    buf_printf(out, "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
    size_t column = out->len - start;
    if (column + 2 > HELP_INDENT) {
        buf_byte(out, '\n');
        column = 0;
    }
    buf_fill(out, ' ', HELP_INDENT - column);
    struct buf words = {0};
    buf_str(&words, row->about);
    if (row->preset)
        buf_printf(&words, " [%s]", row->preset);
    buf_byte(&words, 0);
    add_wrapped(out, words.at, HELP_INDENT);
    buf_done(&words);
}

static void add_usage(struct buf *out, const struct command *c)
{
    bool standard = c == &commands[0];
    buf_printf(out, "  spate %s%s%s %s\n", standard ? "[" : "", c->name, standard ? "]" : "",
               c->usage);
}

static void add_foot(struct buf *out)
{
    buf_str(out, "\nDURATION: 500ms, 10s, 2m, 1h, 7d, or a bare number of seconds. FILE: a log, a glob in\n"
                 "quotes, or - for standard input [/var/log/access.log].\n"
                 "Exit code: 0 done, 1 something could not be read or written, 2 bad usage or a\n"
                 "bad configuration.\n");
}

void help_text(struct buf *out, const struct command *c)
{
    buf_str(out, "Usage:\n");
    for (size_t i = 0; i < command_count; i++)
        if (!c || c == &commands[i])
            add_usage(out, &commands[i]);
    buf_byte(out, '\n');
    if (c)
        buf_printf(out, "%s\n", c->about);
    else
        buf_str(out, program_about);
    if (!c) {
        buf_str(out, "\nCommands:\n");
        for (size_t i = 0; i < command_count; i++)
            buf_printf(out, "  %-14s%s\n", commands[i].name, commands[i].about);
    }
    const struct command *shown = c ? c : &commands[0];
    buf_printf(out, "\nOptions of %s:\n", shown->name);
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].scope & command_scope(shown))
            add_option(out, &option_rows[i]);
    if (!c)
        buf_str(out, "\n`spate COMMAND --help` lists the options of the others.\n");
    add_foot(out);
}
