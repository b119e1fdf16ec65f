/* head_run.h - the text of head_run_plain() and head_run_vector(): many lines of the shape that
 * most lines of most logs have,
 *
 *     host - user [time] "request" 200 2326
 *
 * each in one go and in a loop without calls. What is the same for all lines is worked out once.
 * Nothing that differs from line to line is branched on if that can be helped, for it cannot be
 * foreseen and then costs more than all the rest. A part of head_body.h. */

/* What an entry begins with: stored in one go. */
struct entry_front {
    field_set has, null;
    int64_t second;
    uint32_t nanos;
    uint16_t status;
    uint8_t escape, cut;
};

_Static_assert(sizeof(struct entry_front) == offsetof(struct entry, line),
               "it is the beginning of an entry");

/* What one run stores of every line: the fields of the head that somebody wants. */
struct head_plan {
    struct entry_front like;               /* what all lines have, before any dash is seen */
    field_set user, bytes;                 /* what these steps give, wanted or not */
    bool host, section, parts, size, also; /* to be stored */
    bool name;
    uint8_t host_field, user_field, size_field, also_field;
    unsigned stop; /* steps that somebody wants */
};

static inline struct head_plan plan_run(const struct head *h, field_set want, unsigned stop)
{
    const struct head_step *user = &h->steps[h->usual - 2], *request = user + 2, *size = user + 4;
    struct head_plan plan = {.stop = stop < h->count ? stop : h->count};
    plan.like.has = (h->steps[0].gives | user->gives | user[1].gives | request->gives |
                     user[3].gives | size->gives) &
                    want;
    plan.like.null = h->usual_null & ~user->gives;
    plan.like.escape = (uint8_t)h->program->escape;
    plan.user = user->gives;
    plan.user_field = user->field;
    plan.bytes = size->gives;
    plan.host = (h->steps[0].gives & want) != 0;
    plan.host_field = h->steps[0].field;
    plan.name = (user->gives & want) != 0;
    plan.section = (request->gives & want & FIELD_BIT(FIELD_SECTION)) != 0;
    plan.parts = (request->gives & want & ~FIELD_BIT(FIELD_SECTION)) != 0;
    plan.size = (size->gives & want) != 0;
    plan.size_field = size->field - FIELD_FIRST_NUMBER;
    plan.also = size->also != STEP_NONE;
    plan.also_field = plan.also ? size->also - FIELD_FIRST_NUMBER : 0;
    return plan;
}

/* One run under way. */
struct run_state {
    const struct head *head;
    struct reading reading;
    const uint32_t *ends;
    size_t next, count; /* lines */
    const char *at;     /* where the next begins */
    struct entry *out;
    unsigned stop; /* of the whole program */
};

/* ---- Lines of the usual shape ----------------------------------------------------------------
 *
 * Part by part, each part for many lines: what is found first tells where the next is to be looked
 * for, and so the waits of one line overlap with those of the lines beside it. Each round returns
 * how many lines, from the first on, are as usual; the next takes no more than these. */

/* A loop that stands alone has all registers for itself. */
#define APART __attribute__((noinline))

enum { BLOCK = 64 };

struct block {
    const char *request[BLOCK], *quote[BLOCK], *size_end[BLOCK]; /* where each begins or ends */
    bool nobody[BLOCK];                                          /* the user is a dash */
};

#include "parse/head_tail.h"

static ALWAYS struct frame frame_of(const char *time)
{
    char bytes[FRAME_LEN];
    bytes[0] = '[';
    memcpy(bytes + 1, time, STAMP_CLF_LEN);
    memcpy(bytes + 1 + STAMP_CLF_LEN, "] \"", 3);
    return frame_load(bytes);
}

/* Another second: whether the frame is one but for its time, and that is a time. It is then the one
 * that is known. */
APART static bool new_time(struct run_state *s, struct entry *e, const char *at)
{
    if (*at != '[' || load_3(at + FRAME_LEN - 3) != load_3("] \""))
        return false;
    s->reading.out = e;
    return put_clf_time(&s->reading, at + 1);
}

/* "host - user [time] " of each line. */
APART static size_t find_fronts(struct run_state *s, struct head_plan *plan, struct block *b)
{
    const struct format_memo *memo = s->reading.memo;
    struct frame known = frame_of(memo->time);
    const char *bytes = s->reading.batch->bytes, *at = s->at, *spaces[3];
    const uint32_t *ends = s->ends + s->next;
    struct entry *e = s->out;
    size_t i = 0, most = s->count - s->next < BLOCK ? s->count - s->next : BLOCK;
    plan->like.second = memo->second;
    plan->like.nanos = memo->nanos;
    for (; i < most; i++, e++) {
        const char *newline = bytes + ends[i];
        if (UNLIKELY((size_t)(newline - at) - 1 >= LINE_LIMIT || *at == '\0'))
            break;
        const char *end = newline - (newline[-1] == '\r');
        if (UNLIKELY(!near_spaces(spaces, at, end)))
            break;
        const char *user = spaces[0] + 3, *frame = spaces[2] + 1, *request = frame + FRAME_LEN;
        if (UNLIKELY(spaces[0] - at < 2 || load_3(spaces[0]) != load_3(" - ") ||
                     user == spaces[2] || (plan->name && *user == '"') || request >= end))
            break;
        if (UNLIKELY(!same_frame(&known, frame))) {
            if (!new_time(s, e, frame))
                break;
            known = frame_of(memo->time);
            plan->like.second = memo->second;
            plan->like.nanos = memo->nanos;
        }
        memcpy(e, &plan->like, sizeof plan->like);
        e->line.at = (uint32_t)(at - bytes);
        e->line.len = (uint32_t)(end - at);
        if (plan->host)
            put_span(e, plan->host_field, bytes, at, spaces[0]);
        if (plan->name)
            put_span(e, plan->user_field, bytes, user, spaces[2]);
        b->nobody[i] = load_4(spaces[0] + 2) == load_4(" - [");
        b->request[i] = request;
        at = newline + 1;
    }
    return i;
}

