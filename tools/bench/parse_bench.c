/* parse_bench.c - nanoseconds a line of the parser, on a made-up log in memory.
 *
 *   parse_bench [-w fields|all] [-F FORMAT] [-x plain|vector|exact] [-t]
 *
 * -t puts a time of 0.123 behind each line, for formats that end in $request_time.
 * No file is read and nothing is counted: what is measured is newlines, steps and entries. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "parse/head.h"
#include "parse/parser.h"
#include "parse/presets.h"

enum { BATCHES = 4, ROUNDS = 600 }; /* about what the pipeline keeps going round */

static bool with_time;

struct options {
    struct text format;
    field_set want;
};

static uint64_t state = 88172645463325252u;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

/* Small numbers are likelier: about as unequal as pages and visitors are. */
static uint32_t draw_unequal(uint32_t below)
{
    return draw(1 + draw(below));
}

static int add_line(char *at, size_t room, uint32_t n)
{
    uint32_t address = draw_unequal(200000);
    char time[16] = "";
    if (with_time)
        snprintf(time, sizeof time, " 0.%03u", draw(1000));
    return snprintf(
        at, room,
        "10.%u.%u.%u - - [17/May/2015:%02u:%02u:%02u +0000] \"GET /section%u/page-%u.html "
        "HTTP/1.1\" %u %u \"http://www.example.com/section%u/\" \"Mozilla/5.0 (X11; Linux "
        "x86_64) AppleWebKit/537.36 Chrome/%u.0 Safari/537.36\"%s\n",
        address >> 16, address >> 8 & 255, address & 255, n / 36000 % 24, n / 600 % 60, n / 10 % 60,
        draw_unequal(300), draw_unequal(50000), draw(20) ? 200 : 404, draw(50000),
        draw_unequal(300), 60 + draw(60), time);
}

/* A line of the format: its preset's sample behind, when it is none of the usual. */
static void fill_batch(struct batch *b, const char *sample)
{
    static uint32_t n;
    batch_clear(b);
    for (unsigned lines = 0; lines < BATCH_ENTRIES; lines++) {
        char *at = b->bytes + b->used;
        size_t room = BATCH_BYTES - b->used;
        int len = sample ? snprintf(at, room, "%s\n", sample) : add_line(at, room, n++);
        if (len < 0 || (size_t)len >= room)
            break;
        b->used += (uint32_t)len;
    }
}

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double run_once(struct parser *p, struct batch *batches[], uint64_t *lines)
{
    double start = cpu_ns();
    *lines = 0;
    for (unsigned i = 0; i < BATCHES; i++) {
        struct batch *b = batches[i];
        b->scanned = b->count = 0;
        b->lines = (struct line_counts){0};
        while (!parser_run(p, b))
            b->count = 0;
        *lines += b->lines.parsed;
    }
    return (cpu_ns() - start) / (double)(*lines ? *lines : 1);
}

static bool take_option(struct options *o, int option, char *value)
{
    static const struct {
        char name[8];
        enum head_way way;
    } ways[] = {{"plain", HEAD_PLAIN}, {"vector", HEAD_VECTOR}, {"exact", HEAD_NONE}};
    with_time |= option == 't';
    if (option == 'F')
        o->format = text_of(value);
    if (option == 'w') {
        struct text rest = text_of(value), name;
        o->want = strcmp(value, "all") == 0 ? ~(field_set)0 : 0;
        while (o->want != ~(field_set)0 && text_split(&rest, ',', &name))
            o->want |= FIELD_BIT(field_named(name));
    }
    for (size_t i = 0; option == 'x' && i < sizeof ways / sizeof *ways; i++)
        if (strcmp(value, ways[i].name) == 0)
            head_force(ways[i].way);
    return option != '?';
}

int main(int argc, char **argv)
{
    struct options o = {.format = TEXT("combined"),
                        .want = FIELD_BIT(FIELD_HOST) | FIELD_BIT(FIELD_SECTION) |
                                FIELD_BIT(FIELD_STATUS) | FIELD_BIT(FIELD_BYTES) |
                                FIELD_BIT(FIELD_TIME)};
    for (int option; (option = getopt(argc, argv, "F:w:x:t")) != -1;)
        if (!take_option(&o, option, optarg))
            return 2;
    struct error why = {0};
    struct formats *fs = formats_new(&o.format, 1, &why);
    if (!fs) {
        fprintf(stderr, "parse_bench: %s\n", why.text);
        return 2;
    }
    const struct preset *preset = preset_named(o.format);
    bool usual = !preset || text_starts(text_of(preset->name), TEXT("com"));
    struct parser *p = parser_new(fs, o.want);
    struct batch *batches[BATCHES];
    for (unsigned i = 0; i < BATCHES; i++)
        fill_batch(batches[i] = batch_new(), usual ? NULL : preset->sample);
    double best = 1e18;
    uint64_t lines = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        double ns = run_once(p, batches, &lines);
        best = ns < best ? ns : best;
    }
    printf("%.1f ns a line, %llu lines of %u bytes\n", best, (unsigned long long)lines,
           (unsigned)(batches[0]->used / (lines / BATCHES ? lines / BATCHES : 1)));
    for (unsigned i = 0; i < BATCHES; i++)
        batch_free(batches[i]);
    parser_free(p);
    formats_free(fs);
    return 0;
}
