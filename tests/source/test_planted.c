/* The model must find a follower that does not compare the bytes before its place: this program is
 * built with such a tail in place of the real one. */
#define SPATE_PLANTED_BUG_NO_ANCHOR
#include "source/tail.c"

#include <criterion/criterion.h>

#include "lib/model.h"

Test(planted, a_follower_without_the_anchor_is_found_out)
{
    cr_assert_lt(model_runs(1, 300), 300);
}
