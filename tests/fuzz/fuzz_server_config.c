/* Readers of server configuration: whatever they accept, written out again in its plainest
 * form and read once more, gives the same formats; logs are absolute, each once. */
#include "base/buf.h"
#include "lib/one_file.h"
#include "parse/server_config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held, const char *what, struct text config)
{
    if (!held) {
        fprintf(stderr, "%s: %.*s\n", what, (int)config.len, config.at);
        abort();
    }
}

static void quote(struct buf *out, const char *string, char with)
{
    buf_byte(out, with);
    for (; *string; string++) {
        if (*string == '\\' || *string == with) {
            buf_byte(out, '\\');
        }
        buf_byte(out, *string);
    }
    buf_byte(out, with);
}

static void write_nginx(struct buf *out, const struct server_format *f)
{
    static const char *const escapes[] = {
        [ESCAPE_NGINX] = "default", [ESCAPE_JSON] = "json", [ESCAPE_NONE] = "none"};
    buf_str(out, "log_format ");
    quote(out, f->name, '\'');
    buf_printf(out, " escape=%s ", escapes[f->escape]);
    quote(out, f->string, '\'');
    buf_str(out, ";\n");
}

static void write_apache(struct buf *out, const struct server_format *f)
{
    buf_str(out, "LogFormat ");
    quote(out, f->string, '"');
    buf_byte(out, ' ');
    quote(out, f->name, '"');
    buf_byte(out, '\n');
}

/* Virtual hosts may use a name twice; written out in one scope the last would win. */
static bool names_are_unique(const struct server_config *c)
{
    for (size_t i = 0; i < c->format_count; i++) {
        if (server_config_format(c, c->formats[i].name) != i) {
            return false;
        }
    }
    return true;
}

static void check_again(enum server_kind kind, const struct server_config *c, struct text config)
{
    struct buf plain = {0};
    struct server_config again;
    struct error why = {0};
    for (size_t i = 0; i < c->format_count; i++) {
        (kind == SERVER_NGINX ? write_nginx : write_apache)(&plain, &c->formats[i]);
    }
    must(server_config_read(&again, kind, one_file(buf_text(&plain)), &why), why.text,
         buf_text(&plain));
    must(again.format_count == c->format_count, "formats lost", config);
    for (size_t i = 0; i < c->format_count; i++) {
        const struct server_format *a = &c->formats[i], *b = &again.formats[i];
        must(strcmp(a->name, b->name) == 0 && strcmp(a->string, b->string) == 0 &&
                 a->escape == b->escape,
             "a format changed", buf_text(&plain));
    }
    server_config_done(&again);
    buf_done(&plain);
}

static void check_logs(const struct server_config *c, struct text config)
{
    for (size_t i = 0; i < c->log_count; i++) {
        must(c->logs[i].path[0] == '/', "a relative log", config);
        must(c->logs[i].format == SIZE_MAX || c->logs[i].format < c->format_count, "no such format",
             config);
        for (size_t k = 0; k < i; k++) {
            must(strcmp(c->logs[i].path, c->logs[k].path) != 0, "a log twice", config);
        }
    }
}

/* Other files stay out of it: an include of anything but ourselves finds nothing. */
static char *without_other_files(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1);
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    bool includes = memmem(bytes, size, "nclude", 6) || memmem(bytes, size, "NCLUDE", 6) ||
                    strcasestr(bytes, "include");
    for (size_t i = 0; i < size && includes; i++) {
        if (bytes[i] == '/' || bytes[i] == '*' || bytes[i] == '?' || bytes[i] == '.') {
            bytes[i] = '_';
        }
    }
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 16384) {
        return 0;
    }
    enum server_kind kind = data[0] & 1 ? SERVER_APACHE : SERVER_NGINX;
    char *bytes = without_other_files(data + 1, size - 1);
    struct text config = text_make(bytes, size - 1);
    struct server_config c;
    struct error why = {0};
    if (server_config_read(&c, kind, one_file(config), &why)) {
        check_logs(&c, config);
        if (names_are_unique(&c)) {
            check_again(kind, &c, config);
        }
        server_config_done(&c);
    } else {
        must(why.text[0] != '\0', "refused without a reason", config);
    }
    free(bytes);
    return 0;
}
