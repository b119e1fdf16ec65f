/* value.h - from a piece of a line to a field of the entry: what all readers share.
 *
 * Every setter takes a piece that lies in the reading's line and stores it only when the field is
 * wanted, but judges it always. `-` sets the field's null bit. False means that the piece is
 * not such a value; the entry is then unchanged. Numbers beyond 64 bits saturate.
 * Pure but for the entry and the memo; thread: that of the reading. */
#ifndef SPATE_PARSE_VALUE_H
#define SPATE_PARSE_VALUE_H

#include "base/text.h"
#include "parse/reader.h"
#include "record/entry.h"
#include <stdbool.h>
#include <stdint.h>

/* How a value is written, where its field alone does not say. */
enum notation {
    AS_USUAL,   /* text, count, status; durations in seconds; times in any notation */
    AS_SECONDS, /* durations: "0.012", nginx's lists "0.001, 0.034 : -" are summed */
    AS_MILLIS,  /* durations: "12", "12.5", also "12ms" */
    AS_MICROS,
    AS_NANOS,
    AS_CLF,     /* times: 10/Oct/2000:13:55:36 -0700, with or without [ ] */
    AS_RFC3339, /* 2000-10-10T13:55:36.123-07:00, also without a zone (UTC) or with a space for T */
    AS_EPOCH,   /* seconds since 1970, fraction allowed */
    AS_EPOCH_MILLIS,
    AS_EPOCH_MICROS,
    AS_EPOCH_NANOS
};

/* Sets any field by its kind. FIELD_REQUEST, FIELD_PATH also set what is derived from
 * them; FIELD_SECTION itself cannot be set. The one call a table-driven reader needs. */
bool value_set(struct reading *r, enum field f, struct text piece, enum notation how);

/* The single setters, for readers that know what they have. */
bool value_text(struct reading *r, enum field f, struct text piece);
bool value_status(struct reading *r, struct text piece);
bool value_count(struct reading *r, enum field f, struct text piece);
bool value_duration(struct reading *r, enum field f, struct text piece, enum notation unit);
bool value_time(struct reading *r, struct text piece, enum notation how);
void value_set_time(struct reading *r, int64_t second, uint32_t nanos);

/* The time that the memo remembers for this very text: false when it is another. */
bool value_time_known(struct reading *r, struct text piece);
/* Sets the time and remembers it for the text. */
void value_time_keep(struct reading *r, struct text piece, int64_t second, uint32_t nanos);

/* Sets REQUEST and splits it: METHOD, PATH, PROTOCOL and SECTION, null where the request has
 * none. Never fails: a malformed request is still a request. */
void value_request(struct reading *r, struct text piece);

/* Sets PATH (a request target) and SECTION. */
void value_path(struct reading *r, struct text piece);

/* Marks a field that the line gives as nothing (JSON's null, an empty nginx value). */
static inline void value_null(struct reading *r, enum field f)
{
    r->out->null |= FIELD_BIT(f);
}

/* The parts of a request line; a part that is not there has at == NULL. */
struct request_parts {
    struct text method, path, protocol;
};
struct request_parts request_split(struct text request);

/* The section of a request target; at == NULL when it has none. */
struct text request_section(struct text target);

/* A decimal number with an optional fraction and exponent-free, scaled by `scale` (a power of
 * ten up to 10^9) and saturated. False when it is no such number. */
bool value_scaled(struct text digits, uint64_t scale, uint64_t *out);

#endif
