#include "parse/server_config.h"

#include "base/mem.h"
#include "base/text.h"
#include "parse/server_config_build.h"
#include <stdlib.h>
#include <string.h>

static size_t find_in_scope(const struct config_build *b, struct text name, uint32_t scope)
{
    for (size_t i = b->into->format_count; i-- > 0;) {
        if (b->format_scopes[i] == scope && text_same(text_of(b->into->formats[i].name), name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

size_t config_find_format(const struct config_build *b, struct text name, uint32_t scope)
{
    size_t found = find_in_scope(b, name, scope);
    return found == SIZE_MAX && scope != 0 ? find_in_scope(b, name, 0) : found;
}

void config_add_format(struct config_build *b, struct text name, struct text string,
                       enum escape escape, uint32_t scope)
{
    struct server_config *c = b->into;
    size_t at = find_in_scope(b, name, scope);
    if (at != SIZE_MAX) {
        free(c->formats[at].string);
        c->formats[at].string = mem_string(string);
        c->formats[at].escape = escape;
        return;
    }
    if (c->format_count == b->format_cap) {
        b->format_cap = b->format_cap ? b->format_cap * 2 : 8;
        c->formats = mem_grow(c->formats, b->format_cap, sizeof *c->formats);
        b->format_scopes = mem_grow(b->format_scopes, b->format_cap, sizeof *b->format_scopes);
    }
    b->format_scopes[c->format_count] = scope;
    c->formats[c->format_count++] =
        (struct server_format){mem_string(name), mem_string(string), escape};
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

static bool log_listed(const struct server_config *c, const char *path)
{
    for (size_t i = 0; i < c->log_count; i++) {
        if (strcmp(c->logs[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

/* Names become indexes only now: Apache allows a format to be defined after its use. */
static void resolve_logs(struct config_build *b)
{
    struct server_config *c = b->into;
    c->logs = mem_new(b->log_count + 1, sizeof *c->logs);
    for (size_t i = 0; i < b->log_count; i++) {
        if (log_listed(c, b->logs[i].path)) {
            continue;
        }
        size_t format = config_find_format(b, text_of(b->logs[i].format), b->logs[i].scope);
        c->logs[c->log_count++] = (struct server_log){mem_string(text_of(b->logs[i].path)), format};
    }
}

static void build_done(struct config_build *b)
{
    for (size_t i = 0; i < b->log_count; i++) {
        free(b->logs[i].path);
        free(b->logs[i].format);
    }
    free(b->logs);
    free(b->format_scopes);
}

bool server_config_read(struct server_config *c, enum server_kind kind, const char *path,
                        struct error *why)
{
    *c = (struct server_config){0};
    struct config_build b = {.into = c};
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

/* A log that does not exist yet is compared by its name. */
static bool same_file(const char *a, const char *b)
{
    if (strcmp(a, b) == 0) {
        return true;
    }
    char *real_a = realpath(a, NULL);
    char *real_b = realpath(b, NULL);
    bool same = real_a != NULL && real_b != NULL && strcmp(real_a, real_b) == 0;
    free(real_a);
    free(real_b);
    return same;
}

size_t server_config_log_format(const struct server_config *c, const char *path)
{
    for (size_t i = 0; i < c->log_count; i++) {
        if (same_file(c->logs[i].path, path)) {
            return c->logs[i].format;
        }
    }
    return SIZE_MAX;
}
