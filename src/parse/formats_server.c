/* formats_server.c - formats out of nginx's and Apache's own configuration. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "parse/formats.h"
#include "parse/server_config.h"

enum { NAMES_SHOWN = 12 };

static const struct {
    struct text prefix;
    enum server_kind kind;
    const char *directive;
} servers[] = {
    {{"nginx:", 6}, SERVER_NGINX, "log_format"},
    {{"apache:", 7}, SERVER_APACHE, "LogFormat"},
};

/* A run of formats that one configuration gave: where in the list each of its own stands. */
struct placed {
    const struct server_config *config;
    enum server_kind kind;
    size_t first;    /* of the configuration's formats */
    size_t standard; /* the server's own default; SIZE_MAX while nobody needs it */
};

static bool add_one(struct formats *fs, enum server_kind kind, const struct server_format *f,
                    struct error *why)
{
    struct text string = text_of(f->string);
    struct format *format = kind == SERVER_NGINX ? format_nginx(string, f->escape, why)
                                                 : format_apache(string, why);
    format_rename(format, text_of(f->name));
    return formats_add(fs, format) || error_prefix(why, "%s", safe_str(text_of(f->name)));
}

static bool refuse_name(const struct server_config *c, const char *name, const char *directive,
                        struct error *why)
{
    struct buf known = {0};
    for (size_t i = 0, shown = 0; i < c->format_count && shown < NAMES_SHOWN; i++)
        if (c->formats[i].name[0])
            buf_printf(&known, "%s%s", shown++ ? ", " : "", safe_str(text_of(c->formats[i].name)));
    buf_byte(&known, 0);
    error_set(why, "there is no %s `%s'; there are: %s", directive, safe_str(text_of(name)),
              known.len > 1 ? known.at : "none");
    buf_done(&known);
    return false;
}

/* nginx's predefined format, and what Apache's TransferLog falls back to, near enough. */
static bool add_standard(struct formats *fs, struct placed *p, struct error *why)
{
    if (p->standard != SIZE_MAX)
        return true;
    p->standard = fs->count;
    return formats_add(fs, format_new(p->kind == SERVER_NGINX ? TEXT("combined") : TEXT("common"), why));
}

static bool add_homes(struct formats *fs, struct placed *p, struct error *why)
{
    for (size_t i = 0; i < p->config->log_count; i++) {
        const struct server_log *log = &p->config->logs[i];
        if (log->format == SIZE_MAX && !add_standard(fs, p, why))
            return false;
        fs->homes = mem_grow(fs->homes, fs->home_count + 1, sizeof *fs->homes);
        fs->homes[fs->home_count++] = (struct format_home){
            mem_string(text_of(log->path)), log->format == SIZE_MAX ? p->standard : p->first + log->format};
    }
    return true;
}

static bool add_all(struct formats *fs, const struct server_config *c, enum server_kind kind,
                    struct error *why)
{
    struct placed p = {c, kind, fs->count, SIZE_MAX};
    for (size_t i = 0; i < c->format_count; i++)
        if (!add_one(fs, kind, &c->formats[i], why))
            return false;
    return add_homes(fs, &p, why) && (fs->count > p.first || add_standard(fs, &p, why));
}

/* nginx logs without being told to, Apache does not: then it is another file. */
static bool refuse_other_file(const char *path, struct error *why)
{
    return error_set(why, "there is neither a LogFormat nor a CustomLog in %s",
                     safe_str(text_of(path)));
}

static bool add_from(struct formats *fs, size_t server, const char *path, const char *name,
                     struct error *why)
{
    struct server_config c;
    if (!server_config_read(&c, servers[server].kind, path, why))
        return false;
    bool ok;
    if (name) {
        size_t one = server_config_format(&c, name);
        ok = one == SIZE_MAX ? refuse_name(&c, name, servers[server].directive, why)
                             : add_one(fs, servers[server].kind, &c.formats[one], why);
    } else if (servers[server].kind == SERVER_APACHE && c.format_count + c.log_count == 0) {
        ok = refuse_other_file(path, why);
    } else {
        ok = add_all(fs, &c, servers[server].kind, why);
    }
    server_config_done(&c);
    return ok;
}

bool formats_add_server(struct formats *fs, struct text spec, bool *taken, struct error *why)
{
    *taken = false;
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        if (!text_starts(spec, servers[i].prefix))
            continue;
        *taken = true;
        struct text rest = text_cut(spec, servers[i].prefix.len, spec.len);
        size_t hash = text_find(rest, '#', 0);
        char *path = mem_string(text_cut(rest, 0, hash));
        char *name = hash < rest.len ? mem_string(text_cut(rest, hash + 1, rest.len)) : NULL;
        bool ok = add_from(fs, i, path, name, why);
        free(path);
        free(name);
        return ok;
    }
    return false;
}
