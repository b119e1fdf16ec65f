#include "loggen/traffic.h"

#include "base/mem.h"
#include "loggen/agents.h"
#include "loggen/odd.h"
#include "loggen/site.h"
#include "loggen/spread.h"
#include "loggen/trouble.h"
#include "loggen/visitors.h"
#include <stdlib.h>

struct session {
    const struct visitor *who;   /* NULL: over */
    const struct url *page;      /* where the visitor is */
    const struct url *came_from; /* the page before it */
    uint16_t requests_left;
    uint8_t assets_left; /* of the page */
    uint8_t step;        /* of a scanner's list, of a crawler's start */
    bool returning;      /* has the assets in its cache */
    bool http2;
};

struct traffic {
    struct agents *agents;
    struct visitors *visitors;
    struct site *site;
    struct odd *odd;
    struct session *sessions;
    uint32_t session_count, current;
    uint32_t odd_below; /* of 2^32 */
    struct random random;
    struct spread times;
    struct trouble trouble;
};

static const struct text http10 = {"HTTP/1.0", 8}, http11 = {"HTTP/1.1", 8},
                         http2 = {"HTTP/2.0", 8};
static const struct text get = {"GET", 3}, head = {"HEAD", 4}, post = {"POST", 4};

/* ---- What all kinds of visitors share ---- */

static void set_duration(struct traffic *t, struct hit *hit, double median_us)
{
    double us =
        spread_around(&t->times, median_us, random_next(&t->random), random_next(&t->random));
    hit->duration_us = us < 50 ? 50 : us > 3e8 ? 300000000 : (uint32_t)us;
}

static const char *const user_names[] = {"frank", "maria", "deploy", "j.smith", "alice", "backup"};

/* Fills in how the URL answers; the caller may still change it. */
static void ask(struct traffic *t, struct hit *hit, const struct session *s, const struct url *url)
{
    static const struct {
        uint16_t status;
        uint16_t bytes; /* 0: the URL's own */
    } answers[] = {[FATE_OK] = {200, 0},      [FATE_MOVED] = {301, 242},  [FATE_FOUND] = {302, 218},
                   [FATE_GONE] = {404, 1245}, [FATE_DENIED] = {403, 276}, [FATE_BROKEN] = {200, 0}};
    enum section_kind kind = site_kind(t->site, url->section);
    hit->method = get;
    hit->target = site_path(t->site, url);
    hit->protocol = s->http2 ? http2 : http11;
    hit->media = site_media(url);
    hit->vhost = site_vhost(t->site, url->section);
    hit->port = s->http2 || s->who->number % 8 ? 443 : 80;
    hit->status = answers[url->fate].status;
    hit->bytes = url->bytes;
    if (answers[url->fate].bytes) {
        hit->bytes = answers[url->fate].bytes;
        hit->media = TEXT("text/html; charset=utf-8");
    }
    set_duration(t, hit, kind == SECTION_ASSETS ? 400 : kind == SECTION_API ? 18000 : 45000);
    if (url->fate == FATE_BROKEN && random_chance(&t->random, 150))
        hit->status = 500, hit->bytes = 532;
    if (kind != SECTION_ASSETS)
        trouble_change(&t->trouble, hit);
}

static void not_modified(struct hit *hit)
{
    if (hit->status == 200)
        hit->status = 304, hit->bytes = 0;
}

static void refer(struct traffic *t, struct hit *hit, const struct url *from)
{
    static const struct text sites[] = {
        {"https://example.com", 19},      {"https://www.example.com", 23},
        {"https://shop.example.com", 24}, {"https://api.example.com", 23},
        {"https://blog.example.org", 24},
    };
    struct text host = site_vhost(t->site, from->section);
    for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
        if (text_ends(sites[i], host) && sites[i].len == host.len + 8)
            hit->referrer_site = sites[i];
    hit->referrer_path = site_path(t->site, from);
}

/* ---- People with browsers ---- */

static const char *const entries[] = {"https://www.google.com/",   "https://www.google.com/",
                                      "https://www.bing.com/",     "https://duckduckgo.com/",
                                      "https://news.example.net/", "https://t.co/4xAmpLe1"};

static const struct url *next_page(struct traffic *t, const struct session *s)
{
    struct random *r = &t->random;
    if (s->page && random_chance(r, 600))
        return site_url(t->site, s->page->section, r);
    enum section_kind kind = SECTION_PAGES;
    if (s->who->number % 16 == 2 && site_has(t->site, SECTION_ADMIN))
        kind = SECTION_ADMIN;
    return site_url(t->site, site_section(t->site, kind, r), r);
}

