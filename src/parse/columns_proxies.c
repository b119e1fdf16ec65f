/* The logs of Squid, HAProxy and Envoy. Sources: Squid configuration directive "logformat" (the
 * definition of squid), HAProxy Configuration Manual "HTTP log format", Envoy documentation
 * "Access logging", default format string; Istio documentation, "Envoy Access Logs". */
#include "parse/columns.h"

#include "parse/stamp.h"
#include <string.h>

#define BITS(a, b, c, d, e, f)                                                                     \
    (FIELD_BIT(FIELD_##a) | FIELD_BIT(FIELD_##b) | FIELD_BIT(FIELD_##c) | FIELD_BIT(FIELD_##d) |   \
     FIELD_BIT(FIELD_##e) | FIELD_BIT(FIELD_##f))
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* ---- Squid: %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt -----------------------
 */

/* TCP_MISS/200: what the cache did, and the status. */
static bool take_cache_status(struct reading *r, const struct column *c, struct text piece)
{
    size_t slash = text_find(piece, '/', 0);
    return slash < piece.len && value_text(r, c->field, text_cut(piece, 0, slash)) &&
           value_status(r, text_cut(piece, slash + 1, piece.len));
}

/* HIER_DIRECT/192.0.2.7: where it came from. */
static bool take_peer(struct reading *r, const struct column *c, struct text piece)
{
    size_t slash = text_find(piece, '/', 0);
    return slash < piece.len && value_text(r, c->field, text_cut(piece, slash + 1, piece.len));
}

static const struct column squid_columns[] = {
    {column_value, FIELD_TIME, AS_EPOCH, BARE},
    {column_positive, FIELD_REQUEST_TIME, AS_MILLIS, BARE},
    {column_value, FIELD_HOST, AS_USUAL, BARE},
    {take_cache_status, FIELD_CACHE, AS_USUAL, BARE},
    {column_value, FIELD_BYTES, AS_USUAL, BARE},
    {column_value, FIELD_METHOD, AS_USUAL, BARE},
    {column_value, FIELD_PATH, AS_USUAL, BARE},
    {column_value, FIELD_USER, AS_USUAL, BARE},
    {take_peer, FIELD_UPSTREAM, AS_USUAL, BARE},
    {NULL, FIELD_AGENT, AS_USUAL, BARE}, /* media type */
};

const struct layout layout_squid = {
    .name = "squid",
    .columns = squid_columns,
    .count = COUNT(squid_columns),
    .required = 7,
    .needs = LINE_IS_NUMBER,
    .escape = ESCAPE_NONE,
    .fields = BITS(TIME, REQUEST_TIME, HOST, CACHE, STATUS, BYTES) |
              BITS(METHOD, PATH, SECTION, USER, UPSTREAM, TIME),
};

/* ---- HAProxy ----------------------------------------------------------------------------------
 */

enum { ACCEPT_DATE_LEN = 24 }; /* 06/Feb/2009:12:14:14.655 */

static bool is_accept_date(struct text text)
{
    static const char shape[] = "00/aaa/0000:00:00:00.000";
    for (size_t i = 0; i < ACCEPT_DATE_LEN; i++) {
        bool digit = i < text.len && text.at[i] >= '0' && text.at[i] <= '9';
        bool good = shape[i] == '0'   ? digit
                    : shape[i] == 'a' ? i < text.len && !digit
                                      : i < text.len && text.at[i] == shape[i];
        if (!good) {
            return false;
        }
    }
    return true;
}

/* What syslog puts before the message varies; the first [date] is HAProxy's own, and the word
 * before it the client, for everything up to there is not of the client's making. */
static const char *haproxy_begin(struct text line, const char **reason)
{
    for (size_t i = text_find(line, '[', 0); i < line.len; i = text_find(line, '[', i + 1)) {
        if (i < 2 || line.at[i - 1] != ' ' || !is_accept_date(text_cut(line, i + 1, line.len))) {
            continue;
        }
        const char *space = memrchr(line.at, ' ', i - 1);
        return space ? space + 1 : line.at;
    }
    *reason = "no [date] of an HTTP log line";
    return NULL;
}

/* The date has no zone: it is taken for UTC. */
static bool take_accept_date(struct reading *r, const struct column *c, struct text piece)
{
    (void)c;
    char clf[STAMP_CLF_LEN];
    if (!is_accept_date(piece) || piece.len != ACCEPT_DATE_LEN) {
        return false;
    }
    if (value_time_known(r, piece)) {
        return true;
    }
    int64_t second;
    uint64_t millis;
    memcpy(clf, piece.at, 20);
    memcpy(clf + 20, " +0000", 6);
    if (!stamp_clf(clf, &second) || !text_to_u64(text_cut(piece, 21, piece.len), &millis)) {
        return false;
    }
    value_time_keep(r, piece, second, (uint32_t)millis * 1000000);
    return true;
}

/* TR/Tw/Tc/Tr/Ta (Tq/Tw/Tc/Tr/Tt before 1.7): to receive the request, in queues, to connect, to
 * the server's answer, all in all; -1 where it did not come so far, a + before the last when
 * the line was written before the end (logasap). A TCP line has three of them. */
static bool take_timers(struct reading *r, const struct column *c, struct text piece)
{
    static const enum field fields[] = {FIELD_COUNT, FIELD_COUNT, FIELD_UPSTREAM_CONNECT_TIME,
                                        FIELD_UPSTREAM_HEADER_TIME, FIELD_REQUEST_TIME};
    struct text rest = piece, part;
    size_t i = 0;
    for (; text_split(&rest, '/', &part); i++) {
        if (i == COUNT(fields)) {
            return false;
        }
        struct column timer = {NULL, fields[i], c->notation, BARE};
        if (fields[i] != FIELD_COUNT && !column_positive(r, &timer, part)) {
            return false;
        }
    }
    return i == COUNT(fields);
}

static const struct column haproxy_columns[] = {
    {column_address, FIELD_HOST, AS_USUAL, BARE},
    {take_accept_date, FIELD_TIME, AS_USUAL, BRACKETED},
    {NULL, FIELD_VHOST, AS_USUAL, BARE},            /* frontend */
    {column_value, FIELD_UPSTREAM, AS_USUAL, BARE}, /* backend/server */
    {take_timers, FIELD_REQUEST_TIME, AS_MILLIS, BARE},
    {column_positive, FIELD_STATUS, AS_USUAL, BARE},
    {column_positive, FIELD_BYTES, AS_USUAL, BARE},
    {NULL, FIELD_USER, AS_USUAL, BARE}, /* request cookie */
    {NULL, FIELD_USER, AS_USUAL, BARE}, /* response cookie */
    {NULL, FIELD_USER, AS_USUAL, BARE}, /* termination state */
    {NULL, FIELD_USER, AS_USUAL, BARE}, /* connections */
};

static const struct layout haproxy_head = {
    .name = "haproxy",
    .columns = haproxy_columns,
    .count = COUNT(haproxy_columns),
    .required = COUNT(haproxy_columns),
    .begin = haproxy_begin,
};

/* Behind the queues stand captured headers in braces, which may hold spaces, and then the request
 * up to the line's end. HAProxy writes a quote inside either as #22, so the first is the
 * request's. A request too long for the log has no closing quote. */
static enum verdict haproxy_read(struct reading *r)
{
    enum verdict verdict = layout_read(&haproxy_head, r);
    if (verdict != LINE_HIT) {
        return verdict;
    }
    struct text line = reading_line(r);
    size_t open = text_find(line, '"', (size_t)(r->reached - line.at));
    if (open == line.len) {
        return reading_reject(r, line.at + line.len, "no request in quotes");
    }
    size_t shut = text_find(line, '"', open + 1);
    value_request(r, text_cut(line, open + 1, shut));
    r->out->cut |= shut == line.len;
    r->reached = shut == line.len ? line.at + shut : line.at + shut + 1;
    return LINE_HIT;
}

const struct layout layout_haproxy = {
    .name = "haproxy",
    .read = haproxy_read,
    .needs = LINE_HAS_CLF_DATE | LINE_HAS_QUOTE,
    .escape = ESCAPE_NONE,
    .fields = BITS(HOST, TIME, UPSTREAM, REQUEST_TIME, STATUS, BYTES) |
              BITS(UPSTREAM_CONNECT_TIME, UPSTREAM_HEADER_TIME, REQUEST, METHOD, PATH, PROTOCOL) |
              FIELD_BIT(FIELD_SECTION),
};

/* ---- Envoy ------------------------------------------------------------------------------------
 */

static const struct column envoy_columns[] = {
    {column_value, FIELD_TIME, AS_RFC3339, BRACKETED},
    {column_value, FIELD_REQUEST, AS_USUAL, QUOTED},
    {column_value, FIELD_STATUS, AS_USUAL, BARE}, /* 0: the client left before an answer */
    {NULL, FIELD_STATUS, AS_USUAL, BARE},         /* response flags */
    {column_value, FIELD_REQUEST_LENGTH, AS_USUAL, BARE},
    {column_value, FIELD_BYTES, AS_USUAL, BARE},
    {column_value, FIELD_REQUEST_TIME, AS_MILLIS, BARE},
    {column_value, FIELD_UPSTREAM_TIME, AS_MILLIS, BARE},
    {column_value, FIELD_FORWARDED, AS_USUAL, QUOTED},
    {column_value, FIELD_AGENT, AS_USUAL, QUOTED},
    {column_value, FIELD_REQUEST_ID, AS_USUAL, QUOTED},
    {column_value, FIELD_VHOST, AS_USUAL, QUOTED}, /* authority */
    {column_value, FIELD_UPSTREAM, AS_USUAL, QUOTED},
};

#define ENVOY_FIELDS                                                                               \
    (BITS(TIME, REQUEST, METHOD, PATH, PROTOCOL, SECTION) |                                        \
     BITS(STATUS, REQUEST_LENGTH, BYTES, REQUEST_TIME, UPSTREAM_TIME, FORWARDED) |                 \
     BITS(AGENT, REQUEST_ID, VHOST, UPSTREAM, TIME, TIME))

const struct layout layout_envoy = {
    .name = "envoy",
    .columns = envoy_columns,
    .count = COUNT(envoy_columns),
    .required = 6,
    .needs = LINE_HAS_ISO_DATE,
    .escape = ESCAPE_NONE,
    .fields = ENVOY_FIELDS,
};

/* Istio's default for the same: three reasons more behind the flags, and behind the upstream its
 * cluster and the addresses of both connections. The last reason is always in quotes. */
static bool take_failure(struct reading *r, const struct column *c, struct text piece)
{
    (void)r;
    (void)c;
    return piece.at[-1] == '"';
}

static const struct column istio_columns[] = {
    {column_value, FIELD_TIME, AS_RFC3339, BRACKETED},
    {column_value, FIELD_REQUEST, AS_USUAL, QUOTED},
    {column_value, FIELD_STATUS, AS_USUAL, BARE},
    {NULL, FIELD_STATUS, AS_USUAL, BARE},            /* response flags */
    {NULL, FIELD_STATUS, AS_USUAL, BARE},            /* details of the response code */
    {NULL, FIELD_STATUS, AS_USUAL, BARE},            /* details of the connection's end */
    {take_failure, FIELD_REQUEST, AS_USUAL, QUOTED}, /* why the upstream failed */
    {column_value, FIELD_REQUEST_LENGTH, AS_USUAL, BARE},
    {column_value, FIELD_BYTES, AS_USUAL, BARE},
    {column_value, FIELD_REQUEST_TIME, AS_MILLIS, BARE},
    {column_value, FIELD_UPSTREAM_TIME, AS_MILLIS, BARE},
    {column_value, FIELD_FORWARDED, AS_USUAL, QUOTED},
    {column_value, FIELD_AGENT, AS_USUAL, QUOTED},
    {column_value, FIELD_REQUEST_ID, AS_USUAL, QUOTED},
    {column_value, FIELD_VHOST, AS_USUAL, QUOTED}, /* authority */
    {column_value, FIELD_UPSTREAM, AS_USUAL, QUOTED},
    {NULL, FIELD_UPSTREAM, AS_USUAL, BARE}, /* its cluster */
    {NULL, FIELD_UPSTREAM, AS_USUAL, BARE}, /* our address towards it */
    {NULL, FIELD_UPSTREAM, AS_USUAL, BARE}, /* and towards the client */
    {column_address, FIELD_HOST, AS_USUAL, BARE},
    {NULL, FIELD_UPSTREAM, AS_USUAL, BARE}, /* server name asked for */
    {NULL, FIELD_UPSTREAM, AS_USUAL, BARE}, /* route */
};

const struct layout layout_istio = {
    .name = "istio",
    .columns = istio_columns,
    .count = COUNT(istio_columns),
    .required = 9,
    .needs = LINE_HAS_ISO_DATE | LINE_HAS_QUOTE,
    .escape = ESCAPE_NONE,
    .fields = ENVOY_FIELDS | FIELD_BIT(FIELD_HOST),
};
