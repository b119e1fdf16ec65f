/* fuzz_format.c - any text is a format or is refused with a place inside it; with a format that was
 * taken no line reads beyond its end, and each reads the same with a fresh memo.
 *
 * The first byte chooses how the specification, which ends at the first NUL, is taken. Lines are
 * made from it (a value in place of each directive), and from the bytes behind the NUL: lines
 * themselves, and where the made one is cut or spoiled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "parse/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MOST = 2 };

static struct batch *batch;

static void demand(bool holds, const char *what, struct text about)
{
    if (holds)
        return;
    fprintf(stderr, "format: %s: %.*s\n", what, (int)about.len, about.at);
    abort();
}

/* ---- Compiling ---------------------------------------------------------------------------------
 */

enum kind { ANY, APACHE, NGINX, NGINX_JSON, NGINX_NONE, KINDS };

static struct format *compile(enum kind kind, struct text spec, struct error *why)
{
    static const enum escape escapes[] = {
        [NGINX] = ESCAPE_NGINX, [NGINX_JSON] = ESCAPE_JSON, [NGINX_NONE] = ESCAPE_NONE};
    if (kind == ANY)
        return format_new(spec, why);
    return kind == APACHE ? format_apache(spec, why) : format_nginx(spec, escapes[kind], why);
}

static void check_words(struct text words)
{
    for (size_t i = 0; i < words.len; i++)
        demand((unsigned char)words.at[i] >= ' ' && words.at[i] != 0x7f, "a control character",
               words);
}

static void check_format(const struct format *f, struct text spec)
{
    check_words(format_missing(f));
    demand(format_name(f).len <= spec.len, "a name longer than what was given", spec);
    demand(format_fields(f) != 0 || format_missing(f).len, "no field and nothing missing", spec);
    demand(!(format_fields(f) >> FIELD_COUNT), "a field that there is not", spec);
}

/* ---- A line out of the format ------------------------------------------------------------------
 */

static const struct {
    const char *end, *value; /* of the directive's name */
} samples[] = {
    {"status", "404"},
    {"time_local", "10/Oct/2000:13:55:36 -0700"},
    {"time_iso8601", "2000-10-10T20:55:36+00:00"},
    {"msec", "971211336.250"},
    {"request", "GET /a/b?c=d HTTP/1.1"},
    {"method", "GET"},
    {"uri", "/a/b"},
    {"protocol", "HTTP/1.1"},
    {"addr", "192.0.2.7"},
    {"time", "0.012, 0.3"},
    {"port", "443"},
    {"sent", "2326"},
    {"length", "310"},
    {"h", "192.0.2.7"},
    {"a", "2001:db8::1"},
    {"r", "GET /a/b?c=d HTTP/1.1"},
    {"s", "404"},
    {"b", "-"},
    {"B", "2326"},
    {"I", "310"},
    {"O", "2621"},
    {"D", "48000"},
    {"T", "48"},
    {"U", "/a/b"},
    {"q", "?c=d"},
    {"m", "GET"},
    {"H", "HTTP/1.1"},
    {"p", "443"},
    {"v", "www.example.com"},
    {"i", "Mozilla/5.0 (X11; \\\"U\\\")"},
};

static void add_sample(struct buf *line, struct text name)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (text_ends(name, text_of(samples[i].end))) {
            buf_str(line, samples[i].value);
            return;
        }
    buf_str(line, "-");
}

/* %t, and %{...}t as strftime() has it. */
static void add_moment(struct buf *line, struct text argument)
{
    struct tm when;
    time_t second = 971211336;
    char format[64], text[200];
    gmtime_r(&second, &when);
    if (!argument.len) {
        buf_str(line, "[10/Oct/2000:13:55:36 -0700]");
        return;
    }
    snprintf(format, sizeof format, "%.*s", (int)argument.len, argument.at);
    buf_add(line, text_make(text, strftime(text, sizeof text, format, &when)));
}

/* Steps over what is at spec.at[at], behind a %. */
static size_t add_directive(struct buf *line, struct text spec, size_t at)
{
    struct text argument = {0};
    while (at < spec.len && spec.at[at] && strchr("<>!,0123456789", spec.at[at]))
        at++;
    if (at < spec.len && spec.at[at] == '{') {
        size_t end = text_find(spec, '}', at);
        argument = text_cut(spec, at + 1, end);
        at = end + (end < spec.len);
    }
    if (at == spec.len)
        return at;
    if (spec.at[at] == 't')
        add_moment(line, argument);
    else
        add_sample(line, text_cut(spec, at, at + 1));
    return at + 1;
}

static size_t add_variable(struct buf *line, struct text spec, size_t at)
{
    bool braced = at < spec.len && spec.at[at] == '{';
    size_t end = at += braced;
    while (end < spec.len && (spec.at[end] == '_' || (spec.at[end] >= '0' && spec.at[end] <= '9') ||
                              (spec.at[end] >= 'a' && spec.at[end] <= 'z')))
        end++;
    add_sample(line, text_cut(spec, at, end));
    return end + (braced && end < spec.len);
}

