/* text.h - a slice of bytes that somebody else owns.
 *
 * A value: copy it freely, it never frees anything. The bytes are not ended by
 * a NUL and may hold any byte, NUL included. Thread: any. */
#ifndef SPATE_BASE_TEXT_H
#define SPATE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    const char *at;
    size_t len;
};

/* A slice of a string literal. */
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static inline struct text text_of(const char *string)
{
    return (struct text){string, string ? strlen(string) : 0};
}

static inline struct text text_make(const char *at, size_t len)
{
    return (struct text){at, len};
}

static inline bool text_same(struct text a, struct text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Less than 0 where a stands before b, by bytes. */
static inline int text_order(struct text a, struct text b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.at, b.at, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* As text_same(), ASCII letters compared without their case. */
bool text_same_caseless(struct text a, struct text b);

bool text_starts(struct text whole, struct text start);
bool text_ends(struct text whole, struct text end);

/* Index of the first `byte` at or after `from`, or whole.len. */
size_t text_find(struct text whole, char byte, size_t from);

/* The part [from, to), clamped to what is there. */
struct text text_cut(struct text whole, size_t from, size_t to);

/* Without the spaces and tabs at both ends. */
struct text text_trim(struct text whole);

/* Takes the next piece up to `separator` off the front of *rest. False when
 * *rest is used up. An empty piece before a separator is a piece, an empty end
 * after the last one is not. */
bool text_split(struct text *rest, char separator, struct text *piece);

/* Whole-slice decimal numbers: false on an empty slice, a stray byte or a value
 * out of range; *out is then untouched. No sign, no space, no exponent. */
bool text_to_u64(struct text digits, uint64_t *out);

/* A decimal number with an optional fraction ("10", "0.5", "8.25"), at least 0. */
bool text_to_double(struct text digits, double *out);

#endif
