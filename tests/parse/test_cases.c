/* test_cases.c - the parse cases of some twenty other projects: one line, its format, and the
 * fields that project expects. Reads SPATE_SHARED_DATA/cases.jsonl, skips when it is not there. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "parse/format.h"
#include "parse/presets.h"

/* Cases whose expectation is not ours, and why. */
static const struct {
    int id;
    const char *why;
} exceptions[] = {
    {129,
     "$binary_remote_addr is not text: what is logged are four escaped bytes, kept as they are"},
    {162, "a configuration, not a line: tested with server_config"},
    {327, "its format is a description, not a format"},
    {360, "the line ends inside the agent: a hit without an agent, for its fields up to the bytes "
          "are whole"},
};

struct run {
    int id;
    struct batch *batch;
    struct entry entry;
    bool hit;
    unsigned failures;
};

static const char *exception_for(int id)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (exceptions[i].id == id)
            return exceptions[i].why;
    return NULL;
}

static void fail(struct run *run, const char *key, struct text got)
{
    run->failures++;
    fprintf(stderr, "case %d: %s is not as expected, got '%.*s'\n", run->id, key, (int)got.len,
            got.at);
}

/* ---- One expectation ------------------------------------------------------------------------ */

static bool has(const struct run *run, enum field f)
{
    return (run->entry.has & FIELD_BIT(f)) != 0;
}

static void check_text(struct run *run, const char *key, enum field f, const json_t *want)
{
    struct text got = has(run, f) ? batch_text(run->batch, &run->entry, f) : (struct text){0};
    bool same = has(run, f);
    if (json_is_string(want))
        same = same && text_same(got, text_make(json_string_value(want), json_string_length(want)));
    else
        same = !same;
    /* What a line gives as a dash is null with us, also a request. */
    if (f == FIELD_REQUEST && json_is_string(want) && strcmp(json_string_value(want), "-") == 0)
        same = (run->entry.null & FIELD_BIT(f)) != 0;
    if (!same)
        fail(run, key, got);
}

static void check_number(struct run *run, const char *key, enum field f, const json_t *want,
                         double unit)
{
    double got = !has(run, f)        ? -1
                 : f == FIELD_STATUS ? run->entry.status
                                     : (double)entry_number(&run->entry, f);
    double expected = json_is_number(want) ? json_number_value(want) * unit : -1;
    char shown[40];
    snprintf(shown, sizeof shown, "%.3f", got);
    if (got - expected > 0.5 || expected - got > 0.5)
        fail(run, key, text_of(shown));
}

static void check_time(struct run *run, const char *key, const json_t *want)
{
    char shown[40];
    snprintf(shown, sizeof shown, "%lld", (long long)run->entry.second);
    if (!has(run, FIELD_TIME) || run->entry.second != (int64_t)json_number_value(want))
        fail(run, key, text_of(shown));
}

static void check_unescaped(struct run *run, const char *key, enum field f, const json_t *want)
{
    struct buf out = {0};
    if (has(run, f))
        unescape_add(&out, batch_text(run->batch, &run->entry, f), run->entry.escape);
    if (!text_same(buf_text(&out), text_make(json_string_value(want), json_string_length(want))))
        fail(run, key, buf_text(&out));
    buf_done(&out);
}

static void check_prefix(struct run *run, const char *key, enum field f, const json_t *want)
{
    struct text got = has(run, f) ? batch_text(run->batch, &run->entry, f) : (struct text){0};
    if (!text_starts(got, text_of(json_string_value(want))))
        fail(run, key, got);
}

static void check_saturated(struct run *run, const char *key, enum field f, const json_t *want)
{
    (void)want;
    if (!has(run, f) || entry_number(&run->entry, f) != UINT64_MAX)
        fail(run, key, TEXT("another number"));
}

static void check_valid(struct run *run, const char *key, enum field f, const json_t *want)
{
    if (has(run, f) != json_is_true(want))
        fail(run, key, TEXT("the other"));
}

static const struct {
    const char *key;
    enum field field;
    double unit;
    void (*check)(struct run *run, const char *key, enum field f, const json_t *want);
} expectations[] = {
    {"host", FIELD_HOST, 0, check_text},
    {"ident", FIELD_IDENT, 0, check_text},
    {"user", FIELD_USER, 0, check_text},
    {"request", FIELD_REQUEST, 0, check_text},
    {"method", FIELD_METHOD, 0, check_text},
    {"path", FIELD_PATH, 0, check_text},
    {"protocol", FIELD_PROTOCOL, 0, check_text},
    {"section", FIELD_SECTION, 0, check_text},
    {"referrer", FIELD_REFERRER, 0, check_text},
    {"agent", FIELD_AGENT, 0, check_text},
    {"vhost", FIELD_VHOST, 0, check_text},
    {"xff", FIELD_FORWARDED, 0, check_text},
    {"status", FIELD_STATUS, 1, NULL},
    {"bytes", FIELD_BYTES, 1, NULL},
    {"bytes_sent", FIELD_BYTES_SENT, 1, NULL},
    {"port", FIELD_PORT, 1, NULL},
    {"port_local", FIELD_PORT, 1, NULL},
    {"request_time", FIELD_REQUEST_TIME, 1e9, NULL},
    {"duration", FIELD_REQUEST_TIME, 1e3, NULL},
    {"duration_ms", FIELD_REQUEST_TIME, 1e6, NULL},
    {"upstream_time_sum", FIELD_UPSTREAM_TIME, 1e9, NULL},
    {"path_decoded", FIELD_PATH, 0, check_unescaped},
    {"agent_decoded", FIELD_AGENT, 0, check_unescaped},
    {"path_no_query", FIELD_PATH, 0, check_prefix},
    {"host_prefix", FIELD_HOST, 0, check_prefix},
    {"bytes_text", FIELD_BYTES, 0, check_saturated},
    {"request_valid", FIELD_METHOD, 0, check_valid},
};

