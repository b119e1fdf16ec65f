/* tally_bench - what counting costs, in nanoseconds an entry, by dimension.
 *
 * Entries are made like a parser leaves them: in a batch that is still in the cache, 194 bytes a
 * line, zipf-distributed (50,000 paths in 300 sections, 200,000 addresses, 5,000 referrers, 2,000
 * agents). Only tally_add() is timed; the mean says what it all cost, the lower tenth of the
 * batches what it costs on a machine that does nothing else.
 *
 *   tally_bench [LINES [first|all|monitor|attack]]
 *
 *   cmake --preset release -B build/release && ninja -C build/release
 *   gcc -std=c17 -D_GNU_SOURCE -O2 -Iinclude -Isrc tools/microbench/tally_bench.c \
 *       -o /tmp/tally_bench build/release/libspate_{monitor,record,base}.a -lm && /tmp/tally_bench
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "monitor/monitor.h"
#include "monitor/tally.h"

enum {
    LINE = 194,
    BATCH_LINES_MADE = BATCH_BYTES / LINE,
    PATHS = 50000,
    SECTIONS = 300,
    ADDRESSES = 200000,
    REFERRERS = 5000,
    AGENTS = 2000,
    PER_SECOND = 40 /* lines with the same time */
};

static uint64_t random_state = 1;

