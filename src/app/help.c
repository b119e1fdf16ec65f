/* help.c - `--help` and the man page, both out of the tables of commands and options. */
#include <ctype.h>
#include <string.h>

#include "app/options.h"
#include "base/version.h"

enum { HELP_INDENT = 28, HELP_WIDTH = 88 };

static const char about[] =
    "spate follows access logs as they grow and shows whether the site is hit as usual, whether it\n"
    "answers well, and if not, what it is.\n";

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
        buf_str(out, about);
    if (!c) {
        buf_str(out, "\nCommands:\n");
        for (size_t i = 0; i < command_count; i++)
            buf_printf(out, "  %-10s%s\n", commands[i].name, commands[i].about);
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

/* Text for troff: a backslash, and a leading dot or quote, must not be commands. */
static void add_troff(struct buf *out, const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at == '\\')
            buf_str(out, "\\e");
        else if (*at == '-')
            buf_str(out, "\\-");
        else if ((*at == '.' || *at == '\'') && (at == text || at[-1] == '\n'))
            buf_printf(out, "\\&%c", *at);
        else
            buf_byte(out, *at);
}

static void man_option(struct buf *out, const struct option_row *row)
{
    buf_str(out, ".TP\n");
    if (row->letter)
        buf_printf(out, "\\fB\\-%c\\fR, ", row->letter);
    buf_str(out, "\\fB\\-\\-");
    add_troff(out, row->name);
    buf_str(out, "\\fR");
    if (row->value)
        buf_printf(out, " \\fI%s\\fR", row->value);
    buf_byte(out, '\n');
    add_troff(out, row->about);
    if (row->preset) {
        buf_str(out, " (default: ");
        add_troff(out, row->preset);
        buf_byte(out, ')');
    }
    buf_str(out, ".\n");
    if ((row->scope & FOR_EVERY) != FOR_EVERY) {
        buf_str(out, "Of");
        for (size_t i = 0, n = 0; i < command_count; i++)
            if (row->scope & (1U << i))
                buf_printf(out, "%s \\fB%s\\fR", n++ ? "," : "", commands[i].name);
        buf_str(out, ".\n");
    }
}

static void man_section(struct buf *out, const char *title, const char *text)
{
    buf_printf(out, ".SH %s\n", title);
    add_troff(out, text);
    buf_byte(out, '\n');
}

void man_text(struct buf *out)
{
    buf_printf(out, ".TH SPATE 1 \"\" \"spate %s\" \"User Commands\"\n", SPATE_VERSION);
    buf_str(out, ".SH NAME\nspate \\- live traffic of a web server, from its access logs\n.SH SYNOPSIS\n");
    for (size_t i = 0; i < command_count; i++) {
        buf_printf(out, "\\fBspate %s\\fR ", commands[i].name);
        add_troff(out, commands[i].usage);
        buf_str(out, "\n.br\n");
    }
    man_section(out, "DESCRIPTION", about);
    for (size_t i = 0; i < command_count; i++) {
        buf_printf(out, ".TP\n\\fB%s\\fR\n", commands[i].name);
        add_troff(out, commands[i].about);
        buf_str(out, ".\n");
    }
    buf_str(out, ".SH OPTIONS\n");
    for (size_t i = 0; i < option_count; i++)
        man_option(out, &option_rows[i]);
    man_section(out, "WORDS",
                "A hit is a line whose leading fields are whole, up to the last of time, request, "
                "status and bytes; what follows may be damaged. A section is the first segment of "
                "the path: /pages of /pages/create?x=1. The log clock is the newest event second "
                "seen, moved on while nothing arrives; one line from the far future (more than a day "
                "ahead of the clock on the wall) does not move it. A late line is older than the "
                "window: it counts in the totals, not in the window.");
    man_section(out, "HIGH TRAFFIC",
                "At each whole second of the log clock the rate is the hits of the last -r seconds, "
                "divided by them. Above -f the alert fires, below it recovers; equality keeps the "
                "state.");
    man_section(out, "EXIT STATUS",
                "0 done; 1 something could not be read or written; 2 bad usage or a bad configuration.");
    man_section(out, "ENVIRONMENT", "NO_COLOR: no colours. TERM, LANG: what the terminal can show.");
    man_section(out, "FILES", "/var/log/access.log: what is followed when no FILE is named. "
                "$XDG_CONFIG_HOME/spate/spate.yaml, /etc/spate/spate.yaml: the configuration; see "
                "`spate check-config`.");
}
