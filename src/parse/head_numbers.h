/* head_numbers.h - numbers out of eight bytes at a time, for the fast readers.
 *
 * Looks at up to 16 bytes from where it is pointed. Pure; thread: any. */
#ifndef SPATE_PARSE_HEAD_NUMBERS_H
#define SPATE_PARSE_HEAD_NUMBERS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "parse/stamp.h"
#include "parse/value.h"

#define ALWAYS      inline __attribute__((always_inline))
#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

static inline uint64_t load_8(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* Eight bytes as a number of which the first byte is the lowest. */
static inline uint64_t load_digits(const char *at)
{
    return le64toh(load_8(at));
}

static inline uint32_t load_4(const char *at)
{
    uint32_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* Not zero in every byte that is no digit. */
static inline uint64_t others_of(uint64_t bytes)
{
    uint64_t high = bytes & UINT64_C(0xf0f0f0f0f0f0f0f0);
    uint64_t above_9 = (bytes & UINT64_C(0x0f0f0f0f0f0f0f0f)) + UINT64_C(0x0606060606060606);
    return (high ^ UINT64_C(0x3030303030303030)) | (above_9 & UINT64_C(0xf0f0f0f0f0f0f0f0));
}

/* How many of eight bytes are digits, from the first on. */
static inline unsigned digits_of(uint64_t bytes)
{
    uint64_t others = others_of(bytes);
    return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

/* The number that eight digits make; zeroes may stand for some. */
static inline uint64_t number_of_eight(uint64_t bytes)
{
    bytes = (bytes & UINT64_C(0x0f0f0f0f0f0f0f0f)) * 2561 >> 8;
    bytes = (bytes & UINT64_C(0x00ff00ff00ff00ff)) * 6553601 >> 16;
    return (bytes & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001) >> 32;
}

/* The number that the first `count` of eight bytes make; at least one. */
static inline uint64_t number_of(uint64_t bytes, unsigned count)
{
    return number_of_eight(bytes << (64 - 8 * count));
}

/* The rare counts of 8 to 15 digits. */
static inline const char *scan_eight_digits(const char *at, uint64_t *value)
{
    uint64_t high = number_of(load_digits(at), 8), low = load_digits(at + 8);
    unsigned count = digits_of(low);
    if (count == 8)
        return NULL;
    for (unsigned i = 0; i < count; i++)
        high *= 10;
    *value = count > 0 ? high + number_of(low, count) : high;
    return at + 8 + count;
}

/* The rare counts: a dash, or 8 to 15 digits. */
__attribute__((noinline)) static const char *scan_odd_count(const char *at, uint64_t *value,
                                                            bool *dash)
{
    if (digits_of(load_digits(at)) > 0)
        return scan_eight_digits(at, value);
    *dash = *at == '-' && !(at[1] >= '0' && at[1] <= '9');
    return *dash ? at + 1 : NULL;
}

/* Behind a plain count of up to 15 digits, or a dash alone; NULL: look closer. */
static ALWAYS const char *scan_count(const char *at, uint64_t *value, bool *dash)
{
    uint64_t bytes = load_digits(at), others = others_of(bytes);
    unsigned bits = others ? (unsigned)__builtin_ctzll(others) : 0;
    *dash = false;
    *value = 0;
    if (UNLIKELY(bits < 8))
        return scan_odd_count(at, value, dash);
    *value = number_of(bytes, bits / 8);
    return at + bits / 8;
}

static const uint64_t powers[] = {1,      10,      100,      1000,      10000,
                                  100000, 1000000, 10000000, 100000000, 1000000000};

static inline uint64_t scale_of(uint8_t notation)
{
    return notation == AS_MILLIS   ? 1000000
           : notation == AS_MICROS ? 1000
           : notation == AS_NANOS  ? 1
                                   : 1000000000;
}

/* Behind digits with up to seven decimals; NULL: look closer. */
static ALWAYS const char *scan_duration(const char *at, uint64_t scale, uint64_t *ns, bool *dash)
{
    const char *to = scan_count(at, ns, dash);
    if (!to || *dash || to - at > 9)
        return to && *dash ? to : NULL;
    *ns *= scale;
    if (*to != '.')
        return to;
    uint64_t bytes = load_digits(to + 1);
    unsigned count = digits_of(bytes);
    if (count == 0 || count == 8)
        return NULL;
    if (scale < powers[count]) /* finer than a nanosecond */
        return NULL;
    *ns += number_of(bytes, count) * (scale / powers[count]);
    return to + 1 + count;
}

/* Thousandths, written as a digit, a point and three digits, as nginx does: "0.038". False: look
 * closer. */
static ALWAYS bool scan_millis(const char *at, uint64_t *millis)
{
    /* Digits become their values, the point nothing; what a sixth byte is shows in its place. */
    uint64_t values = load_digits(at) ^ UINT64_C(0x3030302e30);
    uint64_t digits = values & UINT64_C(0xffffffffff);
    if (UNLIKELY(((digits | (digits + UINT64_C(0x0606060006))) & UINT64_C(0xf0f0f0fff0)) != 0 ||
                 (uint8_t)((values >> 40) - '0') <= 9))
        return false;
    uint32_t four = (uint32_t)(uint8_t)digits | (uint32_t)(digits >> 8),
             pairs = (four * 2561 >> 8) & 0xff00ff;
    *millis = pairs * 6553601 >> 16;
    return true;
}

/* Three digits or a dash. */
static ALWAYS const char *scan_status(const char *at, uint16_t *status, bool *dash)
{
    uint32_t bytes = le32toh(load_4(at));
    uint32_t digits = (bytes & 0xffffff) - 0x303030;
    *dash = false;
    if (LIKELY(((digits | (digits + 0x060606)) & 0xf0f0f0) == 0 && (bytes >> 24) - '0' > 9)) {
        *status = (uint16_t)((digits & 15) * 100 + (digits >> 8 & 15) * 10 + (digits >> 16 & 15));
        return at + 3;
    }
    *dash = *at == '-';
    return *dash ? at + 1 : NULL;
}

static ALWAYS uint16_t load_2(const char *at)
{
    uint16_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static ALWAYS uint32_t load_3(const char *at)
{
    return le32toh(load_4(at)) & 0xffffff;
}

/* The time with what stands around it, "[time] \"": of many lines the same. */
enum { FRAME_LEN = 1 + STAMP_CLF_LEN + 3 };

/* What stands behind the quote that closes a request. */
struct usual_numbers {
    uint64_t size;
    uint16_t status;
    bool no_size; /* a dash, which is as usual as digits */
};

#endif
