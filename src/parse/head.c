#include "parse/head.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "parse/lines.h"

/* ---- Compiling ------------------------------------------------------------------------------ */

static bool is_count(const struct step *s)
{
    return s->field != STEP_NONE && field_kind(s->field) == FIELD_KIND_COUNT;
}

/* What stands behind a list is a space or the end. Of a client's list only the exact reader takes
 * the first. */
static bool choose_list_op(const struct step *s, uint8_t *op)
{
    if (s->field == FIELD_HOST)
        return false;
    bool text = s->field == STEP_NONE || field_kind(s->field) == FIELD_KIND_TEXT;
    *op = text ? HEAD_LIST : is_count(s) ? HEAD_COUNT : HEAD_DURATION;
    return text || is_count(s) || field_kind(s->field) == FIELD_KIND_DURATION;
}

/* The fast way to read a step's value; false when it has none. */
static bool choose_op(const struct step *s, uint8_t *op)
{
    switch (s->shape) {
    case SHAPE_WORD:
        *op = s->after.len == 0 || s->after.at[0] == ' ' ? HEAD_WORD : HEAD_PREFIX;
        return true;
    case SHAPE_LIST: return choose_list_op(s, op);
    case SHAPE_FREE: *op = HEAD_USER; return text_starts(s->after, TEXT(" [")) && !s->may_be_empty;
    case SHAPE_TIME:
        *op = HEAD_TIME;
        return s->field == FIELD_TIME && s->piece == TIME_WHOLE && s->notation == AS_CLF;
    case SHAPE_QUOTED:
        *op = s->field == FIELD_REQUEST ? HEAD_REQUEST : HEAD_QUOTED;
        return s->field >= FIELD_COUNT || field_kind(s->field) == FIELD_KIND_TEXT;
    case SHAPE_NUMBER:
        *op = s->field == FIELD_STATUS ? HEAD_STATUS : is_count(s) ? HEAD_COUNT : HEAD_DURATION;
        return true;
    default: return false;
    }
}

static bool fill_step(const struct program *p, unsigned i, struct head_step *out)
{
    const struct step *s = &p->steps[i];
    bool touches = s->after.len == 0 && i + 1 < p->count;
    *out = (struct head_step){0};
    if (!choose_op(s, &out->op) || s->after.len > 8 || touches)
        return false;
    if (s->field == FIELD_PATH || s->field == FIELD_QUERY || (s->may_be_empty && !p->flexible))
        return false;
    memcpy(&out->after, s->after.at, s->after.len);
    memset(&out->after_mask, 0xff, s->after.len);
    out->after_len = (uint8_t)s->after.len;
    out->after_space = p->flexible && s->after.len > 0 && s->after.at[s->after.len - 1] == ' ';
    out->listed = s->shape == SHAPE_LIST;
    out->notation = (uint8_t)s->notation;
    out->gives = s->gives;
    out->field = (uint8_t)s->field;
    out->also = (uint8_t)s->also;
    return true;
}

/* Behind the required steps one that failed is no reason to begin anew: the value before it may
 * have to end later. Not so where its literal holds a space, for that is behind the whole word. */
static bool may_end_later(const struct head_step *s)
{
    return s->op == HEAD_PREFIX && !memchr(&s->after, ' ', s->after_len);
}

static bool has_after(const struct head_step *s, const char *after)
{
    size_t len = strlen(after);
    return s->after_len == len && memcmp(&s->after, after, len) == 0;
}

/* The steps of "host - - [time", in Apache's way to say it or nginx's; 0: the head begins
 * otherwise. */
static unsigned usual_steps(const struct head *h)
{
    const struct head_step *s = h->steps;
    if (h->count >= 4 && s[0].op == HEAD_WORD && s[1].op == HEAD_WORD && s[2].op == HEAD_USER &&
        s[3].op == HEAD_TIME && has_after(&s[0], " ") && has_after(&s[1], " ") &&
        has_after(&s[2], " ["))
        return 4;
    if (h->count >= 3 && s[0].op == HEAD_WORD && s[1].op == HEAD_USER && s[2].op == HEAD_TIME &&
        has_after(&s[0], " - ") && has_after(&s[1], " ["))
        return 3;
    return 0;
}

static bool is_clf(const struct head *h)
{
    static const uint8_t ops[] = {HEAD_REQUEST, HEAD_STATUS, HEAD_COUNT};
    const struct head_step *s = &h->steps[h->usual];
    if (h->usual == 0 || h->required != h->usual + 3 || h->count < h->required)
        return false;
    for (size_t i = 0; i < sizeof ops; i++)
        if (s[i].op != ops[i])
            return false;
    return has_after(&s[-1], "] \"") && has_after(&s[0], "\" ") && has_after(&s[1], " ");
}

static void find_shape(struct head *h)
{
    h->usual = usual_steps(h);
    for (unsigned i = 1; i + 1 < h->usual; i++)
        h->usual_null |= h->steps[i].gives;
    h->clf = is_clf(h);
}

struct head *head_new(const struct program *p)
{
    struct head *h = mem_new(1, sizeof *h);
    h->program = p;
    h->required = p->required;
    h->total = p->count;
    if (p->lead.len == 0 && !p->many_times && p->steps[p->required - 1].shape != SHAPE_FREE)
        while (h->count < p->count && fill_step(p, h->count, &h->steps[h->count]) &&
               (h->count < p->required || !may_end_later(&h->steps[h->count])))
            h->count++;
    find_shape(h);
    if (h->count >= p->required)
        return h;
    free(h);
    return NULL;
}

void head_free(struct head *h)
{
    free(h);
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* One way to read: on this machine, or by nobody. */
struct way {
    unsigned (*read)(const struct head *h, struct reading *r, unsigned stop, const char **at);
    size_t (*run)(const struct program *p, struct line_run *run);
};

static unsigned read_nothing(const struct head *h, struct reading *r, unsigned stop,
                             const char **at)
{
    (void)h, (void)r, (void)stop, (void)at;
    return 0;
}

static size_t run_nothing(const struct program *p, struct line_run *run)
{
    (void)p, (void)run;
    return 0;
}

static unsigned read_first(const struct head *h, struct reading *r, unsigned stop, const char **at)
{
    head_force(HEAD_ANY);
    return head_read(h, r, stop, at);
}

static size_t run_first(const struct program *p, struct line_run *run)
{
    head_force(HEAD_ANY);
    return head_run(p, run);
}

static const struct way first = {read_first, run_first};
static const struct way ways[] = {
    [HEAD_PLAIN] = {head_read_plain, head_run_plain},
    [HEAD_VECTOR] = {head_read_vector, head_run_vector},
    [HEAD_NONE] = {read_nothing, run_nothing},
};

/* Found out at the first line; who else finds out at the same time writes the same, and nothing
 * else hangs on it. */
static _Atomic(const struct way *) current = &first;

void head_force(enum head_way way)
{
    if (way == HEAD_ANY)
        way = lines_vector() ? HEAD_VECTOR : HEAD_PLAIN;
    atomic_store_explicit(&current, &ways[way], memory_order_relaxed);
}

unsigned head_read(const struct head *h, struct reading *r, unsigned stop, const char **at)
{
    return atomic_load_explicit(&current, memory_order_relaxed)->read(h, r, stop, at);
}

size_t head_run(const struct program *p, struct line_run *run)
{
    return atomic_load_explicit(&current, memory_order_relaxed)->run(p, run);
}
