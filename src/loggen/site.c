#include "loggen/site.h"

#include "base/buf.h"
#include "base/mem.h"
#include "loggen/pick.h"
#include "loggen/spread.h"
#include "loggen/words.h"
#include <stdlib.h>

struct section {
    uint32_t first, count; /* in urls */
    uint32_t salt;
    uint8_t kind, vhost;
    struct pick popular;
};

struct site {
    struct buf bytes; /* all paths, one behind the other */
    struct url *urls;
    uint32_t url_count, section_count;
    struct pick_cell *url_cells;
    struct section *sections;
    uint32_t *by_kind[SECTION_KINDS]; /* the sections of each kind */
    struct pick_cell *kind_cells[SECTION_KINDS];
    struct pick kinds[SECTION_KINDS];
};

enum media {
    MEDIA_HTML,
    MEDIA_JSON,
    MEDIA_CSS,
    MEDIA_JS,
    MEDIA_PNG,
    MEDIA_JPEG,
    MEDIA_SVG,
    MEDIA_WEBP,
    MEDIA_FONT,
    MEDIA_MP4
};

static const struct media_row {
    const char *suffix, *type;
    uint32_t median; /* bytes */
    unsigned weight; /* among assets */
} medias[] = {
    [MEDIA_HTML] = {".html", "text/html; charset=utf-8", 9000, 0},
    [MEDIA_JSON] = {"", "application/json", 900, 0},
    [MEDIA_CSS] = {".css", "text/css", 8000, 16},
    [MEDIA_JS] = {".js", "text/javascript", 22000, 22},
    [MEDIA_PNG] = {".png", "image/png", 14000, 20},
    [MEDIA_JPEG] = {".jpg", "image/jpeg", 48000, 20},
    [MEDIA_SVG] = {".svg", "image/svg+xml", 1800, 8},
    [MEDIA_WEBP] = {".webp", "image/webp", 26000, 8},
    [MEDIA_FONT] = {".woff2", "font/woff2", 24000, 5},
    [MEDIA_MP4] = {".mp4", "video/mp4", 1500000, 1},
};
#define MEDIAS (sizeof(medias) / sizeof(medias[0]))

static const char *const vhosts[] = {"example.com", "www.example.com", "shop.example.com",
                                     "api.example.com", "blog.example.org"};

/* Of 1,000 URLs, from the fourth of a section on: the most popular ones work. */
static const struct {
    enum fate fate;
    uint32_t permille;
} fates[] = {
    {FATE_MOVED, 25}, {FATE_FOUND, 12}, {FATE_GONE, 30}, {FATE_DENIED, 6}, {FATE_BROKEN, 5}};

static enum fate draw_fate(struct random *r, uint32_t rank)
{
    uint32_t draw = random_below(r, 1000);
    for (size_t i = 0; rank > 3 && i < sizeof(fates) / sizeof(fates[0]); i++) {
        if (draw < fates[i].permille)
            return fates[i].fate;
        draw -= fates[i].permille;
    }
    return FATE_OK;
}

static enum media draw_media(struct random *r, enum section_kind kind)
{
    if (kind != SECTION_ASSETS)
        return kind == SECTION_API ? MEDIA_JSON : MEDIA_HTML;
    uint32_t draw = random_below(r, 100);
    for (size_t i = 0; i < MEDIAS; i++) {
        if (draw < medias[i].weight)
            return (enum media)i;
        draw -= medias[i].weight;
    }
    return MEDIA_PNG;
}

/* Pages come in the shapes that real sites mix. Each holds the slug, which is unique. */
static void add_page(struct buf *out, uint32_t rank, uint32_t salt)
{
    switch ((rank * 7 + salt) % 10) {
    case 0:
        buf_printf(out, "%u/%02u/", 2015 + (rank + salt) % 10, 1 + rank % 12);
        words_slug(out, rank, salt);
        break;
    case 1:
        buf_str(out, words_one(salt + rank % 8));
        buf_byte(out, '/');
        words_slug(out, rank, salt);
        buf_str(out, ".html");
        break;
    case 2: buf_printf(out, "view.php?id=%u", rank + 1); break;
    case 3:
        words_slug(out, rank, salt);
        buf_printf(out, "?page=%u", 2 + rank % 9);
        break;
    case 4:
        buf_str(out, "?q=");
        words_slug(out, rank, salt);
        buf_str(out, rank % 3 ? "" : "+caf%C3%A9");
        break;
    default: words_slug(out, rank, salt); buf_str(out, rank % 4 ? "" : "/");
    }
}

static void add_call(struct buf *out, uint32_t rank, uint32_t salt)
{
    buf_str(out, words_one(salt + rank % 12));
    if (rank % 3)
        buf_printf(out, "s/%u", rank + 1);
    else
        buf_printf(out, "s?limit=50&offset=%u", 50 * rank);
}

static void add_path(struct buf *out, const struct section *s, struct text name, uint32_t rank,
                     enum media media)
{
    buf_byte(out, '/');
    buf_add(out, name);
    if (rank == 0 && s->kind != SECTION_ASSETS)
        return;          /* the home page, or the section's front page */
    if (name.len == 0) { /* a site of one section */
        buf_str(out, "?q=");
        words_slug(out, rank, s->salt);
        return;
    }
    buf_byte(out, '/');
    if (s->kind == SECTION_ASSETS) {
        words_slug(out, rank, s->salt);
        if (media == MEDIA_CSS || media == MEDIA_JS)
            buf_printf(out, ".%06x", (rank * 0x9e3779b1U + s->salt) & 0xffffff);
        buf_str(out, medias[media].suffix);
    } else if (s->kind == SECTION_API) {
        add_call(out, rank, s->salt);
    } else {
        add_page(out, rank, s->salt);
    }
}

