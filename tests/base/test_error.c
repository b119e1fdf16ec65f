#include "base/error.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/rune.h"

Test(error, is_filled_and_returns_false)
{
    struct error why = {.column = 9};
    cr_expect_not(error_set(&why, "no %s", "file"));
    cr_expect_str_eq(why.text, "no file");
    cr_expect_eq(why.column, 0);
    cr_expect_not(error_at(&why, 17, "at %d", 3));
    cr_expect_str_eq(why.text, "at 3");
    cr_expect_eq(why.column, 17);
    cr_expect_not(error_prefix(&why, "line %d", 4));
    cr_expect_str_eq(why.text, "line 4: at 3");
    cr_expect_eq(why.column, 17);
}

Test(error, may_be_unwanted)
{
    cr_expect_not(error_set(NULL, "x"));
    cr_expect_not(error_at(NULL, 1, "x"));
    cr_expect_not(error_prefix(NULL, "x"));
}

Test(error, may_quote_itself)
{
    struct error why;
    error_set(&why, "inner");
    error_set(&why, "outer (%s)", why.text);
    cr_expect_str_eq(why.text, "outer (inner)");
    error_prefix(&why, "%s", why.text);
    cr_expect_str_eq(why.text, "outer (inner): outer (inner)");
}

Test(error, is_cut_at_its_size_and_never_within_a_character)
{
    char many[2000] = {0};
    for (size_t i = 0; i + 3 < sizeof many; i += 3)
        memcpy(many + i, "€", 3);
    struct error why;
    error_set(&why, "%s", many);
    cr_expect_eq(strlen(why.text), 477); /* 159 of them: one more would not fit with the NUL */
    error_set(&why, "a%s", many);
    cr_expect_eq(strlen(why.text), 478);
    error_prefix(&why, "bc");
    size_t len = strlen(why.text);
    cr_expect_eq(len, 479 - (479 - 5) % 3);
    cr_expect_eq(rune_whole(why.text, len), len);
    cr_expect_eq(strncmp(why.text, "bc: a€", 8), 0);
}
