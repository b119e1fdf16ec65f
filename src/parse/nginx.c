/* nginx.c - compiles an nginx log_format (ngx_http_log_module). */
#include "parse/steps.h"

struct row {
    const char *name;
    struct directive means;
};

#define WORD(f)                                                                                    \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES                                                          \
    }
#define WORD_RANKED(f, r)                                                                          \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES, .rank = (r)                                             \
    }
#define TEXTUAL(f)                                                                                 \
    {                                                                                              \
        .field = (f), .spaces = ANYWHERE                                                           \
    }
#define TEXTUAL_RANKED(f, r)                                                                       \
    {                                                                                              \
        .field = (f), .spaces = ANYWHERE, .rank = (r)                                              \
    }
#define LISTED(f)                                                                                  \
    {                                                                                              \
        .field = (f), .spaces = IN_LISTS                                                           \
    }
#define SENT(f, s, r)                                                                              \
    {                                                                                              \
        .field = (f), .spaces = (s), .rank = (r), .sent = true                                     \
    }
#define NUMBER(f)                                                                                  \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES, .numeric = true                                         \
    }
#define NUMBERS(f)                                                                                 \
    {                                                                                              \
        .field = (f), .spaces = IN_LISTS, .numeric = true                                          \
    }
#define SECONDS(f)                                                                                 \
    {                                                                                              \
        .field = (f), .numeric = true, .notation = AS_SECONDS                                      \
    }
#define SECONDS_LIST(f)                                                                            \
    {                                                                                              \
        .field = (f), .spaces = IN_LISTS, .numeric = true, .notation = AS_SECONDS                  \
    }
#define MOMENT(how)                                                                                \
    {                                                                                              \
        .field = FIELD_TIME, .notation = (how)                                                     \
    }

static const struct row rows[] = {
    {"remote_addr", WORD(FIELD_HOST)},
    {"realip_remote_addr", WORD_RANKED(FIELD_HOST, 1)},
    {"proxy_protocol_addr", WORD_RANKED(FIELD_HOST, 2)},
    {"the_real_ip", WORD_RANKED(FIELD_HOST, 3)}, /* ingress-nginx */
    {"remote_port", NUMBER(STEP_NONE)},          /* the client's */
    {"realip_remote_port", NUMBER(STEP_NONE)},
    {"proxy_protocol_port", NUMBER(STEP_NONE)},
    {"remote_user", TEXTUAL(FIELD_USER)},
    {"time_local", MOMENT(AS_CLF)},
    {"time_iso8601", MOMENT(AS_RFC3339)},
    {"msec", MOMENT(AS_EPOCH)},
    {"request", TEXTUAL(FIELD_REQUEST)},
    {"request_method", WORD(FIELD_METHOD)},
    {"request_uri", TEXTUAL(FIELD_PATH)},
    {"uri", TEXTUAL_RANKED(FIELD_PATH, 1)},
    {"document_uri", TEXTUAL_RANKED(FIELD_PATH, 1)},
    {"args", TEXTUAL(FIELD_QUERY)},
    {"query_string", TEXTUAL(FIELD_QUERY)},
    {"server_protocol", WORD(FIELD_PROTOCOL)},
    {"scheme", WORD(FIELD_SCHEME)},
    {"status", NUMBER(FIELD_STATUS)},
    {"body_bytes_sent", NUMBER(FIELD_BYTES)},
    {"bytes_sent", NUMBER(FIELD_BYTES_SENT)},
    {"request_length", NUMBER(FIELD_REQUEST_LENGTH)},
    {"host", WORD(FIELD_VHOST)},
    {"http_host", SENT(FIELD_VHOST, NO_SPACES, 1)},
    {"ssl_server_name", WORD_RANKED(FIELD_VHOST, 2)},
    {"server_name", WORD_RANKED(FIELD_VHOST, 3)},
    {"server_port", NUMBER(FIELD_PORT)},
    {"http_referer", TEXTUAL(FIELD_REFERRER)},
    {"http_user_agent", TEXTUAL(FIELD_AGENT)},
    {"http_x_forwarded_for", SENT(FIELD_FORWARDED, IN_LISTS, 0)},
    {"proxy_add_x_forwarded_for", SENT(FIELD_FORWARDED, IN_LISTS, 1)},
    {"http_cf_connecting_ip", SENT(FIELD_FORWARDED, NO_SPACES, 2)},
    {"http_true_client_ip", SENT(FIELD_FORWARDED, NO_SPACES, 2)},
    {"http_x_real_ip", SENT(FIELD_FORWARDED, NO_SPACES, 3)},
    {"request_time", SECONDS(FIELD_REQUEST_TIME)},
    {"upstream_response_time", SECONDS_LIST(FIELD_UPSTREAM_TIME)},
    {"upstream_connect_time", SECONDS_LIST(FIELD_UPSTREAM_CONNECT_TIME)},
    {"upstream_header_time", SECONDS_LIST(FIELD_UPSTREAM_HEADER_TIME)},
    {"upstream_status", NUMBERS(FIELD_UPSTREAM_STATUS)},
    {"upstream_addr", LISTED(FIELD_UPSTREAM)},
    {"upstream_cache_status", WORD(FIELD_CACHE)},
    {"ssl_protocol", WORD(FIELD_TLS)},
    {"request_id", WORD(FIELD_REQUEST_ID)},
    {"req_id", WORD_RANKED(FIELD_REQUEST_ID, 1)}, /* ingress-nginx */
    {"http_x_request_id", SENT(FIELD_REQUEST_ID, NO_SPACES, 2)},
    {"pipe", WORD(STEP_NONE)},
    {"gzip_ratio", WORD(STEP_NONE)},
    {"connection", WORD(STEP_NONE)},
    {"connection_requests", WORD(STEP_NONE)},
};