static void load_page(struct traffic *t, struct session *s, struct hit *hit)
{
    struct random *r = &t->random;
    s->came_from = s->page;
    s->page = next_page(t, s);
    s->requests_left--;
    ask(t, hit, s, s->page);
    if (s->came_from)
        refer(t, hit, s->came_from);
    else if (random_chance(r, 400))
        hit->referrer_site = text_of(entries[random_below(r, 6)]);
    if (site_kind(t->site, s->page->section) == SECTION_ADMIN) {
        hit->user = text_of(user_names[s->who->number / 16 % 6]);
        if (!s->came_from && hit->status == 200)
            hit->status = 401, hit->bytes = 381, hit->user = text_make(NULL, 0);
    } else if (s->came_from && hit->status == 200 && random_chance(r, 25)) {
        hit->method = post;
        hit->status = random_chance(r, 700) ? 302 : 200;
    } else if (s->returning && random_chance(r, 60)) {
        not_modified(hit);
    }
    s->assets_left = hit->status == 200 ? (uint8_t)random_below(r, s->came_from ? 4 : 9) : 0;
}

static void load_asset(struct traffic *t, struct session *s, struct hit *hit)
{
    struct random *r = &t->random;
    bool call = random_chance(r, 120) && site_has(t->site, SECTION_API);
    enum section_kind kind = call ? SECTION_API : SECTION_ASSETS;
    s->assets_left--;
    ask(t, hit, s, site_url(t->site, site_section(t->site, kind, r), r));
    if (random_chance(r, 300)) /* the rest has a policy against referrers */
        refer(t, hit, s->page);
    if (s->returning && !call && random_chance(r, 450))
        not_modified(hit);
    else if (hit->status == 200 && hit->bytes > 1000000)
        hit->status = 206, hit->bytes = 1048576;
}

static void browse(struct traffic *t, struct session *s, struct hit *hit)
{
    if (s->page && s->assets_left > 0 && site_has(t->site, SECTION_ASSETS)) {
        load_asset(t, s, hit);
        return;
    }
    load_page(t, s, hit);
}

/* ---- Machines ---- */

static void crawl(struct traffic *t, struct session *s, struct hit *hit)
{
    s->requests_left--;
    ask(t, hit, s, site_any_url(t->site, &t->random));
    if (s->step == 0) {
        s->step = 1;
        hit->target = TEXT("/robots.txt");
        hit->status = 200;
        hit->bytes = 178;
        hit->media = TEXT("text/plain");
    } else if (random_chance(&t->random, 200)) {
        not_modified(hit);
    }
}

static void call(struct traffic *t, struct session *s, struct hit *hit)
{
    static const struct {
        struct text method;
        uint32_t permille;
        uint16_t status;
    } verbs[] = {{{"GET", 3}, 720, 200},   {{"POST", 4}, 180, 201},   {{"PUT", 3}, 50, 200},
                 {{"DELETE", 6}, 20, 204}, {{"OPTIONS", 7}, 20, 204}, {{"PATCH", 5}, 10, 200}};
    struct random *r = &t->random;
    bool api = site_has(t->site, SECTION_API);
    s->requests_left--;
    ask(t, hit, s,
        site_url(t->site, site_section(t->site, api ? SECTION_API : SECTION_PAGES, r), r));
    uint32_t draw = random_below(r, 1000), verb = 0;
    while (draw >= verbs[verb].permille)
        draw -= verbs[verb++].permille;
    hit->method = verbs[verb].method;
    if (hit->status == 200)
        hit->status = random_chance(r, 8) ? 429 : verbs[verb].status;
    if (hit->status == 204)
        hit->bytes = 0;
    if (s->who->number % 3 == 0)
        hit->user = text_of(user_names[s->who->number % 6]);
}

