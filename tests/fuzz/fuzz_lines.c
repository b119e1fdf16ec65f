/* The splitter under fuzzing: the first byte chooses how the rest is cut into reads, and a way to
 * blow lines up beyond what is kept. Oracle: the same lines as when all is read at once, and what
 * memchr() says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "source/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct batch *batch;

static void feed(struct text input, const uint8_t *sizes, size_t size_count, struct buf *out,
                 uint64_t *truncated)
{
    struct lines l;
    size_t scale = input.len < LINE_LIMIT / 2 ? 1 : 1999; /* else it would be copied byte by byte */
    lines_init(&l);
    buf_clear(out);
    *truncated = 0;
    for (size_t at = 0, i = 0; at < input.len; i++) {
        size_t room, wish = size_count ? (1 + sizes[i % size_count]) * scale : SIZE_MAX;
        batch_clear(batch);
        char *into = lines_room(&l, batch, &room);
        size_t len = wish < room ? wish : room;
        len = len < input.len - at ? len : input.len - at;
        memcpy(into, input.at + at, len);
        lines_take(&l, batch, len);
        buf_add(out, text_make(batch->bytes, batch->used));
        *truncated += batch->lines.truncated;
        at += len;
        if (lines_place(&l) != at)
            abort();
    }
    batch_clear(batch);
    lines_finish(&l, batch);
    buf_add(out, text_make(batch->bytes, batch->used));
    *truncated += batch->lines.truncated;
    lines_done(&l);
}

/* Byte 0xff, at most twice, stands for nearly as many bytes as are kept, so that small inputs make
 * long lines. */
static void blow_up(struct buf *into, const uint8_t *data, size_t size)
{
    int runs = 0;
    buf_clear(into);
    for (size_t i = 0; i < size; i++) {
        if (data[i] == 0xff && runs++ < 2)
            buf_fill(into, 'x', LINE_LIMIT - 3);
        else
            buf_byte(into, (char)data[i]);
    }
}

static void check(struct text input, struct text out, uint64_t truncated)
{
    while (input.len) {
        const char *end = memchr(input.at, '\n', input.len);
        size_t len = end ? (size_t)(end - input.at) : input.len;
        size_t kept = len < LINE_LIMIT ? len : LINE_LIMIT;
        if (out.len < kept + (end != NULL) || memcmp(out.at, input.at, kept) != 0 ||
            (end && out.at[kept] != '\n'))
            abort();
        truncated -= len > LINE_LIMIT;
        out = text_cut(out, kept + (end != NULL), out.len);
        input = text_cut(input, len + (end != NULL), input.len);
    }
    if (out.len || truncated)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct buf input, whole, pieces;
    uint64_t truncated, again;
    if (!batch)
        batch = batch_new();
    if (size < 2)
        return 0;
    size_t sizes = 1 + data[0] % 8;
    if (sizes > size - 1)
        sizes = size - 1;
    blow_up(&input, data + 1 + sizes, size - 1 - sizes);
    feed(buf_text(&input), NULL, 0, &whole, &truncated);
    check(buf_text(&input), buf_text(&whole), truncated);
    feed(buf_text(&input), data + 1, sizes, &pieces, &again);
    if (!text_same(buf_text(&whole), buf_text(&pieces)) || truncated != again)
        abort();
    return 0;
}
