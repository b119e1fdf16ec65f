#include "parse/json_schema.h"

#include "base/mem.h"
#include "base/safe.h"
#include "record/field.h"
#include <stdlib.h>

/* A field and the keys under which it may stand, separated by spaces: names for the same
 * thing. A further row of the field is asked when the ones before have nothing. */
struct schema_row {
    enum field field;
    unsigned notation; /* enum notation or AS_ADDRESS */
    const char *keys;
};

/* host:port, of which the host is taken. */
enum { AS_ADDRESS = 100 };

#define REQUEST_TIME_ROWS                                                                          \
    {FIELD_REQUEST_TIME, AS_SECONDS, "latency_human"}, /* names its unit: before latency */        \
        {FIELD_REQUEST_TIME, AS_SECONDS,                                                           \
         "request_time response_time responsetime duration latency"},                              \
        {FIELD_REQUEST_TIME, AS_MILLIS, "request_time_ms duration_ms response_time_ms"},           \
        {FIELD_REQUEST_TIME, AS_MICROS, "request_time_us duration_us response_time_us"},           \
    {                                                                                              \
        FIELD_REQUEST_TIME, AS_NANOS, "request_time_ns duration_ns event.duration"                 \
    }

/* Caddy documentation, "log": the fields of its access log; headers by their canonical names.
 * remote_addr is that of versions before 2.5. */
static const struct schema_row caddy_rows[] = {
    {FIELD_TIME, AS_USUAL, "ts"},
    {FIELD_STATUS, AS_USUAL, "status"},
    {FIELD_BYTES, AS_USUAL, "size"},
    {FIELD_HOST, AS_USUAL, "request.client_ip"},
    {FIELD_HOST, AS_USUAL, "request.remote_ip"},
    {FIELD_HOST, AS_ADDRESS, "request.remote_addr"},
    {FIELD_USER, AS_USUAL, "user_id"},
    {FIELD_METHOD, AS_USUAL, "request.method"},
    {FIELD_PATH, AS_USUAL, "request.uri"},
    {FIELD_PROTOCOL, AS_USUAL, "request.proto"},
    {FIELD_VHOST, AS_USUAL, "request.host"},
    {FIELD_REQUEST_TIME, AS_SECONDS, "duration"},
    {FIELD_AGENT, AS_USUAL, "request.headers.User-Agent"},
    {FIELD_REFERRER, AS_USUAL, "request.headers.Referer"},
    {FIELD_FORWARDED, AS_USUAL, "request.headers.X-Forwarded-For"},
};

/* Traefik documentation, "Access Logs", available fields; StartLocal and time stand in where the
 * configuration dropped StartUTC, ClientAddr where it dropped ClientHost. */
static const struct schema_row traefik_rows[] = {
    {FIELD_TIME, AS_USUAL, "StartUTC"},
    {FIELD_TIME, AS_USUAL, "StartLocal"},
    {FIELD_TIME, AS_USUAL, "time"},
    {FIELD_STATUS, AS_USUAL, "DownstreamStatus"},
    {FIELD_BYTES, AS_USUAL, "DownstreamContentSize"},
    {FIELD_HOST, AS_USUAL, "ClientHost"},
    {FIELD_HOST, AS_ADDRESS, "ClientAddr"},
    {FIELD_USER, AS_USUAL, "ClientUsername"},
    {FIELD_METHOD, AS_USUAL, "RequestMethod"},
    {FIELD_PATH, AS_USUAL, "RequestPath"},
    {FIELD_PROTOCOL, AS_USUAL, "RequestProtocol"},
    {FIELD_VHOST, AS_USUAL, "RequestHost"},
    {FIELD_SCHEME, AS_USUAL, "RequestScheme"},
    {FIELD_TLS, AS_USUAL, "TLSVersion"},
    {FIELD_REQUEST_TIME, AS_NANOS, "Duration"},
    {FIELD_UPSTREAM_TIME, AS_NANOS, "OriginDuration"},
    {FIELD_UPSTREAM_STATUS, AS_USUAL, "OriginStatus"},
    {FIELD_UPSTREAM, AS_USUAL, "ServiceAddr"},
    {FIELD_AGENT, AS_USUAL, "request_User-Agent"},
    {FIELD_REFERRER, AS_USUAL, "request_Referer"},
    {FIELD_FORWARDED, AS_USUAL, "request_X-Forwarded-For"},
};

