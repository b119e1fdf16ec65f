#include "line_case.h"
#include "parse/parser.h"
#include "parse/presets.h"

/* Each sample is of the same request, as far as its format tells. */
static const struct {
    const char *preset, *fields;
} rows[] = {
    {"haproxy", "time=2000-10-10T20:55:36.655Z\nrequest_time=109000000\nprotocol=HTTP/1.1"},
    {"aws-alb", "time=2000-10-10T20:55:36.186641Z\nrequest_time=50000000\nvhost=www.example.com"},
    {"aws-elb", "time=2000-10-10T20:55:36.945958Z\nrequest_time=48151000\nagent=Mozilla/5.0"},
    {"aws-s3",
     "time=2000-10-10T20:55:36Z\nrequest_time=48000000\nreferrer=http://www.example.com/"},
    {"envoy", "time=2000-10-10T20:55:36.310Z\nrequest_time=50000000\nvhost=www.example.com"},
    {"squid", "time=2000-10-10T20:55:36.250Z\nrequest_time=180000000\ncache=TCP_MISS"},
    {"cloudfront", "time=2000-10-10T20:55:36Z\nrequest_time=48000000\nagent=Mozilla/5.0 (X11)"},
    {"w3c", "time=2000-10-10T20:55:36Z\nrequest_time=48000000\nagent=Mozilla/5.0 (X11)"},
    {"caddy", "time=2000-10-10T20:55:36.500Z\nrequest_time=48000000\nagent=Mozilla/5.0"},
    {"traefik", "time=2000-10-10T20:55:36.500Z\nrequest_time=48000000\nvhost=www.example.com"},
    {"json", "time=2000-10-10T20:55:36Z\nrequest_time=48000000\nagent=Mozilla/5.0"},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* The last line of a sample, those before it fed to the reader. */
static const char *last_line(struct line_case *c, const char *sample)
{
    for (const char *end; (end = strchr(sample, '\n')) != NULL; sample = end + 1) {
        struct text directive = text_make(sample, (size_t)(end - sample));
        cr_assert_not(line_case_read_wanting(c, directive, UINT64_MAX));
        cr_assert_eq(c->reject.column, 0);
    }
    return sample;
}

Test(readers_presets, samples_read_as_the_request_that_they_show)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct preset *preset = preset_named(text_of(rows[i].preset));
        cr_assert_not_null(preset, "%s", rows[i].preset);
        cr_assert_gt(strlen(preset->about), 10);
        struct line_case c = line_case_open(rows[i].preset);
        const char *line = last_line(&c, preset->sample);
        line_case_expect(&c, line, rows[i].fields);
        cr_assert_eq(c.entry.status, 200, "%s", rows[i].preset);
        cr_assert_eq(entry_number(&c.entry, FIELD_BYTES), 2326, "%s", rows[i].preset);
        cr_assert_str_eq(line_case_show(&c, FIELD_SECTION), "/blog", "%s", rows[i].preset);
        cr_assert_str_eq(line_case_show(&c, FIELD_METHOD), "GET", "%s", rows[i].preset);
        cr_assert_eq(c.entry.has & ~format_fields(c.format), 0, "%s", rows[i].preset);
        line_case_close(&c);
    }
}

Test(readers_presets, are_found_by_themselves)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct preset *preset = preset_named(text_of(rows[i].preset));
        struct formats *formats = formats_new(NULL, 0, NULL);
        struct parser *parser = parser_new(formats, UINT64_MAX);
        struct batch *batch = batch_new();
        size_t len = strlen(preset->sample);
        memcpy(batch->bytes, preset->sample, len);
        batch->bytes[len] = '\n';
        batch->used = (uint32_t)len + 1;
        cr_assert(parser_run(parser, batch));
        cr_assert_not_null(parser_format(parser), "%s", preset->name);
        struct text name = format_name(parser_format(parser));
        cr_assert(text_same(name, text_of(preset->name)), "%s was taken for %.*s", preset->name,
                  (int)name.len, name.at);
        cr_assert_eq(batch->count, 1, "%s", preset->name);
        batch_free(batch);
        parser_free(parser);
        formats_free(formats);
    }
}