static void add_urls(struct site *site, uint32_t section, struct text name, struct random *r)
{
    struct section *s = &site->sections[section];
    struct spread sizes = spread_make(1.28);
    for (uint32_t rank = 0; rank < s->count; rank++) {
        enum media media = draw_media(r, s->kind);
        size_t start = site->bytes.len;
        add_path(&site->bytes, s, name, rank, media);
        double size = spread_around(&sizes, medias[media].median, random_next(r), random_next(r));
        site->urls[s->first + rank] = (struct url){
            .path_at = (uint32_t)start,
            .path_len = (uint16_t)(site->bytes.len - start),
            .fate = (uint8_t)draw_fate(r, rank),
            .media = (uint8_t)media,
            .section = section,
            .bytes = (uint32_t)(size < 35    ? 35
                                : size > 4e9 ? 4e9
                                             : size),
        };
    }
    s->popular = pick_zipf(site->url_cells + s->first, s->count, 0.5);
}

/* How many URLs lie in the section of that rank: popular ones are larger, but less than they are
 * popular. The last takes what is left; the home page is one. */
static uint32_t share_of(uint32_t rank, uint32_t sections, uint32_t left)
{
    uint32_t others = sections - rank - 1;
    if (others == 0)
        return left;
    if (rank == 0)
        return 1;
    uint32_t spare = left - others; /* each of the others needs one */
    double share = (double)spare / (1 + others * 0.6);
    return share < 1 ? 1 : (uint32_t)share;
}

static void add_section(struct site *site, uint32_t rank, uint32_t first, uint32_t count,
                        struct random *r)
{
    struct buf name = {0};
    struct section *s = &site->sections[rank];
    *s = (struct section){.first = first, .count = count};
    s->kind = (uint8_t)words_section(&name, rank);
    s->salt = (uint32_t)(random_next(r) >> 40);
    uint32_t host = random_below(r, sizeof(vhosts) / sizeof(vhosts[0]));
    s->vhost = (uint8_t)(s->kind == SECTION_API ? 3 : rank < 12 ? 0 : host);
    add_urls(site, rank, buf_text(&name), r);
    buf_done(&name);
}

static void list_kinds(struct site *site)
{
    double *weights = mem_new(site->section_count, sizeof(*weights));
    for (int kind = 0; kind < SECTION_KINDS; kind++) {
        uint32_t count = 0;
        uint32_t *list = mem_new(site->section_count, sizeof(*list));
        for (uint32_t i = 0; i < site->section_count; i++)
            if (site->sections[i].kind == kind) {
                weights[count] = 1 / (i + 1.5);
                list[count++] = i;
            }
        site->by_kind[kind] = list;
        site->kind_cells[kind] = mem_new(count ? count : 1, sizeof(struct pick_cell));
        if (count > 0)
            site->kinds[kind] = pick_make(site->kind_cells[kind], weights, count);
    }
    free(weights);
}

struct site *site_new(uint64_t seed, uint32_t sections, uint32_t urls)
{
    struct random r = random_start(seed, 1);
    struct site *site = mem_new(1, sizeof(*site));
    site->section_count = sections;
    site->url_count = urls;
    site->sections = mem_new(sections, sizeof(*site->sections));
    site->urls = mem_new(urls, sizeof(*site->urls));
    site->url_cells = mem_new(urls, sizeof(*site->url_cells));
    uint32_t first = 0;
    for (uint32_t rank = 0; rank < sections; rank++) {
        uint32_t count = share_of(rank, sections, urls - first);
        add_section(site, rank, first, count, &r);
        first += count;
    }
    list_kinds(site);
    return site;
}

void site_free(struct site *site)
{
    if (!site)
        return;
    for (int kind = 0; kind < SECTION_KINDS; kind++) {
        free(site->by_kind[kind]);
        free(site->kind_cells[kind]);
    }
    buf_done(&site->bytes);
    free(site->sections);
    free(site->urls);
    free(site->url_cells);
    free(site);
}

bool site_has(const struct site *site, enum section_kind kind)
{
    return site->kinds[kind].count > 0;
}

uint32_t site_section(const struct site *site, enum section_kind kind, struct random *random)
{
    return site->by_kind[kind][pick_draw(&site->kinds[kind], random_next(random))];
}

const struct url *site_url(const struct site *site, uint32_t section, struct random *random)
{
    const struct section *s = &site->sections[section];
    return &site->urls[s->first + pick_draw(&s->popular, random_next(random))];
}

const struct url *site_any_url(const struct site *site, struct random *random)
{
    return &site->urls[random_below(random, site->url_count)];
}

enum section_kind site_kind(const struct site *site, uint32_t section)
{
    return (enum section_kind)site->sections[section].kind;
}

struct text site_path(const struct site *site, const struct url *url)
{
    return text_make(site->bytes.at + url->path_at, url->path_len);
}

struct text site_media(const struct url *url)
{
    return text_of(medias[url->media].type);
}

struct text site_vhost(const struct site *site, uint32_t section)
{
    return text_of(vhosts[site->sections[section].vhost]);
}
