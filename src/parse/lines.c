#include "parse/lines.h"

#include <string.h>

size_t lines_find_plain(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room)
{
    size_t count = 0;
    while (from < to && count < room) {
        const char *hit = memchr(bytes + from, '\n', to - from);
        if (!hit)
            break;
        ends[count++] = (uint32_t)(hit - bytes);
        from = ends[count - 1] + 1;
    }
    return count;
}

#if defined __x86_64__

#include <immintrin.h>

/* The C library knows the machine from its own start. The compiler's way asks the processor again
 * in each start of the program, and in a virtual machine each question is answered by the host. */
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
static bool has_avx2_and_bmi(void)
{
    return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1) && CPU_FEATURE_ACTIVE(BMI2);
}

static bool has_avx512(void)
{
    return CPU_FEATURE_ACTIVE(AVX512BW) && CPU_FEATURE_ACTIVE(AVX512_VBMI2);
}
#else
static bool has_avx2_and_bmi(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2");
}
#endif

bool lines_vector(void)
{
    return has_avx2_and_bmi();
}

__attribute__((target("avx2,bmi,bmi2"))) static inline uint64_t newlines_64(const char *at)
{
    const __m256i newline = _mm256_set1_epi8('\n');
    __m256i low = _mm256_loadu_si256((const __m256i *)at);
    __m256i high = _mm256_loadu_si256((const __m256i *)(at + 32));
    uint32_t low_bits = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline));
    uint32_t high_bits = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline));
    return low_bits | (uint64_t)high_bits << 32;
}

/* Where lines end cannot be foreseen: the first of 64 bytes' newlines is written whether it is
 * there or not. */
__attribute__((target("avx2,bmi,bmi2"))) static inline size_t
put_ends(uint64_t bits, uint32_t from, uint32_t *ends, size_t count, size_t room)
{
    ends[count] = from + (uint32_t)_tzcnt_u64(bits);
    count += bits != 0;
    for (bits &= bits - 1; __builtin_expect(bits != 0, 0) && count < room; bits &= bits - 1)
        ends[count++] = from + (uint32_t)_tzcnt_u64(bits);
    return count;
}

__attribute__((target("avx2,bmi,bmi2"))) size_t
lines_find_vector(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room)
{
    size_t count = 0;
    for (; to - from >= 128 && count + 128 <= room; from += 128) {
        uint64_t low = newlines_64(bytes + from), high = newlines_64(bytes + from + 64);
        count = put_ends(low, from, ends, count, SIZE_MAX);
        count = put_ends(high, from + 64, ends, count, SIZE_MAX);
    }
    for (; from < to && count < room; from += 64) {
        uint64_t bits = newlines_64(bytes + from);
        if (to - from < 64)
            bits &= ((uint64_t)1 << (to - from)) - 1;
        count = put_ends(bits, from, ends, count, room);
    }
    return count;
}

/* Processors that have these slow nothing else down for them. */
bool lines_wide(void)
{
    return has_avx2_and_bmi() && has_avx512();
}

__attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw"))) size_t
lines_find_wide(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room)
{
    const __m512i newline = _mm512_set1_epi8('\n');
    size_t count = 0;
    for (; to - from >= 128 && count + 128 <= room; from += 128) {
        __m512i low = _mm512_loadu_si512(bytes + from),
                high = _mm512_loadu_si512(bytes + from + 64);
        count = put_ends(_mm512_cmpeq_epi8_mask(low, newline), from, ends, count, SIZE_MAX);
        count = put_ends(_mm512_cmpeq_epi8_mask(high, newline), from + 64, ends, count, SIZE_MAX);
    }
    return count + lines_find_vector(bytes, from, to, ends + count, room - count);
}

#else

bool lines_vector(void)
{
    return false;
}

bool lines_wide(void)
{
    return false;
}

size_t lines_find_wide(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room)
{
    return lines_find_plain(bytes, from, to, ends, room);
}

size_t lines_find_vector(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room)
{
    return lines_find_plain(bytes, from, to, ends, room);
}

#endif

size_t lines_find(const char *bytes, uint32_t from, uint32_t to, uint32_t *ends, size_t room)
{
    if (lines_wide())
        return lines_find_wide(bytes, from, to, ends, room);
    if (lines_vector())
        return lines_find_vector(bytes, from, to, ends, room);
    return lines_find_plain(bytes, from, to, ends, room);
}
