/* head_tail.h - a part of head_run.h: what stands behind the bytes of a block's lines.
 *
 * Step by step, each step for all lines that have been as usual so far: quoted texts and numbers.
 * A line that is not, and all of them from a step of another kind on, is read to its end alone. */

/* Of each line, before a step: where its value begins (behind the literal before it), or NULL once
 * the line has been read to its end; and where the line ends. */
struct tail {
    size_t count;
    const char *at[BLOCK], *end[BLOCK];
};

/* The line of the entry e alone, from the value of step `i` on, which begins at `at`. */
APART static void read_alone(struct run_state *s, unsigned stop, unsigned i, const char *at,
                             struct entry *e)
{
    struct reading *r = &s->reading;
    const char *last = at - s->head->steps[i - 1].after_len;
    r->line = e->line;
    r->out = e;
    i = read_steps(s->head, r, i, stop, at, &last);
    if (i < s->stop)
        program_read_tail(s->head->program, r, i, last);
}

/* Behind the bytes and their literal. */
static void tail_begin(struct run_state *s, struct tail *t, const char *const *size_end)
{
    const struct head *h = s->head;
    const struct head_step size = h->steps[h->required - 1];
    const char *bytes = s->reading.batch->bytes;
    struct entry *e = s->out;
    for (size_t i = 0; i < t->count; i++, e++) {
        t->end[i] = bytes + e->line.at + e->line.len;
        t->at[i] = size_end[i] + size.after_len;
        if (UNLIKELY(!literal_follows(&size, size_end[i]) || t->at[i] > t->end[i])) {
            s->reading.line = e->line;
            s->reading.out = e;
            program_read_tail(h->program, &s->reading, h->required, size_end[i]);
            t->at[i] = NULL;
        }
    }
}

/* Whether the literal of a step follows its value; if the format ends there, the value does. */
static ALWAYS bool ends_well(const struct head_step *s, bool last, const char *to, const char *end)
{
    const char *next = to + s->after_len;
    return literal_follows(s, to) && next <= end && (!last || next == end || *next == ' ');
}

static ALWAYS void put_quoted(const struct head_step *step, struct entry *e, const char *bytes,
                              const char *at, const char *quote)
{
    field_set dash = -(field_set)((quote - at == 1) & (*at == '-'));
    put_span(e, step->field, bytes, at, quote);
    e->has |= step->gives & ~dash;
    e->null |= step->gives & dash;
}

/* A quoted text of each line; where it is not wanted it is only stepped over. */
static ALWAYS void tail_quoted(struct run_state *s, unsigned stop, struct tail *t, unsigned i,
                               bool wanted)
{
    const struct head_step step = s->head->steps[i];
    const bool last = i + 1 == s->head->total;
    const char *bytes = s->reading.batch->bytes;
    const char *readable = bytes + s->reading.batch->used + BATCH_SLACK;
    struct entry *e = s->out;
    for (size_t n = 0, count = t->count; n < count; n++, e++) {
        const char *at = t->at[n], *end = t->end[n];
        if (UNLIKELY(!at))
            continue;
        const char *quote = far_quote(at, end, readable);
        t->at[n] = quote + step.after_len;
        if (UNLIKELY(quote >= end || quote == at || quote[-1] == '\\' ||
                     !ends_well(&step, last, quote, end))) {
            read_alone(s, stop, i, at, e);
            t->at[n] = NULL;
            continue;
        }
        if (wanted)
            put_quoted(&step, e, bytes, at, quote);
    }
}

APART static void tail_texts(struct run_state *s, unsigned stop, struct tail *t, unsigned i)
{
    tail_quoted(s, stop, t, i, true);
}

APART static void tail_skip_texts(struct run_state *s, unsigned stop, struct tail *t, unsigned i)
{
    tail_quoted(s, stop, t, i, false);
}

/* Behind a count or a duration, or NULL: look closer. `milli` is what a thousandth of the duration
 * stands for; 0: it is a count, or finer than that. */
static ALWAYS const char *scan_number(const struct head_step *s, uint64_t milli, const char *at,
                                      uint64_t *value, bool *dash)
{
    if (LIKELY(milli && scan_millis(at, value))) {
        *value *= milli;
        *dash = false;
        return at + 5;
    }
    if (s->op == HEAD_COUNT)
        return scan_count(at, value, dash);
    return scan_duration(at, scale_of(s->notation), value, dash);
}

/* What put_number() does, without a branch on the dash. */
static ALWAYS void put_dashed_number(const struct head_step *s, struct entry *e, field_set want,
                                     uint64_t value, bool dash)
{
    const field_set none = -(field_set)dash, wanted = s->gives & want;
    e->has |= wanted & ~none;
    e->null |= s->gives & none;
    if (wanted)
        e->number[s->field - FIELD_FIRST_NUMBER] = value;
    if (s->also != STEP_NONE)
        e->number[s->also - FIELD_FIRST_NUMBER] = value;
}

APART static void tail_numbers(struct run_state *s, unsigned stop, struct tail *t, unsigned i)
{
    const struct head_step step = s->head->steps[i];
    const bool last = i + 1 == s->head->total;
    const field_set want = s->reading.want;
    const uint64_t milli = step.op == HEAD_COUNT ? 0 : scale_of(step.notation) / 1000;
    struct entry *e = s->out;
    for (size_t n = 0, count = t->count; n < count; n++, e++) {
        const char *at = t->at[n], *to;
        uint64_t value;
        bool dash;
        if (UNLIKELY(!at))
            continue;
        to = scan_number(&step, milli, at, &value, &dash);
        if (UNLIKELY(!to || !ends_well(&step, last, to, t->end[n]) ||
                     (step.listed && !list_ends(to, t->end[n])))) {
            read_alone(s, stop, i, at, e);
            t->at[n] = NULL;
            continue;
        }
        put_dashed_number(&step, e, want, value, dash);
        t->at[n] = to + step.after_len;
    }
}

/* Whether such a step is read for many lines at once. */
typedef void tail_round(struct run_state *s, unsigned stop, struct tail *t, unsigned i);

static tail_round *tail_round_of(const struct head_step *s, field_set want)
{
    if (s->op == HEAD_DURATION || s->op == HEAD_COUNT)
        return tail_numbers;
    if (s->op == HEAD_QUOTED)
        return s->gives & want ? tail_texts : tail_skip_texts;
    return NULL;
}

/* What is wanted of it behind the bytes, which end in size_end[], in the first `count` lines. */
static void read_tails(struct run_state *s, const struct head_plan *plan,
                       const char *const *size_end, size_t count)
{
    struct tail t;
    unsigned i = s->head->required;
    tail_round *round;
    t.count = count;
    tail_begin(s, &t, size_end);
    for (; i < plan->stop; i++) {
        if (!(round = tail_round_of(&s->head->steps[i], s->reading.want)))
            break;
        round(s, plan->stop, &t, i);
    }
    for (size_t n = 0; n < count && i < s->stop; n++)
        if (t.at[n])
            read_alone(s, plan->stop, i, t.at[n], s->out + n);
}
