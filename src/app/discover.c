#include "app/discover.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parse/server_config.h"

static const struct {
    const char *path;
    enum server_kind kind;
    const char *prefix;
} configurations[] = {
    {"/etc/nginx/nginx.conf", SERVER_NGINX, "nginx:"},
    {"/etc/apache2/apache2.conf", SERVER_APACHE, "apache:"},
    {"/etc/httpd/conf/httpd.conf", SERVER_APACHE, "apache:"},
};

static const char *const usual_places[] = {
    "/var/log/nginx/access.log",   "/var/log/apache2/access.log",
    "/var/log/httpd/access_log",   "/var/log/apache2/other_vhosts_access.log",
    "/var/log/caddy/access.log",   "/var/log/lighttpd/access.log",
    "/var/log/traefik/access.log",
};

static char *joined(const char *a, const char *b)
{
    struct buf both = {0};
    buf_str(&both, a);
    buf_str(&both, b);
    char *string = mem_string(buf_text(&both));
    buf_done(&both);
    return string;
}

/* Adds the file if it can be read. */
static void add_if_there(struct discovery *d, const char *root, const char *path)
{
    char *whole = joined(root, path);
    if (access(whole, R_OK) != 0) {
        free(whole);
        return;
    }
    d->paths = mem_grow(d->paths, d->count + 1, sizeof *d->paths);
    d->paths[d->count++] = whole;
}

/* The logs that a configuration names; with a name only those whose format has it. */
static bool found_in(struct discovery *d, size_t row, const char *path, const char *name)
{
    struct server_config c;
    if (server_config_read(&c, configurations[row].kind, path, NULL)) {
        size_t one = name ? server_config_format(&c, name) : SIZE_MAX;
        for (size_t i = 0; i < c.log_count; i++)
            if (!name || c.logs[i].format == one)
                add_if_there(d, "", c.logs[i].path);
        server_config_done(&c);
    }
    if (d->count) {
        d->format = joined(configurations[row].prefix, path);
        d->from = joined("named in ", path);
    }
    return d->count > 0;
}

static bool found_in_configuration(struct discovery *d, const char *root, size_t row)
{
    char *path = joined(root, configurations[row].path);
    bool found = found_in(d, row, path, NULL);
    free(path);
    return found;
}

/* `format` is of the kind nginx:FILE#NAME. */
static bool found_by_format(struct discovery *d, struct text format)
{
    size_t row = 0, rows = sizeof configurations / sizeof *configurations;
    while (row < rows && !text_starts(format, text_of(configurations[row].prefix)))
        row++;
    if (row == rows)
        return false;
    struct text rest = text_cut(format, strlen(configurations[row].prefix), format.len);
    size_t hash = text_find(rest, '#', 0);
    char *path = mem_string(text_cut(rest, 0, hash));
    char *name = hash < rest.len ? mem_string(text_cut(rest, hash + 1, rest.len)) : NULL;
    bool found = found_in(d, row, path, name);
    free(path);
    free(name);
    return found;
}

bool discover_logs(struct discovery *d, const char *root, const struct text *formats, size_t count)
{
    *d = (struct discovery){0};
    add_if_there(d, root, "/var/log/access.log");
    if (d->count) {
        d->from = joined("the usual one", "");
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (found_by_format(d, formats[i]))
            return true;
    for (size_t i = 0; i < sizeof configurations / sizeof *configurations; i++)
        if (found_in_configuration(d, root, i))
            return true;
    for (size_t i = 0; i < sizeof usual_places / sizeof *usual_places && !d->count; i++)
        add_if_there(d, root, usual_places[i]);
    if (d->count)
        d->from = joined("a usual place", "");
    return d->count > 0;
}

void discovery_done(struct discovery *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->paths[i]);
    free(d->paths);
    free(d->format);
    free(d->from);
    *d = (struct discovery){0};
}
