#include "loggen/pick.h"

#include "base/mem.h"
#include <assert.h>
#include <stdlib.h>

static uint32_t as_keep(double share)
{
    double scaled = share * 4294967296.0;
    return scaled >= 4294967295.0 ? UINT32_MAX : (uint32_t)scaled;
}

/* Scales the weights to a mean of 1 and lists the small ones from the left and the large ones
 * from the right of `order`. Returns how many are small. */
static uint32_t sort_out(double *weights, uint32_t count, uint32_t *order)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += weights[i];
    uint32_t small = 0, large = count;
    for (uint32_t i = 0; i < count; i++) {
        weights[i] *= count / sum;
        if (weights[i] < 1)
            order[small++] = i;
        else
            order[--large] = i;
    }
    return small;
}

struct pick pick_make(struct pick_cell *cells, double *weights, uint32_t count)
{
    assert(count > 0);
    uint32_t *order = mem_new(count, sizeof(*order));
    uint32_t small = sort_out(weights, count, order);
    uint32_t large = small; /* order[0, small) is to be filled up, order[large, count) gives */
    for (uint32_t i = 0; i < count; i++)
        cells[i] = (struct pick_cell){UINT32_MAX, i};
    while (small > 0 && large < count) {
        uint32_t poor = order[--small], rich = order[large];
        cells[poor] = (struct pick_cell){as_keep(weights[poor]), rich};
        weights[rich] -= 1 - weights[poor];
        if (weights[rich] < 1) {
            order[small++] = rich;
            large++;
        }
    }
    free(order);
    return (struct pick){cells, count};
}

struct pick pick_zipf(struct pick_cell *cells, uint32_t count, double shift)
{
    double *weights = mem_new(count, sizeof(*weights));
    for (uint32_t i = 0; i < count; i++)
        weights[i] = 1 / (i + 1 + shift);
    struct pick pick = pick_make(cells, weights, count);
    free(weights);
    return pick;
}
