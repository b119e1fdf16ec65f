/* slack.c - the form of Slack's incoming webhooks, which Mattermost and Discord (its /slack
 * address) read too: one text. What a client may have written stands between backquotes, where none
 * of the three knows links, mentions or marks; & < > are escaped as Slack wants it.
 *
 * A text that is too long is refused as a whole, so that long names are cut, causes left out where
 * many alerts come together, and alerts that do not fit left for the next message. */
#include "notify/slack.h"
#include "base/json.h"
#include "base/safe.h"
#include "notify/secret.h"
#include "notify/webhook.h"

/* Mattermost takes 16,383 characters, Discord 2,000. */
enum {
    TEXT_MOST = 12000,
    DISCORD_MOST = 1900,
    MESSAGE_MOST = 700,
    NAME_MOST = 200,
    CAUSES_SHOWN = 3
};

/* ---- Text ------------------------------------------------------------------------------------ */

static const char *escaped(char byte)
{
    return byte == '&' ? "&amp;" : byte == '<' ? "&lt;" : byte == '>' ? "&gt;" : NULL;
}

static size_t escaped_len(char byte)
{
    const char *words = escaped(byte);
    return words ? strlen(words) : 1;
}

/* Safe, without backquotes, and at most so many bytes once it is escaped; in *room. */
static struct text shortened(struct buf *room, struct text foreign, size_t most)
{
    size_t len = 0, used = 0, whole = 0;
    buf_clear(room);
    safe_add(room, foreign);
    for (; len < room->len && used + escaped_len(room->at[len]) <= most; len++) {
        if (room->at[len] == '`')
            room->at[len] = '\'';
        used += escaped_len(room->at[len]);
        whole = ((unsigned char)room->at[len] & 0xc0) == 0xc0 ? len : whole;
    }
    if (len == room->len)
        return buf_text(room);
    if (((unsigned char)room->at[len] & 0xc0) == 0x80)
        len = whole; /* not amid a character */
    room->len = len;
    buf_str(room, "\u2026");
    return buf_text(room);
}

static void add_causes(struct buf *out, const struct notify_event *e)
{
    struct buf room = {0};
    for (size_t i = 0; i < e->cause_count && i < CAUSES_SHOWN; i++) {
        struct notify_cause cause = e->causes[i];
        cause.name = shortened(&room, cause.name, NAME_MOST);
        buf_str(out, "    ");
        notify_cause_words(out, e->metric, &cause, "`");
        buf_byte(out, '\n');
    }
    buf_done(&room);
}

static void add_event(struct buf *out, const struct notify_event *e)
{
    static const char *const signs[NOTIFY_STATE_COUNT] = {
        [NOTIFY_FIRING] = "\u25b2", [NOTIFY_RECOVERED] = "\u25bc", [NOTIFY_TEST] = "\u25cf"};
    struct buf room = {0};
    buf_printf(out, "%s %s `", signs[e->state], notify_state_word(e->state));
    buf_add(out, shortened(&room, e->message, MESSAGE_MOST));
    buf_byte(out, '`');
    if (e->state == NOTIFY_RECOVERED) {
        buf_str(out, " after ");
        notify_end_words(out, e);
    }
    buf_byte(out, '\n');
    buf_done(&room);
}

/* The events from `from` to before `to`, as they are sent. */
static void add_events(struct buf *out, const struct message *m, size_t from, size_t to,
                       bool causes)
{
    struct buf raw = {0};
    if (m->lost && from == 0)
        buf_printf(&raw, "%llu earlier notifications were lost\n", (unsigned long long)m->lost);
    for (size_t i = from; i < to; i++) {
        add_event(&raw, &m->events[i]);
        if (causes)
            add_causes(&raw, &m->events[i]);
    }
    for (size_t i = 0; i < raw.len; i++)
        if (escaped(raw.at[i]))
            buf_str(out, escaped(raw.at[i]));
        else
            buf_byte(out, raw.at[i]);
    buf_done(&raw);
}

void slack_text(struct buf *out, const struct message *m, size_t most)
{
    size_t from = out->len;
    add_events(out, m, 0, m->count, true);
    if (m->count == 1 || out->len - from <= most)
        return;
    out->len = from;
    add_events(out, m, 0, m->count, false);
}

size_t slack_fits(const struct message *m, size_t most)
{
    struct buf text = {0};
    size_t count = 0;
    while (count < m->count && text.len <= most) {
        add_events(&text, m, count, count + 1, false);
        count++;
    }
    bool over = text.len > most && count > 1;
    buf_done(&text);
    return count - over;
}

/* ---- The channel ----------------------------------------------------------------------------- */

static size_t most_of(const struct message *m)
{
    struct buf url = {0};
    struct error why;
    bool known = secret_url(m->spec, &url, &why);
    struct text path = known ? text_of(url.at) : TEXT("");
    bool discord = text_ends(text_cut(path, 0, text_find(path, '?', 0)), TEXT("/slack"));
    secret_done(&url);
    return discord ? DISCORD_MOST : TEXT_MOST;
}

static size_t fits(const struct message *m)
{
    return slack_fits(m, most_of(m));
}

static bool begin(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf text = {0}, body = {0};
    struct json j = json_on(&body);
    (void)tries;
    slack_text(&text, m, most_of(m));
    json_open(&j);
    json_key(&j, "text");
    json_text(&j, buf_text(&text));
    json_close(&j);
    bool started = webhook_post(m, buf_text(&body), w, number, end);
    buf_done(&text);
    buf_done(&body);
    return started;
}

const struct channel_kind channel_slack = {.begin = begin, .fits = fits};
