/* lines.h - where lines end: the vectorised search for newlines.
 *
 * Pure; thread: any. */
#ifndef SPATE_PARSE_LINES_H
#define SPATE_PARSE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes the offsets of the newlines in bytes[from, to) to ends[], at most `room` of them, and
 * returns how many. Up to 64 bytes behind `to` are read, but never counted. */
size_t lines_find(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room);

/* The same by one way: plain for any machine, or the vectors of this one, of 32 bytes or of 64.
 * Tests and measurements compare them. lines_vector() and lines_wide() are false where the machine
 * has none. */
bool lines_vector(void);
bool lines_wide(void);
size_t lines_find_plain(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room);
size_t lines_find_vector(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends,
                         size_t room);
size_t lines_find_wide(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room);

#endif