static void scan(struct traffic *t, struct session *s, struct hit *hit)
{
    static const struct {
        struct text target;
        uint16_t status;
    } holes[] = {{{"/wp-login.php", 13}, 404},
                 {{"/xmlrpc.php", 11}, 404},
                 {{"/.env", 5}, 403},
                 {{"/.git/config", 12}, 403},
                 {{"/wp-content/plugins/hello.php", 29}, 404},
                 {{"/phpmyadmin/index.php", 21}, 404},
                 {{"/admin/config.php", 17}, 404},
                 {{"/cgi-bin/.%2e/.%2e/.%2e/bin/sh", 30}, 400},
                 {{"/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", 51}, 404},
                 {{"/actuator/health", 16}, 404},
                 {{"/boaform/admin/formLogin", 24}, 404},
                 {{"//wp-includes/wlwmanifest.xml", 29}, 404}};
    struct random *r = &t->random;
    s->requests_left--;
    ask(t, hit, s, site_any_url(t->site, r));
    uint32_t hole = s->who->number % 2 ? s->step++ % 12 : 0; /* or guesses at passwords */
    hit->target = holes[hole].target;
    hit->status = holes[hole].status;
    hit->bytes = hit->status == 404 ? 1245 : hit->status == 403 ? 276 : 226;
    hit->protocol = random_chance(r, 300) ? http10 : http11;
    hit->media = TEXT("text/html; charset=utf-8");
    if (hole == 0 && !random_chance(r, 200))
        hit->method = post;
    set_duration(t, hit, 2500);
}

static void probe(struct traffic *t, struct session *s, struct hit *hit)
{
    s->requests_left = 0;
    ask(t, hit, s, site_any_url(t->site, &t->random));
    bool health = s->who->number % 128 != 7;
    hit->target = health ? TEXT("/health") : TEXT("/");
    hit->method = health ? get : head;
    hit->status = 200;
    hit->bytes = health ? 15 : 0;
    hit->media = TEXT("text/plain");
    set_duration(t, hit, 800);
    trouble_change(&t->trouble, hit);
    if (!health)
        hit->bytes = 0;
}

/* ---- Sessions ---- */

static void (*const ways[AGENT_KINDS])(struct traffic *, struct session *, struct hit *) = {
    [AGENT_BROWSER] = browse, [AGENT_CRAWLER] = crawl, [AGENT_CLIENT] = call,
    [AGENT_SCANNER] = scan,   [AGENT_MONITOR] = probe,
};

/* How many requests, or pages with a browser: 1 and more, falling off by halves of `usual`. */
static uint16_t session_length(struct random *r, uint32_t usual)
{
    uint32_t length = 1;
    while (length < 60000 && !random_chance(r, 1000 / usual))
        length++;
    return (uint16_t)length;
}

static void begin(struct traffic *t, struct session *s)
{
    static const uint32_t usual[AGENT_KINDS] = {3, 12, 18, 6, 1};
    struct random *r = &t->random;
    *s = (struct session){.who = visitors_draw(t->visitors, r)};
    s->requests_left = session_length(r, usual[s->who->kind]);
    s->returning = random_chance(r, 350);
    s->http2 = s->who->kind == AGENT_BROWSER && s->who->number % 5 < 3;
}

/* A browser asks for a page's assets in one go, so the last session often goes on. */
static struct session *choose(struct traffic *t)
{
    struct session *s = &t->sessions[t->current];
    if (s->assets_left == 0 || random_chance(&t->random, 250)) {
        t->current = random_below(&t->random, t->session_count);
        s = &t->sessions[t->current];
    }
    if (!s->who || (s->requests_left == 0 && s->assets_left == 0))
        begin(t, s);
    return s;
}

void traffic_next(struct traffic *t, struct hit *hit)
{
    struct session *s = choose(t);
    *hit = (struct hit){0};
    trouble_step(&t->trouble, &t->random);
    hit->host = text_make(s->who->host, s->who->host_len);
    hit->client_port = (uint16_t)(1024 + random_below(&t->random, 64000));
    hit->agent = agents_text(t->agents, s->who->agent);
    ways[s->who->kind](t, s, hit);
    if (t->odd && (uint32_t)random_next(&t->random) < t->odd_below)
        odd_change(t->odd, hit, &t->random);
}

struct traffic *traffic_new(const struct traffic_plan *plan)
{
    struct traffic *t = mem_new(1, sizeof(*t));
    t->agents = agents_new();
    t->visitors = visitors_new(plan->seed, plan->visitors, t->agents);
    t->site = site_new(plan->seed, plan->sections, plan->urls);
    t->odd = plan->odd > 0 ? odd_new(plan->json) : NULL;
    t->odd_below = plan->odd >= 1 ? UINT32_MAX : (uint32_t)(plan->odd * 4294967296.0);
    t->session_count = plan->sessions;
    t->sessions = mem_new(plan->sessions, sizeof(*t->sessions));
    t->random = random_start(plan->seed, 3);
    t->times = spread_make(1.25);
    return t;
}

void traffic_free(struct traffic *t)
{
    if (!t)
        return;
    odd_free(t->odd);
    agents_free(t->agents);
    visitors_free(t->visitors);
    site_free(t->site);
    free(t->sessions);
    free(t);
}
