/* head_body.h - the text of head_read_plain() and head_read_vector(), included by both with their
 * own ways to search:
 *
 *   find_byte(at, end, byte)  the first such byte, or end
 *   find_space(at, end)
 *   near_quote(at, end)       the first double quote; what it finds may lie behind the end
 *   far_quote(at, end, readable)  the same of longer texts; nothing from `readable` on is looked at
 *   mark_request(m, at, end)  the same, and what there is to know about a request that begins there
 *   section_end(m, at, from, end)  the first / ? # of that request behind `from`, or end
 *   near_spaces(to, at, end)  the first three spaces, if they are near
 *   scan_numbers(at, n)       the status and the count behind a quote; behind them, or NULL
 *   frame_load(at)            FRAME_LEN bytes: "[time] \""
 *   same_frame(known, at)     whether they are these
 *
 * All may look at up to 64 bytes behind the line's end: they are readable (BATCH_SLACK), and
 * what is found there is thrown away by the last check of each step. */
#include "parse/head.h"
#include "parse/head_numbers.h"

/* Whether the literal stands at `at`, and nothing that the exact reader would take with it. */
static ALWAYS bool literal_follows(const struct head_step *s, const char *at)
{
    if ((load_8(at) & s->after_mask) != s->after)
        return false;
    return !s->after_space || at[s->after_len] != ' ';
}

static inline char first_of(const struct head_step *s)
{
    char first;
    memcpy(&first, &s->after, 1);
    return first;
}

static inline void put_text(struct reading *r, const struct head_step *s, const char *at,
                            const char *to)
{
    if (!(s->gives & r->want))
        return;
    if (to - at == 1 || to == at || s->field == FIELD_USER) /* nothing, or as good as nothing */
        value_text(r, (enum field)s->field, text_make(at, (size_t)(to - at)));
    else
        entry_set_text(r->out, (enum field)s->field, reading_offset(r, at), (uint32_t)(to - at));
}

/* ---- Values --------------------------------------------------------------------------------- */

static inline void put_number(struct reading *r, const struct head_step *s, uint64_t value,
                              bool dash)
{
    if (dash) {
        r->out->null |= s->gives;
        return;
    }
    if (s->gives & r->want & FIELD_BIT(s->field))
        entry_set_number(r->out, (enum field)s->field, value);
    if (s->also != STEP_NONE && (r->want & FIELD_BIT(s->also)))
        entry_set_number(r->out, (enum field)s->also, value);
}

static inline void put_status(struct reading *r, const struct head_step *s, uint16_t status,
                              bool dash)
{
    r->out->status = status;
    if (dash)
        r->out->null |= s->gives;
    else
        r->out->has |= s->gives & r->want;
}

/* ---- The request ---------------------------------------------------------------------------- */

/* The closing quote of a value, if no backslash stands before it; NULL: look closer. */
static ALWAYS const char *plain_quote(const char *at, const char *end)
{
    const char *quote = near_quote(at, end);
    return quote < end && (quote == at || quote[-1] != '\\') ? quote : NULL;
}

struct usual_request {
    const char *path, *path_end, *section_end;
};

/* Behind a method of up to seven capitals and a space, or NULL. */
static ALWAYS const char *behind_method(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t bytes = load_digits(at);
    /* The top bit of each byte that is no capital; above 127 they all are none. */
    uint64_t below = (bytes & ~tops) + ones * (0x80 - 'A'),
             above = (bytes & ~tops) + ones * (0x7f - 'Z');
    uint64_t others = (bytes | ~below | above) & tops;
    unsigned len = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
    return len > 0 && len < 8 && at[len] == ' ' ? at + len + 1 : NULL;
}

/* Whether the eight bytes before the quote are HTTP/1.1 or the like, with one space before. */
static ALWAYS bool usual_protocol(const char *quote)
{
    const uint64_t digits = UINT64_C(0x0f000f0000000000), six = UINT64_C(0x0600060000000000);
    uint64_t apart = load_digits(quote - 8) ^ load_digits("HTTP/0.0");
    return ((apart | (apart + six)) & ~digits) == 0 && quote[-9] == ' ' && quote[-10] != ' ';
}

/* The parts of a request between `at` and the closing quote. False: look closer. */
static ALWAYS bool find_request(struct usual_request *q, const struct request_marks *m,
                                const char *at, const char *quote)
{
    q->path = LIKELY(load_4(at) == load_4("GET ")) ? at + 4 : behind_method(at);
    q->path_end = quote - 9;
    if (UNLIKELY(!q->path || *q->path != '/' || q->path >= q->path_end || !usual_protocol(quote)))
        return false;
    q->section_end = section_end(m, at, q->path + 1, q->path_end);
    return true;
}

static ALWAYS void put_span(struct entry *e, unsigned field, const char *bytes, const char *at,
                            const char *to)
{
    e->text[field].at = (uint32_t)(at - bytes);
    e->text[field].len = (uint32_t)(to - at);
}

static ALWAYS void put_parts(struct entry *e, const char *bytes, const char *at,
                             const struct usual_request *q, const char *quote)
{
    put_span(e, FIELD_REQUEST, bytes, at, quote);
    put_span(e, FIELD_METHOD, bytes, at, q->path - 1);
    put_span(e, FIELD_PATH, bytes, q->path, q->path_end);
    put_span(e, FIELD_PROTOCOL, bytes, quote - 8, quote);
}

