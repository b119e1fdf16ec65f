/* head_run.h - the text of head_run_plain() and head_run_vector(): many lines of the shape that
 * most lines of most logs have,
 *
 *     host - - [time] "request" 200 2326
 *
 * each in one go. What is the same for all lines is worked out once. A part of head_body.h. */

/* What one run stores of every line: the fields of the head that somebody wants. */
struct head_plan {
    field_set has, null, request; /* `has` without what comes out of the request */
    bool host, section, parts, bytes, also;
    unsigned stop; /* steps that somebody wants */
};

static inline struct head_plan plan_run(const struct head *h, field_set want, unsigned stop)
{
    const struct head_step *request = &h->steps[h->usual], *bytes = request + 2;
    struct head_plan plan = {.null = h->usual_null, .stop = stop < h->count ? stop : h->count};
    plan.request = request->gives & want;
    plan.has =
        (h->steps[0].gives | h->steps[h->usual - 1].gives | request[1].gives | bytes->gives) & want;
    plan.host = (h->steps[0].gives & want) != 0;
    plan.section = (plan.request & FIELD_BIT(FIELD_SECTION)) != 0;
    plan.parts = (plan.request & ~FIELD_BIT(FIELD_SECTION)) != 0;
    plan.bytes = (bytes->gives & want) != 0;
    plan.also = bytes->also != STEP_NONE;
    return plan;
}

/* What is left of `has` and comes into `null` where the line has a dash. */
static inline void put_dash(struct entry *e, field_set gives)
{
    e->has &= ~gives;
    e->null |= gives;
}

/* Where the parts of a line of that shape are. */
struct usual_line {
    const char *host, *host_end, *time, *request, *quote, *bytes_end;
    uint64_t bytes;
    uint16_t status;
    bool no_status, no_bytes;
};

/* False: look closer. */
static ALWAYS bool find_parts(struct usual_line *u, const char *at, const char *end)
{
    static const char dashes[8] = " - - [", behind_time[4] = "] \"";
    u->host = at;
    u->host_end = find_space(at, end);
    if (UNLIKELY(u->host_end - at < 2 ||
                 (load_8(u->host_end) & UINT64_C(0xffffffffffff)) != load_8(dashes)))
        return false;
    u->time = u->host_end + 6;
    u->request = u->time + STAMP_CLF_LEN + 3;
    if (UNLIKELY((load_4(u->request - 3) & 0xffffff) != load_4(behind_time) || u->request >= end))
        return false;
    u->quote = plain_quote(u->request, end);
    if (UNLIKELY(!u->quote || u->quote[1] != ' '))
        return false;
    const char *to = scan_status(u->quote + 2, &u->status, &u->no_status);
    if (UNLIKELY(!to || *to != ' '))
        return false;
    u->bytes_end = to = scan_count(to + 1, &u->bytes, &u->no_bytes);
    return LIKELY(to && to <= end && (to == end || *to == ' '));
}

/* Reads one line; returns behind the bytes, or NULL: look closer. */
static ALWAYS const char *read_usual(const struct head *h, const struct head_plan *plan,
                                     struct reading *r, const char *at, const char *end)
{
    struct entry *e = r->out;
    const struct head_step *status = &h->steps[h->usual + 1], *bytes = status + 1;
    struct usual_line u = {.status = 0};
    if (UNLIKELY(!find_parts(&u, at, end)))
        return NULL;
    e->has = plan->has;
    e->null = plan->null;
    if (UNLIKELY(!put_clf_time(r, u.time)))
        return NULL;
    if (plan->host)
        e->text[h->steps[0].field] =
            (struct span){reading_offset(r, u.host), (uint32_t)(u.host_end - u.host)};
    e->status = u.status;
    if (UNLIKELY(u.no_status))
        put_dash(e, status->gives);
    if (plan->bytes)
        e->number[bytes->field - FIELD_FIRST_NUMBER] = u.bytes;
    if (plan->also)
        e->number[bytes->also - FIELD_FIRST_NUMBER] = u.bytes;
    if (u.no_bytes)
        put_dash(e, bytes->gives);
    if (plan->request)
        put_request(r, u.request, u.quote);
    return u.bytes_end;
}

