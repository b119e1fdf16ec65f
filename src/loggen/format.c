#include "loggen/format.h"

#include "base/time.h"
#include <assert.h>

#define NGINX_COMBINED "%h - %u [%t] \"%r\" %s %B \"%f\" \"%a\""

static const struct format formats[] = {
    {"combined", "Apache's combined, the default", "%h - %u [%t] \"%r\" %s %b \"%f\" \"%a\"",
     escape_apache, "-", "-", false},
    {"common", "Apache's common log format", "%h - %u [%t] \"%r\" %s %b", escape_apache, "-", "-",
     false},
    {"vhost_combined", "Debian's Apache with virtual hosts: %v:%p first, %O for the bytes",
     "%v:%p %h - %u [%t] \"%r\" %s %O \"%f\" \"%a\"", escape_apache, "-", "-", false},
    {"nginx", "nginx's combined, with nginx's escapes", NGINX_COMBINED, escape_nginx, "-", "",
     false},
    {"timed", "the same and then $request_time $upstream_response_time", NGINX_COMBINED " %T %R",
     escape_nginx, "-", "", false},
    {"caddy", "Caddy's JSON",
     "{\"level\":\"%L\",\"ts\":%J,\"logger\":\"http.log.access.log0\",\"msg\":\"handled request\","
     "\"request\":{\"remote_ip\":\"%h\",\"remote_port\":\"%P\",\"client_ip\":\"%h\",\"proto\":\"%"
     "H\","
     "\"method\":\"%m\",\"host\":\"%v\",\"uri\":\"%U\",\"headers\":{\"Accept-Encoding\":[\"gzip, "
     "br\"]%A}%S},\"bytes_read\":0,\"user_id\":\"%u\",\"duration\":%D,\"size\":%B,\"status\":%s,"
     "\"resp_headers\":{\"Server\":[\"Caddy\"]%C}}",
     escape_json, "", "", true},
};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct format *format_find(struct text name)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (text_same(name, text_of(formats[i].name)))
            return &formats[i];
    return NULL;
}

const struct format *format_at(size_t number)
{
    return number < FORMATS ? &formats[number] : NULL;
}

void stamp_set(struct stamp *stamp, int64_t us)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t second = us / 1000000;
    stamp->us = us;
    if (second == stamp->second)
        return;
    stamp->second = second;
    struct civil c = time_to_civil(second);
    unsigned year = (unsigned)(c.year % 10000);
    const unsigned pairs[] = {c.day, 0, year / 100, year % 100, c.hour, c.minute, c.second};
    static const unsigned places[] = {0, 3, 7, 9, 12, 15, 18};
    memcpy(stamp->clf, "00/Mon/0000:00:00:00 +0000", 26);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        stamp->clf[places[i]] = (char)('0' + pairs[i] / 10);
        stamp->clf[places[i] + 1] = (char)('0' + pairs[i] % 10);
    }
    memcpy(stamp->clf + 3, months + (size_t)3 * (c.month - 1), 3);
}

/* ---- Putting values ---- */

static char *put(char *to, struct text text)
{
    if (text.len)
        memcpy(to, text.at, text.len);
    return to + text.len;
}

static char *put_number(char *to, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    return put(to, text_make(digits + at, sizeof(digits) - at));
}

/* `number` / 10^places with all its decimals, as nginx writes seconds. */
static char *put_fixed(char *to, uint64_t number, unsigned places, uint64_t scale)
{
    to = put_number(to, number / scale);
    *to++ = '.';
    uint64_t rest = number % scale;
    for (unsigned i = places; i-- > 0; rest /= 10)
        to[i] = (char)('0' + rest % 10);
    return to + places;
}

/* The same without zeros at the end, as JSON numbers come. */
static char *put_short(char *to, uint64_t microseconds)
{
    if (microseconds % 1000000 == 0)
        return put_number(to, microseconds / 1000000);
    to = put_fixed(to, microseconds, 6, 1000000);
    while (to[-1] == '0')
        to--;
    return to;
}

static char *put_foreign(char *to, const struct hit *hit, struct text text, const struct format *f)
{
    return hit->foreign ? f->escape(to, text) : put(to, text);
}

static char *put_text(char *to, const struct hit *hit, struct text text, const struct format *f)
{
    return text.len ? put_foreign(to, hit, text, f) : put(to, text_of(f->missing));
}

/* ---- The fields ---- */

/* Every field is one function of the same shape, and not every one needs every argument. */
#define FIELD(name)                                                                                \
    static char *name(char *to, const struct hit *h,                                               \
                      __attribute__((unused)) const struct stamp *stamp,                           \
                      __attribute__((unused)) const struct format *f)

FIELD(host)
{
    return put(to, h->host);
}
FIELD(user)
{
    return put_text(to, h, h->user, f);
}
FIELD(vhost)
{
    return put(to, h->vhost);
}
FIELD(port)
{
    return put_number(to, h->port);
}
FIELD(client_port)
{
    return put_number(to, h->client_port);
}
FIELD(status)
{
    return put_number(to, h->status);
}
FIELD(agent)
{
    return put_text(to, h, h->agent, f);
}
FIELD(method)
{
    return put_foreign(to, h, h->method, f);
}
FIELD(target)
{
    return put_foreign(to, h, h->target, f);
}
FIELD(protocol)
{
    return put(to, h->protocol);
}
FIELD(bytes)
{
    return put_number(to, h->bytes);
}
FIELD(bytes_or_dash)
{
    return h->bytes ? put_number(to, h->bytes) : put(to, TEXT("-"));
}
FIELD(level)
{
    return put(to, h->status >= 500 ? TEXT("error") : TEXT("info"));
}
FIELD(duration)
{
    return put_short(to, h->duration_us);
}
FIELD(request_time)
{
    return put_fixed(to, h->duration_us / 1000, 3, 1000);
}