static void check_key(struct run *run, const char *key, const json_t *want)
{
    if (strcmp(key, "time_unix") == 0) {
        check_time(run, key, want);
        return;
    }
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        if (strcmp(expectations[i].key, key) != 0)
            continue;
        if (expectations[i].check)
            expectations[i].check(run, key, expectations[i].field, want);
        else
            check_number(run, key, expectations[i].field, want, expectations[i].unit);
        return;
    }
    if (strcmp(key, "time") != 0) /* the same as time_unix */
        fail(run, key, TEXT("a key that this test does not know"));
}

/* ---- One case ------------------------------------------------------------------------------- */

static void fill_line(struct batch *b, const json_t *one)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *plain = json_string_value(json_object_get(one, "line"));
    const char *coded = json_string_value(json_object_get(one, "line_b64"));
    uint32_t bits = 0, held = 0;
    batch_clear(b);
    if (plain) {
        b->used = (uint32_t)json_string_length(json_object_get(one, "line"));
        memcpy(b->bytes, plain, b->used);
        return;
    }
    for (; coded && *coded && *coded != '='; coded++) {
        bits = bits << 6 | (uint32_t)(strchr(digits, *coded) - digits);
        held += 6;
        if (held >= 8)
            b->bytes[b->used++] = (char)(bits >> (held -= 8));
    }
}

static void read_line(struct run *run, struct text spec)
{
    struct error why = {0};
    struct format_memo memo;
    struct format *f = format_new(spec, &why);
    run->hit = false;
    if (!f)
        return;
    format_memo_init(&memo, f);
    run->hit = format_read(f, &memo, run->batch, (struct span){0, run->batch->used}, ~(field_set)0,
                           &run->entry, NULL);
    format_memo_done(&memo);
    format_free(f);
}

static void check_fields(struct run *run, struct text spec, json_t *expect)
{
    const char *key;
    json_t *want;
    read_line(run, spec);
    if (json_is_string(expect)) {
        if (run->hit)
            fail(run, "reject", TEXT("a hit"));
        return;
    }
    if (!run->hit) {
        fail(run, "hit", TEXT("a rejected line"));
        return;
    }
    json_object_foreach(expect, key, want) check_key(run, key, want);
}

static void check_decoded(struct run *run, const char *kind, const json_t *expect)
{
    enum escape how = strcmp(kind, "escape-apache") == 0       ? ESCAPE_APACHE
                      : strcmp(kind, "escape-nginx-json") == 0 ? ESCAPE_JSON
                                                               : ESCAPE_NGINX;
    const json_t *want = json_object_get(expect, "decoded");
    struct buf out = {0};
    unescape_add(&out, text_make(run->batch->bytes, run->batch->used), how);
    if (!text_same(buf_text(&out), text_make(json_string_value(want), json_string_length(want))))
        fail(run, "decoded", buf_text(&out));
    buf_done(&out);
}

/* The text behind an opening quote: the line is whole only where its last quote closes it. */
static void check_quote_end(struct run *run, const json_t *expect)
{
    memmove(run->batch->bytes + 1, run->batch->bytes, run->batch->used++);
    run->batch->bytes[0] = '"';
    read_line(run, TEXT("\"%{X}i\""));
    if (run->hit != json_is_true(json_object_get(expect, "last_quote_terminates")))
        fail(run, "last_quote_terminates", TEXT("the other"));
}

static void check_case(struct run *run, const json_t *one)
{
    const char *kind = json_string_value(json_object_get(one, "format_kind"));
    json_t *expect = json_object_get(one, "expect");
    struct text spec = text_of(json_string_value(json_object_get(one, "format")));
    fill_line(run->batch, one);
    if (strcmp(kind, "quote-end") == 0)
        check_quote_end(run, expect);
    else if (strncmp(kind, "escape-", 7) == 0)
        check_decoded(run, kind, expect);
    else if (strncmp(kind, "json-", 5) == 0)
        check_fields(run, text_of(strcmp(kind, "json-nginx") == 0 ? "json" : kind + 5), expect);
    else
        check_fields(run, spec, expect);
}

Test(cases, of_other_projects_are_read_as_those_expect)
{
    FILE *file = fopen(SPATE_SHARED_DATA "/cases.jsonl", "r");
    if (!file)
        cr_skip_test("no %s/cases.jsonl", SPATE_SHARED_DATA);
    struct run run = {.batch = batch_new()};
    char *line = NULL;
    size_t room = 0;
    unsigned count = 0;
    while (getline(&line, &room, file) > 0) {
        json_t *one = json_loads(line, 0, NULL);
        cr_assert(one, "not JSON: %s", line);
        run.id = (int)json_integer_value(json_object_get(one, "id"));
        if (!exception_for(run.id)) {
            check_case(&run, one);
            count++;
        }
        json_decref(one);
    }
    free(line);
    fclose(file);
    batch_free(run.batch);
    cr_expect_eq(run.failures, 0, "%u expectations failed", run.failures);
    cr_expect_geq(count, 100, "only %u cases were there", count);
}
