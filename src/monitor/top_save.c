#include "monitor/top_save.h"

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/top_rows.h"
#include <stdlib.h>

void top_pack(const struct top *t, size_t most, size_t timed, struct buf *out)
{
    struct top_row *rows = mem_new(most + 1, sizeof *rows);
    size_t count = top_sorted(t, rows, most + 1);
    uint64_t floor = top_error(t);
    if (count > most && rows[most].counts.hits > floor)
        floor = rows[most].counts.hits;
    if (count > most)
        count = most;
    pack_u64(out, floor);
    pack_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        const struct latency *times = i < timed ? rows[i].request_time : NULL;
        pack_text(out, rows[i].key);
        pack_u64(out, rows[i].counts.hits);
        pack_u64(out, rows[i].counts.bytes);
        pack_u64(out, rows[i].counts.errors);
        pack_u64(out, rows[i].counts.client_errors);
        pack_u64(out, rows[i].over);
        pack_u64(out, times != NULL);
        if (times)
            latency_pack(times, out);
    }
    free(rows);
}

static void unpack_times(struct top *t, uint32_t row, struct unpack *u)
{
    struct latency *times = latency_new();
    latency_unpack(times, u);
    if (t->histograms && !u->bad)
        top_row_merge_latency(t, row, times);
    latency_free(times);
}

static void unpack_row(struct top *t, struct unpack *u)
{
    struct text key = unpack_text(u);
    struct top_counts counts;
    counts.hits = unpack_u64(u);
    counts.bytes = unpack_u64(u);
    counts.errors = unpack_u64(u);
    counts.client_errors = unpack_u64(u);
    uint64_t over = unpack_most(u, counts.hits);
    bool timed = unpack_most(u, 1);
    if (u->bad || key.len > KEY_LIMIT) {
        u->bad = true;
        return;
    }
    uint32_t row = top_row_of(t, key);
    t->rows[row].counts = counts;
    t->rows[row].over = over;
    if (timed)
        unpack_times(t, row, u);
}

void top_unpack(struct top *t, struct unpack *u)
{
    uint64_t floor = unpack_u64(u);
    for (size_t left = unpack_count(u); left > 0 && !u->bad; left--)
        unpack_row(t, u);
    if (floor > t->floor)
        t->floor = floor;
}
