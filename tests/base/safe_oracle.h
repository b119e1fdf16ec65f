/* safe_oracle.h - what must hold for every output of safe.h, judged without its code:
 * the C library decodes and measures, and the forbidden code points stand here again.
 * Shared by the unit tests and the fuzz target. */
#ifndef SPATE_TESTS_BASE_SAFE_ORACLE_H
#define SPATE_TESTS_BASE_SAFE_ORACLE_H

#include "base/safe.h"
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

static inline bool safe_oracle_start(void)
{
    return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

static inline bool safe_oracle_forbids(uint32_t c)
{
    static const uint32_t RANGES[][2] = {{0, 0x1f},        {0x7f, 0x9f},      {0xad, 0xad},
                                         {0x61c, 0x61c},   {0x200b, 0x200f},  {0x2028, 0x202e},
                                         {0x2060, 0x206f}, {0xfe00, 0xfe0f},  {0xfeff, 0xfeff},
                                         {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++)
        if (c >= RANGES[i][0] && c <= RANGES[i][1])
            return true;
    return false;
}

/* What is wrong with the result, or NULL. */
static inline const char *safe_oracle(struct safe safe, struct safe_limits limits)
{
    mbstate_t state = {0};
    unsigned width = 0, marks = 2;
    bool unassigned = false;
    for (size_t at = 0; at < safe.utf8.len;) {
        wchar_t wide;
        size_t len = mbrtowc(&wide, safe.utf8.at + at, safe.utf8.len - at, &state);
        if (len == 0 || len > 4)
            return len == 0 ? "a NUL" : "not UTF-8";
        uint32_t rune = (uint32_t)wide;
        if (rune > 0x10ffff) /* the C library goes beyond Unicode */
            return "not UTF-8";
        if (safe_oracle_forbids(rune))
            return "a forbidden code point";
        if (limits.ascii && rune > 0x7e)
            return "not ASCII";
        int columns = wcwidth(wide);
        unassigned |= columns < 0;
        width += columns < 0 ? 1 : (unsigned)columns;
        marks = columns == 0 ? marks + 1 : 0;
        if (marks > 2)
            return "a mark too many, or without a base";
        at += len;
    }
    if (unassigned) /* these have no width to measure by */
        return limits.width && safe.width > limits.width ? "wider than the limit" : NULL;
    if (limits.width && width > limits.width)
        return "wider than the limit";
    return width == safe.width ? NULL : "another width than it says";
}

#endif