/* With the head of the answer, as Apache's %O. */
FIELD(bytes_out)
{
    return put_number(to, h->bytes + 236 + h->media.len);
}

FIELD(time_clf)
{
    memcpy(to, stamp->clf, 26);
    (void)h;
    return to + 26;
}

FIELD(time_epoch)
{
    (void)h;
    return put_short(to, (uint64_t)stamp->us);
}

FIELD(request)
{
    if (h->method.len + h->target.len + h->protocol.len == 0)
        return put(to, text_of(f->no_request));
    to = put_foreign(to, h, h->method, f);
    if (h->target.len) {
        *to++ = ' ';
        to = put_foreign(to, h, h->target, f);
    }
    if (h->protocol.len) {
        *to++ = ' ';
        to = put(to, h->protocol);
    }
    return to;
}

FIELD(referrer)
{
    if (h->referrer_site.len == 0)
        return put(to, text_of(f->missing));
    to = put_foreign(to, h, h->referrer_site, f);
    return put_foreign(to, h, h->referrer_path, f);
}

/* Static files and cached answers never reach the upstream. */
FIELD(upstream_time)
{
    if (h->duration_us < 1000 || h->status == 304)
        return put(to, TEXT("-"));
    return put_fixed(to, h->duration_us / 1000, 3, 1000);
}

FIELD(json_agents)
{
    if (h->agent.len) {
        to = put(to, TEXT(",\"User-Agent\":[\""));
        to = put(put_foreign(to, h, h->agent, f), TEXT("\"]"));
    }
    if (h->referrer_site.len) {
        to = put(to, TEXT(",\"Referer\":[\""));
        to = put(referrer(to, h, stamp, f), TEXT("\"]"));
    }
    return to;
}

FIELD(json_tls)
{
    if (h->port != 443)
        return to;
    to = put(
        to, TEXT(",\"tls\":{\"resumed\":false,\"version\":772,\"cipher_suite\":4865,\"proto\":\""));
    to = put(to, text_same(h->protocol, TEXT("HTTP/2.0")) ? TEXT("h2") : TEXT("http/1.1"));
    to = put(put(to, TEXT("\",\"server_name\":\"")), h->vhost);
    return put(to, TEXT("\"}"));
}

FIELD(json_type)
{
    if (h->media.len == 0)
        return to;
    return put(put(put(to, TEXT(",\"Content-Type\":[\"")), h->media), TEXT("\"]"));
}

static const struct {
    char letter;
    field_fn *put;
} fields[] = {
    {'h', host},        {'u', user},          {'t', time_clf},      {'r', request},
    {'s', status},      {'b', bytes_or_dash}, {'B', bytes},         {'O', bytes_out},
    {'f', referrer},    {'a', agent},         {'v', vhost},         {'p', port},
    {'P', client_port}, {'T', request_time},  {'R', upstream_time}, {'D', duration},
    {'J', time_epoch},  {'m', method},        {'U', target},        {'H', protocol},
    {'A', json_agents}, {'S', json_tls},      {'C', json_type},     {'L', level},
};

static field_fn *field_of(char letter)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fields[i].letter == letter)
            return fields[i].put;
    assert(!"a template names a field that is not in the table");
    return NULL;
}

void format_compile(struct line_format *line, const struct format *format)
{
    struct text rest = text_of(format->template);
    *line = (struct line_format){.format = format};
    while (rest.len > 0) {
        assert(line->count < sizeof(line->steps) / sizeof(line->steps[0]));
        struct step *step = &line->steps[line->count++];
        size_t at = text_find(rest, '%', 0);
        step->literal = text_cut(rest, 0, at);
        if (at < rest.len)
            step->put = field_of(rest.at[at + 1]);
        rest = text_cut(rest, at + 2, rest.len);
    }
}

/* More than the longest line of this hit: the values, and the rest of the longest template. */
static size_t line_bound(const struct hit *h)
{
    size_t foreign = h->user.len + h->method.len + h->target.len + h->agent.len +
                     h->referrer_site.len + h->referrer_path.len;
    return (h->foreign ? foreign * ESCAPE_GROWTH : foreign) + h->verbatim.len + 2048;
}

void format_write(const struct line_format *line, const struct hit *hit, const struct stamp *stamp,
                  struct buf *out)
{
    char *to = buf_room(out, line_bound(hit));
    char *start = to;
    if (hit->verbatim.len) {
        to = put(to, hit->verbatim);
    } else {
        for (size_t i = 0; i < line->count; i++) {
            const struct step *step = &line->steps[i];
            to = put(to, step->literal);
            if (step->put)
                to = step->put(to, hit, stamp, line->format);
        }
    }
    *to++ = '\n';
    out->len += (size_t)(to - start);
}
