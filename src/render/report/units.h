/* units.h - figures in the short form that people read. Pure; any thread. */
#ifndef SPATE_RENDER_REPORT_UNITS_H
#define SPATE_RENDER_REPORT_UNITS_H

#include <stdint.h>

#define UNITS_SIZE 32

/* 1234567 -> "1,234,567". Returns into. */
const char *units_count(char into[UNITS_SIZE], uint64_t count);
/* 91234 -> "91.2 kB" (powers of ten). Returns into. */
const char *units_bytes(char into[UNITS_SIZE], uint64_t bytes);
/* 12345678 ns -> "12.3 ms". Returns into. */
const char *units_duration(char into[UNITS_SIZE], uint64_t ns);

#endif
