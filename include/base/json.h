/* json.h - writes JSON into a buffer.
 *
 * Commas are put where they belong; the caller opens and closes. Strings come out as
 * valid UTF-8 always: invalid bytes become U+FFFD; control characters, <, >, &, U+2028/9
 * and everything else that safe.h calls hidden are written as \uNNNN, so that JSON is
 * fit for a terminal and for a page as well. Owns nothing but the buffer's growth. One thread. */
#ifndef SPATE_BASE_JSON_H
#define SPATE_BASE_JSON_H

#include "base/buf.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

struct json {
    struct buf *out;
    bool comma; /* the next value needs a comma before it */
};

struct json json_on(struct buf *out);

void json_open(struct json *j);  /* { */
void json_close(struct json *j); /* } */
void json_list(struct json *j);  /* [ */
void json_unlist(struct json *j);
void json_key(struct json *j, const char *key); /* key must be plain ASCII */
void json_text_key(struct json *j, struct text key);

void json_text(struct json *j, struct text value);
void json_u64(struct json *j, uint64_t value);
void json_i64(struct json *j, int64_t value);
/* The shortest decimal with at most `decimals` places; not finite: null. */
void json_number(struct json *j, double value, int decimals);
void json_word(struct json *j, const char *word); /* true, false, null: below */
/* A key and a time in RFC 3339, UTC; null when it is not known. */
void json_put_time(struct json *j, const char *key, bool known, int64_t second);

/* Inline, for a JSON library that a program links as well may have a json_null() too. */
static inline void json_bool(struct json *j, bool value)
{
    json_word(j, value ? "true" : "false");
}

static inline void json_null(struct json *j)
{
    json_word(j, "null");
}

#endif
