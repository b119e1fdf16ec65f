/* site.h - the made-up web site: its sections, and the URLs in them with how they answer.
 *
 * Owns all strings. Constant after site_new(): the same arguments make the same site.
 * Thread: any. */
#ifndef SPATE_LOGGEN_SITE_H
#define SPATE_LOGGEN_SITE_H

#include "base/text.h"
#include "loggen/random.h"
#include <stdint.h>

enum section_kind { SECTION_PAGES, SECTION_ASSETS, SECTION_API, SECTION_ADMIN };
#define SECTION_KINDS 4

/* How a URL answers when nothing is wrong with the server. */
enum fate { FATE_OK, FATE_MOVED, FATE_FOUND, FATE_GONE, FATE_DENIED, FATE_BROKEN };

struct url {
    uint32_t path_at; /* in the site's bytes */
    uint16_t path_len;
    uint8_t fate;  /* enum fate */
    uint8_t media; /* for site_media() */
    uint32_t section;
    uint32_t bytes; /* of the body when it is sent */
};

#define SITE_SECTIONS_MAX 100000
#define SITE_URLS_MAX     10000000

struct site;

/* `urls` distinct paths in `sections` sections; sections at most urls. */
struct site *site_new(uint64_t seed, uint32_t sections, uint32_t urls);
void site_free(struct site *site);

/* Whether there is a section of that kind; a small site lacks some. There are pages always. */
bool site_has(const struct site *site, enum section_kind kind);

/* Draws by popularity: a section of that kind (which must exist), a URL in a section. */
uint32_t site_section(const struct site *site, enum section_kind kind, struct random *random);
const struct url *site_url(const struct site *site, uint32_t section, struct random *random);

/* Draws without regard to popularity, as a crawler does that takes every link once. */
const struct url *site_any_url(const struct site *site, struct random *random);

enum section_kind site_kind(const struct site *site, uint32_t section);
struct text site_path(const struct site *site, const struct url *url);
struct text site_media(const struct url *url); /* content type */
struct text site_vhost(const struct site *site, uint32_t section);

#endif
