/* nginx's configuration: its tokens, blocks and includes, and of all directives only
 * log_format, access_log and include. Rules: nginx documentation, "ngx_http_log_module" and
 * "Core functionality" (include), and the behaviour of its configuration reader. */
#include "parse/server_config_nginx.h"
#include "base/mem.h"
#include "base/safe.h"
#include "parse/server_config_build.h"
#include <stdlib.h>

struct nginx {
    struct config_build *build;
    char *dir;      /* includes are relative to the main file's directory */
    char *prefix;   /* logs are relative to the server's prefix */
    unsigned depth; /* of includes */
};

static bool is_foreign(const struct nginx_file *f)
{
    return f->inherited || f->foreign > 0;
}

static bool escape_named(struct text name, enum escape *escape)
{
    static const struct {
        const char *name;
        enum escape escape;
    } rows[] = {{"default", ESCAPE_NGINX}, {"json", ESCAPE_JSON}, {"none", ESCAPE_NONE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text_same(name, text_of(rows[i].name))) {
            *escape = rows[i].escape;
            return true;
        }
    }
    return false;
}

/* log_format name [escape=default|json|none] piece...; */
static bool take_log_format(struct nginx *n, struct nginx_file *f, struct config_place at,
                            struct error *why)
{
    enum escape escape = ESCAPE_NGINX;
    size_t piece = 2;
    if (text_starts(words_at(&f->words, 2), TEXT("escape="))) {
        struct text word = words_at(&f->words, piece++);
        if (!escape_named(text_cut(word, 7, word.len), &escape)) {
            return config_error(why, at, "log_format: \"%s\" is none of default, json, none",
                                safe_str(word));
        }
    }
    if (piece >= f->words.count) {
        return config_error(why, at, "log_format takes a name and a format");
    }
    struct buf joined = {0};
    for (; piece < f->words.count; piece++) {
        buf_add(&joined, words_at(&f->words, piece));
    }
    config_add_format(n->build, words_at(&f->words, 1), buf_text(&joined), escape, 0);
    buf_done(&joined);
    return true;
}

/* Debian's package logs relative paths under /usr/share/nginx, which no configuration tells:
 * where the file already is decides. */
static char *log_path(const struct nginx *n, struct text path)
{
    const struct config_host *host = n->build->host;
    char *guess = config_absolute(n->prefix, path);
    if (host->is_there(host->self, guess)) {
        return guess;
    }
    char *debian = config_absolute("/usr/share/nginx", path);
    if (host->is_there(host->self, debian)) {
        free(guess);
        return debian;
    }
    free(debian);
    return guess;
}

/* access_log off | path [name [option...]]; a path with a variable has no one file. */
static bool take_access_log(struct nginx *n, struct nginx_file *f, struct config_place at,
                            struct error *why)
{
    if (f->words.count < 2) {
        return config_error(why, at, "access_log takes a path");
    }
    struct text path = words_at(&f->words, 1);
    if (path.len == 0 || text_same(path, TEXT("off")) || text_starts(path, TEXT("syslog:")) ||
        text_find(path, '$', 0) < path.len) {
        return true;
    }
    char *absolute = log_path(n, path);
    config_add_log(n->build, absolute, words_at(&f->words, 2), 0);
    free(absolute);
    return true;
}

static bool read_file(struct nginx *n, const char *path, struct config_place from, bool foreign,
                      struct error *why);

static bool take_include(struct nginx *n, struct nginx_file *f, struct config_place at,
                         struct error *why)
{
    if (f->words.count != 2) {
        return config_error(why, at, "include takes one path");
    }
    char *pattern = config_absolute(n->dir, words_at(&f->words, 1));
    struct config_files files = config_glob(n->build->host, pattern);
    bool good = true;
    for (size_t i = 0; good && i < files.count; i++) {
        good = read_file(n, files.list[i], at, is_foreign(f), why);
    }
    config_files_done(&files);
    free(pattern);
    return good;
}

/* The directives that concern logs; `anywhere` also inside stream and mail, whose formats
 * know other variables. */
static const struct {
    const char *name;
    bool anywhere;
    bool (*take)(struct nginx *, struct nginx_file *, struct config_place, struct error *);
} directives[] = {
    {"log_format", false, take_log_format},
    {"access_log", false, take_access_log},
    {"include", true, take_include},
};

static bool take_known(struct nginx *n, struct nginx_file *f, struct config_place at,
                       struct error *why)
{
    struct text name = words_at(&f->words, 0);
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (text_same(name, text_of(directives[i].name)) &&
            (directives[i].anywhere || !is_foreign(f))) {
            return directives[i].take(n, f, at, why);
        }
    }
    return true;
}

static bool open_block(struct nginx_file *f, struct error *why)
{
    struct text name = words_at(&f->words, 0);
    if (text_ends(name, TEXT("_by_lua_block"))) {
        return nginx_skip_lua(f, why);
    }
    f->blocks++;
    bool stranger = text_same(name, TEXT("stream")) || text_same(name, TEXT("mail"));
    if (stranger && f->blocks == 1 && f->foreign == 0) {
        f->foreign = f->blocks;
    }
    return true;
}

static bool shut_block(struct nginx_file *f, struct config_place at, struct error *why)
{
    if (f->blocks == 0) {
        return config_error(why, at, "a } without its {");
    }
    if (f->foreign == f->blocks) {
        f->foreign = 0;
    }
    f->blocks--;
    return true;
}

static bool read_directives(struct nginx *n, struct nginx_file *f, struct error *why)
{
    for (;;) {
        struct config_place at = f->place;
        bool good = true;
        switch (nginx_take_directive(f, &at, why)) {
        case END_DIRECTIVE: good = f->words.count == 0 || take_known(n, f, at, why); break;
        case END_BLOCK_OPEN: good = open_block(f, why); break;
        case END_BLOCK_SHUT: good = shut_block(f, at, why); break;
        case END_ERROR: return false;
        case END_FILE:
            return f->blocks == 0 ||
                   config_error(why, f->place, "%u { not closed at the end of the file", f->blocks);
        }
        if (!good) {
            return false;
        }
    }
}

static bool read_file(struct nginx *n, const char *path, struct config_place from, bool foreign,
                      struct error *why)
{
    if (n->depth >= CONFIG_DEPTH) {
        return config_error(why, from, "includes nest deeper than %d files", CONFIG_DEPTH);
    }
    struct buf bytes = {0};
    bool good = config_slurp(n->build, from, path, &bytes, why);
    if (good) {
        struct nginx_file f = {.in = buf_text(&bytes), .place = {path, 1}, .inherited = foreign};
        n->depth++;
        good = read_directives(n, &f, why);
        n->depth--;
        words_done(&f.words);
    }
    buf_done(&bytes);
    return good;
}

bool config_read_nginx(struct config_build *b, const char *path, struct error *why)
{
    struct nginx n = {
        .build = b, .dir = config_directory(b->host, path), .prefix = config_prefix(b->host, path)};
    bool good = read_file(&n, path, (struct config_place){path, 0}, false, why);
    free(n.dir);
    free(n.prefix);
    return good;
}
