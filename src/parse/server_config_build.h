/* server_config_build.h - what the readers of nginx's and Apache's configuration share:
 * the words of a directive, files and globs, and the result under construction.
 *
 * Private to parse/server_config*. One thread; every struct is owned by its caller. */
#ifndef SPATE_PARSE_SERVER_CONFIG_BUILD_H
#define SPATE_PARSE_SERVER_CONFIG_BUILD_H

#include "base/buf.h"
#include "parse/server_config.h"
#include "parse/server_config_host.h"
#include "parse/server_config_names.h"
#include <stdint.h>

/* Where in the configuration something stands, for explanations. */
struct config_place {
    const char *file;
    uint32_t line;
};

/* "file:line: ..." into *why; returns false. Foreign bytes must be made safe first. */
bool config_error(struct error *why, struct config_place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The words of one directive, quoting taken off. `= {0}` and words_done(). */
struct words {
    struct buf bytes;
    struct word {
        size_t at, len;
    } * list;
    size_t count, cap;
};

void words_clear(struct words *w);
void words_done(struct words *w);
void words_open(struct words *w); /* a new word, empty as yet; bytes go to w->bytes */
void words_shut(struct words *w); /* the word ends where bytes end */
struct text words_at(const struct words *w, size_t index);

/* The result under construction. A format belongs to a scope (0: the whole server; others: one
 * virtual host); logs name their format, and names are looked up when everything is read. */
struct config_build {
    struct server_config *into;
    const struct config_host *host;
    struct names formats; /* numbered as into->formats */
    struct config_log {
        char *path, *format;
        uint32_t scope;
    } * logs;
    size_t log_count, log_cap, format_cap;
    size_t files, bytes; /* read so far, all includes counted */
};

/* A later format of the same name and scope replaces the earlier one. */
void config_add_format(struct config_build *b, struct text name, struct text string,
                       enum escape escape, uint32_t scope);
/* `path` must be absolute; what cannot be read back (devices) is left out. */
void config_add_log(struct config_build *b, const char *path, struct text format, uint32_t scope);

/* Index of a format by name as seen from a scope; SIZE_MAX when there is none. */
size_t config_find_format(const struct config_build *b, struct text name, uint32_t scope);

/* Reads a whole configuration file. False with `at` and the reason in *why. */
bool config_slurp(struct config_build *b, struct config_place at, const char *path, struct buf *out,
                  struct error *why);

/* `path` itself when absolute, else dir/path. Free the result. */
char *config_absolute(const char *dir, struct text path);
/* The directory of a file. Free the result. */
char *config_directory(const struct config_host *host, const char *file);
/* Where relative paths of a server begin whose main file this is: the file's directory, or the
 * one above when that is called "conf" (both servers' own layout). Free the result. */
char *config_prefix(const struct config_host *host, const char *file);

/* The files of a glob in order; without a wildcard the path itself. */
struct config_files config_glob(const struct config_host *host, const char *pattern);

/* Bytes: of all files together. */
enum { CONFIG_DEPTH = 16, CONFIG_FILES = 4096, CONFIG_BYTES = 16 * 1024 * 1024 };

/* As server_config_read(), with files from elsewhere. */
bool server_config_read_from(struct server_config *c, const struct config_host *host,
                             enum server_kind kind, const char *path, struct error *why);

/* The readers. */
bool config_read_nginx(struct config_build *b, const char *path, struct error *why);
bool config_read_apache(struct config_build *b, const char *path, struct error *why);

#endif
