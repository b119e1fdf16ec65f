#include "base/hash.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

Test(hash, is_the_same_for_the_same_bytes)
{
    char copy[] = "/blog";
    cr_expect_eq(hash_text(TEXT("/blog")), hash_text(text_make(copy, 5)));
    cr_expect_neq(hash_text(TEXT("/blog")), hash_text(TEXT("/blof")));
    cr_expect_eq(hash_text(TEXT("")), hash_text((struct text){0}));
    cr_expect_neq(hash_text(text_make("a\0", 2)), hash_text(TEXT("a")));
    hash_start();
    cr_expect_eq(hash_text(TEXT("/blog")), hash_text(text_make(copy, 5)));
    cr_expect_eq(hash_text(TEXT("")), hash_text((struct text){0}));
}

Test(hash, has_another_secret_after_each_start)
{
    static char bytes[1000];
    static const size_t LENGTHS[] = {1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1000};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        struct text key = text_make(bytes, LENGTHS[i]);
        uint64_t fixed = hash_text(key);
        hash_start();
        uint64_t first = hash_text(key);
        hash_start();
        cr_expect_neq(fixed, first, "%zu bytes", key.len);
        cr_expect_neq(first, hash_text(key), "%zu bytes", key.len);
    }
}

/* A 64-bit seed alone shifts the published secret as a whole; here each part of a key
 * must be mixed with a part of the secret of its own. */
Test(hash, keys_every_part_on_its_own)
{
    unsigned same = 0;
    char a[32] = {0}, b[32] = {0};
    a[0] = 1;
    b[16] = 1;
    for (int round = 0; round < 64; round++) {
        hash_start();
        same += hash_text(text_make(a, 32)) == hash_text(text_make(b, 32));
    }
    cr_expect_eq(same, 0);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

Test(hash, spreads_and_does_not_collide_on_keys_alike)
{
    enum { COUNT = 200000 };
    static uint64_t hashes[COUNT];
    static unsigned buckets[256];
    hash_start();
    for (uint32_t i = 0; i < COUNT; i++) {
        char key[] = "10.000.000.000";
        for (uint32_t at = 13, left = i; left; at--, left /= 10)
            key[at] = (char)('0' + left % 10);
        hashes[i] = hash_text(text_of(key));
        buckets[hashes[i] & 255]++;
    }
    qsort(hashes, COUNT, sizeof *hashes, compare);
    for (uint32_t i = 1; i < COUNT; i++)
        cr_assert_neq(hashes[i], hashes[i - 1]);
    for (int i = 0; i < 256; i++) /* 781 on average, 28 the standard deviation */
        cr_expect(buckets[i] > 580 && buckets[i] < 980, "%u in bucket %d", buckets[i], i);
}
