/* field.h - the fields that an entry can hold: one row each, the only list.
 *
 * The names are the keys of `parse`, of filters, of `regex:` groups and of
 * `json:` mappings. A new field is a row here and a directive in parse/fields.
 * Constant data; thread: any. */
#ifndef SPATE_RECORD_FIELD_H
#define SPATE_RECORD_FIELD_H

#include <stdint.h>
#include "base/text.h"

/* TEXT: a span of the line. COUNT: a whole number in entry.number. DURATION:
 * nanoseconds in entry.number. TIME and STATUS have members of their own.
 *
 *        id           key                   kind */
#define FIELD_ROWS(ROW)                                                     \
    ROW(HOST,        "host",               TEXT)     /* client address or name */ \
    ROW(SECTION,     "section",            TEXT)     /* derived from PATH */   \
    ROW(PATH,        "path",               TEXT)     /* request target, with query */ \
    ROW(METHOD,      "method",             TEXT)                            \
    ROW(PROTOCOL,    "protocol",           TEXT)                            \
    ROW(REQUEST,     "request",            TEXT)     /* the whole request line */ \
    ROW(IDENT,       "ident",              TEXT)                            \
    ROW(USER,        "user",               TEXT)                            \
    ROW(REFERRER,    "referrer",           TEXT)                            \
    ROW(AGENT,       "agent",              TEXT)                            \
    ROW(VHOST,       "vhost",              TEXT)                            \
    ROW(SCHEME,      "scheme",             TEXT)                            \
    ROW(CACHE,       "cache",              TEXT)                            \
    ROW(TLS,         "tls",                TEXT)                            \
    ROW(FORWARDED,   "forwarded_for",      TEXT)                            \
    ROW(UPSTREAM,    "upstream",           TEXT)                            \
    ROW(REQUEST_ID,  "request_id",         TEXT)                            \
    ROW(QUERY,       "query",              TEXT)     /* logged apart from the path */ \
    ROW(BYTES,       "bytes",              COUNT)    /* response size */       \
    ROW(BYTES_SENT,  "bytes_sent",         COUNT)    /* with headers, on the wire */ \
    ROW(REQUEST_LENGTH, "request_length",  COUNT)                           \
    ROW(PORT,        "port",               COUNT)                           \
    ROW(UPSTREAM_STATUS, "upstream_status", COUNT)                          \
    ROW(REQUEST_TIME, "request_time",      DURATION)                        \
    ROW(FIRST_BYTE_TIME, "first_byte_time", DURATION)                       \
    ROW(UPSTREAM_TIME, "upstream_time",    DURATION)                        \
    ROW(UPSTREAM_CONNECT_TIME, "upstream_connect_time", DURATION)           \
    ROW(UPSTREAM_HEADER_TIME, "upstream_header_time", DURATION)             \
    ROW(TIME,        "time",               TIME)                            \
    ROW(STATUS,      "status",             STATUS)

enum field {
#define FIELD_ID(id, key, kind) FIELD_##id,
    FIELD_ROWS(FIELD_ID)
#undef FIELD_ID
    FIELD_COUNT
};

#define FIELD_FIRST_NUMBER FIELD_BYTES
#define FIELD_TEXTS FIELD_BYTES                       /* how many are TEXT */
#define FIELD_NUMBERS (FIELD_TIME - FIELD_BYTES)      /* how many are COUNT or DURATION */

enum field_kind { FIELD_KIND_TEXT, FIELD_KIND_COUNT, FIELD_KIND_DURATION, FIELD_KIND_TIME, FIELD_KIND_STATUS };

/* A set of fields: bit 1 << FIELD_X. */
typedef uint64_t field_set;
#define FIELD_BIT(f) (UINT64_C(1) << (f))

const char *field_key(enum field f);
enum field_kind field_kind(enum field f);

/* The field of that key; FIELD_COUNT when there is none. Also knows the usual
 * other names (remote_addr, client, ip, addr, url, uri, referer, user_agent, ...). */
enum field field_named(struct text key);

#endif
