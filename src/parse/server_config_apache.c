/* Apache's configuration: lines, quoting, ${NAME}, includes and sections, and of all
 * directives only those about logs. Rules: Apache HTTP Server documentation, "Configuration
 * Files", "mod_log_config" and "core" (Include, Define, ServerRoot). */
#include "base/mem.h"
#include "base/safe.h"
#include "parse/server_config_build.h"
#include "parse/server_config_vars.h"
#include <stdlib.h>

struct apache {
    struct config_build *build;
    char *root; /* ServerRoot */
    struct vars vars;
    unsigned depth;     /* of includes */
    uint32_t scope;     /* the virtual host we are in; 0: none */
    uint32_t scopes;    /* virtual hosts so far */
    struct words words; /* of the directive at hand */
    struct buf word;    /* one of them before ${NAME} is replaced */
};

/* What a log uses that names no format: mod_log_config's own, which is common's. */
static const char own_format[] = "%h %l %u %t \"%r\" %>s %b";

/* Takes the next line off *rest with its continuations joined; counts the lines in *line. */
static bool take_line(struct text *rest, uint32_t *line, struct buf *out)
{
    struct text piece;
    buf_clear(out);
    bool any = false;
    while (text_split(rest, '\n', &piece)) {
        any = true;
        ++*line;
        if (piece.len > 0 && piece.at[piece.len - 1] == '\r') {
            piece.len--;
        }
        if (piece.len == 0 || piece.at[piece.len - 1] != '\\') {
            buf_add(out, piece);
            return true;
        }
        buf_add(out, text_cut(piece, 0, piece.len - 1));
    }
    return any;
}

/* Takes one word off the front: in quotes, \ before the quote or another \ goes; bare, \\ is
 * one \. A quote that is never closed runs to the end of the line, as in Apache. */
static struct text take_word(struct text text, struct buf *word)
{
    size_t i = 0;
    char quote = text.at[0] == '"' || text.at[0] == '\'' ? text.at[0] : '\0';
    i += quote != '\0';
    for (; i < text.len; i++) {
        char byte = text.at[i];
        char after = i + 1 < text.len ? text.at[i + 1] : '\0';
        if (quote ? byte == quote : byte == ' ' || byte == '\t') {
            i++;
            break;
        }
        if (byte == '\\' && (after == '\\' || (quote && after == quote))) {
            byte = after;
            i++;
        }
        buf_byte(word, byte);
    }
    return text_cut(text, i, text.len);
}

static bool check_vars(const struct apache *a, struct config_place at, struct error *why)
{
    return a->vars.given <= VARS_GIVEN_MOST ||
           config_error(why, at, "variables stand for more than %d MiB in all",
                        VARS_GIVEN_MOST / (1024 * 1024));
}

static void split_words(struct apache *a, struct text line)
{
    words_clear(&a->words);
    for (line = text_trim(line); line.len > 0; line = text_trim(line)) {
        buf_clear(&a->word);
        line = take_word(line, &a->word);
        words_open(&a->words);
        vars_expand(&a->vars, buf_text(&a->word), &a->words.bytes);
        words_shut(&a->words);
    }
}

/* LogFormat string [nickname]; without a nickname it is what TransferLog uses. */
static bool take_log_format(struct apache *a, struct config_place at, struct error *why)
{
    if (a->words.count < 2) {
        return config_error(why, at, "LogFormat takes a format and a nickname");
    }
    config_add_format(a->build, words_at(&a->words, 2), words_at(&a->words, 1), ESCAPE_APACHE,
                      a->scope);
    return true;
}

/* A pipe, syslog or a path with something unknown in it is no file that can be read. */
static void add_log(struct apache *a, struct text path, struct text format)
{
    if (path.len == 0 || path.at[0] == '|' || text_starts(path, TEXT("syslog")) ||
        text_find(path, '$', 0) < path.len) {
        return;
    }
    char *absolute = config_absolute(a->root, path);
    config_add_log(a->build, absolute, format, a->scope);
    free(absolute);
}

/* CustomLog file|pipe format|nickname [env=...|expr=...]. A format given in place has no
 * nickname: it is listed under its own text. */
static bool take_custom_log(struct apache *a, struct config_place at, struct error *why)
{
    if (a->words.count < 3) {
        return config_error(why, at, "%s takes a file and a format",
                            safe_str(words_at(&a->words, 0)));
    }
    struct text format = words_at(&a->words, 2);
    if (text_find(format, '%', 0) < format.len &&
        config_find_format(a->build, format, a->scope) == SIZE_MAX) {
        config_add_format(a->build, format, format, ESCAPE_APACHE, 0);
    }
    add_log(a, words_at(&a->words, 1), format);
    return true;
}

static bool take_transfer_log(struct apache *a, struct config_place at, struct error *why)
{
    if (a->words.count < 2) {
        return config_error(why, at, "TransferLog takes a file");
    }
    if (config_find_format(a->build, TEXT(""), a->scope) == SIZE_MAX) {
        config_add_format(a->build, TEXT(""), text_of(own_format), ESCAPE_APACHE, 0);
    }
    add_log(a, words_at(&a->words, 1), TEXT(""));
    return true;
}

static bool take_server_root(struct apache *a, struct config_place at, struct error *why)
{
    struct text root = words_at(&a->words, 1);
    if (root.len == 0) {
        return config_error(why, at, "ServerRoot takes a directory");
    }
    char *absolute = config_absolute(a->root, root);
    free(a->root);
    a->root = absolute;
    return true;
}

static bool take_define(struct apache *a, struct config_place at, struct error *why)
{
    if (a->words.count < 2) {
        return config_error(why, at, "Define takes a name");
    }
    vars_set(&a->vars, words_at(&a->words, 1), words_at(&a->words, 2));
    return true;
}