/* What people call nginx's variables and Apache's directives when they log JSON, and the
 * Elastic Common Schema's names. */
static const struct schema_row usual_rows[] = {
    {FIELD_TIME, AS_USUAL, "time_iso8601 @timestamp time_local timestamp datetime date_time"},
    {FIELD_TIME, AS_USUAL, "msec"},
    {FIELD_TIME, AS_USUAL, "time ts"},
    {FIELD_STATUS, AS_USUAL,
     "status response status_code statusCode http_status response_code "
     "http.response.status_code"},
    {FIELD_BYTES, AS_USUAL,
     "body_bytes_sent bytes body_bytes size response_size response_length content_length "
     "http.response.body.bytes bytes_out"},
    {FIELD_BYTES, AS_USUAL, "bytes_sent"},
    {FIELD_BYTES_SENT, AS_USUAL, "bytes_sent"},
    {FIELD_REQUEST, AS_USUAL, "request request_line http_request"},
    {FIELD_HOST, AS_USUAL,
     "remote_addr remote_ip client_ip clientip client_addr client remote_host remote ip addr "
     "client.ip client.address source.ip source.address"},
    {FIELD_USER, AS_USUAL, "remote_user user auth username user.name"},
    {FIELD_IDENT, AS_USUAL, "ident remote_logname logname"},
    {FIELD_METHOD, AS_USUAL, "request_method method verb http_method http.request.method"},
    {FIELD_PATH, AS_USUAL, "request_uri url.original"},
    {FIELD_PATH, AS_USUAL, "uri url path request_path url.path document_uri"},
    {FIELD_QUERY, AS_USUAL, "args query_string query url.query"},
    {FIELD_PROTOCOL, AS_USUAL, "server_protocol protocol proto http_version httpversion"},
    {FIELD_REFERRER, AS_USUAL, "http_referer http_referrer referer referrer http.request.referrer"},
    {FIELD_AGENT, AS_USUAL,
     "http_user_agent user_agent agent useragent userAgent ua user_agent.original"},
    {FIELD_VHOST, AS_USUAL, "http_host host site vhost virtual_host domain url.domain"},
    {FIELD_VHOST, AS_USUAL, "server_name"},
    {FIELD_SCHEME, AS_USUAL, "scheme url.scheme"},
    {FIELD_CACHE, AS_USUAL, "upstream_cache_status cache_status cache"},
    {FIELD_TLS, AS_USUAL, "ssl_protocol tls_version tls_protocol"},
    {FIELD_FORWARDED, AS_USUAL, "http_x_forwarded_for x_forwarded_for xff forwarded_for"},
    {FIELD_UPSTREAM, AS_USUAL, "upstream_addr upstream"},
    {FIELD_UPSTREAM_STATUS, AS_USUAL, "upstream_status"},
    {FIELD_REQUEST_ID, AS_USUAL, "request_id http.request.id"},
    {FIELD_REQUEST_LENGTH, AS_USUAL, "request_length bytes_in"},
    {FIELD_PORT, AS_USUAL, "server_port"},
    REQUEST_TIME_ROWS,
    {FIELD_UPSTREAM_TIME, AS_SECONDS, "upstream_response_time upstream_time"},
    {FIELD_UPSTREAM_CONNECT_TIME, AS_SECONDS, "upstream_connect_time"},
    {FIELD_UPSTREAM_HEADER_TIME, AS_SECONDS, "upstream_header_time"},
};

static const field_set request_fields = FIELD_BIT(FIELD_METHOD) | FIELD_BIT(FIELD_PATH) |
                                        FIELD_BIT(FIELD_PROTOCOL) | FIELD_BIT(FIELD_SECTION);

static bool is_essential(enum field f)
{
    return f == FIELD_TIME || f == FIELD_STATUS || f == FIELD_BYTES;
}

