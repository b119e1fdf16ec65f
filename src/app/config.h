/* config.h - the configuration file: options, alert rules and channels, checked as a whole.
 *
 * --config FILE; else $XDG_CONFIG_HOME/spate/spate.yaml (~/.config where that is not set), else
 * /etc/spate/spate.yaml; none is fine, and one that nobody named and that cannot be read is left out
 * with a note. The command line goes over the file, the file over the
 * defaults.
 *
 * The keys of the file are the long names of option_rows, and `files`, `alerts` and `notify`.
 * Without a file there is a configuration too: it holds the default rule (-f over -r).
 *
 * A configuration is constant once read and owns all that its specs point to; settings that it was
 * applied to point into it. Main thread makes and frees it; any may read. */
#ifndef SPATE_APP_CONFIG_H
#define SPATE_APP_CONFIG_H

#include "app/config_problem.h"
#include "app/options.h"
#include "monitor/rule.h"
#include "notify/notify.h"

/* The rule that -f and -r make. It is there when the file has no `alerts`, or when `frequency` is
 * given; given on the command line it takes the place of a rule of that name in the file. */
#define CONFIG_DEFAULT_RULE "high traffic"

enum { OPTIONS_MOST = 64, CONFIG_BYTES_MOST = 1024 * 1024 };

struct config {
    char *path; /* NULL: there is no file */
    struct error left_out; /* why one in a usual place could not be read; no text: none such */
    struct rule_spec *rules;
    size_t rule_count;
    struct rule_spec *tries; /* what --try says, one each */
    size_t try_count;
    struct notify_spec *channels;
    size_t channel_count;
    /* what the file says of each option of option_rows; NULL: nothing */
    const struct yaml_node *options[OPTIONS_MOST];
    /* private */
    char *source;
    struct yaml *yaml;
    struct yaml *try_yaml[TRIES_LIMIT];
    void **kept; /* strings, lists and filters of the specs */
    size_t kept_count, kept_room;
};

enum config_result {
    CONFIG_READ,      /* also when there is no file */
    CONFIG_WRONG,     /* *problems say what */
    CONFIG_UNREADABLE /* *why says which file */
};

/* Reads s->config_path (NULL: the usual places), applies what the command line has not said, and
 * makes the rules. *problems is to be given to problems_done() in any case; its path and source
 * live as long as the configuration, which comes back in every case. */
enum config_result config_read(struct config **c, struct settings *s,
                               struct config_problems *problems, struct error *why);
void config_free(struct config *c); /* accepts NULL */

/* Reads what --try says, after the configuration. False with *why. */
bool config_tries(struct config *c, const struct settings *s, struct error *why);

/* `spate check-config`: what would run, secrets left out. */
void config_show(struct buf *out, const struct config *c, const struct settings *s);

#endif
