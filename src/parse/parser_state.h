/* parser_state.h - the parser of one source from inside: shared by parser.c, which reads lines, and
 * parser_choose.c, which finds out by what format. Private to those files. */
#ifndef SPATE_PARSE_PARSER_STATE_H
#define SPATE_PARSE_PARSER_STATE_H

#include "parse/detect.h"
#include "parse/formats.h"
#include "parse/parser.h"
#include "parse/reader.h"
#include "parse/scratch.h"
#include "parse/wrap.h"

enum {
    ENDS = 512,      /* newlines looked for at a time */
    RUN_LIMIT = 8,   /* misfits in a row before auto gives up a choice */
    ASIDE_LIMIT = 32 /* lines that others read in a row before the last of them is chosen */
};

struct parser {
    const struct formats *fs;
    field_set want;
    struct format_memo *memos; /* one a format */
    size_t chosen;             /* SIZE_MAX while auto has found nothing */
    uint64_t others;           /* bits: formats that auto found among its lines besides */
    unsigned aside;            /* lines in a row that one of those has read */
    struct trial *trial;       /* NULL: not begun, or settled */
    bool settled; /* the trial has seen all the lines it wants */
    bool any_hit;
    unsigned run;        /* lines in a row that the choice rejects or doubts */
    uint32_t refused_to; /* lines of this batch before that need no other look */
    bool told_bad, told_off;
    struct notice *news; /* NULL: none */
    struct span wrap_time; /* of the line that was unwrapped last */
};

/* A crash leaves zeros where the bytes before a line were never written. With nothing behind them
 * they are a damaged line. */
static inline uint32_t skip_zeros(const struct batch *b, uint32_t at, uint32_t end)
{
    uint32_t from = at;
    while (at < end && b->bytes[at] == '\0')
        at++;
    return at < end ? at : from;
}

/* The line of [at, end) without its end, without zeros before it and not longer than is kept;
 * `long_line` when it was. */
static inline struct span trim_line(const struct batch *b, uint32_t at, uint32_t end,
                                    bool *long_line)
{
    if (end > at && b->bytes[end - 1] == '\r')
        end--;
    at = skip_zeros(b, at, end);
    *long_line = end - at > LINE_LIMIT;
    return (struct span){at, *long_line ? LINE_LIMIT : end - at};
}

/* What a program wrote, where a container's runtime or a system's log wrapped it. */
static inline struct span parser_unwrap(struct parser *p, struct batch *b, struct span line)
{
    return p->fs->wrapped ? wrap_open(b, line, p->fs->wrapped, &scratch_mine()->unwrapped,
                                      &p->wrap_time)
                          : line;
}

/* parser.c: a line alone in a batch of its own, that of this thread. */
struct batch *parser_alone(struct text line);

/* The offset of the newline of the line at `at`, or the end of the batch. */
uint32_t parser_line_end(const struct batch *b, uint32_t at);

/* Shows lines from `at` on to all formats, until the trial has enough or the batch ends. */
void parser_look(struct parser *p, struct batch *b, uint32_t at);

/* parser.c: the news of that kind, to be filled; what was not asked for is forgotten. */
struct notice *parser_tell(struct parser *p, enum notice_kind kind);

/* A trial that has seen all it wants is given back. */
void parser_rest(struct parser *p);

/* Takes what fits best so far; a choice that stands is not given up for nothing. True when there
 * is a new one. */
bool parser_choose(struct parser *p);

/* Refused, or read in doubt: enough of these, and auto looks whether another format fits. */
static inline bool parser_misfits(enum verdict verdict, const struct reading *r)
{
    return verdict == LINE_REJECTED || (verdict == LINE_HIT && r->doubts > 0);
}

/* Before the line at `at`, a misfit, is left at that: looks for one that some format reads (with
 * fewer doubts where the choice has some) among those that are misfits with it in this batch, and
 * from there chooses again. True when formats were found: the line is to be read once more. */
bool parser_look_again(struct parser *p, struct batch *b, uint32_t at);

/* parser.c: by the choice as it stands. */
enum verdict parser_read_line(struct parser *p, struct reading *r);

/* parser_other.c: a line that was refused, and begins at `at` before it was unwrapped, by what else it
 * may be. */
enum verdict parser_read_other(struct parser *p, struct reading *r, uint32_t at);

#endif