static field_set fields_by(enum field f)
{
    return FIELD_BIT(f) | (f == FIELD_REQUEST ? request_fields : 0) |
           (f == FIELD_PATH ? FIELD_BIT(FIELD_SECTION) : 0);
}

/* Puts a rule behind those of its rank, so that the order of a field's rules stays. */
static void add_rule(struct json_program *p, struct json_rule rule)
{
    unsigned at = p->rule_count;
    if (is_essential(rule.field)) {
        at = p->essential_count++;
    } else if (rule.field == FIELD_REQUEST) {
        for (at = p->essential_count; at < p->rule_count && p->rules[at].field == FIELD_REQUEST;) {
            at++;
        }
    }
    memmove(&p->rules[at + 1], &p->rules[at], (p->rule_count - at) * sizeof rule);
    p->rules[at] = rule;
    p->rule_count++;
    p->fields |= fields_by(rule.field);
}

/* The slot of a key that is known already; JSON_NO_SLOT when it is not. */
static uint8_t slot_of(const struct json_program *p, struct text key)
{
    const struct json_key *known =
        p->keys.node_count ? json_keys_find(&p->keys, JSON_ROOT, key.at, key.len) : NULL;
    return known ? known->slot : JSON_NO_SLOT;
}

/* A dotted key is looked for both as a path and as one name ("url.path", as some flatten it). */
static bool add_key(struct json_program *p, struct text key, uint8_t slot)
{
    return json_keys_add(&p->keys, key, slot) &&
           (text_find(key, '.', 0) == key.len || json_keys_add_flat(&p->keys, key, slot));
}

/* One rule for all names of a row; a name that an earlier row has keeps that row's slot. */
static void add_row(struct json_program *p, const struct schema_row *row)
{
    struct text names = text_of(row->keys), name;
    uint8_t slot = slot_of(p, names);
    if (slot == JSON_NO_SLOT) {
        slot = (uint8_t)p->slot_count++;
        while (text_split(&names, ' ', &name)) {
            add_key(p, name, slot);
        }
    }
    bool address = row->notation == AS_ADDRESS;
    uint8_t notation = address ? AS_USUAL : (uint8_t)row->notation;
    add_rule(p, (struct json_rule){slot, (uint8_t)row->field, notation, address});
}

static uint64_t slots_of(const struct json_program *p, field_set fields)
{
    uint64_t slots = 0;
    for (unsigned i = 0; i < p->rule_count; i++) {
        if (fields & FIELD_BIT(p->rules[i].field)) {
            slots |= UINT64_C(1) << p->rules[i].slot;
        }
    }
    return slots;
}

static void add_rows(struct json_program *p, const struct schema_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_row(p, &rows[i]);
    }
}

/* Caddy writes all its messages into one stream: an access line has a request object, and so
 * has the message about a failed one, which comes beside its access line. */
static void compile_caddy(struct json_program *p)
{
    add_rows(p, caddy_rows, sizeof caddy_rows / sizeof *caddy_rows);
    uint8_t request = (uint8_t)p->slot_count++;
    p->logger = (uint8_t)p->slot_count++;
    add_key(p, TEXT("request"), request);
    add_key(p, TEXT("logger"), p->logger);
    p->enough_object = UINT64_C(1) << request;
    p->otherwise = "no request";
}

static const field_set request_like =
    FIELD_BIT(FIELD_REQUEST) | FIELD_BIT(FIELD_PATH) | FIELD_BIT(FIELD_STATUS);

static void compile_traefik(struct json_program *p)
{
    add_rows(p, traefik_rows, sizeof traefik_rows / sizeof *traefik_rows);
    p->enough = slots_of(p, request_like);
    p->otherwise = "neither RequestPath nor DownstreamStatus";
}

static void compile_usual(struct json_program *p)
{
    add_rows(p, usual_rows, sizeof usual_rows / sizeof *usual_rows);
    p->enough = slots_of(p, request_like);
    p->never_object = slots_of(p, FIELD_BIT(FIELD_REQUEST)); /* Caddy's */
    p->otherwise = "no key that usually holds a request, a path or a status";
}

static const struct {
    const char *name;
    void (*compile)(struct json_program *p);
} schemas[] = {{"caddy", compile_caddy}, {"traefik", compile_traefik}, {"usual", compile_usual}};

