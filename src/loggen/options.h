/* options.h - what the command line asks for.
 *
 * struct options is a value; its texts point into argv. One thread. */
#ifndef SPATE_LOGGEN_OPTIONS_H
#define SPATE_LOGGEN_OPTIONS_H

#include "base/buf.h"
#include "base/error.h"
#include "loggen/format.h"
#include "loggen/schedule.h"
#include "loggen/sink.h"

struct options {
    const char *path;
    const struct format *format;
    double rate;         /* 0: as fast as possible */
    uint64_t count;      /* 0: no limit */
    int64_t duration_ns; /* 0: no end */
    int64_t start;       /* seconds since 1970, when start_given */
    uint64_t seed;       /* when seed_given */
    struct surge surges[SURGES_MAX];
    size_t surge_count;
    enum rotation rotation;
    int64_t rotate_ns;
    double odd; /* share, 0 to 1 */
    uint32_t urls, sections, visitors;
    bool start_given, seed_given, help, version;
};

/* Fills *options, defaults first. False with one line that names the option, the value and what
 * is accepted. */
bool options_read(struct options *options, int argc, char **argv, struct error *why);

/* The text of --help, out of the same table. */
void options_help(struct buf *out);

#endif
