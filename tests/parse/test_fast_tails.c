/* test_fast_tails.c - what stands behind the bytes of usual lines, of any length and however odd:
 * read for many lines at once as the exact reader reads it. */
#include <criterion/criterion.h>

#include "parse/line_reference.h"

enum { LINES = 300 };

static const char *const formats[] = {
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_referer\" \"$http_user_agent\" $request_time $upstream_response_time",
    "combined",
    "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %D",
    "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %{ms}T",
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\" rt=$request_time",
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "$request_time \"$http_referer\" \"$http_user_agent\"|$request_length",
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "$request_time $request_length \"$http_referer\" \"$http_user_agent\"",
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_referer\" $upstream_connect_time $request_time",
    "%h %l %{cookie}n %t \"%r\" %>s %O \"%{Referer}i\" \"%u\" %{us}T",
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_referer\" ${request_time}5x \"$http_user_agent\"",
    "%{X-Forwarded-For}i %l %u %t \"%r\" %>s %b \"%{Referer}i\" %D",
    "%h %l %u %t \"%r\" %>s %b %v:%p \"%{Referer}i\"", /* a name may hold what is behind it */
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_referer\" \"$http_user_agent\" $request_length $request_time "
    "[$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr "
    "$upstream_response_length $upstream_response_time $upstream_status $req_id",
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_user_agent\" $upstream_response_time $request_time $upstream_connect_time",
};
enum { FORMATS = sizeof formats / sizeof *formats };

static const field_set wishes[] = {
    ~(field_set)0,
    ~(field_set)0 - 1,
    FIELD_BIT(FIELD_SECTION) | FIELD_BIT(FIELD_REQUEST_TIME),
    FIELD_BIT(FIELD_AGENT),
    FIELD_BIT(FIELD_REFERRER) | FIELD_BIT(FIELD_USER),
    FIELD_BIT(FIELD_REQUEST_LENGTH) | FIELD_BIT(FIELD_FORWARDED),
    FIELD_BIT(FIELD_UPSTREAM_TIME) | FIELD_BIT(FIELD_HOST) | FIELD_BIT(FIELD_VHOST),
};
enum { WISHES = sizeof wishes / sizeof *wishes };

/* Quoted texts and what looks like one; durations likewise. */
static const char *const texts[] = {
    "\"-\"",      "\"\"",        "\"x\"",     "\"a\\\"b\"", "\"a\\x22b\"", "\"a\\\\\"", "-",
    "\"a\"b\"",   "\"a",         "a\"",       "\"\\\"",     "\" \"",       "\"- -\"",   "\"a\" ",
    "\"\xc3\xa9", "\"a\" \"b\"", "\"0.001\"", "\"\\",       "\"me\"",
};
static const char *const times[] = {
    "0.038",
    "9.999",
    "0.000",
    "-",
    "0.0380",
    "0.03",
    "12.345",
    "0",
    "1.",
    ".123",
    "0,123",
    "0.12a",
    "0.123.",
    "a.123",
    "0.001, 0.034 : -",
    "a:b",
    "a]b",
    "0.1, 0.2",
    "0.1,",
    "- : -",
    "0.1 :",
    "-,",
    "a, b",
    "12, 13",
    "-0.1",
    "0:123",
    "0.1/3",
    "123.456",
    "/.123",
    "0.:00",
    "1234567890.123",
    "184467440737095516.15",
    "",
    "0.123 ",
};

static void add_any(struct buf *line, struct dice *d, const char *const *of, uint32_t count)
{
    buf_str(line, of[dice_roll(d, count)]);
}

/* Usual mostly; the length goes up and down over all that is looked at at once. */
static void add_text(struct buf *line, struct dice *d, uint32_t most)
{
    if (dice_roll(d, 12) == 0) {
        add_any(line, d, texts, sizeof texts / sizeof *texts);
        return;
    }
    buf_byte(line, '"');
    for (uint32_t n = 1 + dice_roll(d, most); n > 0; n--)
        buf_byte(line, dice_roll(d, 7) ? 'a' : ' ');
    buf_byte(line, '"');
}

static void add_time(struct buf *line, struct dice *d)
{
    if (dice_roll(d, 10) == 0)
        add_any(line, d, times, sizeof times / sizeof *times);
    else if (dice_roll(d, 10) == 0)
        buf_printf(line, "%u", dice_roll(d, 20000));
    else
        buf_printf(line, "%u.%03u", dice_roll(d, 10), dice_roll(d, 1000));
}

