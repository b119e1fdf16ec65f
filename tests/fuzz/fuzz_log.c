/* fuzz_log.c - any bytes as a log, read by the formats that fit best, or by some that were named:
 * nothing points outside of the log, every line is counted once, and what is found does not depend
 * on who reads fast, nor, with formats named, on where one batch ends and the next begins.
 *
 * The first byte chooses the formats, the second how many lines a batch gets. */
#include "base/buf.h"
#include "parse/head.h"
#include "parse/parser.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAMED_MOST = 3 };

static const char *const choices[][NAMED_MOST] = {
    {"auto"},
    {"combined", "json"},
    {"vhost_combined", "combined", "common"},
    {"ltsv", "logfmt", "haproxy"},
    {"nginx", "traefik-clf"},
    {"w3c", "cloudfront"},
    {"envoy", "istio", "envoy-json"},
    {"nginx-proxy-manager", "nginx-ingress", "lighttpd"},
    {"caddy", "gcp", "cloudflare"},
    {"aws-alb", "aws-s3", "squid"},
};
enum { CHOICES = sizeof choices / sizeof *choices };

static void must(bool held, const char *what, struct text log)
{
    if (!held) {
        fprintf(stderr, "%s: %.*s\n", what, (int)log.len, log.at);
        abort();
    }
}

static const struct formats *formats_of(unsigned choice)
{
    static struct formats *made[CHOICES];
    struct text specs[NAMED_MOST];
    size_t count = 0;
    while (count < NAMED_MOST && choices[choice][count]) {
        specs[count] = text_of(choices[choice][count]);
        count++;
    }
    if (!made[choice])
        made[choice] = formats_new(specs, count, NULL);
    must(made[choice] != NULL, "no format", specs[0]);
    return made[choice];
}

/* ---- What was found --------------------------------------------------------------------------
 */

struct found {
    struct buf entries; /* as bytes, but for where they lie */
    struct line_counts lines;
};

static void show(struct buf *out, const struct batch *b, const struct entry *e)
{
    must((e->has & e->null) == 0, "there and null", batch_span(b, e->line));
    buf_printf(out, "%llx %llx %d %d ", (unsigned long long)e->has, (unsigned long long)e->null,
               e->escape, e->cut);
    if (e->has & FIELD_BIT(FIELD_STATUS))
        buf_printf(out, "%u ", e->status);
    if (e->has & FIELD_BIT(FIELD_TIME))
        buf_printf(out, "%lld ", (long long)e->second);
    for (int f = 0; f < FIELD_TEXTS; f++) {
        if (!(e->has & FIELD_BIT(f)))
            continue;
        must(e->text[f].at + e->text[f].len <= b->used, "a span outside", batch_span(b, e->line));
        unescape_add(out, batch_text(b, e, (enum field)f), (enum escape)e->escape);
        buf_byte(out, ' ');
    }
    buf_byte(out, '\n');
}

static void check_rejects(const struct batch *b)
{
    must(b->reject_count <= BATCH_REJECTS, "too many samples", TEXT(""));
    for (unsigned i = 0; i < b->reject_count; i++) {
        const struct reject *r = &b->rejects[i];
        must(r->line.at + r->line.len <= b->used && r->reason && r->column <= r->line.len + 1,
             "refused elsewhere", TEXT(""));
    }
}

static void check_news(struct parser *p)
{
    struct notice n;
    if (!parser_news(p, &n))
        return;
    for (const char *at = n.text; *at; at++)
        must((unsigned char)*at >= ' ' && *at != 0x7f, "a control character", text_of(n.text));
}

/* Reads the batch; entries go as often as there is no room for more. */
static void read_batch(struct parser *p, struct batch *b, struct found *found)
{
    for (bool done = false; !done;) {
        b->count = 0;
        done = parser_run(p, b);
        for (uint32_t i = 0; i < b->count; i++)
            show(&found->entries, b, &b->entries[i]);
    }
    check_rejects(b);
    check_news(p);
    found->lines.read += b->lines.read;
    found->lines.parsed += b->lines.parsed;
    found->lines.rejected += b->lines.rejected;
}

/* The next lines of the log, as many as there may be. */
static struct text take_lines(struct text *log, unsigned most)
{
    const char *at = log->at;
    struct text line;
    while (most-- > 0 && text_split(log, '\n', &line))
        continue;
    return text_make(at, log->len ? (size_t)(log->at - at) : (size_t)(line.at + line.len - at));
}

/* `behind`: what stands behind the log, which no reader is to look at. */
static void read_log(unsigned choice, struct text log, unsigned lines, char behind,
                     struct found *found)
{
    static struct batch *b;
    struct parser *p = parser_new(formats_of(choice), UINT64_MAX);
    if (!b)
        b = batch_new();
    buf_clear(&found->entries);
    found->lines = (struct line_counts){0};
    do {
        struct text piece = lines ? take_lines(&log, lines) : log;
        batch_clear(b);
        memcpy(b->bytes, piece.at, piece.len);
        memset(b->bytes + piece.len, behind, BATCH_SLACK);
        b->used = (uint32_t)piece.len;
        read_batch(p, b, found);
    } while (lines && log.len);
    parser_free(p);
}

static void expect_same(const struct found *a, const struct found *b, const char *what,
                        struct text log)
{
    must(a->lines.read == b->lines.read && a->lines.parsed == b->lines.parsed &&
             a->lines.rejected == b->lines.rejected &&
             text_same(buf_text(&a->entries), buf_text(&b->entries)),
         what, log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct found first, other;
    if (size < 3 || size > LINE_LIMIT)
        return 0;
    unsigned choice = data[0] % CHOICES, lines = 1 + data[1] % 8;
    struct text log = text_make((const char *)data + 2, size - 2);
    read_log(choice, log, 0, ' ', &first);
    must(first.lines.read == first.lines.parsed + first.lines.rejected, "miscounted", log);
    read_log(choice, log, 0, (char)data[1], &other);
    expect_same(&first, &other, "what stands behind the log matters", log);
    head_force(HEAD_NONE);
    read_log(choice, log, 0, '"', &other);
    head_force(HEAD_ANY);
    expect_same(&first, &other, "the fast reader differs", log);
    /* A byte order mark is taken off where a batch begins. */
    if (choice > 0 && !memmem(log.at, log.len, "\xef\xbb\xbf", 3)) {
        read_log(choice, log, lines, '0', &other);
        expect_same(&first, &other, "the batches matter", log);
    }
    return 0;
}
