#include "notify/event.h"

#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/note.h"
#include "base/pack.h"

enum { VERSION = 1, KEY_BYTES = (NOTIFY_KEY_SIZE - 1) / 2 };

const char *notify_state_word(enum notify_state s)
{
    static const char *const words[NOTIFY_STATE_COUNT] = {
        [NOTIFY_FIRING] = "firing", [NOTIFY_RECOVERED] = "recovered", [NOTIFY_TEST] = "test"};
    return words[s];
}

void notify_event_name(struct notify_event *e)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t drawn[KEY_BYTES];
    if (getrandom(drawn, sizeof drawn, 0) != sizeof drawn)
        note_fatal("the system gives no random numbers");
    for (size_t i = 0; i < KEY_BYTES; i++) {
        e->key[2 * i] = digits[drawn[i] >> 4];
        e->key[2 * i + 1] = digits[drawn[i] & 15];
    }
    e->key[NOTIFY_KEY_SIZE - 1] = 0;
}

static void pack_cut(struct buf *out, struct text t)
{
    pack_text(out, text_cut(t, 0, NOTIFY_TEXT_MOST));
}

void notify_event_pack(struct buf *out, const struct notify_event *e)
{
    size_t begin = pack_begin(out, VERSION);
    pack_text(out, text_of(e->key));
    pack_u64(out, e->state);
    pack_u64(out, e->alert);
    pack_cut(out, e->rule);
    pack_cut(out, e->by);
    pack_cut(out, e->group);
    pack_cut(out, e->message);
    pack_i64(out, e->triggered_at);
    pack_i64(out, e->recovered_at);
    pack_u64(out, e->hits);
    pack_double(out, e->rate);
    pack_double(out, e->peak_rate);
    pack_cut(out, e->metric);
    pack_cut(out, e->level);
    pack_double(out, e->value);
    pack_double(out, e->peak_value);
    pack_cut(out, e->value_words);
    pack_cut(out, e->peak_words);
    pack_u64(out, e->total);
    pack_i64(out, e->raised_wall_ns);
    pack_u64(out, e->cause_count);
    for (size_t i = 0; i < e->cause_count; i++) {
        pack_cut(out, e->causes[i].by);
        pack_cut(out, e->causes[i].name);
        pack_double(out, e->causes[i].rise);
        pack_double(out, e->causes[i].share);
    }
    if (e->reason.len) /* behind what every version knows: the usual event stays what it was */
        pack_cut(out, e->reason);
    pack_seal(out, begin);
}

static bool unpack_key(struct unpack *u, char key[NOTIFY_KEY_SIZE])
{
    struct text t = unpack_text(u);
    if (t.len != NOTIFY_KEY_SIZE - 1)
        return false;
    for (size_t i = 0; i < t.len; i++)
        if (!strchr("0123456789abcdef", t.at[i]) || !t.at[i])
            return false;
    memcpy(key, t.at, t.len);
    key[t.len] = 0;
    return true;
}

bool notify_event_unpack(struct text packed, struct notify_event *e)
{
    struct text inside;
    if (!unpack_sealed(packed, VERSION, &inside))
        return false;
    struct unpack u = unpack_of(inside);
    *e = (struct notify_event){0};
    if (!unpack_key(&u, e->key))
        return false;
    e->state = (enum notify_state)unpack_most(&u, NOTIFY_STATE_COUNT - 1);
    e->alert = unpack_u64(&u);
    e->rule = unpack_text(&u);
    e->by = unpack_text(&u);
    e->group = unpack_text(&u);
    e->message = unpack_text(&u);
    e->triggered_at = unpack_i64(&u);
    e->recovered_at = unpack_i64(&u);
    e->hits = unpack_u64(&u);
    e->rate = unpack_double(&u);
    e->peak_rate = unpack_double(&u);
    e->metric = unpack_text(&u);
    e->level = unpack_text(&u);
    e->value = unpack_double(&u);
    e->peak_value = unpack_double(&u);
    e->value_words = unpack_text(&u);
    e->peak_words = unpack_text(&u);
    e->total = unpack_u64(&u);
    e->raised_wall_ns = unpack_i64(&u);
    e->cause_count = unpack_most(&u, NOTIFY_CAUSES);
    for (size_t i = 0; i < e->cause_count; i++) {
        e->causes[i].by = unpack_text(&u);
        e->causes[i].name = unpack_text(&u);
        e->causes[i].rise = unpack_double(&u);
        e->causes[i].share = unpack_double(&u);
    }
    if (u.at < u.end && !u.bad)
        e->reason = unpack_text(&u);
    return unpack_whole(&u);
}
