/* w3c_fields.c - the names of columns, from #Fields lines.
 *
 * Sources: W3C working draft "Extended Log File Format"; Microsoft Learn, "W3C Logging"; AWS
 * documentation, "Standard logging reference" of CloudFront. */
#include "parse/w3c.h"
#include <string.h>

static const struct name {
    const char *name; /* compared without case */
    enum part part;
    enum field field;
} names[] = {
    {"date", PART_DATE, FIELD_TIME},
    {"time", PART_CLOCK, FIELD_TIME},
    {"date-local", PART_DATE, FIELD_TIME}, /* without a zone; only where there is no other */
    {"time-local", PART_CLOCK, FIELD_TIME},
    {"c-ip", PART_VALUE, FIELD_HOST},
    {"cs-username", PART_VALUE, FIELD_USER},
    {"cs-method", PART_VALUE, FIELD_METHOD},
    {"cs-uri-stem", PART_VALUE, FIELD_PATH},
    {"cs-uri", PART_VALUE, FIELD_PATH},
    {"cs-uri-path", PART_VALUE, FIELD_PATH},
    {"cs-uri-query", PART_VALUE, FIELD_QUERY},
    {"cs-uri-scheme", PART_VALUE, FIELD_SCHEME},
    {"cs-version", PART_VALUE, FIELD_PROTOCOL},
    {"cs-protocol-version", PART_VALUE, FIELD_PROTOCOL},
    {"cs-protocol", PART_VALUE, FIELD_SCHEME},
    {"sc-status", PART_VALUE, FIELD_STATUS},
    {"c-status", PART_VALUE, FIELD_STATUS},
    {"sc-bytes", PART_VALUE, FIELD_BYTES},
    {"bytes", PART_VALUE, FIELD_BYTES},
    {"cs-bytes", PART_VALUE, FIELD_REQUEST_LENGTH},
    {"s-port", PART_VALUE, FIELD_PORT},
    {"time-taken", PART_TAKEN, FIELD_REQUEST_TIME},
    {"TimeTakenMS", PART_TAKEN, FIELD_REQUEST_TIME},
    {"time-to-first-byte", PART_VALUE, FIELD_FIRST_BYTE_TIME},
    {"cs(User-Agent)", PART_VALUE, FIELD_AGENT},
    {"c-user-agent", PART_VALUE, FIELD_AGENT},
    {"cs(Referer)", PART_VALUE, FIELD_REFERRER},
    {"cs(Referrer)", PART_VALUE, FIELD_REFERRER},
    {"c-referrer", PART_VALUE, FIELD_REFERRER},
    {"cs-host", PART_VALUE, FIELD_VHOST},
    {"cs(Host)", PART_VALUE, FIELD_VHOST},
    {"x-host-header", PART_VALUE, FIELD_VHOST}, /* the viewer's; before CloudFront's cs(Host) */
    {"x-forwarded-for", PART_VALUE, FIELD_FORWARDED},
    {"cs(X-Forwarded-For)", PART_VALUE, FIELD_FORWARDED},
    {"s-xff", PART_VALUE, FIELD_FORWARDED},
    {"x-edge-result-type", PART_VALUE, FIELD_CACHE},
    {"x-edge-request-id", PART_VALUE, FIELD_REQUEST_ID},
    {"ssl-protocol", PART_VALUE, FIELD_TLS},
};

static const struct name *name_of(struct text column)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (text_same_caseless(column, text_of(names[i].name))) {
            return &names[i];
        }
    }
    return NULL;
}

bool w3c_is_required(enum part part, enum field f)
{
    return part == PART_DATE || part == PART_CLOCK || f == FIELD_METHOD || f == FIELD_PATH ||
           f == FIELD_STATUS || f == FIELD_BYTES;
}

/* The viewer's host names the site, the distribution's domain only where there is no other. */
static void drop_second_vhost(struct format_state *s, bool viewer_host)
{
    for (unsigned i = 0, seen = 0; i < s->count; i++) {
        if (s->columns[i].part == PART_VALUE && s->columns[i].field == FIELD_VHOST) {
            bool keep = viewer_host ? seen > 0 : seen == 0;
            s->columns[i].part = keep ? PART_VALUE : PART_SKIP;
            seen++;
        }
    }
}

/* Of a date or time in UTC and a local one, the one in UTC. */
static int chosen_column(int before, struct text name, unsigned i)
{
    return before >= 0 && text_ends(name, TEXT("-local")) ? before : (int)i;
}

static void add_column(struct format_state *s, struct text name, bool *viewer_host)
{
    const struct name *known = name_of(name);
    unsigned i = s->count++;
    s->columns[i].part = known ? known->part : PART_SKIP;
    s->columns[i].field = known ? known->field : FIELD_TIME;
    if (known == NULL) {
        return;
    }
    if (known->part == PART_DATE) {
        s->date = chosen_column(s->date, name, i);
    } else if (known->part == PART_CLOCK) {
        s->clock = chosen_column(s->clock, name, i);
    } else if (known->field == FIELD_AGENT) {
        s->agent = (int)i;
    }
    *viewer_host |= text_same_caseless(name, TEXT("x-host-header"));
    if (w3c_is_required(known->part, known->field)) {
        s->required = s->count;
    }
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

void w3c_set_columns(struct format_state *s, struct text list)
{
    bool viewer_host = false;
    size_t vhosts = 0;
    s->count = s->required = 0;
    s->date = s->clock = s->agent = -1;
    for (size_t i = 0; i < list.len && s->count < W3C_COLUMNS;) {
        size_t from = i;
        while (i < list.len && !is_blank(list.at[i])) {
            i++;
        }
        if (i > from) {
            add_column(s, text_cut(list, from, i), &viewer_host);
            vhosts += s->columns[s->count - 1].field == FIELD_VHOST;
        }
        i++;
    }
    drop_second_vhost(s, viewer_host && vhosts > 1);
}

/* `#Name:`, as all directives are written. */
static bool is_directive(struct text line)
{
    size_t colon = text_find(line, ':', 0);
    for (size_t i = 1; i < colon; i++) {
        char low = (char)(line.at[i] | 0x20);
        if (line.at[i] != '-' && (low < 'a' || low > 'z')) {
            return false;
        }
    }
    return colon > 1 && colon < line.len;
}

bool w3c_directive(struct format_state *s, struct text line)
{
    static const struct text fields = {"#Fields:", 8}, date = {"#Date:", 6};
    if (text_same_caseless(text_cut(line, 0, fields.len), fields)) {
        w3c_set_columns(s, text_cut(line, fields.len, line.len));
        s->headed = true;
    } else if (text_same_caseless(text_cut(line, 0, date.len), date)) {
        struct text day = text_trim(text_cut(line, date.len, line.len));
        if (day.len >= 10) {
            memcpy(s->day, day.at, 10);
        }
    }
    return is_directive(line);
}

field_set w3c_fields(void)
{
    field_set fields = FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_SECTION);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fields |= FIELD_BIT(names[i].field);
    }
    return fields;
}
