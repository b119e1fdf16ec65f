#include "notify/message.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/time.h"
#include "base/version.h"
#include "notify/nettle_late.h"

/* ---- Made and done --------------------------------------------------------------------------- */

/* Of several events: a digest of theirs, so that it changes when what is told changes. */
static void make_key(struct message *m)
{
    static const char digits[] = "0123456789abcdef";
    struct sha256_ctx sha;
    uint8_t sum[SHA256_DIGEST_SIZE];
    memcpy(m->key, m->events[0].key, sizeof m->key);
    if (m->count == 1)
        return;
    nettle.sha256_init(&sha);
    for (size_t i = 0; i < m->count; i++)
        nettle.sha256_update(&sha, NOTIFY_KEY_SIZE - 1, (const uint8_t *)m->events[i].key);
    nettle.sha256_digest(&sha, sizeof sum, sum);
    for (size_t i = 0; i < (NOTIFY_KEY_SIZE - 1) / 2; i++) {
        m->key[2 * i] = digits[sum[i] >> 4];
        m->key[2 * i + 1] = digits[sum[i] & 15];
    }
}

static const char *host_name(void)
{
    static _Thread_local char name[256];
    if (gethostname(name, sizeof name - 1) || !name[0])
        return "localhost";
    for (char *at = name; *at; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", *at))
            return "localhost";
    return name;
}

bool message_make(struct message *m, const struct notify_spec *spec, const struct text *packed,
                  size_t count)
{
    struct clock clock = clock_real();
    *m = (struct message){.spec = spec, .wall_ns = clock_wall(&clock), .host = host_name()};
    m->events = mem_new(count + 1, sizeof *m->events);
    for (size_t i = 0; i < count; i++)
        m->count += notify_event_unpack(packed[i], &m->events[m->count]);
    if (m->count)
        make_key(m);
    return m->count > 0;
}

void message_narrow(struct message *m, size_t count)
{
    m->count = count;
    make_key(m);
}

void message_done(struct message *m)
{
    free(m->events);
    *m = (struct message){0};
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_metric(struct json *j, const struct notify_event *e)
{
    if (!e->metric.len)
        return;
    json_key(j, "metric");
    json_text(j, e->metric);
    json_key(j, "level");
    json_text(j, e->level);
    json_key(j, "value");
    json_number(j, e->value, 6);
    json_key(j, "peak_value");
    json_number(j, e->peak_value, 6);
    if (e->state != NOTIFY_RECOVERED)
        return;
    json_key(j, "duration");
    json_i64(j, e->recovered_at - e->triggered_at);
    json_key(j, "total");
    json_u64(j, e->total);
}

static void put_event(struct json *j, const struct notify_event *e)
{
    json_open(j);
    json_key(j, "key");
    json_text(j, text_of(e->key));
    json_key(j, "id");
    json_u64(j, e->alert);
    json_key(j, "state");
    json_text(j, text_of(notify_state_word(e->state)));
    json_key(j, "rule");
    json_text(j, e->rule);
    if (e->by.len) {
        json_key(j, "per");
        json_text(j, e->by);
        json_key(j, "of");
        json_text(j, e->group);
    }
    json_key(j, "message");
    json_text(j, e->message);
    json_put_time(j, "triggered_at", true, e->triggered_at);
    if (e->state == NOTIFY_RECOVERED)
        json_put_time(j, "recovered_at", true, e->recovered_at);
    if (e->reason.len) {
        json_key(j, "reason");
        json_text(j, e->reason);
    }
    json_key(j, "hits");
    json_u64(j, e->hits);
    json_key(j, "rate");
    json_number(j, e->rate, 3);
    json_key(j, "peak_rate");
    json_number(j, e->peak_rate, 3);
    put_metric(j, e);
    notify_causes_json(j, e);
    json_close(j);
}

void message_json(struct buf *out, const struct message *m)
{
    struct json j = json_on(out);
    json_open(&j);
    json_key(&j, "version");
    json_text(&j, text_of(SPATE_VERSION));
    json_key(&j, "key");
    json_text(&j, text_of(m->key));
    json_key(&j, "channel");
    json_text(&j, text_of(m->spec->name));
    json_key(&j, "host");
    json_text(&j, text_of(m->host));
    json_put_time(&j, "sent_at", true, m->wall_ns / NS_PER_S);
    json_key(&j, "lost");
    json_u64(&j, m->lost);
    json_key(&j, "alerts");
    json_list(&j);
    for (size_t i = 0; i < m->count; i++)
        put_event(&j, &m->events[i]);
    json_unlist(&j);
    json_close(&j);
}

/* ---- Words ----------------------------------------------------------------------------------- */

void message_title(struct buf *out, const struct message *m)
{
    size_t counts[NOTIFY_STATE_COUNT] = {0};
    bool one_rule = true, first = true;
    for (size_t i = 0; i < m->count; i++) {
        counts[m->events[i].state]++;
        one_rule &= text_same(m->events[i].rule, m->events[0].rule);
    }
    for (enum notify_state s = 0; s < NOTIFY_STATE_COUNT; s++) {
        if (!counts[s])
            continue;
        buf_str(out, first ? "" : ", ");
        if (m->count > 1)
            buf_printf(out, "%zu ", counts[s]);
        buf_str(out, notify_state_word(s));
        first = false;
    }
    if (!one_rule)
        return;
    buf_str(out, ": ");
    safe_add(out, m->events[0].rule);
    if (m->count == 1 && m->events[0].by.len) {
        buf_byte(out, ' ');
        safe_add(out, m->events[0].group);
    }
}

void message_duration(struct buf *out, const struct notify_event *e)
{
    char room[TIME_TEXT_SIZE];
    int64_t s = e->recovered_at - e->triggered_at;
    if (s <= 0 || s > INT64_MAX / NS_PER_S)
        buf_str(out, "0s");
    else
        buf_str(out, duration_text(room, s * NS_PER_S));
}