/* A quoted text behind the bytes, wanted or only to be stepped over. Returns behind its literal,
 * or NULL: look closer. */
static ALWAYS const char *read_quoted(const struct head_step *s, bool last_step, struct reading *r,
                                      const char *at, const char *end, const char **last)
{
    const char *quote = plain_quote(at, end);
    if (UNLIKELY(!quote || !literal_follows(s, quote)))
        return NULL;
    const char *next = quote + s->after_len;
    if (UNLIKELY(next > end || (last_step && next < end && *next != ' ')))
        return NULL;
    put_text(r, s, at, quote);
    *last = quote;
    return next;
}

/* The steps behind the bytes: what read_steps() does, with the commonest two kinds first. */
static inline unsigned read_rest(const struct head *h, struct reading *r, unsigned i, unsigned stop,
                                 const char *at, const char **last)
{
    const char *end = r->batch->bytes + r->line.at + r->line.len, *next;
    for (; i < stop && at <= end; i++, at = next) {
        const struct head_step *s = &h->steps[i];
        if (s->op == HEAD_QUOTED) {
            next = read_quoted(s, i + 1 == h->total, r, at, end, last);
            if (!next)
                return i;
            continue;
        }
        if (s->op != HEAD_DURATION)
            return read_steps(h, r, i, stop, at, last);
        uint64_t ns;
        bool dash;
        const char *to = scan_duration(at, scale_of(s->notation), &ns, &dash);
        if (!to || to > end || !is_whole(h, i, to, end, &next))
            return i;
        put_number(r, s, ns, dash);
        *last = to;
        if (!next)
            return i + 1;
    }
    return i;
}

/* The line of r->line by the steps, and what is left exactly. False: not by these means. */
static inline bool read_line(const struct head *h, const struct head_plan *plan, struct reading *r,
                             unsigned stop)
{
    const char *from = r->batch->bytes + r->line.at, *end = from + r->line.len;
    const char *at = h->clf ? read_usual(h, plan, r, from, end) : NULL;
    unsigned done = h->required;
    if (LIKELY(at)) {
        if (done < plan->stop && is_whole(h, done - 1, at, end, &from) && from)
            done = read_rest(h, r, done, plan->stop, from, &at);
    } else {
        r->out->has = r->out->null = 0;
        done = HEAD_READ(h, r, stop, &at);
        if (done == 0)
            return false;
    }
    if (UNLIKELY(done < stop))
        program_read_tail(h->program, r, done, at);
    return true;
}

size_t HEAD_RUN(const struct program *p, struct line_run *run)
{
    const struct head *h = p->head;
    struct batch *b = run->batch;
    const unsigned stop = program_stop(p, run->want);
    const struct head_plan plan =
        h->clf ? plan_run(h, run->want, stop) : (struct head_plan){.stop = stop};
    struct reading r = {.batch = b, .want = run->want, .memo = run->memo};
    struct entry *e = b->entries + b->count;
    uint32_t from = b->scanned;
    size_t i = 0, most = BATCH_ENTRIES - b->count;
    for (; i < run->count && i < most; i++, e++) {
        uint32_t end = run->ends[i], next = end + 1;
        end -= end > from && b->bytes[end - 1] == '\r';
        if (UNLIKELY(next > b->used || end - from - 1 >= LINE_LIMIT))
            break;
        r.line = (struct span){from, end - from};
        r.out = e;
        e->cut = 0;
        e->escape = (uint8_t)p->escape;
        e->line = r.line;
        if (UNLIKELY(!read_line(h, &plan, &r, stop)))
            break;
        from = next;
    }
    b->scanned = from;
    b->count += (uint32_t)i;
    return i;
}
