#include "loggen/trouble.h"

static const struct {
    uint16_t status, bytes;
    uint32_t permille;    /* of the dynamic requests fail */
    uint32_t duration_us; /* of a failed one */
} kinds[] = {
    {500, 532, 300, 21000},
    {502, 497, 600, 900},
    {503, 488, 800, 400},
    {504, 504, 200, 60000000},
};

#define ONE_IN 40000U /* requests begin a trouble */

void trouble_step(struct trouble *trouble, struct random *random)
{
    uint64_t draw = random_next(random);
    trouble->drawn = (uint32_t)(draw >> 44) % 1000;
    if (trouble->left > 0) {
        trouble->left--;
    } else if ((uint32_t)draw < UINT32_MAX / ONE_IN) {
        trouble->left = 100 + random_below(random, 700);
        trouble->kind = random_below(random, sizeof(kinds) / sizeof(kinds[0]));
    }
}

void trouble_change(const struct trouble *trouble, struct hit *hit)
{
    if (trouble->left == 0 || trouble->drawn >= kinds[trouble->kind].permille)
        return;
    hit->status = kinds[trouble->kind].status;
    hit->bytes = kinds[trouble->kind].bytes;
    hit->duration_us = kinds[trouble->kind].duration_us;
}
