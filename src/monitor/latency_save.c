#include "monitor/latency_save.h"

void latency_pack(const struct latency *l, struct buf *out)
{
    uint32_t used = 0, next = 0;
    for (uint32_t i = 0; i < l->length; i++)
        used += latency_times(l, i) != 0;
    pack_u64(out, l->max);
    pack_u64(out, used);
    for (uint32_t i = 0; i < l->length; i++) {
        uint64_t times = latency_times(l, i);
        if (!times)
            continue;
        pack_u64(out, l->first + i - next);
        pack_u64(out, times);
        next = l->first + i + 1;
    }
}

void latency_unpack(struct latency *l, struct unpack *u)
{
    uint64_t max = unpack_u64(u);
    uint32_t next = 0;
    for (size_t left = unpack_count(u); left > 0 && !u->bad; left--) {
        uint64_t skip = unpack_most(u, LATENCY_BUCKETS);
        uint64_t times = unpack_u64(u);
        if (u->bad || times == 0 || next + skip >= LATENCY_BUCKETS ||
            times > UINT64_MAX - l->count) {
            u->bad = true;
            return;
        }
        next += (uint32_t)skip;
        latency_bucket_add(l, next++, times);
        l->count += times;
    }
    if (!u->bad)
        l->max = max;
}
