/* The readers of named formats: no line makes them point outside of it, hold a field that is both
 * there and null, or answer otherwise when it is read again.
 *
 * The first byte chooses the format: up to 127 one of the columns, else one of the others. */
#include "base/buf.h"
#include "parse/format.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const specs[] = {
    "squid", "haproxy", "envoy", "aws-elb", "aws-alb", "aws-s3", "cloudfront", "w3c",
    /* others */
    "istio", "ltsv", "logfmt", "json", "caddy", "traefik", "gcp", "cloudflare", "envoy-json",
    "lograge", "nginx-proxy-manager", "nginx-ingress", "forwarded_combined", "lighttpd", "agent",
    "referer", "listed_combined", "openlitespeed", "nginx-iso8601", "python", "uvicorn"};
enum { SPECS = sizeof specs / sizeof *specs, COLUMNS = 8, OTHERS = SPECS - COLUMNS };

static void must(bool held, const char *what, struct text line)
{
    if (!held) {
        fprintf(stderr, "%s: %.*s\n", what, (int)line.len, line.at);
        abort();
    }
}

static void show(struct buf *out, const struct batch *b, const struct entry *e)
{
    buf_printf(out, "%llx %llx ", (unsigned long long)e->has, (unsigned long long)e->null);
    for (int f = 0; f < FIELD_TEXTS; f++) {
        if (e->has & FIELD_BIT(f)) {
            struct span s = e->text[f];
            must(s.at >= e->line.at && s.at + s.len <= e->line.at + e->line.len, "span outside",
                 batch_span(b, e->line));
            unescape_add(out, batch_text(b, e, (enum field)f), (enum escape)e->escape);
            buf_byte(out, ' ');
        }
    }
}

static void check_line(const struct format *f, struct format_memo *memo, struct batch *b,
                       struct span line)
{
    struct entry entry;
    struct reject why = {0};
    struct buf first = {0}, second = {0};
    struct text text = batch_span(b, line);
    bool hit = format_read(f, memo, b, line, FIELD_BIT(FIELD_TIME), &entry, &why);
    must(hit || why.column <= line.len + 1, "failed elsewhere", text);
    must(hit == format_read(f, memo, b, line, UINT64_MAX, &entry, &why), "what is wanted decides",
         text);
    if (hit) {
        must((entry.has & ~format_fields(f)) == 0, "a field beyond the format's", text);
        must((entry.has & entry.null) == 0, "there and null", text);
        show(&first, b, &entry);
        must(format_read(f, memo, b, line, UINT64_MAX, &entry, &why), "refused again", text);
        show(&second, b, &entry);
        must(text_same(buf_text(&first), buf_text(&second)), "changed by reading", text);
    }
    buf_done(&first);
    buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct format *formats[SPECS];
    static struct batch *batch;
    if (size < 1 || size > LINE_LIMIT) {
        return 0;
    }
    unsigned which = data[0] < 128 ? data[0] % COLUMNS : COLUMNS + data[0] % OTHERS;
    if (formats[which] == NULL) {
        formats[which] = format_new(text_of(specs[which]), NULL);
    }
    batch = batch ? batch : batch_new();
    batch_clear(batch);
    memcpy(batch->bytes, data + 1, size - 1);
    struct format_memo memo;
    format_memo_init(&memo, formats[which]);
    struct text rest = text_make(batch->bytes, size - 1), line;
    while (text_split(&rest, '\n', &line)) {
        struct span span = {(uint32_t)(line.at - batch->bytes), (uint32_t)line.len};
        check_line(formats[which], &memo, batch, span);
    }
    format_memo_done(&memo);
    return 0;
}
