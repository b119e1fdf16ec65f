#include "loggen/run.h"

#include "base/clock.h"
#include "base/note.h"
#include "loggen/traffic.h"
#include <inttypes.h>
#include <time.h>

#define FLUSH_BYTES ((size_t)256 * 1024)
#define TICK_NS     (2 * NS_PER_MS)   /* lines of one tick are written together */
#define NAP_NS      (100 * NS_PER_MS) /* the longest sleep between looks at *stop */
#define US_PER_S    INT64_C(1000000)
#define STEP_US     (US_PER_S / 2) /* so far the wall clock may differ before we follow */

struct run {
    const struct options *options;
    const volatile sig_atomic_t *stop;
    struct clock clock;
    struct line_format format;
    struct schedule schedule;
    struct traffic *traffic;
    struct sink *sink;
    struct error *why;
    struct stamp stamp;
    int64_t origin_us;      /* event time of the run's start, since 1970 UTC */
    int64_t next_rotate_ns; /* since the start */
    enum sink_state state;
};

static void flush(struct run *r)
{
    if (r->state == SINK_OK && sink_buf(r->sink)->len > 0)
        r->state = sink_flush(r->sink, r->why);
}

static bool going(const struct run *r)
{
    return r->state == SINK_OK && !*r->stop;
}

/* Rotates before the first line that lies behind the moment. */
static void rotate_if_due(struct run *r, int64_t at_ns)
{
    if (r->options->rotation == ROTATE_NEVER || at_ns < r->next_rotate_ns)
        return;
    flush(r);
    if (r->state == SINK_OK)
        r->state = sink_rotate(r->sink, r->why);
    int64_t every = r->options->rotate_ns;
    r->next_rotate_ns = (at_ns / every + 1) * every;
}

/* The next line, whose event lies at_ns after the start. */
static void add_line(struct run *r, int64_t at_ns)
{
    struct hit hit;
    rotate_if_due(r, at_ns);
    if (r->state != SINK_OK)
        return;
    traffic_next(r->traffic, &hit);
    stamp_set(&r->stamp, r->origin_us + at_ns / 1000);
    format_write(&r->format, &hit, &r->stamp, sink_buf(r->sink));
    sink_added(r->sink);
    schedule_step(&r->schedule);
    if (sink_buf(r->sink)->len >= FLUSH_BYTES)
        flush(r);
}

/* As fast as possible, event times by the schedule. */
static void run_spread(struct run *r)
{
    int64_t due;
    while (going(r) && (due = schedule_due(&r->schedule)) != NEVER)
        add_line(r, due);
    flush(r);
}

/* As fast as possible, event times by the clock. */
static void run_flood(struct run *r, int64_t began_ns)
{
    int64_t duration = r->options->duration_ns, now = 0;
    while (going(r) && (duration == 0 || now < duration)) {
        for (int i = 0; i < 256 && going(r); i++)
            add_line(r, now);
        now = clock_monotonic(&r->clock) - began_ns;
    }
    flush(r);
}

static void sleep_until(int64_t monotonic_ns)
{
    struct timespec at = {.tv_sec = monotonic_ns / NS_PER_S, .tv_nsec = monotonic_ns % NS_PER_S};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL); /* a signal ends it, as it should */
}

/* Event times follow the wall clock when it is set, as a server's would. */
static void follow_wall_clock(struct run *r, int64_t now_ns)
{
    if (r->options->start_given)
        return;
    int64_t ahead = clock_wall(&r->clock) / 1000 - (r->origin_us + now_ns / 1000);
    if (ahead > STEP_US || ahead < -STEP_US)
        r->origin_us += ahead;
}

/* Each line as soon as it is due, those of one tick together. All by absolute times, so that
 * neither sleeping too long nor a slow disk makes the sum drift. */
