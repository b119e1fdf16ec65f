/* json_stop.h - where the plain bytes of a JSON string end, sixteen at a time.
 *
 * Private to parse/json_scan. Pure; thread: any. */
#ifndef SPATE_PARSE_JSON_STOP_H
#define SPATE_PARSE_JSON_STOP_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first ", \ or control byte at or behind p. May look at JSON_SLACK bytes behind the end. */
#ifdef __SSE2__
static inline const char *string_stop(const char *p, const char *end)
{
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (; p < end; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
        stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        unsigned hit = (unsigned)_mm_movemask_epi8(stop);
        if (hit != 0) {
            return p + __builtin_ctz(hit);
        }
    }
    return end;
}
#else
static inline const char *string_stop(const char *p, const char *end)
{
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p > 0x1f) {
        p++;
    }
    return p;
}
#endif

#endif
