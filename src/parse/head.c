#include "parse/head.h"

#include <stdlib.h>

#include "base/mem.h"
#include "parse/lines.h"

/* ---- Compiling ------------------------------------------------------------------------------ */

static bool is_count(const struct step *s)
{
    return s->field != STEP_NONE && field_kind(s->field) == FIELD_KIND_COUNT;
}

/* The fast way to read a step's value; false when it has none. */
static bool choose_op(const struct step *s, uint8_t *op)
{
    switch (s->shape) {
    case SHAPE_WORD:
        *op = s->after.len == 0 || s->after.at[0] == ' ' ? HEAD_WORD : HEAD_PREFIX;
        return true;
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
    out->notation = (uint8_t)s->notation;
    out->gives = s->gives;
    out->field = (uint8_t)s->field;
    out->also = (uint8_t)s->also;
    return true;
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

struct head *head_new(const struct program *p)
{
    struct head *h = mem_new(1, sizeof *h);
    h->required = p->required;
    h->total = p->count;
    if (p->lead.len == 0 && !p->many_times && p->steps[p->required - 1].shape != SHAPE_FREE)
        while (h->count < p->count && fill_step(p, h->count, &h->steps[h->count]))
            h->count++;
    h->usual = usual_steps(h);
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

static enum head_way forced = HEAD_ANY;

void head_force(enum head_way way)
{
    forced = way;
}

enum head_way head_forced(void)
{
    return forced;
}

unsigned head_read(const struct head *h, struct reading *r, unsigned stop, const char **at)
{
    enum head_way way = forced;
    if (way == HEAD_ANY)
        way = lines_vector() ? HEAD_VECTOR : HEAD_PLAIN;
    switch (way) {
    case HEAD_VECTOR: return head_read_vector(h, r, stop, at);
    case HEAD_PLAIN: return head_read_plain(h, r, stop, at);
    default: return 0;
    }
}
