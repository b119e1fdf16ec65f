#include "base/mem.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

Test(mem, gives_zeroed_memory)
{
    unsigned char *bytes = mem_new(1000, 3);
    for (int i = 0; i < 3000; i++)
        cr_assert_eq(bytes[i], 0);
    free(bytes);
    void *nothing = mem_new(0, 8);
    cr_expect_not_null(nothing);
    free(nothing);
}

Test(mem, grows_and_keeps_what_was_there)
{
    int *numbers = mem_grow(NULL, 2, sizeof *numbers);
    numbers[1] = 42;
    numbers = mem_grow(numbers, 100000, sizeof *numbers);
    cr_expect_eq(numbers[1], 42);
    numbers = mem_grow(numbers, 0, sizeof *numbers);
    cr_expect_not_null(numbers, "growing to nothing does not free");
    free(numbers);
}

Test(mem, aligns)
{
    for (size_t alignment = 8; alignment <= 4096; alignment *= 2) {
        unsigned char *bytes = mem_aligned(alignment, 100);
        cr_expect_eq((uintptr_t)bytes % alignment, 0);
        for (int i = 0; i < 100; i++)
            cr_assert_eq(bytes[i], 0);
        free(bytes);
    }
}

Test(mem, aligns_what_is_large_to_huge_pages)
{
    const size_t huge = 2 * 1024 * 1024, sizes[] = {huge, huge + 1, 3 * huge - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *bytes = mem_aligned(64, sizes[i]);
        cr_expect_eq((uintptr_t)bytes % huge, 0);
        for (size_t at = 0; at < sizes[i]; at++)
            cr_assert_eq(bytes[at], 0);
        free(bytes);
    }
}

Test(mem, copies_a_slice_into_a_string)
{
    char *copy = mem_string(text_make("abcdef", 3));
    cr_expect_str_eq(copy, "abc");
    free(copy);
    copy = mem_string((struct text){0});
    cr_expect_str_eq(copy, "");
    free(copy);
}

Test(mem, ends_the_program_when_a_size_overflows, .signal = SIGABRT)
{
    free(mem_new(SIZE_MAX / 2, 3));
}