static uint64_t random_next(void)
{
    uint64_t z = (random_state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Rank 0 to count - 1 with weights 1 / (rank + 1), by the inverse of the continuous distribution.
 */
static uint32_t zipf(uint32_t count)
{
    double u = (double)(random_next() >> 11) * 0x1p-53;
    return (uint32_t)(exp(u * log((double)count + 1)) - 1);
}

static void put(struct batch *b, struct entry *e, enum field f, const char *text, size_t len)
{
    memcpy(b->bytes + b->used, text, len);
    entry_set_text(e, f, b->used, (uint32_t)len);
    b->used += (uint32_t)len;
}

static void fill_entry(struct batch *b, struct entry *e, int64_t second, bool timed)
{
    char text[300];
    uint32_t path = zipf(PATHS), host = zipf(ADDRESSES);
    uint32_t section = path * UINT32_C(2654435761) % SECTIONS;
    e->has = e->null = 0;
    host = host * UINT32_C(2654435761) | 0x0b000000;
    int len = snprintf(text, sizeof text, "%u.%u.%u.%u", host >> 24, host >> 16 & 255,
                       host >> 8 & 255, host & 255);
    put(b, e, FIELD_HOST, text, (size_t)len);
    len = snprintf(text, sizeof text, "/section%u/item/%u/page.html", section, path);
    put(b, e, FIELD_PATH, text, (size_t)len);
    entry_set_text(e, FIELD_SECTION, e->text[FIELD_PATH].at,
                   8 + 1 + (section > 9) + (section > 99));
    put(b, e, FIELD_METHOD, "GET", 3);
    put(b, e, FIELD_VHOST, "www.example.org", 15);
    len = snprintf(text, sizeof text, "https://www.example.org/section/%u/", zipf(REFERRERS));
    put(b, e, FIELD_REFERRER, text, (size_t)len);
    len = snprintf(text, sizeof text,
                   "Mozilla/5.0 (X11; Linux x86_64; rv:%u) AppleWebKit/537.36 (KHTML, like Gecko)",
                   zipf(AGENTS));
    put(b, e, FIELD_AGENT, text, (size_t)len);
    e->second = second;
    e->status = random_next() % 20 ? 200 : random_next() % 2 ? 404 : 500;
    e->has |= FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_STATUS);
    entry_set_number(e, FIELD_BYTES, random_next() % 50000);
    if (timed)
        entry_set_number(e, FIELD_REQUEST_TIME,
                         (uint64_t)exp(10 + (double)(random_next() % 1000) / 100));
}

static void fill(struct batch *b, uint64_t from, bool timed)
{
    batch_clear(b);
    for (uint32_t i = 0; i < BATCH_LINES_MADE; i++)
        fill_entry(b, &b->entries[b->count++], (int64_t)(1500000000 + (from + i) / PER_SECOND),
                   timed);
    b->lines.read = b->lines.parsed = b->count;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static size_t resident_kb(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    size_t total = 0, resident = 0;
    if (f && fscanf(f, "%zu %zu", &total, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return resident * 4;
}

static int order(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void measure(const char *name, dimension_set set, bool timed, uint64_t lines)
{
    struct batch *b = batch_new();
    size_t before = resident_kb();
    struct tally *t = tally_new(set, true, 0);
    int64_t spent = 0, *each = mem_new(lines / BATCH_LINES_MADE + 1, sizeof *each);
    uint64_t done = 0;
    size_t batches = 0;
    random_state = 1;
    while (done < lines) {
        fill(b, done, timed);
        int64_t begin = now_ns();
        tally_add(t, b);
        each[batches] = now_ns() - begin;
        spent += each[batches++];
        done += b->count;
    }
    qsort(each, batches, sizeof *each, order);
    printf("%-40s %7.2f ns an entry, tenth %7.2f  %6zu KB\n", name, (double)spent / (double)done,
           (double)each[batches / 10] / BATCH_LINES_MADE, resident_kb() - before);
    free(each);
    tally_free(t);
    batch_free(b);
}

/* Every key is new: how much memory, how much time, and how wrong. */
static void measure_attack(uint64_t lines)
{
    static const enum field fields[] = {FIELD_HOST, FIELD_PATH, FIELD_AGENT};
    struct batch *b = batch_new();
    size_t before = resident_kb();
    struct tally *t = tally_new(DIMENSION_EVERY, true, 0);
    int64_t spent = 0;
    for (uint64_t done = 0; done < lines;) {
        batch_clear(b);
        for (uint32_t i = 0; i < 1000; i++, done++) {
            char text[200];
            struct entry *e = &b->entries[b->count++];
            e->has = FIELD_BIT(FIELD_TIME);
            e->second = (int64_t)(1500000000 + done / 1000);
            for (unsigned f = 0; f < sizeof fields / sizeof *fields; f++) {
                int len =
                    snprintf(text, sizeof text, "/%0*lu/%lx", (int)(f * 40), done, random_next());
                put(b, e, fields[f], text, (size_t)len);
            }
            put(b, e, FIELD_SECTION, text, 8);
        }
        int64_t begin = now_ns();
        tally_add(t, b);
        spent += now_ns() - begin;
    }
    printf("%-40s %7.2f ns an entry, %zu KB, paths too high by at most %lu\n",
           "new addresses, paths, agents on each line", (double)spent / (double)lines,
           resident_kb() - before, top_error(t->top[DIMENSION_PATHS]));
    tally_free(t);
    batch_free(b);
}

static void no_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    (void)ctx, (void)m, (void)e;
}

/* The live monitor: two tallies, the window and the judging. */
static void measure_monitor(uint64_t lines, int64_t window_s)
{
    struct batch *b = batch_new();
    size_t before = resident_kb();
    struct monitor_options o = {
        .rule = {"r", 10, window_s}, .update_ns = 10000000000, .wanted = DIMENSION_EVERY};
    struct monitor *m =
        monitor_new(&o, (struct monitor_sink){no_event, NULL}, 0, 1500000000000000000);
    int64_t spent = 0;
    uint64_t done = 0;
    random_state = 1;
    while (done < lines) {
        fill(b, done, false);
        int64_t begin = now_ns();
        monitor_batch(m, b, (int64_t)(done * 25000000),
                      (int64_t)(1500000000000000000 + done * 25000000));
        spent += now_ns() - begin;
        done += b->count;
    }
    printf("monitor_batch, all, window of %6ld s       %7.2f ns an entry, %zu KB\n", (long)window_s,
           (double)spent / (double)done, resident_kb() - before);
    monitor_free(m);
    batch_free(b);
}

int main(int argc, char **argv)
{
    uint64_t lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    dimension_set first = DIMENSION_BIT(DIMENSION_SECTIONS) | DIMENSION_BIT(DIMENSION_STATUS) |
                          DIMENSION_BIT(DIMENSION_VISITORS);
    const char *only = argc > 2 ? argv[2] : "";
    if (strcmp(only, "attack") == 0)
        measure_attack(lines);
    else if (strcmp(only, "monitor") == 0)
        measure_monitor(lines, 120);
    else if (*only)
        measure(only, strcmp(only, "all") == 0 ? DIMENSION_EVERY : first, false, lines);
    if (*only)
        return 0;
    measure("totals, statuses, bytes, times alone", 0, false, lines);
    for (unsigned d = 0; d < DIMENSION_ALL_COUNT; d++)
        measure(dimension_key(d), DIMENSION_BIT(d), d == DIMENSION_REQUEST_TIME, lines);
    measure("sections, status, visitors", first, false, lines);
    measure("the same with request times", first | DIMENSION_BIT(DIMENSION_REQUEST_TIME), true,
            lines);
    measure("all", DIMENSION_EVERY, false, lines);
    measure("all with request times", DIMENSION_EVERY, true, lines);
    measure_monitor(lines, 120);
    measure_monitor(lines, 7 * 86400);
    measure_attack(lines * 10);
    return 0;
}
