/* numbers.h - figures as people read them in a narrow column: 1,234  12.3M  91.2 kB  48 %.
 *
 * Pure; each returns `into`. Plain ASCII. Bytes are powers of 1000. */
#ifndef SPATE_RENDER_CURSES_NUMBERS_H
#define SPATE_RENDER_CURSES_NUMBERS_H

#include <stdint.h>

enum { NUMBER_SIZE = 40 };

const char *number_count(char into[NUMBER_SIZE], uint64_t n);  /* at most 7 columns */
const char *number_bytes(char into[NUMBER_SIZE], uint64_t n);  /* at most 7 columns */
const char *number_rate(char into[NUMBER_SIZE], double per_s); /* at most 7 columns */
/* A rate that somebody chose: without decimals that are 0. */
const char *number_exact(char into[NUMBER_SIZE], double n);      /* at most 7 columns */
const char *number_short(char into[NUMBER_SIZE], double n);      /* 1.5k; at most 5 columns */
const char *number_share(char into[NUMBER_SIZE], double share);  /* of 1; at most 5 columns */
const char *number_latency(char into[NUMBER_SIZE], uint64_t ns); /* at most 7 columns */
const char *number_span(char into[NUMBER_SIZE],
                        double seconds); /* "8 ms", "10 s", "2m", "1m52s", "3h05m" */
/* "14:03:21" in the machine's zone; with the day before it when that is not the day of `today`. */
const char *number_time(char into[NUMBER_SIZE], int64_t second, int64_t today);

#endif
