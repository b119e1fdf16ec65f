/* json_schema.h - which key of a line means which field: the program of json:, ltsv: and logfmt:.
 *
 * Compiled from the name of a schema (json_names.h) or from field=key pairs; constant
 * from then on, shared by all threads. Private to src/parse. */
#ifndef SPATE_PARSE_JSON_SCHEMA_H
#define SPATE_PARSE_JSON_SCHEMA_H

#include "base/error.h"
#include "parse/json_keys.h"
#include "parse/value.h"

enum { JSON_RULES = 96 };

/* How the names and values of a line are written. */
enum syntax { SYNTAX_JSON, SYNTAX_LABELS, SYNTAX_LOGFMT };

/* One place where a field's value may be. Of several rules of a field the first that has
 * a value counts. */
struct json_rule {
    uint8_t slot;
    uint8_t field;    /* enum field */
    uint8_t notation; /* enum notation */
    bool address;     /* host:port or [host]:port: the port is left out */
};

struct json_program {
    struct json_keys keys;
    struct json_rule rules[JSON_RULES]; /* those that can refuse a line first */
    unsigned rule_count;
    unsigned essential_count; /* so many of them are time, status or bytes */
    unsigned slot_count;
    field_set fields;       /* with derived ones */
    uint64_t enough;        /* a line is a request when one of these slots has a value ... */
    uint64_t enough_object; /* ... and these are objects */
    uint64_t proof;         /* and all of these are there */
    uint64_t never_object;  /* these being objects, it is another schema's line */
    uint64_t clients;       /* keys that say who the client is, and nothing else */
    uint8_t maybe_client;   /* the slot of one that may mean it too; JSON_NO_SLOT: none */
    uint8_t logger;         /* the slot of Caddy's logger; JSON_NO_SLOT: none */
    const char *otherwise;  /* the reason when it is none, a literal */
};

struct json_program *json_schema_compile(struct text spec, enum syntax syntax, struct error *why);

struct json_found;

/* Fills the entry from what was found in a line whose syntax is right. */
enum verdict json_take(const struct json_program *p, struct reading *r,
                       const struct json_found *found);
void json_schema_free(struct json_program *p);

#endif
