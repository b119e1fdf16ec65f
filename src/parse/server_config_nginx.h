/* server_config_nginx.h - the words of nginx's configuration language.
 *
 * Private to parse/server_config_nginx*. A nginx_file is one file being read; it owns only its
 * words (words_done), the bytes are the caller's. */
#ifndef SPATE_PARSE_SERVER_CONFIG_NGINX_H
#define SPATE_PARSE_SERVER_CONFIG_NGINX_H

#include "parse/server_config_build.h"

struct nginx_file {
    struct text in;
    size_t at;
    struct config_place place;
    unsigned blocks;  /* open in this file */
    unsigned foreign; /* blocks count at which stream or mail was entered; 0: not */
    bool inherited;   /* the whole file is included inside stream or mail */
    struct words words;
};

enum nginx_end { END_DIRECTIVE, END_BLOCK_OPEN, END_BLOCK_SHUT, END_FILE, END_ERROR };

/* Reads the words of the next directive up to what ends it: `;`, `{`, or a lone `}`. *began is
 * where its first word stands. */
enum nginx_end nginx_take_directive(struct nginx_file *f, struct config_place *began,
                                    struct error *why);

/* Steps over a block of Lua, whose { has just been read, to behind its }. */
bool nginx_skip_lua(struct nginx_file *f, struct error *why);

#endif
