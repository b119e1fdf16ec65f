/* fuzz_filter.c - any text is a filter or is refused with a place inside it; a filter gives the
 * same answer twice, the opposite under `not`, and reads no field that it does not name. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "parse/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "filter: %s\n", what);
    abort();
}

static struct batch *batch;

/* Every field, out of the input's own bytes; texts end where the allocation's slack begins. */
static struct entry entry_of(struct text in)
{
    struct entry e = {
        .has = (FIELD_BIT(FIELD_COUNT) - 1), .second = (int64_t)in.len, .status = 404};
    uint32_t len = (uint32_t)(in.len < 4096 ? in.len : 4096), from = batch_capacity() - len;
    if (len)
        memcpy(batch->bytes + from, in.at, len);
    for (int f = 0; f < FIELD_TEXTS; f++)
        e.text[f] = (struct span){from + len * (uint32_t)f / FIELD_TEXTS,
                                  len - len * (uint32_t)f / FIELD_TEXTS};
    for (int n = 0; n < FIELD_NUMBERS; n++)
        e.number[n] = in.len * (unsigned)n * 1000000;
    return e;
}

static void check_not(struct text in, bool matches, const struct entry *e)
{
    struct buf text = {0};
    buf_str(&text, "not (");
    buf_add(&text, in);
    buf_byte(&text, ')');
    struct filter *f = filter_new(buf_text(&text), NULL);
    if (f) /* else the depth or the length was at its limit */
        demand(filter_matches(f, batch, e) != matches, "`not' is not the opposite");
    filter_free(f);
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!batch)
        batch = batch_new();
    struct text in = text_make((const char *)data, size);
    struct error why = {0};
    struct filter *f = filter_new(in, &why);
    if (!f) {
        demand(why.text[0] && why.column >= 1 && why.column <= size + 1,
               "an error without a place");
        return 0;
    }
    struct entry e = entry_of(in), none = {0};
    bool matches = filter_matches(f, batch, &e);
    demand(matches == filter_matches(f, batch, &e), "two answers");
    demand(filter_fields(f) != 0, "reads nothing");
    enum field field;
    struct text value;
    if (matches && filter_needs(f, &field, &value))
        demand(text_same(batch_text(batch, &e, field), value), "a match without what all have");
    if (!memchr(data, '~', size)) /* a pattern may be switched off in between */
        check_not(in, matches, &e);
    filter_matches(f, batch, &none);
    filter_free(f);
    return 0;
}