static bool read_file(struct apache *a, const char *path, struct config_place from,
                      struct error *why);

/* A directory stands for all that is in it, by name. */
static bool read_directory(struct apache *a, const char *path, struct config_place from,
                           struct error *why)
{
    const struct config_host *host = a->build->host;
    struct config_files names = {0};
    bool good = host->names(host->self, path, &names) ||
                config_error(why, from, "cannot read the directory %s", safe_str(text_of(path)));
    for (size_t i = 0; good && i < names.count; i++) {
        char *inner = config_absolute(path, text_of(names.list[i]));
        good = read_file(a, inner, from, why);
        free(inner);
    }
    config_files_done(&names);
    return good;
}

static bool include(struct apache *a, struct config_place at, bool optional, struct error *why)
{
    const struct config_host *host = a->build->host;
    char *pattern = config_absolute(a->root, words_at(&a->words, 1));
    struct config_files files = config_glob(host, pattern);
    bool good = true;
    for (size_t i = 0; good && i < files.count; i++) {
        if (!optional || host->is_there(host->self, files.list[i])) {
            good = read_file(a, files.list[i], at, why);
        }
    }
    config_files_done(&files);
    free(pattern);
    return good;
}

static bool take_include(struct apache *a, struct config_place at, struct error *why)
{
    return a->words.count == 2 ? include(a, at, false, why)
                               : config_error(why, at, "Include takes one path");
}

static bool take_include_optional(struct apache *a, struct config_place at, struct error *why)
{
    return a->words.count == 2 ? include(a, at, true, why)
                               : config_error(why, at, "IncludeOptional takes one path");
}

/* Formats in a virtual host are its own; other sections are just entered. */
static bool take_host_begin(struct apache *a, struct config_place at, struct error *why)
{
    if (a->scope != 0) {
        return config_error(why, at, "a <VirtualHost> inside another");
    }
    a->scope = ++a->scopes;
    return true;
}

static bool take_host_end(struct apache *a, struct config_place at, struct error *why)
{
    if (a->scope == 0) {
        return config_error(why, at, "a </VirtualHost> without its beginning");
    }
    a->scope = 0;
    return true;
}

static const struct {
    const char *name;
    bool (*take)(struct apache *, struct config_place, struct error *);
} directives[] = {
    {"LogFormat", take_log_format},    {"CustomLog", take_custom_log},
    {"GlobalLog", take_custom_log},    {"TransferLog", take_transfer_log},
    {"ServerRoot", take_server_root},  {"Define", take_define},
    {"Include", take_include},         {"IncludeOptional", take_include_optional},
    {"<VirtualHost", take_host_begin}, {"<VirtualHost>", take_host_begin},
    {"</VirtualHost>", take_host_end},
};

static bool take_directive(struct apache *a, struct text line, struct config_place at,
                           struct error *why)
{
    line = text_trim(line);
    if (line.len == 0 || line.at[0] == '#') {
        return true;
    }
    split_words(a, line);
    if (!check_vars(a, at, why)) {
        return false;
    }
    struct text name = words_at(&a->words, 0);
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (text_same_caseless(name, text_of(directives[i].name))) {
            return directives[i].take(a, at, why);
        }
    }
    return true;
}

static bool read_lines(struct apache *a, struct text rest, const char *path, struct error *why)
{
    struct buf line = {0};
    uint32_t lines = 0;
    uint32_t scope = a->scope;
    bool good = true;
    for (;;) {
        struct config_place at = {path, lines + 1};
        if (!good || !take_line(&rest, &lines, &line)) {
            break;
        }
        good = take_directive(a, buf_text(&line), at, why);
    }
    buf_done(&line);
    if (good && a->scope != 0 && scope == 0) {
        return config_error(why, (struct config_place){path, lines},
                            "a <VirtualHost> is not closed at the end of the file");
    }
    return good;
}

static bool read_file(struct apache *a, const char *path, struct config_place from,
                      struct error *why)
{
    if (a->depth >= CONFIG_DEPTH) {
        return config_error(why, from, "includes nest deeper than %d files", CONFIG_DEPTH);
    }
    const struct config_host *host = a->build->host;
    struct buf bytes = {0};
    bool good;
    a->depth++;
    if (host->is_directory(host->self, path)) {
        good = read_directory(a, path, from, why);
    } else {
        good = config_slurp(a->build, from, path, &bytes, why) &&
               read_lines(a, buf_text(&bytes), path, why);
    }
    a->depth--;
    buf_done(&bytes);
    return good;
}

/* Debian's start script sets variables from the file envvars beside the main one. */
static bool read_envvars(struct apache *a, const char *path, struct error *why)
{
    const struct config_host *host = a->build->host;
    char *dir = config_directory(host, path);
    char *file = config_absolute(dir, TEXT("envvars"));
    struct buf bytes = {0};
    bool good = true;
    if (host->is_there(host->self, file)) {
        good = config_slurp(a->build, (struct config_place){file, 0}, file, &bytes, why);
        vars_read_shell(&a->vars, buf_text(&bytes));
        good = good && check_vars(a, (struct config_place){file, 1}, why);
    }
    buf_done(&bytes);
    free(file);
    free(dir);
    return good;
}

bool config_read_apache(struct config_build *b, const char *path, struct error *why)
{
    struct apache a = {.build = b, .root = config_prefix(b->host, path)};
    bool good =
        read_envvars(&a, path, why) && read_file(&a, path, (struct config_place){path, 0}, why);
    free(a.root);
    vars_done(&a.vars);
    words_done(&a.words);
    buf_done(&a.word);
    return good;
}
