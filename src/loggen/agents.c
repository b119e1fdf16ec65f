#include "loggen/agents.h"

#include "base/buf.h"
#include "base/mem.h"
#include "loggen/pick.h"
#include <stdlib.h>

/* `pattern` has %o for a platform and %v for a version. Every platform meets every version;
 * the newest version is the most used, by Zipf's law. */
struct family {
    enum agent_kind kind;
    unsigned weight; /* among its kind */
    const char *pattern;
    const char *const *platforms; /* ended by NULL; NULL: none */
    unsigned newest, versions;
};

static const char *const desktops[] = {
    "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64",
    "X11; CrOS x86_64 14541.0.0",  "Windows NT 6.1; Win64; x64",        NULL};
static const char *const fox_desktops[] = {
    "Windows NT 10.0; Win64; x64",     "X11; Linux x86_64",          "X11; Ubuntu; Linux x86_64",
    "Macintosh; Intel Mac OS X 10.15", "Windows NT 6.1; Win64; x64", NULL};
static const char *const phones[] = {"10; K",
                                     "13; SM-S911B",
                                     "14; Pixel 7",
                                     "12; M2101K6G",
                                     "11; moto g(30)",
                                     "13; SM-A536B",
                                     "14; SM-S921U",
                                     "9; SM-J530F",
                                     "12; RMX3085",
                                     "8.1.0; Nexus 5X",
                                     NULL};
static const char *const apples[] = {"iPhone; CPU iPhone OS 17_4 like Mac OS X",
                                     "iPhone; CPU iPhone OS 16_6_1 like Mac OS X",
                                     "iPad; CPU OS 16_6 like Mac OS X",
                                     "iPhone; CPU iPhone OS 15_8 like Mac OS X",
                                     "iPhone; CPU iPhone OS 12_5_7 like Mac OS X",
                                     NULL};

#define WEBKIT " AppleWebKit/537.36 (KHTML, like Gecko) "

