/* options.h - what the user asked for, and the one table that says what can be asked.
 *
 * The rows of the table make the reading of the command line, `--help`, the man page and the keys of
 * the configuration. A new option is a row and a member of settings.
 * Settings are a value owned by main; its texts point into argv and the configuration. Main thread. */
#ifndef SPATE_APP_OPTIONS_H
#define SPATE_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "monitor/tally.h"
#include "render/console.h"
#include "source/follow.h"

struct config;
struct discovery;
struct filter;
struct formats;

enum output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV };

enum { FORMATS_LIMIT = 16, TRIES_LIMIT = 16 };

struct settings {
    int argc;
    char *const *argv; /* as the command line was */
    const struct command *command;
    bool named; /* the command was named, not meant */
    bool help, version;
    const char **paths; /* freed by settings_done */
    size_t path_count;
    struct text formats[FORMATS_LIMIT];
    size_t format_count;
    bool forwarded; /* the client is whom X-Forwarded-For names, not the peer */
    int64_t update_ns;
    int64_t window_s;
    double threshold;
    const char *from, *to; /* as given; NULL when not: each command reads its own notation */
    bool headless;
    const char *state; /* NULL: nothing is kept; "": in the usual place */
    const char *user;  /* --user: NAME[:GROUP]; NULL: not given */
    bool follow;
    int64_t by; /* --by, in seconds; 0: not given */
    enum output output;
    bool output_given;
    int64_t top; /* -1: not given, see settings_top() */
    dimension_set only;
    int64_t jobs;
    const char *tries[TRIES_LIMIT]; /* --try, as given */
    size_t try_count;
    enum console_colour colour;
    bool ascii;
    const char *where;      /* as given; NULL: every line */
    struct filter *filter;  /* what `where` says, compiled; owned. NULL: every line */
    const char *config_path; /* --config */
    struct config *config;   /* app/config.h; owned. NULL for commands that read no logs */
    struct buf problems;     /* what is wrong with the configuration, for people: lines and carets */
    bool unreadable;         /* settings_read() failed for the configuration cannot be read */
    const char *frequency;   /* the text of -f; NULL: not given */
    bool frequency_in_file;
    struct discovery *found; /* app/discover.h: the logs taken where none was named; owned */
    bool tell_found;
    uint64_t given;          /* bits: which rows of option_rows the command line has */
};

struct command {
    const char *name;
    const char *usage;  /* behind the name */
    const char *about;  /* one sentence */
    int (*run)(const struct settings *s); /* exit code */
};

extern const struct command commands[];
extern const size_t command_count;

enum option_scope { /* bits: which commands take it */
    FOR_WATCH = 1, FOR_REPORT = 2, FOR_PARSE = 4, FOR_FORMATS = 8, FOR_CHECK_CONFIG = 16,
    FOR_HISTORY = 32,
    FOR_NOTIFY_TEST = 64,
    FOR_ALERTS = 128,
    FOR_LOGS = FOR_WATCH | FOR_REPORT | FOR_PARSE,
    FOR_EVERY = 0xff,
    COMMAND_LINE_ONLY = 0x100 /* beside the commands: is no key of the configuration */
};

struct option_row {
    const char *name;    /* "update" */
    char letter;         /* 'u', or 0 */
    const char *value;   /* "DURATION"; NULL for a switch */
    const char *preset;  /* the default, for people; NULL: none */
    const char *about;   /* what it means */
    const char *accepts; /* what is accepted, for the error; NULL for a switch */
    unsigned scope;
    bool (*take)(struct settings *s, const char *value); /* false: not accepted */
};

extern const struct option_row option_rows[];
extern const size_t option_count;

/* What that command accepts as the option's value. */
const char *option_accepts(const struct option_row *row, const struct command *c);

/* Reads the command line into *s, and for commands that read logs the configuration below it. False with
 * *why: names the option, its value and what is accepted; or s->problems is not empty and says it. */
bool settings_read(struct settings *s, int argc, char *const *argv, struct error *why);

/* Rows of each top list (0: all): what --top says, else what suits paper or the console. */
size_t settings_top(const struct settings *s, bool console);

/* For commands that read logs: where no FILE is named, finds which logs are meant. */
void settings_find_logs(struct settings *s);
/* Says on stderr which were found, where they are not the one that everybody expects, and what the
 * named format lacks. */
void settings_tell_logs(const struct settings *s, const struct formats *formats);

void settings_done(struct settings *s);

/* The bit of a command in option_row.scope. */
unsigned command_scope(const struct command *c);

/* `spate --help` (command NULL) or `spate COMMAND --help`. */
void help_text(struct buf *out, const struct command *c);

/* The man page, troff. */
void man_text(struct buf *out);
/* The tables of commands and options, as the README has them. */
void markdown_text(struct buf *out);
extern const char program_about[];

#endif
