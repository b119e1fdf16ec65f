/* config_read.h - what the readers of the parts of a configuration share. Private to
 * src/app/config*.c. Main thread. */
#ifndef SPATE_APP_CONFIG_READ_H
#define SPATE_APP_CONFIG_READ_H

#include "app/config.h"
#include "app/config_yaml.h"

enum { NAME_SLOTS = 4096 };
_Static_assert(NAME_SLOTS >= 2 * RULES_MOST, "half of the slots are free");

struct config_read {
    struct config *config;
    const struct settings *settings;
    struct config_problems *problems;
    /* the names of the configuration's first rules, by hash: a rule's number + 1, 0 for none */
    uint16_t names[NAME_SLOTS];
    size_t named; /* so many */
};

/* Memory that lives as long as the configuration. */
void *config_keep(struct config *c, void *memory);

/* ---- Maps ------------------------------------------------------------------------------------ */

/* The member of that name; NULL when there is none. */
const struct yaml_node *read_member(const struct yaml_node *map, const char *key);

/* A map, none of whose keys is another than these. `what` it is, for the error ("an alert"). */
bool read_map(struct config_read *r, const struct yaml_node *n, const char *const *keys,
              size_t count, const char *what);

/* Complains about a word that is none of `words`: the nearest of them, or all. */
bool refuse_word(struct config_read *r, const struct yaml_node *n, const char *what,
                 const char *const *words, size_t count);

/* ---- Values: false with a problem added. `n` may be NULL: *out stays what it was, true.
 * ---------- */

/* A scalar that is not nothing. `accepts`: what is right, for the error. */
bool read_text(struct config_read *r, const struct yaml_node *n, const char *accepts,
               const char **out);

/* A name for people: valid, 1 to room - 1 bytes, no control or invisible characters. */
bool read_name(struct config_read *r, const struct yaml_node *n, char *out, size_t room);

/* The index of one of `words`. */
bool read_word(struct config_read *r, const struct yaml_node *n, const char *what,
               const char *const *words, size_t count, size_t *out);

bool read_bool(struct config_read *r, const struct yaml_node *n, bool *out);

struct duration_limits {
    int64_t least_ns, most_ns;
    bool whole_seconds;
};
bool read_duration(struct config_read *r, const struct yaml_node *n, struct duration_limits limits,
                   int64_t *out_ns);

/* One text, or a list of at least one: kept by the configuration, ended by a NULL. */
bool read_texts(struct config_read *r, const struct yaml_node *n, const char *accepts,
                const char *const **out, size_t *count);

/* ---- The parts ------------------------------------------------------------------------------- */

bool read_rule(struct config_read *r, const struct yaml_node *n, struct rule_spec *rule);
bool read_alerts(struct config_read *r, const struct yaml_node *n);   /* config_rule.c */
bool read_channels(struct config_read *r, const struct yaml_node *n); /* config_notify.c */

/* Adds the rule of -f and -r where it is due, before the others. */
bool read_default_rule(struct config_read *r);

/* A filter that stands at `n`; kept by the caller. NULL with a problem. */
struct filter *read_filter(struct config_read *r, const struct yaml_node *n);

#endif
