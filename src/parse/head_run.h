/* head_run.h - the text of head_run_plain() and head_run_vector(): many lines of the shape that
 * most lines of most logs have,
 *
 *     host - user [time] "request" 200 2326
 *
 * each in one go and in a loop without calls. What is the same for all lines is worked out once.
 * Nothing that differs from line to line is branched on if that can be helped, for it cannot be
 * foreseen and then costs more than all the rest. A part of head_body.h. */

/* What one run stores of every line: the fields of the head that somebody wants. */
struct head_plan {
    field_set has, null;                   /* without what hangs on a dash */
    field_set user, bytes;                 /* what these steps give, wanted or not */
    field_set user_has;                    /* the wanted */
    bool host, section, parts, size, also; /* to be stored */
    bool name;
    uint8_t host_field, user_field, size_field, also_field, escape;
    unsigned stop; /* steps that somebody wants */
};

static inline struct head_plan plan_run(const struct head *h, field_set want, unsigned stop)
{
    const struct head_step *user = &h->steps[h->usual - 2], *request = user + 2, *size = user + 4;
    struct head_plan plan = {.stop = stop < h->count ? stop : h->count};
    plan.has =
        (h->steps[0].gives | user[1].gives | request->gives | user[3].gives | size->gives) & want;
    plan.null = h->usual_null & ~user->gives;
    plan.user = user->gives;
    plan.user_has = user->gives & want;
    plan.user_field = user->field;
    plan.bytes = size->gives;
    plan.host = (h->steps[0].gives & want) != 0;
    plan.host_field = h->steps[0].field;
    plan.name = plan.user_has != 0;
    plan.section = (request->gives & want & FIELD_BIT(FIELD_SECTION)) != 0;
    plan.parts = (request->gives & want & ~FIELD_BIT(FIELD_SECTION)) != 0;
    plan.size = (size->gives & want) != 0;
    plan.size_field = size->field - FIELD_FIRST_NUMBER;
    plan.also = size->also != STEP_NONE;
    plan.also_field = plan.also ? size->also - FIELD_FIRST_NUMBER : 0;
    plan.escape = (uint8_t)h->program->escape;
    return plan;
}

/* Where the parts of a line of that shape are. */
struct usual_line {
    const char *host_end, *user, *user_end, *time, *quote, *size_end;
    struct usual_request request;
    uint64_t size;
    uint16_t status;
    bool no_user, no_size;
};

/* False: look closer. */
static ALWAYS bool find_usual(struct usual_line *u, const struct head_plan *plan, const char *at,
                              const char *end)
{
    static const char dash[4] = " - ", behind_time[4] = "] \"";
    const char *spaces[3];
    if (UNLIKELY(!near_spaces(spaces, at, end)))
        return false;
    u->host_end = spaces[0];
    u->user = spaces[0] + 3;
    u->user_end = spaces[2];
    u->time = spaces[2] + 2;
    u->no_user = (spaces[2] - u->user == 1) & (*u->user == '-');
    const char *request = u->time + STAMP_CLF_LEN + 3;
    if (UNLIKELY(u->host_end - at < 2 || load_3(u->host_end) != load_3(dash) ||
                 u->user == spaces[2] || (plan->name && *u->user == '"') || spaces[2][1] != '[' ||
                 request >= end))
        return false;
    u->quote = near_quote(request, end);
    if (UNLIKELY(load_3(request - 3) != load_3(behind_time) || u->quote[-1] == '\\' ||
                 !status_behind(u->quote, &u->status)))
        return false;
    if ((plan->section | plan->parts) && UNLIKELY(!find_request(&u->request, request, u->quote)))
        return false;
    u->size_end = scan_size(u->quote + 6, &u->size, &u->no_size);
    return LIKELY(u->size_end && u->size_end <= end && (*u->size_end == ' ' || u->size_end == end));
}