static void run_paced(struct run *r, int64_t began_ns)
{
    int64_t end = r->options->duration_ns > 0 && r->schedule.total != r->options->count
                      ? r->options->duration_ns
                      : 0;
    int64_t now = 0, due;
    while (going(r) && ((due = schedule_due(&r->schedule)) != NEVER || now < end)) {
        follow_wall_clock(r, now);
        for (; due <= now && going(r); due = schedule_due(&r->schedule))
            add_line(r, due);
        flush(r);
        if (due == NEVER)
            due = end > now ? end : now;
        int64_t wake = due > now + TICK_NS ? due : now + TICK_NS;
        if (going(r))
            sleep_until(began_ns + (wake < now + NAP_NS ? wake : now + NAP_NS));
        now = clock_monotonic(&r->clock) - began_ns;
    }
}

/* How many sessions go on at once: what the rate can keep moving. */
static uint32_t session_count(double rate)
{
    double count = rate > 0 ? rate * 2 : 4096;
    return count < 16 ? 16 : count > 4096 ? 4096 : (uint32_t)count;
}

static void start_traffic(struct run *r, double rate)
{
    const struct options *o = r->options;
    r->traffic = traffic_new(&(struct traffic_plan){.seed = o->seed,
                                                    .sections = o->sections,
                                                    .urls = o->urls,
                                                    .visitors = o->visitors,
                                                    .sessions = session_count(rate),
                                                    .odd = o->odd,
                                                    .json = o->format->json});
}

/* The event time that all lines of a spread log take. */
static int64_t span_of(const struct run *r)
{
    if (r->options->duration_ns > 0)
        return r->options->duration_ns;
    struct schedule last = r->schedule;
    last.next = last.total - 1;
    return schedule_due(&last);
}

/* When the run begins in event time; a spread log without a start ends now. */
static int64_t origin_of(const struct run *r, bool spread)
{
    if (r->options->start_given)
        return r->options->start * US_PER_S;
    int64_t now_us = clock_wall(&r->clock) / 1000;
    int64_t span_us = spread ? span_of(r) / 1000 : 0;
    return span_us < now_us ? now_us - span_us : 0;
}

/* Sets the schedule; returns the rate outside of surges. */
static double plan(struct run *r, bool spread)
{
    const struct options *o = r->options;
    struct schedule_plan plan = {o->rate, o->count, o->duration_ns, o->surges, o->surge_count};
    if (spread) {
        plan.rate = 10;
        if (o->duration_ns > 0)
            schedule_fit(&plan, NULL); /* it fits, or options_read() would have refused it */
        plan.duration_ns = 0;          /* the count alone ends it, so that it is exact */
    }
    schedule_init(&r->schedule, &plan);
    r->origin_us = origin_of(r, spread);
    return plan.rate;
}

static void write_lines(struct run *r)
{
    const struct options *o = r->options;
    bool spread = o->rate == 0 && o->count > 0;
    start_traffic(r, plan(r, spread));
    int64_t began = clock_monotonic(&r->clock);
    if (spread)
        run_spread(r);
    else if (o->rate == 0)
        run_flood(r, began);
    else
        run_paced(r, began);
    traffic_free(r->traffic);
}

bool run(const struct options *o, const volatile sig_atomic_t *stop)
{
    struct error why;
    struct run r = {.options = o, .stop = stop, .clock = clock_real(), .why = &why};
    if (!(r.sink = sink_open(o->path, o->rotation, stop, &why))) {
        note("%s", why.text);
        return false;
    }
    if (!o->seed_given)
        note("seed %" PRIu64, o->seed);
    format_compile(&r.format, o->format);
    r.stamp = (struct stamp){.second = INT64_MIN};
    r.next_rotate_ns = o->rotate_ns;
    write_lines(&r);
    if (r.state == SINK_FAILED)
        note("%s", why.text);
    note("wrote %" PRIu64 " lines", sink_lines(r.sink));
    sink_close(r.sink);
    return r.state != SINK_FAILED;
}
