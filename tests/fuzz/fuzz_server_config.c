/* Readers of server configuration: whatever they accept, written out again in its plainest
 * form and read once more, gives the same formats; logs are absolute, each once.
 *
 * The first byte is the kind, the others are the files (lib/config_files.h), which may include each
 * other. */
#include "base/buf.h"
#include "lib/config_files.h"
#include "parse/server_config_build.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    struct config_memory files;
    struct error why = {0};
    for (size_t i = 0; i < c->format_count; i++) {
        (kind == SERVER_NGINX ? write_nginx : write_apache)(&plain, &c->formats[i]);
    }
    config_memory_init(&files, buf_text(&plain));
    files.count = 1; /* also of an empty one */
    files.files[0] = buf_text(&plain);
    must(server_config_read_from(&again, &files.host, kind, CONFIG_FILES_MAIN, &why), why.text,
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 16384) {
        return 0;
    }
    enum server_kind kind = data[0] & 1 ? SERVER_APACHE : SERVER_NGINX;
    struct text config = text_make((const char *)data + 1, size - 1);
    struct server_config c;
    struct config_memory files;
    struct error why = {0};
    config_memory_init(&files, config);
    if (server_config_read_from(&c, &files.host, kind, CONFIG_FILES_MAIN, &why)) {
        check_logs(&c, config);
        if (names_are_unique(&c)) {
            check_again(kind, &c, config);
        }
        server_config_done(&c);
    } else {
        must(why.text[0] != '\0', "refused without a reason", config);
    }
    must(files.reads <= CONFIG_FILES, "too many files", config);
    return 0;
}
