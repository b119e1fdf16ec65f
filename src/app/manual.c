/* manual.c - the man page and the README's table, both out of the tables of commands and options. */
#include <string.h>

#include "app/options.h"
#include "base/version.h"

const char program_about[] =
    "spate follows access logs as they grow and shows whether the site is hit as usual, whether it\n"
    "answers well, and if not, what it is.\n";

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
    man_section(out, "DESCRIPTION", program_about);
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
    man_section(out, "SIGNALS",
                "SIGHUP: watch reads the configuration again, and it takes over as a whole (files, "
                "formats, alerts, channels, intervals) without a line lost or counted twice; one that "
                "is bad, or that changes what a running process cannot change (state, user, headless, "
                "output, only, color, ascii), is refused with its error and the old one goes on. "
                "SIGINT, SIGTERM: the end, with the summary.");
    man_section(out, "ENVIRONMENT", "NO_COLOR: no colours. TERM, LANG: what the terminal can show.");
    man_section(out, "FILES", "/var/log/access.log: what is followed when no FILE is named. "
                "$XDG_CONFIG_HOME/spate/spate.yaml, /etc/spate/spate.yaml: the configuration; see "
                "`spate check-config`.");
}

/* A cell of a table: a bar would end it. */
static void add_cell(struct buf *out, const char *text)
{
    for (const char *at = text; *at; at++)
        buf_printf(out, *at == '|' ? "\\%c" : "%c", *at);
}

static void markdown_option(struct buf *out, const struct option_row *row)
{
    buf_str(out, "| `");
    if (row->letter)
        buf_printf(out, "-%c, ", row->letter);
    buf_printf(out, "--%s%s%s` | ", row->name, row->value ? " " : "", row->value ? row->value : "");
    add_cell(out, row->about);
    buf_str(out, " | ");
    if (row->preset)
        add_cell(out, row->preset);
    buf_str(out, " |");
    bool every = (row->scope & FOR_EVERY) == FOR_EVERY;
    for (size_t i = 0, n = 0; !every && i < command_count; i++)
        if (row->scope & (1U << i))
            buf_printf(out, "%s %s", n++ ? "," : "", commands[i].name);
    buf_str(out, every ? " all |\n" : " |\n");
}

void markdown_text(struct buf *out)
{
    buf_str(out, "| command | |\n|---|---|\n");
    for (size_t i = 0; i < command_count; i++) {
        buf_printf(out, "| `spate %s` | ", commands[i].name);
        add_cell(out, commands[i].about);
        buf_str(out, " |\n");
    }
    buf_str(out, "\n| option | meaning | default | of |\n|---|---|---|---|\n");
    for (size_t i = 0; i < option_count; i++)
        markdown_option(out, &option_rows[i]);
}
