/* head_vector.c - the fast reader with AVX2. */
#include <string.h>

#include "parse/head.h"

#if defined __x86_64__

#include <immintrin.h>

#if defined __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi")
#endif

static inline uint32_t bytes_like(__m256i window, char byte)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(window, _mm256_set1_epi8(byte)));
}

static inline const char *find_byte(const char *at, const char *end, char byte)
{
    for (; at < end; at += 32) {
        uint32_t hits = bytes_like(_mm256_loadu_si256((const __m256i *)at), byte);
        if (hits) {
            at += __builtin_ctz(hits);
            return at < end ? at : end;
        }
    }
    return end;
}

static inline const char *find_space(const char *at, const char *end)
{
    return find_byte(at, end, ' ');
}

static inline const char *find_quote(const char *at, const char *end)
{
    return find_byte(at, end, '"');
}

static inline const char *find_section_end(const char *at)
{
    for (;; at += 32) {
        __m256i window = _mm256_loadu_si256((const __m256i *)at);
        uint32_t hits = bytes_like(window, '/') | bytes_like(window, '?') |
                        bytes_like(window, '#') | bytes_like(window, ' ') | bytes_like(window, '"');
        if (hits)
            return at + __builtin_ctz(hits);
    }
}

static inline bool same_time(const char *a, const char *b)
{
    __m128i first =
        _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)a), _mm_loadu_si128((const __m128i *)b));
    __m128i rest = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(a + 10)),
                                  _mm_loadu_si128((const __m128i *)(b + 10)));
    return _mm_movemask_epi8(_mm_and_si128(first, rest)) == 0xffff;
}

#define HEAD_READ head_read_vector
#define HEAD_RUN  head_run_vector
#include "parse/head_body.h"

#if defined __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#else

unsigned head_read_vector(const struct head *h, struct reading *r, unsigned stop, const char **at)
{
    return head_read_plain(h, r, stop, at);
}

size_t head_run_vector(const struct program *p, struct line_run *run)
{
    return head_run_plain(p, run);
}

#endif
