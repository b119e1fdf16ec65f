/* fuzz_line.c - the exact reader, the fast reader with and without vectors, and PCRE2 patterns made
 * from the same format: all must accept the same lines and find the same fields. */
#include "parse/line_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct batch *batch;
    if (!batch)
        batch = batch_new();
    if (size < 4)
        return 0;
    struct dice dice = {.at = data, .left = size};
    if (data[0] & 1) /* a seed reaches further than bytes do */
        memcpy(&dice.state, data, size < 8 ? size : 8);
    if (data[0] & 2 ? reference_compare(&dice, batch, 4) == 0
                    : !reference_compare_runs(&dice, batch, 12))
        abort();
    return 0;
}
