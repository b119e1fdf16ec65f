/* hand_made.c - see hand_made.h. */
#include "lib/hand_made.h"

#include "base/clock.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SERIES = 120, POOL = 64, THRESHOLD = 10 };

/* Snapshots point at their series: each of the last 64 has its own. */
static uint32_t series_pool[POOL][SERIES];

static const char *const kinds[HAND_MADE_COUNT] = {"empty",     "quiet",    "busy",   "firing",
                                                   "recovered", "troubled", "hostile"};

enum hand_made hand_made_named(const char *name)
{
    for (unsigned i = 0; i < HAND_MADE_COUNT; i++)
        if (strcmp(kinds[i], name) == 0)
            return i;
    return HAND_MADE_COUNT;
}

static struct latency_figures latency(double ms)
{
    return (struct latency_figures){.known = true,
                                    .count = 40,
                                    .p50_ns = (uint64_t)(ms * 0.3e6),
                                    .p90_ns = (uint64_t)(ms * 0.8e6),
                                    .p95_ns = (uint64_t)(ms * 1e6),
                                    .p99_ns = (uint64_t)(ms * 4e6),
                                    .max_ns = (uint64_t)(ms * 31e6)};
}

#define ROW(key, hits_, bytes_, client, server)                                                    \
    {                                                                                              \
        .name = {(key), sizeof(key) - 1}, .hits = (hits_), .bytes = (bytes_),                      \
        .client_errors = (client), .errors = (server)                                              \
    }

