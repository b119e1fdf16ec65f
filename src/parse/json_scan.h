/* json_scan.h - one pass over one JSON object that fills slots with the places of values.
 *
 * No tree, no allocation, no recursion: values stay where they are in the line, with their
 * escapes. Pure; thread: any.
 *
 * Beyond RFC 8259 it reads what servers write whose log_format only looks like JSON:
 *   QUIRK_EMPTY   "t":,  "t":}  "t":-     a variable without a value (nginx, escape=json or not)
 *   QUIRK_LIST    "t":0.1, 0.2 : 0.3,     a bare list of several upstreams' values (nginx)
 *   QUIRK_ZEROS   "s":000                 leading zeros (nginx's $status)
 *   QUIRK_ESCAPE  "\x22" "\v"             nginx's default escaping, Apache's
 *   QUIRK_BYTES   bytes >= 0x80 raw; whether they are UTF-8 is not judged (no flag)
 * Where a key comes twice the last one counts, with all that is inside it. Of an array the
 * first element counts. */
#ifndef SPATE_PARSE_JSON_SCAN_H
#define SPATE_PARSE_JSON_SCAN_H

#include "parse/json_keys.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    JSON_DEPTH = 1024, /* deeper nesting is refused */
    JSON_SLACK = 32    /* bytes behind the end that must be readable; their content is not judged */
};

enum piece_kind {
    PIECE_STRING,
    PIECE_NUMBER,
    PIECE_WORD /* true, false */,
    PIECE_EMPTY /* null */
};

struct json_piece {
    const char *at; /* of a string what is between the quotes */
    uint32_t len;
    uint8_t kind;
    bool escaped; /* a string with a backslash */
};

enum json_quirk { QUIRK_EMPTY = 1, QUIRK_LIST = 2, QUIRK_ZEROS = 4, QUIRK_ESCAPE = 8 };

struct json_found {
    uint64_t seen;    /* slots that have a piece */
    uint64_t objects; /* slots whose value is an object */
    unsigned quirks;
    const char *failed; /* where and why it is no such object */
    const char *reason; /* a literal */
    struct json_piece pieces[JSON_SLOTS];
};

/* Scans [at, end). False with failed and reason when that is not one object and nothing else. */
bool json_scan(const struct json_keys *keys, const char *at, const char *end,
               struct json_found *found);

/* Decodes a string's escapes into `out` and returns the length; SIZE_MAX when the result
 * is longer than `room`. A lone surrogate becomes U+FFFD. */
size_t json_decode(char *out, size_t room, struct text raw);

/* Rewrites a string in place so that equal values have equal bytes: escapes that need not be
 * (\/ and \uXXXX of a printable character) are undone, the closing quote moves up and
 * blanks fill the gap. The line stays the same JSON; doing it twice changes nothing. Returns the
 * new length; at[len] must be the closing quote. */
uint32_t json_tidy(char *at, uint32_t len);

#endif
