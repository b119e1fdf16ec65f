#include "app/keep.h"

static bool fits(const struct batch *b, const struct entry *e, const struct filter *where,
                 const struct range *range)
{
    if (range && (!(e->has & FIELD_BIT(FIELD_TIME)) || !range_holds(range, e->second)))
        return false;
    return !where || filter_matches(where, b, e);
}

void keep_entries(struct batch *b, const struct filter *where, const struct range *range)
{
    uint32_t kept = 0, refusal = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        for (; refusal < b->refusal_count && b->refusals[refusal].before <= i; refusal++)
            b->refusals[refusal].before = kept;
        if (!fits(b, &b->entries[i], where, range))
            continue;
        if (kept != i)
            b->entries[kept] = b->entries[i];
        kept++;
    }
    for (; refusal < b->refusal_count; refusal++)
        b->refusals[refusal].before = kept;
    b->lines.read -= b->count - kept;
    b->lines.parsed -= b->count - kept;
    b->count = kept;
}
