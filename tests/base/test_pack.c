#include "base/pack.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const uint64_t NUMBERS[] = {0,        1,          127,        128,
                                   16383,    16384,      UINT32_MAX, UINT64_C(1) << 62,
                                   INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};

Test(pack, numbers_come_back)
{
    struct buf b = {0};
    enum { COUNT = sizeof NUMBERS / sizeof *NUMBERS };
    for (size_t i = 0; i < COUNT; i++) {
        pack_u64(&b, NUMBERS[i]);
        pack_i64(&b, (int64_t)NUMBERS[i]);
        pack_i64(&b, -(int64_t)(NUMBERS[i] / 2));
    }
    struct unpack u = unpack_of(buf_text(&b));
    for (size_t i = 0; i < COUNT; i++) {
        cr_expect_eq(unpack_u64(&u), NUMBERS[i]);
        cr_expect_eq(unpack_i64(&u), (int64_t)NUMBERS[i]);
        cr_expect_eq(unpack_i64(&u), -(int64_t)(NUMBERS[i] / 2));
    }
    cr_expect(unpack_whole(&u));
    cr_expect_eq(unpack_u64(&u), 0);
    cr_expect(u.bad);
    buf_done(&b);
}

Test(pack, text_comes_back_and_stays_where_it_is)
{
    struct buf b = {0};
    pack_text(&b, TEXT("hello"));
    pack_text(&b, TEXT(""));
    pack_text(&b, text_make("a\0b", 3));
    struct unpack u = unpack_of(buf_text(&b));
    cr_expect(text_same(unpack_text(&u), TEXT("hello")));
    cr_expect_eq(unpack_text(&u).len, 0);
    cr_expect(text_same(unpack_text(&u), text_make("a\0b", 3)));
    cr_expect(unpack_whole(&u));
    buf_done(&b);
}

Test(pack, what_is_not_there_or_too_large_is_bad_and_stays_so)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {{"", 0},
                {"\x80", 1},
                {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
                {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct unpack u = unpack_of(text_make(rows[i].bytes, rows[i].len));
        cr_expect_eq(unpack_u64(&u), 0);
        cr_expect(u.bad, "row %zu", i);
        cr_expect_eq(unpack_text(&u).len, 0);
    }
    struct unpack u = unpack_of(text_make("\x05"
                                          "abc",
                                          4));
    cr_expect_eq(unpack_text(&u).len, 0);
    cr_expect(u.bad);
    u = unpack_of(text_make("\x05", 1));
    cr_expect_eq(unpack_most(&u, 4), 0);
    cr_expect(u.bad);
}

Test(pack, a_seal_notices_every_flipped_bit_and_every_cut)
{
    struct buf b = {0};
    struct text inside;
    buf_str(&b, "before");
    size_t begin = pack_begin(&b, 3);
    pack_text(&b, TEXT("what is in it"));
    pack_seal(&b, begin);
    struct text sealed = text_make(b.at + begin, b.len - begin);
    cr_assert(unpack_sealed(sealed, 3, &inside));
    cr_expect_eq(inside.len, 14);
    cr_expect_not(unpack_sealed(sealed, 4, &inside));
    for (size_t i = 0; i < sealed.len * 8; i++) {
        b.at[begin + i / 8] ^= (char)(1 << i % 8);
        cr_expect_not(unpack_sealed(sealed, 3, &inside), "bit %zu", i);
        b.at[begin + i / 8] ^= (char)(1 << i % 8);
    }
    for (size_t len = 0; len < sealed.len; len++)
        cr_expect_not(unpack_sealed(text_make(sealed.at, len), 3, &inside));
    buf_done(&b);
}

Test(pack, doubles_come_back_to_the_bit_and_none_that_is_not_finite)
{
    static const double numbers[] = {0, -0.0, 1, -1.5, 0.1, 1e300, -5e-324};
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        pack_double(&out, numbers[i]);
    struct unpack u = unpack_of(buf_text(&out));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double back = unpack_double(&u);
        cr_assert_eq(memcmp(&back, &numbers[i], sizeof back), 0, "number %zu", i);
    }
    cr_assert(unpack_whole(&u));
    out.len = 0;
    pack_double(&out, INFINITY);
    u = unpack_of(buf_text(&out));
    cr_assert_eq(unpack_double(&u), 0);
    cr_assert(u.bad);
    buf_done(&out);
}