/* Variables whose names begin so hold what a client or an upstream sent: any bytes. */
static const char *const open_ended[] = {"http_",      "cookie_",        "arg_",
                                         "sent_http_", "upstream_http_", "upstream_cookie_"};

struct cursor {
    struct text in;
    size_t at;
    struct builder *out;
    struct error *why;
};

static bool refuse(struct cursor *c, size_t at, const char *what)
{
    return error_at(c->why, (uint32_t)at + 1, "%s in the log_format, column %zu", what, at + 1);
}

static struct directive meaning_of(struct text name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (text_same(name, text_of(rows[i].name)))
            return rows[i].means;
    struct directive unknown = {.field = STEP_NONE, .spaces = IN_LISTS};
    for (size_t i = 0; i < sizeof open_ended / sizeof *open_ended; i++)
        if (text_starts(name, text_of(open_ended[i])))
            unknown.spaces = ANYWHERE;
    return unknown;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* $name or ${name}; the cursor stands on the $. */
static bool take_name(struct cursor *c, struct text *name)
{
    size_t from = c->at++;
    bool braces = c->at < c->in.len && c->in.at[c->at] == '{';
    size_t start = c->at += braces;
    while (c->at < c->in.len && is_name_byte(c->in.at[c->at]))
        c->at++;
    *name = text_cut(c->in, start, c->at);
    if (name->len == 0)
        return refuse(c, from, "a $ without a variable's name");
    if (!braces)
        return true;
    if (c->at == c->in.len || c->in.at[c->at] != '}')
        return refuse(c, from, "a ${ without its }");
    c->at++;
    return true;
}

/* `$uri$is_args$args` is the request target in three pieces: read as one. */
static bool joins_path(const struct builder *b, struct text name)
{
    if (!builder_touches(b) || b->values[b->count - 1].means.field != FIELD_PATH)
        return false;
    return text_same(name, TEXT("is_args")) || text_same(name, TEXT("args")) ||
           text_same(name, TEXT("query_string"));
}

static bool add_variable(struct cursor *c)
{
    struct text name;
    size_t from = c->at;
    if (!take_name(c, &name))
        return false;
    if (joins_path(c->out, name))
        return true;
    return builder_value(c->out, meaning_of(name), NULL) ||
           refuse(c, from, "more variables than a format may have");
}

/* The configuration's escapes, in case they were not taken off yet. */
static void add_literal(struct cursor *c)
{
    builder_escaped(c->out, c->in, &c->at, "\"'\\nrt", "\"'\\\n\r\t");
}

static bool add_all(struct cursor *c)
{
    while (c->at < c->in.len) {
        if (c->in.at[c->at] != '$')
            add_literal(c);
        else if (!add_variable(c))
            return false;
    }
    return true;
}

struct program *nginx_compile(struct text log_format, enum escape escape,
                              struct format_facts *facts, struct error *why)
{
    struct builder builder;
    builder_init(&builder);
    struct cursor c = {.in = log_format, .out = &builder, .why = why};
    struct program *p = NULL;
    if (add_all(&c))
        p = builder_finish(&builder, escape, facts, why);
    builder_done(&builder);
    return p;
}
