#include "parse/server_config.h"

#include "base/mem.h"
#include "base/text.h"
#include "parse/server_config_build.h"
#include <stdlib.h>
#include <string.h>

size_t config_find_format(const struct config_build *b, struct text name, uint32_t scope)
{
    size_t found = names_find(&b->formats, name, scope);
    return found == SIZE_MAX && scope != 0 ? names_find(&b->formats, name, 0) : found;
}

void config_add_format(struct config_build *b, struct text name, struct text string,
                       enum escape escape, uint32_t scope)
{
    struct server_config *c = b->into;
    size_t at = names_find(&b->formats, name, scope);
    if (at != SIZE_MAX) {
        free(c->formats[at].string);
        c->formats[at].string = mem_string(string);
        c->formats[at].escape = escape;
        return;
    }
    if (c->format_count == b->format_cap) {
        b->format_cap = b->format_cap ? b->format_cap * 2 : 8;
        c->formats = mem_grow(c->formats, b->format_cap, sizeof *c->formats);
    }
    c->formats[names_add(&b->formats, name, scope)] =
        (struct server_format){mem_string(name), mem_string(string), escape};
    c->format_count++;
}

/* What is written there cannot be read back as a file. */
static bool is_device(struct text path)
{
    return text_starts(path, TEXT("/dev/")) || text_starts(path, TEXT("/proc/"));
}

void config_add_log(struct config_build *b, const char *path, struct text format, uint32_t scope)
{
    if (is_device(text_of(path))) {
        return;
    }
    if (b->log_count == b->log_cap) {
        b->log_cap = b->log_cap ? b->log_cap * 2 : 8;
        b->logs = mem_grow(b->logs, b->log_cap, sizeof *b->logs);
    }
    b->logs[b->log_count++] =
        (struct config_log){mem_string(text_of(path)), mem_string(format), scope};
}

/* Names become indexes only now: Apache allows a format to be defined after its use. */
static void resolve_logs(struct config_build *b)
{
    struct server_config *c = b->into;
    struct names listed = {0};
    c->logs = mem_new(b->log_count + 1, sizeof *c->logs);
    for (size_t i = 0; i < b->log_count; i++) {
        struct text path = text_of(b->logs[i].path);
        if (names_find(&listed, path, 0) == SIZE_MAX) {
            size_t format = config_find_format(b, text_of(b->logs[i].format), b->logs[i].scope);
            c->logs[names_add(&listed, path, 0)] = (struct server_log){mem_string(path), format};
            c->log_count++;
        }
    }
    names_done(&listed);
}

static void build_done(struct config_build *b)
{
    for (size_t i = 0; i < b->log_count; i++) {
        free(b->logs[i].path);
        free(b->logs[i].format);
    }
    free(b->logs);
    names_done(&b->formats);
}

bool server_config_read_from(struct server_config *c, const struct config_host *host,
                             enum server_kind kind, const char *path, struct error *why)
{
    *c = (struct server_config){0};
    struct config_build b = {.into = c, .host = host};
    bool good =
        kind == SERVER_NGINX ? config_read_nginx(&b, path, why) : config_read_apache(&b, path, why);
    if (good) {
        resolve_logs(&b);
    } else {
        server_config_done(c);
    }
    build_done(&b);
    return good;
}

bool server_config_read(struct server_config *c, enum server_kind kind, const char *path,
                        struct error *why)
{
    return server_config_read_from(c, &config_host_os, kind, path, why);
}

void server_config_done(struct server_config *c)
{
    for (size_t i = 0; i < c->format_count; i++) {
        free(c->formats[i].name);
        free(c->formats[i].string);
    }
    for (size_t i = 0; i < c->log_count; i++) {
        free(c->logs[i].path);
    }
    free(c->formats);
    free(c->logs);
    *c = (struct server_config){0};
}

size_t server_config_format(const struct server_config *c, const char *name)
{
    for (size_t i = 0; i < c->format_count; i++) {
        if (strcmp(c->formats[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* `real` is the other without symbolic links, NULL when it is not there yet: names are compared. */
static bool is_file(const char *path, const char *other, const char *real)
{
    if (strcmp(path, other) == 0) {
        return true;
    }
    char *mine = real ? realpath(path, NULL) : NULL;
    bool same = mine != NULL && strcmp(mine, real) == 0;
    free(mine);
    return same;
}

size_t server_config_log_format(const struct server_config *c, const char *path)
{
    char *real = realpath(path, NULL);
    size_t at = 0;
    while (at < c->log_count && !is_file(c->logs[at].path, path, real)) {
        at++;
    }
    free(real);
    return at < c->log_count ? c->logs[at].format : SIZE_MAX;
}
