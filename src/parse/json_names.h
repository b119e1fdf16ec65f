/* json_names.h - the schemas: what servers call the fields of a line whose values have names.
 *
 * Constant tables; thread: any. Private to src/parse. */
#ifndef SPATE_PARSE_JSON_NAMES_H
#define SPATE_PARSE_JSON_NAMES_H

#include "parse/json_schema.h"
#include "record/field.h"
#include <stdbool.h>
#include <stddef.h>

/* A field and the keys under which it may stand, separated by spaces: names for the same
 * thing. A further row of the field is asked when the ones before have nothing. A key that is to
 * serve two fields stands alone in its rows. */
struct schema_row {
    enum field field;
    unsigned notation; /* enum notation, AS_ADDRESS or AS_IP */
    const char *keys;
};

/* AS_ADDRESS: host:port, of which the host is taken. AS_IP, once a schema and for the client: only
 * an address, and only where none of its other keys is there; it is then nothing else. */
enum { AS_ADDRESS = 100, AS_IP };

struct schema {
    enum syntax syntax;
    const char *name;
    const struct schema_row *rows;
    size_t row_count;
    const char *otherwise; /* the reason when a line is no request, a literal */
    /* A line is a request when it has a request, path or status, and */
    const char *object;   /* instead of that: this key, and it is an object; NULL mostly */
    const char *proof;    /* these keys, whatever is in them; NULL mostly */
    const char *logger;   /* Caddy's; NULL mostly */
    bool request_is_text; /* a request that is an object is another schema's */
};

extern const struct schema json_schemas[];
extern const size_t json_schema_count;

#endif