/* key@unit says how a number is to be read; keys may begin with an @ themselves. */
static const struct {
    const char *suffix;
    enum notation duration, time;
} units[] = {
    {"@s", AS_SECONDS, AS_EPOCH},
    {"@ms", AS_MILLIS, AS_EPOCH_MILLIS},
    {"@us", AS_MICROS, AS_EPOCH_MICROS},
    {"@ns", AS_NANOS, AS_EPOCH_NANOS},
};

static enum notation take_unit(enum field f, struct text *key)
{
    enum field_kind kind = field_kind(f);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct text suffix = text_of(units[i].suffix);
        if (key->len > suffix.len && text_ends(*key, suffix) &&
            (kind == FIELD_KIND_DURATION || kind == FIELD_KIND_TIME)) {
            key->len -= suffix.len;
            return kind == FIELD_KIND_TIME ? units[i].time : units[i].duration;
        }
    }
    return kind == FIELD_KIND_DURATION ? AS_SECONDS : AS_USUAL;
}

static bool bad_path(struct text key)
{
    struct text empty_step = TEXT("..");
    for (size_t i = 0; i + 1 < key.len; i++) {
        if (text_starts(text_cut(key, i, key.len), empty_step)) {
            return true;
        }
    }
    return key.len == 0 || key.at[0] == '.' || key.at[key.len - 1] == '.';
}

/* field=key, at `column` of the specification. */
static bool add_pair(struct json_program *p, struct text pair, uint32_t column, struct error *why)
{
    size_t equals = text_find(pair, '=', 0);
    struct text name = text_trim(text_cut(pair, 0, equals));
    struct text key = text_trim(text_cut(pair, equals + 1, pair.len));
    enum field f = field_named(name);
    if (equals == pair.len) {
        return error_at(why, column, "\"%s\" is not of the form field=key", safe_str(pair));
    }
    if (f == FIELD_COUNT || f == FIELD_SECTION) {
        return error_at(why, column, "there is no field \"%s\" to be set", safe_str(name));
    }
    if (bad_path(key)) {
        return error_at(why, column + (uint32_t)equals + 1, "\"%s\" is no key", safe_str(key));
    }
    enum notation notation = take_unit(f, &key);
    if (p->slot_count == JSON_SLOTS || p->rule_count == JSON_RULES) {
        return error_at(why, column, "more than %d keys", JSON_SLOTS);
    }
    uint8_t slot = slot_of(p, key);
    if (slot == JSON_NO_SLOT) {
        slot = (uint8_t)p->slot_count++;
        if (!add_key(p, key, slot)) {
            return error_at(why, column, "the keys have too many parts");
        }
    }
    add_rule(p, (struct json_rule){slot, (uint8_t)f, (uint8_t)notation, false});
    return true;
}

static bool compile_pairs(struct json_program *p, struct text spec, struct error *why)
{
    struct text rest = spec, pair;
    while (text_split(&rest, ',', &pair)) {
        if (!add_pair(p, pair, (uint32_t)(pair.at - spec.at) + 1, why)) {
            return false;
        }
    }
    if (p->rule_count == 0) {
        return error_at(why, 1,
                        "no keys: json:time=ts,request=req,..., json:caddy, json:traefik "
                        "or json:usual");
    }
    field_set telling = request_like | FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_BYTES);
    p->enough = slots_of(p, p->fields & telling ? telling : p->fields);
    p->otherwise = "none of the keys that tell a request";
    return true;
}

struct json_program *json_schema_compile(struct text spec, struct error *why)
{
    struct json_program *p = mem_new(1, sizeof *p);
    p->logger = JSON_NO_SLOT;
    spec = text_trim(spec);
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        if (text_same(spec, text_of(schemas[i].name))) {
            schemas[i].compile(p);
            return p;
        }
    }
    if (compile_pairs(p, spec, why)) {
        return p;
    }
    json_schema_free(p);
    return NULL;
}

void json_schema_free(struct json_program *p)
{
    if (p != NULL) {
        json_keys_done(&p->keys);
        free(p);
    }
}
