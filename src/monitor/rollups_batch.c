/* rollups_batch.c - counting the hits of a batch at their minutes. */
#include "monitor/key.h"
#include "monitor/logclock.h"
#include "monitor/rollup_inside.h"

/* Older than any log: a number in the wrong place. */
#define OLDEST_S INT64_C(-62135596800) /* 0001-01-01 */

static bool believable(int64_t second, int64_t wall_s)
{
    return second >= OLDEST_S && (second <= wall_s || second - wall_s <= LOGCLOCK_FAR_S);
}

static void count_status(struct rollup *r, const struct entry *e)
{
    if (e->has & FIELD_BIT(FIELD_STATUS) && e->status < 1000)
        ++*rollup_status_at(r, e->status);
    else
        r->no_status++;
}

static void count_section(struct rollup *r, const struct batch *b, const struct entry *e,
                          uint64_t bytes, const struct key_secret *secret)
{
    struct text name = text_cut(batch_text(b, e, FIELD_SECTION), 0, ROLLUP_SECTION_BYTES);
    struct top_counts *c = rollup_section_at(&r->sections, name, key_hash_slack(name, secret));
    unsigned hundreds = e->has & FIELD_BIT(FIELD_STATUS) ? e->status / 100u : 0;
    c->hits++;
    c->bytes = rollup_sum(c->bytes, bytes);
    c->errors += hundreds == 5;
    c->client_errors += hundreds == 4;
}

static void count_entry(struct rollup *r, const struct batch *b, const struct entry *e,
                        const struct key_secret *secret)
{
    uint64_t bytes = e->has & FIELD_BIT(FIELD_BYTES) ? entry_number(e, FIELD_BYTES) : 0;
    r->hits++;
    r->bytes = rollup_sum(r->bytes, bytes);
    count_status(r, e);
    if (e->has & FIELD_BIT(FIELD_SECTION))
        count_section(r, b, e, bytes, secret);
    if (e->has & FIELD_BIT(FIELD_HOST))
        sketch_add(&r->visitors, key_hash_slack(key_cut(batch_text(b, e, FIELD_HOST)), secret));
    if (e->has & FIELD_BIT(FIELD_REQUEST_TIME)) {
        if (!r->request_time)
            r->request_time = latency_new();
        latency_add(r->request_time, entry_number(e, FIELD_REQUEST_TIME), 1);
    }
}

void rollups_count_batch(struct rollups *r, const struct batch *b, int64_t log_second,
                         int64_t wall_s)
{
    struct key_secret secret = key_secret();
    if (!believable(log_second, wall_s))
        log_second = wall_s;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct entry *e = &b->entries[i];
        bool timed = e->has & FIELD_BIT(FIELD_TIME) && believable(e->second, wall_s);
        count_entry(rollups_minute(r, timed ? e->second : log_second), b, e, &secret);
    }
    if (b->lines.rejected)
        rollups_minute(r, log_second)->rejected += b->lines.rejected;
}
