/* detect.h - which of several formats a log is written in: each reads the first lines, the one
 * that fits best is chosen.
 *
 * A value inside a parser. Fit is lines that are hits, and of those the lines that the
 * format read to their end: common would read a combined log too, but stops half-way. A hit that
 * may as well be a line with more values (combined, of a line of vhost_combined) counts less. */
#ifndef SPATE_PARSE_DETECT_H
#define SPATE_PARSE_DETECT_H

#include "base/text.h"
#include "parse/format.h"
#include "record/batch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRIAL_LINES = 64, TRIAL_FORMATS = 64, TRIAL_SAMPLE = 160 };

struct trial {
    unsigned lines; /* looked at so far */
    struct {
        unsigned hits;
        unsigned doubtful; /* of them: signs that the line is of a format with more values */
        unsigned pathless; /* of them: a request without a path, or none */
        unsigned skipped; /* directives and comments of that format */
        unsigned points;  /* for all of that, and how well it fitted */
        uint64_t lines;   /* bits: which of the lines no other reads with fewer doubts */
    } fit[TRIAL_FORMATS];
    /* Of the lines that nothing fitted the first of those that came nearest to a format: to which
     * one, and where that stopped. A column says nothing of how near: in a long line any is large.
     */
    size_t nearest;
    unsigned sure;
    uint32_t column;
    const char *reason;
    char sample[TRIAL_SAMPLE];
    size_t sample_len;
};

void trial_clear(struct trial *t);

/* Lets each of the formats read the line; those with a higher rank come first. */
void trial_line(struct trial *t, const struct format *const formats[], struct format_memo memos[],
                size_t count, struct batch *b, struct span line);

/* Whether any of them reads the line, or knows it for a directive: the same answer at less cost.
 * Beside the formats' memos nothing changes. */
bool trial_any_reads(const struct format *const formats[], struct format_memo memos[], size_t count,
                     struct batch *b, struct span line);

/* Index of the format that fits best, or SIZE_MAX when none fits a single line. */
size_t trial_best(const struct trial *t, size_t count);

/* Bits: the formats that read lines which that one refuses or doubts more. A log may hold lines of
 * several. */
uint64_t trial_others(const struct trial *t, size_t one, size_t count);

/* Whether one format fits better than another, not just as well. */
bool trial_prefers(const struct trial *t, size_t one, size_t other);

/* Writes what the trial found: the notice of a choice, or that nothing fits and where the
 * nearest stops. */
void trial_tell(const struct trial *t, const struct format *const formats[], size_t best,
                struct notice *notice);

#endif