static ALWAYS void put_usual(const struct head_plan *plan, const struct usual_line *u,
                             struct entry *e, const char *bytes, const char *at)
{
    field_set dash = (plan->user & -(field_set)u->no_user) | (plan->bytes & -(field_set)u->no_size);
    e->has = plan->has & ~dash;
    e->null = plan->null | dash;
    e->status = u->status;
    if (plan->host)
        put_span(e, plan->host_field, bytes, at, u->host_end);
    if (plan->size)
        e->number[plan->size_field] = u->size;
    if (plan->also)
        e->number[plan->also_field] = u->size;
    if (plan->name) {
        e->has |= plan->user_has & -(field_set)!u->no_user;
        put_span(e, plan->user_field, bytes, u->user, u->user_end);
    }
    if (plan->section)
        put_span(e, FIELD_SECTION, bytes, u->request.path, u->request.section_end);
    if (plan->parts)
        put_parts(e, bytes, u->time + STAMP_CLF_LEN + 3, &u->request, u->quote);
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

/* One run under way. */
struct run_state {
    const struct head *head;
    struct reading reading;
    const uint32_t *ends;
    size_t next, count; /* lines */
    const char *at;     /* where the next begins */
    struct entry *out;
    unsigned stop;    /* of the whole program */
    const char *time; /* of the next line, where only that is not as usual */
};

static inline void begin_line(struct run_state *s, const char *end)
{
    s->reading.line = (struct span){reading_offset(&s->reading, s->at), (uint32_t)(end - s->at)};
    s->reading.out = s->out;
}

/* The steps behind the bytes of the line at s->at. */
static inline void read_behind(struct run_state *s, unsigned stop, const char *size_end,
                               const char *end)
{
    const struct head *h = s->head;
    unsigned done = h->required;
    const char *next;
    begin_line(s, end);
    if (is_whole(h, done - 1, size_end, end, &next) && next)
        done = read_rest(h, &s->reading, done, stop, next, &size_end);
    if (UNLIKELY(done < s->stop))
        program_read_tail(h->program, &s->reading, done, size_end);
}

/* Reads lines of the usual shape and with the time of the memo, up to the first that is another. */
static ALWAYS void run_usual(struct run_state *s, const struct head_plan *plan, bool behind)
{
    const struct format_memo *memo = s->reading.memo;
    const struct known_time known = known_time_of(memo->time);
    const int64_t second = memo->second;
    const uint32_t nanos = memo->nanos, *ends = s->ends;
    const char *bytes = s->reading.batch->bytes, *at = s->at;
    const size_t count = s->count;
    struct entry *e = s->out;
    size_t i = s->next;
    for (; i < count; i++, e++) {
        const char *newline = bytes + ends[i];
        struct usual_line u;
        if (UNLIKELY((size_t)(newline - at) - 1 >= LINE_LIMIT))
            break;
        const char *end = newline - (newline[-1] == '\r');
        if (UNLIKELY(!find_usual(&u, plan, at, end)))
            break;
        if (UNLIKELY(!same_time(&known, u.time))) {
            s->time = u.time;
            break;
        }
        e->second = second;
        e->nanos = nanos;
        e->escape = plan->escape;
        e->cut = 0;
        e->line.at = (uint32_t)(at - bytes);
        e->line.len = (uint32_t)(end - at);
        put_usual(plan, &u, e, bytes, at);
        if (behind) {
            s->at = at;
            s->out = e;
            read_behind(s, plan->stop, u.size_end, end);
        }
        at = newline + 1;
    }
    s->at = at;
    s->out = e;
    s->next = i;
}

/* The next line by the steps, and what is left exactly. False: not by these means. */
static bool read_odd(struct run_state *s)
{
    struct batch *b = s->reading.batch;
    const char *newline = b->bytes + s->ends[s->next], *end = newline, *at;
    end -= end > s->at && end[-1] == '\r';
    if ((size_t)(end - s->at) - 1 >= LINE_LIMIT)
        return false;
    begin_line(s, end);
    *s->out = (struct entry){.escape = (uint8_t)s->head->program->escape, .line = s->reading.line};
    unsigned done = HEAD_READ(s->head, &s->reading, s->stop, &at);
    if (done == 0)
        return false;
    if (done < s->stop)
        program_read_tail(s->head->program, &s->reading, done, at);
    s->at = newline + 1;
    s->next++;
    s->out++;
    return true;
}

/* Lines of the run that a newline ends and that have room. */
static inline size_t run_count(const struct line_run *run)
{
    const struct batch *b = run->batch;
    size_t count = run->count, most = BATCH_ENTRIES - b->count;
    count -= count > 0 && run->ends[count - 1] >= b->used;
    return count < most ? count : most;
}

size_t HEAD_RUN(const struct program *p, struct line_run *run)
{
    const struct head *h = p->head;
    struct batch *b = run->batch;
    struct format_memo *memo = run->memo;
    const unsigned stop = program_stop(p, run->want);
    struct head_plan plan = {.stop = stop};
    struct run_state s = {.head = h,
                          .reading = {.batch = b, .want = run->want, .memo = memo},
                          .ends = run->ends,
                          .count = run_count(run),
                          .at = b->bytes + b->scanned,
                          .out = b->entries + b->count,
                          .stop = stop};
    if (h->clf)
        plan = plan_run(h, run->want, stop);
    while (s.next < s.count) {
        s.time = NULL;
        if (h->clf && memo->time_len == STAMP_CLF_LEN) {
            if (stop > h->required)
                run_usual(&s, &plan, true);
            else
                run_usual(&s, &plan, false);
        }
        s.reading.out = s.out;
        if (s.next == s.count || (s.time && put_clf_time(&s.reading, s.time)))
            continue;
        if (!read_odd(&s))
            break;
    }
    b->scanned = (uint32_t)(s.at - b->bytes);
    b->count += (uint32_t)s.next;
    return s.next;
}