/* What the format has behind the bytes, piece by piece. */
static void add_tail(struct buf *line, struct dice *d, const char *format)
{
    const char *at = strstr(format, "%>s");
    at = at ? at + 6 : strstr(format, "$body_bytes_sent");
    at = at ? strchr(at, ' ') : NULL;
    for (; at && *at; at++) {
        if (dice_roll(d, 150) == 0)
            buf_byte(line, " \"-\\0.\t"[dice_roll(d, 7)]);
        if (*at == '"') {
            add_text(line, d, dice_roll(d, 3) ? 120 : 300);
            at = strchr(at + 1, '"');
        } else if (*at == '$' || *at == '%') {
            add_time(line, d);
            at += strcspn(at, " \"|}:]");
            at -= *at != '}';
        } else {
            buf_byte(line, *at);
        }
    }
    if (!at) { /* combined */
        buf_byte(line, ' ');
        add_text(line, d, 60);
        buf_byte(line, ' ');
        add_text(line, d, 200);
    }
    if (dice_roll(d, 10) == 0)
        buf_str(line, " more \"more\" 1.000");
    if (dice_roll(d, 20) == 0)
        line->len -= dice_roll(d, 40);
}

static const char *const proxies[] = {"10.0.0.1, ", "10.0.0.1 : ", "10.0.0.1,", " ", "-, "};

static void fill(struct batch *b, struct dice *d, const char *format)
{
    struct buf line = {0};
    batch_clear(b);
    for (unsigned n = 0; n < LINES; n++) {
        buf_clear(&line);
        if (dice_roll(d, 20) == 0)
            add_any(&line, d, proxies, sizeof proxies / sizeof *proxies);
        buf_printf(&line, "192.0.2.%u - %s [10/Oct/2000:13:55:%02u -0700] \"GET /a/%u HTTP/1.1\" ",
                   n % 256, n % 7 ? "-" : "me", n / 20 % 60, n);
        buf_str(&line, dice_roll(d, 40) ? "200 17" : "200 -");
        add_tail(&line, d, format);
        buf_str(&line, dice_roll(d, 10) ? "\n" : "\r\n");
        memcpy(b->bytes + b->used, line.at, line.len);
        b->used += (uint32_t)line.len;
    }
    buf_done(&line);
}

/* The batch's bytes at the end of a room of their own: who reads on behind the slack is caught. */
static void compare(struct batch *b, const char *format, field_set want)
{
    static const enum head_way ways[] = {HEAD_PLAIN, HEAD_VECTOR};
    static struct entry exact[LINES], fast[LINES];
    struct text spec = text_of(format);
    struct error why = {0};
    struct formats *fs = formats_new(&spec, 1, &why);
    cr_assert_not_null(fs, "%s: %s", format, why.text);
    char *whole = b->bytes;
    b->bytes = malloc(b->used + BATCH_SLACK);
    memcpy(b->bytes, whole, b->used);
    memset(b->bytes + b->used, '"', BATCH_SLACK);
    uint64_t counts = entries_of(fs, b, HEAD_NONE, want, exact);
    for (unsigned w = 0; w < sizeof ways / sizeof *ways; w++) {
        cr_assert_eq(entries_of(fs, b, ways[w], want, fast), counts);
        for (uint32_t i = 0; i < b->count; i++) {
            struct text line = batch_span(b, exact[i].line);
            cr_assert(same_entry(&exact[i], &fast[i], want) && exact[i].cut == fast[i].cut &&
                          exact[i].line.at == fast[i].line.at,
                      "way %u, %s: %.*s", w, format, (int)line.len, line.at);
        }
    }
    free(b->bytes);
    b->bytes = whole;
    formats_free(fs);
}

Test(fast_tails, are_read_as_the_exact_reader_reads_them)
{
    struct batch *b = batch_new();
    struct dice dice = {.state = 0x1d872b41f3c9a5e7u};
    const char *given = getenv("SPATE_LINE_ROUNDS");
    unsigned rounds = given ? (unsigned)atoi(given) : 40;
    for (unsigned i = 0; i < rounds; i++)
        for (unsigned f = 0; f < FORMATS; f++) {
            fill(b, &dice, formats[f]);
            compare(b, formats[f], wishes[dice_roll(&dice, WISHES)]);
        }
    batch_free(b);
}