static inline void put_request(struct reading *r, const struct head_step *s, const char *at,
                               const char *quote)
{
    struct request_marks marks;
    struct usual_request q;
    mark_request(&marks, at, quote);
    if (!find_request(&q, &marks, at, quote)) {
        value_request(r, text_make(at, (size_t)(quote - at)));
        return;
    }
    put_span(r->out, FIELD_SECTION, r->batch->bytes, q.path, q.section_end);
    put_parts(r->out, r->batch->bytes, at, &q, quote);
    r->out->has |= s->gives & r->want;
}

/* ---- Steps ---------------------------------------------------------------------------------- */

static inline bool put_clf_time(struct reading *r, const char *at)
{
    struct format_memo *memo = r->memo;
    int64_t second;
    bool known = memo->time_len == STAMP_CLF_LEN;
    if (LIKELY(known && memcmp(memo->time, at, STAMP_CLF_LEN) == 0)) {
        value_set_time(r, memo->second, memo->nanos);
        return true;
    }
    if (!(known ? stamp_clf_beside(memo->time, memo->second, at, &second) : stamp_clf(at, &second)))
        return false;
    value_time_keep(r, text_make(at, STAMP_CLF_LEN), second, 0);
    return true;
}

/* Whether a list that may end at `to` does. What joins its members begins with a comma or with a
 * colon behind a space. */
static ALWAYS bool list_ends(const char *to, const char *end)
{
    return to == end || (to < end && *to == ' ' && to[-1] != ',' && to[1] != ':');
}

/* What a step found: the end of its value and what is to be stored once the rest fits. */
struct found {
    const char *to;
    uint64_t number;
    uint16_t status;
    bool dash;
};

/* False: look closer. */
static ALWAYS bool find_value(const struct head_step *s, struct reading *r, const char *at,
                              const char *end, struct found *f)
{
    switch ((enum head_op)s->op) {
    case HEAD_WORD: f->to = find_space(at, end); return f->to > at;
    case HEAD_USER: f->to = find_space(at, end); return f->to > at;
    case HEAD_LIST: f->to = find_space(at, end); return f->to > at && list_ends(f->to, end);
    case HEAD_PREFIX:
        f->to = find_byte(at, end, first_of(s));
        return f->to > at && find_space(at, f->to) == f->to;
    case HEAD_TIME: f->to = at + STAMP_CLF_LEN; return f->to < end && put_clf_time(r, at);
    case HEAD_REQUEST:
    case HEAD_QUOTED: f->to = plain_quote(at, end); return f->to != NULL;
    case HEAD_STATUS: f->to = scan_status(at, &f->status, &f->dash); return f->to && f->to <= end;
    case HEAD_COUNT:
        f->to = scan_count(at, &f->number, &f->dash);
        return f->to && f->to <= end && (!s->listed || list_ends(f->to, end));
    case HEAD_DURATION:
        f->to = scan_duration(at, scale_of(s->notation), &f->number, &f->dash);
        return f->to && f->to <= end && (!s->listed || list_ends(f->to, end));
    }
    return false;
}

static ALWAYS void put_value(const struct head_step *s, struct reading *r, const char *at,
                             const struct found *f)
{
    switch ((enum head_op)s->op) {
    case HEAD_WORD:
    case HEAD_PREFIX:
    case HEAD_USER:
    case HEAD_LIST:
    case HEAD_QUOTED: put_text(r, s, at, f->to); break;
    case HEAD_TIME: break; /* done, for it decides whether the line fits */
    case HEAD_REQUEST:
        if (s->gives & r->want)
            put_request(r, s, at, f->to);
        break;
    case HEAD_STATUS: put_status(r, s, f->status, f->dash); break;
    case HEAD_COUNT:
    case HEAD_DURATION: put_number(r, s, f->number, f->dash); break;
    }
}

/* Whether the last required value may stand there without its literal. */
static inline bool stands_alone(const struct head_step *s, const char *to, const char *end)
{
    if (s->after_len > 0 && first_of(s) != ' ')
        return false; /* the exact reader knows */
    return to == end || *to == ' ';
}

/* Whether a value that ends at `to` is whole; *next is then behind its literal, or NULL where the
 * line leaves it alone. */
static ALWAYS bool is_whole(const struct head *h, unsigned i, const char *to, const char *end,
                            const char **next)
{
    const struct head_step *s = &h->steps[i];
    bool last = i + 1 == h->total;
    *next = NULL;
    if ((s->after_len || !last) && literal_follows(s, to) && to + s->after_len <= end) {
        *next = to + s->after_len;
        if (!last || *next == end || **next == ' ')
            return true;
    }
    *next = NULL;
    if (last && s->after_len == 0 && (to == end || *to == ' '))
        return true;
    return i + 1 == h->required && stands_alone(s, to, end);
}

/* Step by step from step `i` on, which begins at `at`; *last is behind the value before. Returns
 * how many are whole. */
static inline unsigned read_steps(const struct head *h, struct reading *r, unsigned i,
                                  unsigned stop, const char *at, const char **last)
{
    const char *end = r->batch->bytes + r->line.at + r->line.len;
    while (i < stop) {
        const struct head_step *s = &h->steps[i];
        struct found f = {.dash = false};
        const char *next;
        if (UNLIKELY(at > end || !find_value(s, r, at, end, &f) ||
                     !is_whole(h, i, f.to, end, &next)))
            break;
        put_value(s, r, at, &f);
        *last = f.to;
        i++;
        if (!next)
            break;
        at = next;
    }
    return i;
}

unsigned HEAD_READ(const struct head *h, struct reading *r, unsigned stop, const char **at)
{
    *at = r->batch->bytes + r->line.at;
    unsigned done = read_steps(h, r, 0, stop < h->count ? stop : h->count, *at, at);
    return done < h->required ? 0 : done;
}

#include "parse/head_run.h"