static void make_line(struct buf *line, struct text spec)
{
    buf_clear(line);
    for (size_t at = 0; at < spec.len;) {
        char byte = spec.at[at++];
        if (byte == '%')
            at = add_directive(line, spec, at);
        else if (byte == '$')
            at = add_variable(line, spec, at);
        else if (byte != '\n')
            buf_byte(line, byte);
    }
}

/* ---- Reading it --------------------------------------------------------------------------------
 */

/* All that was found, but for where it lies. */
static void show(struct buf *out, const struct entry *e)
{
    buf_clear(out);
    buf_printf(out, "%llx %llx %d %u %u ", (unsigned long long)e->has, (unsigned long long)e->null,
               e->escape, e->cut, e->status);
    if (e->has & FIELD_BIT(FIELD_TIME))
        buf_printf(out, "%lld ", (long long)e->second);
    for (int f = 0; f < FIELD_TEXTS; f++) {
        if (!(e->has & FIELD_BIT(f)))
            continue;
        struct span s = e->text[f];
        demand(s.at >= e->line.at && s.at + s.len <= e->line.at + e->line.len, "a span outside",
               batch_span(batch, e->line));
        unescape_add(out, batch_text(batch, e, (enum field)f), (enum escape)e->escape);
        buf_byte(out, ' ');
    }
}

static bool read_with(const struct format *f, struct format_memo *memo, struct span line,
                      struct buf *found)
{
    struct entry entry;
    struct reject why = {0};
    struct text text = batch_span(batch, line);
    bool hit = format_read(f, memo, batch, line, UINT64_MAX, &entry, &why);
    buf_clear(found);
    if (!hit) {
        demand(why.reason && why.column <= line.len + 1, "refused elsewhere", text);
        return false;
    }
    demand((entry.has & ~format_fields(f)) == 0, "a field beyond the format's", text);
    demand((entry.has & entry.null) == 0, "there and null", text);
    show(found, &entry);
    return true;
}

/* Twice, the second time with a fresh memo; not where the memo holds what the log said of itself.
 */
static bool check_line(const struct format *f, struct format_memo *memo, struct text text)
{
    static struct buf first, again;
    struct span line = {batch->used, (uint32_t)text.len};
    struct format_memo fresh;
    memcpy(batch->bytes + line.at, text.at, text.len);
    batch->used += line.len + 1;
    format_memo_init(&fresh, f);
    bool hit = read_with(f, memo, line, &first);
    demand(read_with(f, memo->state ? memo : &fresh, line, &again) == hit, "a hit once", text);
    demand(!hit || text_same(buf_text(&first), buf_text(&again)), "other fields again", text);
    format_memo_done(&fresh);
    return hit;
}

static void check_wanted(const struct format *f, struct format_memo *memo, bool hit)
{
    struct span line = {0, batch->used - 1};
    struct entry entry;
    demand(format_read(f, memo, batch, line, FIELD_BIT(FIELD_TIME), &entry, NULL) == hit,
           "what is wanted decides", batch_span(batch, line));
}

/* Cut somewhere, or one byte of it another. */
static void spoil(struct buf *line, struct text how)
{
    size_t at = (unsigned char)how.at[0] * line->len / 256;
    char byte = how.at[how.len - 1];
    if (byte & 1)
        line->len = at;
    else
        line->at[at] = byte == '\n' ? ' ' : byte;
}

static void check_lines(const struct format *f, struct text spec, struct text rest)
{
    static struct buf made;
    struct format_memo memo;
    struct text line;
    if (!batch)
        batch = batch_new();
    batch_clear(batch);
    format_memo_init(&memo, f);
    make_line(&made, spec);
    check_wanted(f, &memo, check_line(f, &memo, buf_text(&made)));
    if (rest.len && made.len) {
        spoil(&made, rest);
        check_line(f, &memo, buf_text(&made));
    }
    for (unsigned i = 0; i < LINES_MOST && text_split(&rest, '\n', &line); i++)
        check_line(f, &memo, line);
    format_memo_done(&memo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error why = {0};
    if (size < 2 || size > 4096)
        return 0;
    struct text in = text_make((const char *)data + 1, size - 1);
    size_t end = text_find(in, '\0', 0);
    struct text spec = text_cut(in, 0, end), rest = text_cut(in, end + 1, in.len);
    enum kind kind = (enum kind)(data[0] % KINDS);
    /* PCRE2 is not what is looked for, and slow to compile. */
    if (kind == ANY && text_starts(spec, TEXT("regex:")) && data[0] < 250)
        return 0;
    struct format *f = compile(kind, spec, &why);
    if (f) {
        check_format(f, spec);
        check_lines(f, spec, rest);
    } else {
        demand(why.text[0] && why.column <= spec.len + 1, "refused without a place", spec);
        check_words(text_of(why.text));
    }
    format_free(f);
    return 0;
}