static const struct family families[] = {
    {AGENT_BROWSER, 260, "Mozilla/5.0 (%o)" WEBKIT "Chrome/%v.0.0.0 Safari/537.36", desktops, 131,
     60},
    {AGENT_BROWSER, 150,
     "Mozilla/5.0 (Linux; Android %o)" WEBKIT "Chrome/%v.0.0.0 Mobile Safari/537.36", phones, 131,
     50},
    {AGENT_BROWSER, 380, "Mozilla/5.0 (%o; rv:%v.0) Gecko/20100101 Firefox/%v.0", fox_desktops, 133,
     70},
    {AGENT_BROWSER, 60,
     "Mozilla/5.0 (%o) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%v.0 Mobile/15E148 "
     "Safari/604.1",
     apples, 18, 7},
    {AGENT_BROWSER, 60,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/17.%v Safari/605.1.15",
     NULL, 6, 7},
    {AGENT_BROWSER, 50, "Mozilla/5.0 (%o)" WEBKIT "Chrome/%v.0.0.0 Safari/537.36 Edg/%v.0.0.0",
     desktops, 131, 30},
    {AGENT_BROWSER, 200, "Mozilla/5.0 (Android 14; Mobile; rv:%v.0) Gecko/%v.0 Firefox/%v.0", NULL,
     133, 40},
    {AGENT_BROWSER, 25, "Mozilla/5.0 (%o)" WEBKIT "Chrome/49.0.2623.%v Safari/537.36", desktops,
     112, 90},
    {AGENT_BROWSER, 12, "Mozilla/5.0 (compatible; MSIE %v.0; Windows NT 6.1; Trident/5.0)", NULL,
     10, 4},
    {AGENT_BROWSER, 8, "Opera/9.80 (Windows NT 6.1; U; en) Presto/2.10.289 Version/12.%v", NULL, 18,
     19},
    {AGENT_BROWSER, 5, "Lynx/2.9.%vdev.6 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8", NULL, 3, 4},
    {AGENT_CRAWLER, 40, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
     NULL, 0, 1},
    {AGENT_CRAWLER, 25, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
     NULL, 0, 1},
    {AGENT_CRAWLER, 12, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", NULL,
     0, 1},
    {AGENT_CRAWLER, 10, "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", NULL, 0,
     1},
    {AGENT_CRAWLER, 8,
     "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", NULL, 0, 1},
    {AGENT_CRAWLER, 6, "Mozilla/5.0 (compatible; MJ12bot/v1.4.%v; http://mj12bot.com/)", NULL, 8,
     2},
    {AGENT_CRAWLER, 5, "DuckDuckBot/1.%v; (+http://duckduckgo.com/duckduckbot.html)", NULL, 1, 2},
    {AGENT_CRAWLER, 4,
     "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)", NULL,
     0, 1},
    {AGENT_CRAWLER, 4, "CCBot/2.0 (https://commoncrawl.org/faq/)", NULL, 0, 1},
    {AGENT_CRAWLER, 2, "Feedly/1.0 (+http://www.feedly.com/fetcher.html; %v subscribers)", NULL, 60,
     50},
    {AGENT_CLIENT, 30, "curl/7.%v.0", NULL, 88, 40},
    {AGENT_CLIENT, 25, "python-requests/2.%v.0", NULL, 32, 20},
    {AGENT_CLIENT, 20, "okhttp/4.%v.0", NULL, 12, 10},
    {AGENT_CLIENT, 15, "Go-http-client/%v.1", NULL, 2, 2},
    {AGENT_CLIENT, 10, "axios/1.%v.0", NULL, 7, 8},
    {AGENT_CLIENT, 8, "Apache-HttpClient/4.5.%v (Java/17.0.9)", NULL, 14, 12},
    {AGENT_CLIENT, 5, "ExampleApp/3.%v (iPhone; iOS 17.4; Scale/3.00)", NULL, 40, 40},
    {AGENT_SCANNER, 30, "Mozilla/5.0 zgrab/0.x", NULL, 0, 1},
    {AGENT_SCANNER, 25, "python-requests/2.%v.1", NULL, 27, 12},
    {AGENT_SCANNER, 20, "Mozilla/5.0", NULL, 0, 1},
    {AGENT_SCANNER, 15, "", NULL, 0, 1},
    {AGENT_SCANNER, 10, "Go-http-client/1.%v", NULL, 1, 2},
    {AGENT_SCANNER, 6, "masscan/1.%v (https://github.com/robertdavidgraham/masscan)", NULL, 3, 3},
    {AGENT_SCANNER, 4, "Mozilla/5.00 (Nikto/2.1.%v) (Evasions:None) (Test:Port Check)", NULL, 6, 2},
    {AGENT_MONITOR, 30, "UptimeRobot/2.%v (+http://www.uptimerobot.com/)", NULL, 0, 1},
    {AGENT_MONITOR, 20, "kube-probe/1.%v", NULL, 30, 8},
    {AGENT_MONITOR, 10, "check_http/v2.3.%v (monitoring-plugins 2.3.%v)", NULL, 3, 3},
    {AGENT_MONITOR, 10, "curl/7.%v.0", NULL, 88, 3},
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

struct agents {
    struct buf bytes;
    uint32_t *ends; /* of each agent in bytes; it begins where the one before ends */
    uint32_t first[AGENT_KINDS];
    struct pick_cell *cells;
    struct pick picks[AGENT_KINDS];
};

static unsigned platform_count(const struct family *f)
{
    unsigned count = 0;
    while (f->platforms && f->platforms[count])
        count++;
    return count ? count : 1;
}

static uint32_t total_count(void)
{
    uint32_t count = 0;
    for (size_t i = 0; i < FAMILIES; i++)
        count += platform_count(&families[i]) * families[i].versions;
    return count;
}

static void render(struct buf *out, const char *pattern, const char *platform, unsigned version)
{
    for (const char *p = pattern; *p; p++) {
        if (p[0] != '%') {
            buf_byte(out, *p);
            continue;
        }
        p++;
        if (*p == 'o')
            buf_str(out, platform);
        else
            buf_u64(out, version);
    }
}

static double harmonic(unsigned count)
{
    double sum = 0;
    for (unsigned i = 1; i <= count; i++)
        sum += 1.0 / i;
    return sum;
}

/* Renders all agents of a family behind the `count` that are there; their weights too. */
static uint32_t add_family(struct agents *a, const struct family *f, double *weights,
                           uint32_t count)
{
    unsigned platforms = platform_count(f);
    double share = f->weight / (harmonic(f->versions) * harmonic(platforms));
    for (unsigned v = 0; v < f->versions; v++)
        for (unsigned o = 0; o < platforms; o++) {
            render(&a->bytes, f->pattern, f->platforms ? f->platforms[o] : "", f->newest - v);
            a->ends[count] = (uint32_t)a->bytes.len;
            weights[count++] = share / ((v + 1.0) * (o + 1.0));
        }
    return count;
}

struct agents *agents_new(void)
{
    uint32_t total = total_count(), count = 0;
    struct agents *a = mem_new(1, sizeof(*a));
    double *weights = mem_new(total, sizeof(*weights));
    a->ends = mem_new(total, sizeof(*a->ends));
    a->cells = mem_new(total, sizeof(*a->cells));
    size_t next = 0;
    for (int kind = 0; kind < AGENT_KINDS; kind++) {
        a->first[kind] = count;
        for (; next < FAMILIES && (int)families[next].kind == kind; next++)
            count = add_family(a, &families[next], weights, count);
        uint32_t first = a->first[kind];
        a->picks[kind] = pick_make(a->cells + first, weights + first, count - first);
    }
    free(weights);
    return a;
}

void agents_free(struct agents *a)
{
    if (!a)
        return;
    buf_done(&a->bytes);
    free(a->ends);
    free(a->cells);
    free(a);
}

uint32_t agents_draw(const struct agents *a, enum agent_kind kind, uint64_t random)
{
    return a->first[kind] + pick_draw(&a->picks[kind], random);
}

struct text agents_text(const struct agents *a, uint32_t number)
{
    uint32_t start = number ? a->ends[number - 1] : 0;
    return text_make(a->bytes.at + start, a->ends[number] - start);
}
