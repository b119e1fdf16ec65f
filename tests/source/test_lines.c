/* The splitter: any way of cutting the bytes into reads gives the same lines. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/lines.h"
#include <stdlib.h>
#include <string.h>

/* Feeds `input` in pieces of the sizes that `next` gives; collects what comes out. */
struct feed {
    struct lines lines;
    struct batch *batch;
    struct buf out;
    uint64_t truncated;
};

static void feed_init(struct feed *f)
{
    *f = (struct feed){.batch = batch_new()};
    lines_init(&f->lines);
}

static void feed_done(struct feed *f)
{
    batch_free(f->batch);
    lines_done(&f->lines);
    buf_done(&f->out);
}

static void collect(struct feed *f)
{
    buf_add(&f->out, text_make(f->batch->bytes, f->batch->used));
    f->truncated += f->batch->lines.truncated;
    batch_clear(f->batch);
}

static void feed_piece(struct feed *f, const char *at, size_t len)
{
    while (len) {
        size_t room;
        char *into = lines_room(&f->lines, f->batch, &room);
        size_t part = len < room ? len : room;
        memcpy(into, at, part);
        lines_take(&f->lines, f->batch, part);
        at += part;
        len -= part;
        if (f->batch->used >= BATCH_BYTES / 2)
            collect(f);
    }
}

static void feed_end(struct feed *f)
{
    collect(f);
    lines_finish(&f->lines, f->batch);
    collect(f);
}

/* What should come out, said in the plainest way. */
static void split_plainly(struct text input, struct buf *out, uint64_t *truncated)
{
    while (input.len) {
        const char *end = memchr(input.at, '\n', input.len);
        size_t len = end ? (size_t)(end - input.at) : input.len;
        buf_add(out, text_make(input.at, len < LINE_LIMIT ? len : LINE_LIMIT));
        *truncated += len > LINE_LIMIT;
        if (end)
            buf_byte(out, '\n');
        input = text_cut(input, len + (end != NULL), input.len);
    }
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    return x ^ x >> 31;
}

/* Lengths at the edges of what is kept, of a read and of a batch. */
static size_t line_length(uint64_t *state)
{
    static const size_t edges[] = {0, 1, LINE_LIMIT, BATCH_BYTES, 2 * LINE_LIMIT, 4096};
    uint64_t kind = next_random(state) % 8;
    if (kind < 5)
        return next_random(state) % 300;
    size_t edge = edges[next_random(state) % (sizeof edges / sizeof *edges)];
    size_t off = next_random(state) % 5;
    return edge + off > 2 ? edge + off - 2 : 0;
}

static void make_input(struct buf *input, uint64_t *state)
{
    buf_clear(input);
    for (uint64_t lines = next_random(state) % 30; lines > 0; lines--) {
        size_t len = line_length(state);
        char *at = buf_room(input, len + 1);
        for (size_t i = 0; i < len; i++)
            at[i] = (char)('a' + (i + lines) % 26);
        at[len] = '\n';
        input->len += len + 1;
    }
    if (input->len && next_random(state) % 2)
        input->len--; /* the last line lacks its end */
}

static size_t piece_length(uint64_t *state, uint64_t style)
{
    return style == 0 ? SIZE_MAX : 1 + next_random(state) % (style == 1 ? 200 : 100000);
}

Test(lines, any_chunking_gives_the_same_lines)
{
    struct buf input = {0}, want = {0};
    uint64_t state = 20261120;
    for (int round = 0; round < 400; round++) {
        struct feed f;
        uint64_t truncated = 0, style = next_random(&state) % 3;
        make_input(&input, &state);
        buf_clear(&want);
        split_plainly(buf_text(&input), &want, &truncated);
        feed_init(&f);
        for (size_t at = 0; at < input.len;) {
            size_t len = piece_length(&state, style);
            len = len < input.len - at ? len : input.len - at;
            feed_piece(&f, input.at + at, len);
            at += len;
            cr_assert_eq(lines_place(&f.lines), at);
        }
        feed_end(&f);
        cr_assert(text_same(buf_text(&f.out), buf_text(&want)), "round %d", round);
        cr_assert_eq(f.truncated, truncated, "round %d", round);
        cr_assert_eq(f.lines.offset, input.len);
        feed_done(&f);
    }
    buf_done(&input);
    buf_done(&want);
}

Test(lines, a_line_of_exactly_what_is_kept_is_whole)
{
    char *line = mem_new(LINE_LIMIT + 2, 1);
    struct feed f;
    feed_init(&f);
    memset(line, 'x', LINE_LIMIT + 1);
    line[LINE_LIMIT] = '\n';
    feed_piece(&f, line, LINE_LIMIT + 1);
    collect(&f);
    cr_expect_eq(f.out.len, LINE_LIMIT + 1);
    cr_expect_eq(f.truncated, 0);
    line[LINE_LIMIT] = 'x';
    line[LINE_LIMIT + 1] = '\n';
    feed_piece(&f, line, LINE_LIMIT + 2);
    collect(&f);
    cr_expect_eq(f.out.len, 2 * (LINE_LIMIT + 1));
    cr_expect_eq(f.truncated, 1);
    feed_done(&f);
    free(line);
}

Test(lines, a_fake_record_behind_the_limit_is_not_a_line)
{
    size_t len = 200000;
    char *line = mem_new(len, 1);
    struct feed f;
    feed_init(&f);
    memset(line, 'x', len);
    memcpy(line + LINE_LIMIT, "1.2.3.4 - - forged", 18);
    line[len - 1] = '\n';
    feed_piece(&f, line, len);
    feed_end(&f);
    cr_expect_eq(f.out.len, LINE_LIMIT + 1);
    cr_expect_null(memmem(f.out.at, f.out.len, "forged", 6));
    feed_done(&f);
    free(line);
}

Test(lines, the_anchor_is_what_stood_before_the_place)
{
    struct buf input = {0};
    uint64_t state = 7;
    for (int round = 0; round < 100; round++) {
        struct feed f;
        make_input(&input, &state);
        feed_init(&f);
        for (size_t at = 0; at < input.len;) {
            size_t len = piece_length(&state, 1 + (uint64_t)round % 2);
            len = len < input.len - at ? len : input.len - at;
            feed_piece(&f, input.at + at, len);
            collect(&f);
            at += len;
            const struct trail *t = &f.lines.before, *l = &f.lines.latest;
            uint64_t offset = f.lines.offset;
            cr_assert_eq(t->len, offset < ANCHOR_BYTES ? offset : ANCHOR_BYTES);
            cr_assert_arr_eq(t->at, input.at + offset - t->len, t->len);
            cr_assert_eq(l->len, at < ANCHOR_BYTES ? at : ANCHOR_BYTES);
            cr_assert_arr_eq(l->at, input.at + at - l->len, l->len);
        }
        feed_done(&f);
    }
    buf_done(&input);
}