static struct top_figures section_rows[] = {
    ROW("/blog", 40, 44100, 1, 0),
    ROW("/images", 21, 30812, 0, 0),
    ROW("/api", 9, 6120, 2, 1),
    ROW("/", 6, 5100, 0, 0),
    ROW("/static", 3, 2918, 0, 0),
    ROW("/favicon.ico", 2, 812, 0, 0),
    ROW("/search", 1, 640, 0, 0),
    ROW("/wp-login.php", 1, 512, 1, 0),
    ROW("/zebra-section-with-a-name-that-is-longer-than-any-column-of-a-terminal-would-be", 1, 96,
        0, 0),
};
static struct top_figures path_rows[] = {
    ROW("/blog/tags/puppet?flav=rss20", 18, 20100, 0, 0),
    ROW("/images/web/2009/banner.png", 12, 11000, 0, 0),
    ROW("/blog/geekery/ssh-tips.html", 9, 9100, 1, 0),
    ROW("/api/v1/items?page=2", 7, 3000, 2, 1),
    ROW("/", 6, 5100, 0, 0),
};
static struct top_figures address_rows[] = {
    ROW("66.249.73.135", 14, 13100, 1, 0),
    ROW("2001:db8:85a3::8a2e:370:7334", 9, 8000, 0, 0),
    ROW("46.105.14.53", 8, 4010, 0, 0),
    ROW("130.237.218.86", 3, 1200, 1, 1),
};
static struct top_figures hostile_rows[] = {
    ROW("/\x1b[31mred\x1b]0;owned\x07", 40, 44100, 1, 0),
    ROW("/a\rb\nc\td\x7f", 21, 30812, 0, 0),
    ROW("/\xc2\x9b"
        "2J\x9b"
        "2J",
        9, 6120, 2, 1),
    ROW("/\xe2\x80\xae"
        "gpj.exe",
        6, 5100, 0, 0),
    ROW("/\xf0\x9f\x98\x80\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 3, 2918, 0, 0),
    ROW("/\xff\xfe\xc3(", 2, 812, 0, 0),
};

#define LIST(rows_)                                                                                \
    (struct top_list)                                                                              \
    {                                                                                              \
        .wanted = true, .count = sizeof(rows_) / sizeof(*(rows_)), .rows = (rows_),                \
        .distinct = sizeof(rows_) / sizeof(*(rows_))                                               \
    }

static void fill_figures(struct figures *f, uint64_t times)
{
    f->lines =
        (struct line_counts){.read = 86 * times, .parsed = 84 * times, .rejected = 2 * times};
    f->hits = 84 * times;
    f->bytes = 91234 * times;
    f->visitors = 41;
    f->visitors_known = true;
    f->status[200] = 78 * times;
    f->status[204] = 2 * times;
    f->status[301] = f->status[404] = f->status[304] = times;
    f->status[499] = times;
    f->status[500] = times;
    f->classes[2] = 80 * times;
    f->classes[3] = f->classes[4] = 2 * times;
    f->classes[5] = times;
    f->request_time = latency(120);
    f->timed = true;
    f->first = HAND_MADE_SECOND - 600;
    f->last = HAND_MADE_SECOND;
    f->top[DIMENSION_SECTIONS] = LIST(section_rows);
    f->top[DIMENSION_PATHS] = LIST(path_rows);
    f->top[DIMENSION_ADDRESSES] = LIST(address_rows);
    for (size_t i = 0; i < sizeof(section_rows) / sizeof(*section_rows) - 1; i++)
        section_rows[i].request_time = latency(40.0 * (double)(i + 1));
}

static uint32_t wave(int64_t second, double height)
{
    double t = (double)second;
    double hits =
        height * (1 + 0.5 * sin(t / 17) + 0.3 * sin(t / 5.3)) + (double)(second * 7919 % 5) / 2 - 1;
    return hits > 0 ? (uint32_t)hits : 0;
}

static void fill_series(struct snapshot *s, unsigned beat, double height)
{
    s->series = series_pool[beat % POOL];
    s->series_count = SERIES;
    s->window.hits = 0;
    for (int i = 0; i < SERIES; i++) {
        s->series[i] = height > 0 ? wave(s->log_second - SERIES + 1 + i, height) : 0;
        s->window.hits += s->series[i];
    }
    s->live_hits = s->series[SERIES - 2];
    s->window_rate = (double)s->window.hits / SERIES;
    s->whole_rate = s->window_rate;
}

static struct source_figures waiting_file[] = {{.path = "/var/log/access.log",
                                                .problem = "the file is not there yet",
                                                .format = "",
                                                .state = NOTICE_WAITING}};
static struct source_figures one_file[] = {
    {.path = "/var/log/access.log", .problem = "", .format = "combined", .state = NOTICE_OPENED}};
static struct source_figures hostile_file[] = {
    {.path = "/tmp/\\x1b[31mred.log", .problem = "", .format = "combined", .state = NOTICE_OPENED}};
static struct source_figures three_files[] = {
    {.path = "/var/log/access.log",
     .problem = "",
     .format = "combined",
     .state = NOTICE_OPENED,
     .behind = 1234567,
     .rotations = 3,
     .losses = 2},
    {.path = "/var/log/other.log",
     .problem = "cannot read /var/log/other.log: Permission denied",
     .format = "",
     .state = NOTICE_ERROR},
    {.path = "/var/log/third.log", .problem = "", .format = "", .state = NOTICE_WAITING},
};
static struct reject_figures some_rejects[] = {
    {.line = {"GET /nothing HTTP/1.1", 21},
     .reason = {"no time in brackets", 19},
     .column = 5,
     .source = "/var/log/access.log"},
    {.line = {"\x16\x03\x01\x02\x00\x01\xfc", 7},
     .reason = {"no address", 10},
     .column = 1,
     .source = "/var/log/access.log"},
};
static struct reject_figures hostile_rejects[] = {
    {.line = {"\x1b[2J\x1b[1;1H\x1b]52;c;aGk=\x07pwned\r\n\xe2\x80\xae", 31},
     .reason = {"no address", 10},
     .column = 1,
     .source = "/tmp/\\x1b[31mred.log"},
};

static struct monitor_alert fired(uint64_t id, int64_t ago, uint64_t hits, int64_t lasted)
{
    struct monitor_alert a = {.id = id,
                              .rule = "high traffic",
                              .triggered_at = HAND_MADE_SECOND - ago,
                              .hits = hits,
                              .peak_hits = hits * 3,
                              .window_s = 120};
    if (lasted) {
        a.recovered = true;
        a.recovered_at = a.triggered_at + lasted;
        a.recovered_hits = 1199;
    }
    return a;
}

static void fill_alerts(struct snapshot *s, bool firing, bool lately)
{
    static struct alert_figures alerts[2][2];
    struct alert_figures *kept = alerts[firing];
    struct monitor_alert newest =
        firing ? fired(2, 52, 1203, 0) : fired(2, lately ? 160 : 1000, 1203, 112);
    struct monitor_alert older = fired(1, 4000, 1201, 75);
    alert_figures_of(&kept[0], &newest);
    alert_figures_of(&kept[1], &older);
    s->alerts = kept;
    s->alert_count = 2;
    s->overall = firing ? OVERALL_ALERT : lately ? OVERALL_RECOVERED : OVERALL_OK;
}

static void fill_busy(struct snapshot *s)
{
    fill_figures(&s->interval, 1);
    fill_figures(&s->total, 122);
    s->has_interval = true;
    s->interval_s = 10;
    s->interval_end = s->log_second / 10 * 10;
    s->window_sections = LIST(section_rows);
    s->window.bytes = 1190345;
    s->window.visitors = 96;
    s->window.classes[2] = 950;
    s->window.classes[3] = 20;
    s->window.classes[4] = 18;
    s->window.classes[5] = 2;
    s->rejects = some_rejects;
    s->reject_count = 2;
    s->sources = one_file;
    s->source_count = 1;
}

static void fill_hostile(struct snapshot *s)
{
    s->interval.top[DIMENSION_SECTIONS] = LIST(hostile_rows);
    s->interval.top[DIMENSION_PATHS] = s->interval.top[DIMENSION_ADDRESSES] = LIST(hostile_rows);
    s->rejects = hostile_rejects;
    s->reject_count = 1;
    s->sources = hostile_file;
}

static void fill_troubled(struct snapshot *s)
{
    s->sources = three_files;
    s->source_count = 3;
    s->behind = 1234567;
    s->losses = 2;
    s->total.late = 12;
    snprintf(s->notice, sizeof(s->notice), "%s", three_files[1].problem);
}

static void fill_quiet(struct snapshot *s)
{
    memset(&s->interval, 0, sizeof(s->interval));
    s->interval.top[DIMENSION_SECTIONS].wanted = true;
    s->window_sections.count = 0;
    memset(s->window.classes, 0, sizeof(s->window.classes));
    s->window.bytes = s->window.visitors = 0;
    s->total.lines.rejected = 0;
    s->reject_count = 0;
}

struct snapshot *hand_made_new(enum hand_made kind, unsigned beat)
{
    static const double heights[HAND_MADE_COUNT] = {0, 0, 6, 20, 8, 6, 6};
    struct tally *none = tally_new(0, false, 0);
    struct alert_rule rule = {.name = "high traffic", .above = THRESHOLD, .window_s = 120};
    struct snapshot *s = snapshot_of_tally(none, (struct snapshot_limits){0}, NULL, 0, &rule);
    tally_free(none);
    s->has_clock = kind != HAND_MADE_EMPTY;
    s->log_second = HAND_MADE_SECOND + (int64_t)beat;
    s->wall_ns = s->log_second * NS_PER_S;
    s->update_s = 10;
    s->window.seconds = 120;
    s->sources = waiting_file;
    s->source_count = 1;
    if (kind == HAND_MADE_EMPTY) {
        snprintf(s->notice, sizeof(s->notice), "%s", waiting_file[0].problem);
        fill_series(s, beat, 0);
        return s;
    }
    fill_busy(s);
    fill_series(s, beat, heights[kind]);
    if (kind == HAND_MADE_QUIET)
        fill_quiet(s);
    if (kind == HAND_MADE_TROUBLED)
        fill_troubled(s);
    if (kind == HAND_MADE_HOSTILE)
        fill_hostile(s);
    if (kind == HAND_MADE_FIRING || kind == HAND_MADE_RECOVERED)
        fill_alerts(s, kind == HAND_MADE_FIRING, kind == HAND_MADE_RECOVERED);
    return s;
}
