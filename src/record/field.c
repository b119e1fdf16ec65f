#include "record/field.h"

static const struct {
    const char *key;
    enum field_kind kind;
} rows[] = {
#define FIELD_ROW(id, key, kind) {key, FIELD_KIND_##kind},
    FIELD_ROWS(FIELD_ROW)
#undef FIELD_ROW
};

/* What other tools and servers call the same thing. */
static const struct {
    const char *name;
    enum field field;
} aliases[] = {
    {"addr", FIELD_HOST},
    {"address", FIELD_HOST},
    {"client", FIELD_HOST},
    {"client_addr", FIELD_HOST},
    {"client_ip", FIELD_HOST},
    {"clientip", FIELD_HOST},
    {"ip", FIELD_HOST},
    {"remote", FIELD_HOST},
    {"remote_addr", FIELD_HOST},
    {"remote_address", FIELD_HOST},
    {"remote_host", FIELD_HOST},
    {"remote_ip", FIELD_HOST},
    {"target", FIELD_PATH},
    {"uri", FIELD_PATH},
    {"url", FIELD_PATH},
    {"request_uri", FIELD_PATH},
    {"http_method", FIELD_METHOD},
    {"request_method", FIELD_METHOD},
    {"verb", FIELD_METHOD},
    {"http_version", FIELD_PROTOCOL},
    {"proto", FIELD_PROTOCOL},
    {"server_protocol", FIELD_PROTOCOL},
    {"request_line", FIELD_REQUEST},
    {"logname", FIELD_IDENT},
    {"auth", FIELD_USER},
    {"remote_user", FIELD_USER},
    {"userid", FIELD_USER},
    {"username", FIELD_USER},
    {"http_referer", FIELD_REFERRER},
    {"http_referrer", FIELD_REFERRER},
    {"referer", FIELD_REFERRER},
    {"http_user_agent", FIELD_AGENT},
    {"ua", FIELD_AGENT},
    {"user_agent", FIELD_AGENT},
    {"useragent", FIELD_AGENT},
    {"domain", FIELD_VHOST},
    {"http_host", FIELD_VHOST},
    {"server_name", FIELD_VHOST},
    {"virtual_host", FIELD_VHOST},
    {"cache_status", FIELD_CACHE},
    {"upstream_cache_status", FIELD_CACHE},
    {"ssl_protocol", FIELD_TLS},
    {"tls_version", FIELD_TLS},
    {"forwarded", FIELD_FORWARDED},
    {"http_x_forwarded_for", FIELD_FORWARDED},
    {"x_forwarded_for", FIELD_FORWARDED},
    {"xff", FIELD_FORWARDED},
    {"upstream_addr", FIELD_UPSTREAM},
    {"args", FIELD_QUERY},
    {"query_string", FIELD_QUERY},
    {"body_bytes_sent", FIELD_BYTES},
    {"response_size", FIELD_BYTES},
    {"size", FIELD_BYTES},
    {"server_port", FIELD_PORT},
    {"duration", FIELD_REQUEST_TIME},
    {"response_time", FIELD_REQUEST_TIME},
    {"rt", FIELD_REQUEST_TIME},
    {"ttfb", FIELD_FIRST_BYTE_TIME},
    {"upstream_response_time", FIELD_UPSTREAM_TIME},
    {"date", FIELD_TIME},
    {"datetime", FIELD_TIME},
    {"time_iso8601", FIELD_TIME},
    {"time_local", FIELD_TIME},
    {"timestamp", FIELD_TIME},
    {"ts", FIELD_TIME},
    {"code", FIELD_STATUS},
    {"response_code", FIELD_STATUS},
    {"status_code", FIELD_STATUS},
};

const char *field_key(enum field f)
{
    return rows[f].key;
}

enum field_kind field_kind(enum field f)
{
    return rows[f].kind;
}

enum field field_named(struct text key)
{
    for (int f = 0; f < FIELD_COUNT; f++)
        if (text_same_caseless(key, text_of(rows[f].key)))
            return (enum field)f;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (text_same_caseless(key, text_of(aliases[i].name)))
            return aliases[i].field;
    return FIELD_COUNT;
}