/* The quote that closes each request, where nothing is wanted of what it holds. */
APART static size_t find_quotes(const struct run_state *s, struct block *b, size_t count)
{
    const char *used = s->reading.batch->bytes + s->reading.batch->used;
    for (size_t i = 0; i < count; i++) {
        struct request_marks marks;
        b->quote[i] = mark_request(&marks, b->request[i], used);
        if (UNLIKELY(b->quote[i][-1] == '\\'))
            return i;
    }
    return count;
}

/* The same, and the parts of each request that are wanted. */
APART static size_t find_requests(const struct run_state *s, const struct head_plan *plan,
                                  struct block *b, size_t count)
{
    const char *bytes = s->reading.batch->bytes, *used = bytes + s->reading.batch->used;
    struct entry *e = s->out;
    for (size_t i = 0; i < count; i++, e++) {
        struct request_marks marks;
        struct usual_request q;
        const char *quote = mark_request(&marks, b->request[i], used);
        if (UNLIKELY(quote[-1] == '\\' || !find_request(&q, &marks, b->request[i], quote)))
            return i;
        if (plan->section)
            put_span(e, FIELD_SECTION, bytes, q.path, q.section_end);
        if (plan->parts)
            put_parts(e, bytes, b->request[i], &q, quote);
        b->quote[i] = quote;
    }
    return count;
}

/* The status and the bytes behind each quote. */
APART static size_t find_numbers(const struct run_state *s, const struct head_plan *plan,
                                 struct block *b, size_t count)
{
    const char *bytes = s->reading.batch->bytes;
    const uint32_t *ends = s->ends + s->next;
    const field_set has = plan->like.has, null = plan->like.null;
    struct entry *e = s->out;
    for (size_t i = 0; i < count; i++, e++) {
        struct usual_numbers n;
        const char *to = scan_numbers(b->quote[i], &n);
        if (UNLIKELY(!to || to > bytes + ends[i]))
            return i;
        if (*to != ' ' && to != bytes + e->line.at + e->line.len)
            return i;
        field_set dashes =
            (plan->user & -(field_set)b->nobody[i]) | (plan->bytes & -(field_set)n.no_size);
        e->has = has & ~dashes;
        e->null = null | dashes;
        e->status = n.status;
        if (plan->size)
            e->number[plan->size_field] = n.size;
        if (plan->also)
            e->number[plan->also_field] = n.size;
        b->size_end[i] = to;
    }
    return count;
}

/* Reads a block of such lines. False: the line behind them is another. */
static bool read_block(struct run_state *s, struct head_plan *plan)
{
    const char *bytes = s->reading.batch->bytes;
    const uint32_t *ends = s->ends + s->next;
    struct block b;
    size_t count = find_fronts(s, plan, &b);
    if (plan->section || plan->parts)
        count = find_requests(s, plan, &b, count);
    else
        count = find_quotes(s, &b, count);
    count = find_numbers(s, plan, &b, count);
    if (s->stop > s->head->required)
        read_tails(s, plan, b.size_end, count);
    s->next += count;
    s->out += count;
    if (count)
        s->at = bytes + ends[count - 1] + 1;
    return count == BLOCK;
}

/* The next line by the steps, and what is left exactly. False: not by these means. */
static bool read_odd(struct run_state *s)
{
    struct batch *b = s->reading.batch;
    const char *newline = b->bytes + s->ends[s->next], *end = newline, *at;
    end -= end > s->at && end[-1] == '\r';
    if ((size_t)(end - s->at) - 1 >= LINE_LIMIT || *s->at == '\0')
        return false;
    s->reading.line = (struct span){(uint32_t)(s->at - b->bytes), (uint32_t)(end - s->at)};
    s->reading.out = s->out;
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
    size_t count = run->count, most = b->room - b->count;
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
        if (h->clf && memo->time_len == STAMP_CLF_LEN && read_block(&s, &plan))
            continue;
        if (s.next < s.count && !read_odd(&s))
            break;
    }
    b->scanned = (uint32_t)(s.at - b->bytes);
    b->count += (uint32_t)s.next;
    return s.next;
}
