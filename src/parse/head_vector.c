/* head_vector.c - the fast reader with AVX2. */
#include <string.h>

#include "parse/head.h"
#include "parse/head_numbers.h"

#if defined __x86_64__

#include <immintrin.h>

#if defined __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2")
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

static ALWAYS uint64_t bytes_like_64(const char *at, char byte)
{
    uint64_t low = bytes_like(_mm256_loadu_si256((const __m256i *)at), byte);
    uint64_t high = bytes_like(_mm256_loadu_si256((const __m256i *)(at + 32)), byte);
    return low | high << 32;
}

static ALWAYS const char *near_quote(const char *at, const char *end)
{
    uint64_t hits = bytes_like_64(at, '"');
    return LIKELY(hits) ? at + __builtin_ctzll(hits) : find_byte(at + 64, end, '"');
}

/* Where a text ends cannot be foreseen: three times 64 bytes are looked at for every one. */
static ALWAYS const char *far_quote(const char *at, const char *end, const char *readable)
{
    if (UNLIKELY(readable - at < 192))
        return find_byte(at, end, '"');
    uint64_t first = bytes_like_64(at, '"'), second = bytes_like_64(at + 64, '"');
    uint64_t third = bytes_like_64(at + 128, '"');
    if (UNLIKELY((first | second | third) == 0))
        return find_byte(at + 192, end, '"');
    /* Of no bit at all the first is at 64. */
    uint64_t behind = _tzcnt_u64(second) + (_tzcnt_u64(third) & -(uint64_t)(second == 0));
    return at + _tzcnt_u64(first) + (behind & -(uint64_t)(first == 0));
}

static ALWAYS bool near_spaces(const char *to[3], const char *at, const char *end)
{
    uint64_t hits = bytes_like_64(at, ' ');
    (void)end;
    to[0] = at + _tzcnt_u64(hits);
    hits &= hits - 1;
    to[1] = at + _tzcnt_u64(hits);
    hits &= hits - 1;
    to[2] = at + _tzcnt_u64(hits);
    return hits != 0;
}

/* Where in the first 64 bytes of a request a section may end: / ? # */
struct request_marks {
    uint64_t ends;
};

static ALWAYS uint32_t section_ends(__m256i window)
{
    /* With the bit 0x10 a slash is a question mark. */
    __m256i slashes = _mm256_or_si256(window, _mm256_set1_epi8(0x10));
    __m256i ends = _mm256_or_si256(_mm256_cmpeq_epi8(slashes, _mm256_set1_epi8('?')),
                                   _mm256_cmpeq_epi8(window, _mm256_set1_epi8('#')));
    return (uint32_t)_mm256_movemask_epi8(ends);
}

static ALWAYS const char *mark_request(struct request_marks *m, const char *at, const char *end)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)at);
    __m256i high = _mm256_loadu_si256((const __m256i *)(at + 32));
    uint64_t quotes = bytes_like(low, '"') | (uint64_t)bytes_like(high, '"') << 32;
    m->ends = section_ends(low) | (uint64_t)section_ends(high) << 32;
    return LIKELY(quotes) ? at + _tzcnt_u64(quotes) : find_byte(at + 64, end, '"');
}

/* Of a section that is longer than the window. */
static inline const char *find_section_end(const char *at, const char *end)
{
    for (; at < end; at += 32) {
        uint32_t hits = section_ends(_mm256_loadu_si256((const __m256i *)at));
        if (hits)
            return at + __builtin_ctz(hits);
    }
    return end;
}

static ALWAYS const char *section_end(const struct request_marks *m, const char *at,
                                      const char *from, const char *end)
{
    uint64_t ends = m->ends >> (from - at); /* a method is short */
    const char *to = from + _tzcnt_u64(ends);
    if (UNLIKELY(!ends && end > at + 64))
        to = find_section_end(at + 64, end);
    return to < end ? to : end;
}

struct frame {
    __m256i bytes; /* and two more */
};

static ALWAYS struct frame frame_load(const char at[FRAME_LEN])
{
    char bytes[32] = {0};
    memcpy(bytes, at, FRAME_LEN);
    return (struct frame){_mm256_loadu_si256((const __m256i *)bytes)};
}

static ALWAYS bool same_frame(const struct frame *known, const char *at)
{
    __m256i same = _mm256_cmpeq_epi8(known->bytes, _mm256_loadu_si256((const __m256i *)at));
    return ((uint32_t)_mm256_movemask_epi8(same) | ~((1u << FRAME_LEN) - 1)) == UINT32_MAX;
}

/* Where each byte of "200 12345678" goes, by the digits of the count: the status to the first four
 * bytes, the count to the last eight, noughts in front. */
#define N 0x80
static const uint8_t number_places[9][16] = {
    {N, 0, 1, 2, N, N, N, N, N, N, N, N, N, N, N, N},
    {N, 0, 1, 2, N, N, N, N, N, N, N, N, N, N, N, 4},
    {N, 0, 1, 2, N, N, N, N, N, N, N, N, N, N, 4, 5},
    {N, 0, 1, 2, N, N, N, N, N, N, N, N, N, 4, 5, 6},
    {N, 0, 1, 2, N, N, N, N, N, N, N, N, 4, 5, 6, 7},
    {N, 0, 1, 2, N, N, N, N, N, N, N, 4, 5, 6, 7, 8},
    {N, 0, 1, 2, N, N, N, N, N, N, 4, 5, 6, 7, 8, 9},
    {N, 0, 1, 2, N, N, N, N, N, 4, 5, 6, 7, 8, 9, 10},
    {N, 0, 1, 2, N, N, N, N, 4, 5, 6, 7, 8, 9, 10, 11},
};
#undef N

static ALWAYS const char *scan_numbers(const char *at, struct usual_numbers *n)
{
    const __m128i tens = _mm_set1_epi16(10 + (1 << 8)), hundreds = _mm_set1_epi32(100 + (1 << 16));
    __m128i values = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(at + 2)), _mm_set1_epi8('0'));
    __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    uint32_t others = ~(uint32_t)_mm_movemask_epi8(is_digit);
    unsigned count = (unsigned)_tzcnt_u32(others >> 4);
    n->no_size = at[6] == '-';
    if (UNLIKELY((others & 15) != 8 || load_2(at) != load_2("\" ") || at[5] != ' ' || count > 8 ||
                 count + n->no_size == 0))
        return NULL;
    __m128i place = _mm_loadu_si128((const __m128i *)number_places[count]);
    __m128i fours =
        _mm_madd_epi16(_mm_maddubs_epi16(_mm_shuffle_epi8(values, place), tens), hundreds);
    uint64_t eight = (uint64_t)_mm_extract_epi64(fours, 1);
    n->status = (uint16_t)_mm_cvtsi128_si32(fours);
    n->size = (eight & 0xffffffff) * 10000 + (eight >> 32);
    return at + 6 + count + n->no_size;
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
