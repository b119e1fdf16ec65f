/* time.h - civil time without the C library's zone machinery.
 *
 * All seconds are since 1970-01-01T00:00:00Z, signed, UTC, no leap seconds.
 * Pure functions; thread: any. */
#ifndef SPATE_BASE_TIME_H
#define SPATE_BASE_TIME_H

#include "base/error.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

/* Days since 1970-01-01 of a proleptic Gregorian date; month 1-12. */
int64_t time_days(int64_t year, unsigned month, unsigned day);

struct civil {
    int64_t year;
    unsigned month, day, hour, minute, second; /* month and day from 1 */
};

int64_t time_from_civil(struct civil c);
struct civil time_to_civil(int64_t second);
bool time_civil_valid(struct civil c); /* 31 Nov is not; second 60 is */

#define TIME_TEXT_SIZE 40

/* "2015-05-17T10:05:03Z", ended by a NUL; with `nanos` != 0 as many decimals as
 * needed (3, 6 or 9). Returns into. */
const char *time_rfc3339(char into[TIME_TEXT_SIZE], int64_t second, uint32_t nanos);

/* "14:03:21" in the local zone of the machine (console only). Returns into. */
const char *time_local_clock(char into[TIME_TEXT_SIZE], int64_t second);

/* RFC 3339 or `YYYY-MM-DD[ T]HH:MM[:SS]` (no zone: UTC), or `YYYY-MM-DD`; or as logs have it:
 * `17/May/2015:10:05:03 +0200`, in brackets or not. */
bool time_parse(struct text text, int64_t *second, struct error *why);

/* Reads a duration: `500ms`, `10s`, `2m`, `1h`, `7d`, several of them from large to
 * small (`1m30s`), or a bare number of seconds; the last number may have a fraction.
 * False when it is anything else, not more than 0 or out of range. */
bool duration_parse(struct text text, int64_t *ns);

/* "2m", "1m30s", "1.5s", "500ms": without the parts that are 0, and so that it reads
 * back to the same. Returns into. */
const char *duration_text(char into[TIME_TEXT_SIZE], int64_t ns);

#endif
