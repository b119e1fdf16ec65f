/* batch.h - a block of a log and the entries found in it: what travels from the
 * parser thread to the monitor.
 *
 * Owns the bytes and the entries. Made once by batch_new(), then goes round:
 * filled by the parser thread, read by the monitor thread, given back empty.
 * Whoever holds it may write it; nobody else may look. */
#ifndef SPATE_RECORD_BATCH_H
#define SPATE_RECORD_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "record/entry.h"
#include "record/position.h"

enum {
    BATCH_BYTES = 256 * 1024,  /* one read */
    BATCH_ENTRIES = 2048,      /* more lines than this go into the next batch */
    BATCH_ROUND = 512,         /* entries where lines are counted in rounds: less memory, nearer caches */
    BATCH_SLACK = 128,         /* readable bytes behind `used`, for vector loads */
    BATCH_REJECTS = 4,         /* rejected lines kept as samples */
    LINE_LIMIT = 64 * 1024     /* bytes of a line that are kept */
};

enum batch_kind {
    BATCH_LINES,  /* bytes and entries of one source */
    BATCH_NOTICE, /* something about a source: `notice` */
    BATCH_END     /* nothing will follow; `finished`: because the input has ended */
};

/* What happened to a source; the monitor counts and shows it. */
enum notice_kind {
    NOTICE_NONE,
    NOTICE_WAITING,    /* the file is not there (yet) */
    NOTICE_OPENED,     /* begins to be read; `text` holds its path */
    NOTICE_ROTATED,    /* a new file stands under the path */
    NOTICE_TRUNCATED,  /* shrank, read again from its start */
    NOTICE_ERROR,      /* cannot be read at the moment: `text` says why */
    NOTICE_FORMAT,     /* the format was chosen or changed: `text` names it */
    NOTICE_NO_FORMAT,  /* no known format fits: `text` explains */
    NOTICE_LOSS,       /* bytes were probably destroyed before they were read */
    NOTICE_BACKFILLED, /* what stood in the files at the start has been read */
    NOTICE_ENDED,      /* the end of standard input */
    NOTICE_POLLING,    /* inotify is not to be had: `text` says why files are looked at instead */
    NOTICE_STATE,      /* of no source: what is kept on disk, how many logs are in trouble, in words */
    NOTICE_CONFIG      /* of no source: the configuration was read again, in words */
};

struct notice {
    enum notice_kind kind;
    int64_t wall_ns; /* NOTICE_BACKFILLED: when the newest file was last written */
    char text[480];  /* made safe, ended by a NUL */
};

/* Why a line was refused. */
struct reject {
    struct span line;
    uint32_t column;    /* 1-based, where reading stopped */
    const char *reason; /* a literal */
};

/* How many lines were refused just before which entry (`count`: behind the last). */
struct refusal {
    uint32_t before, lines;
};

/* How the lines of a batch fared. read = parsed + rejected. */
struct line_counts {
    uint64_t read, parsed, rejected, truncated;
};

struct batch {
    enum batch_kind kind;
    uint32_t source;    /* number of the file in the order named, from 0 */
    const char *path;   /* of the source, as named; as long as the batch goes round; NULL: none */
    bool more;          /* the rest of the same read follows in the next batch: `position` is
                           not valid yet */
    bool backfill;      /* stood in the file before we started */
    char *bytes;        /* BATCH_BYTES + LINE_LIMIT + BATCH_SLACK */
    uint32_t used;      /* whole lines, each ended by \n but for a file's last */
    uint32_t scanned;   /* how far the parser has got in them */
    uint32_t count;     /* entries */
    struct entry *entries;
    uint32_t room;         /* so many, BATCH_ENTRIES mostly */
    struct line_counts lines;
    uint32_t reject_count; /* samples kept, at most BATCH_REJECTS */
    struct reject rejects[BATCH_REJECTS];
    uint32_t refusal_count; /* where the refused lines stood, in order */
    struct refusal *refusals; /* room + 1 */
    uint64_t behind;    /* bytes of the source not yet read */
    int64_t read_ns;    /* monotonic, when the bytes were read */
    bool finished;      /* the file at `position` has been read to its end and let go */
    struct position position; /* behind the last line of this batch */
    struct notice notice;
};

struct batch *batch_new(void);
/* With room for so many entries: for who counts them in rounds. */
struct batch *batch_new_of(uint32_t room);
void batch_free(struct batch *b);

/* Empty lines, no entries, kind BATCH_LINES. Keeps the memory. */
void batch_clear(struct batch *b);

/* One more line was refused behind the entries so far. */
static inline void batch_refuse(struct batch *b)
{
    if (b->refusal_count == 0 || b->refusals[b->refusal_count - 1].before != b->count) {
        if (b->refusal_count > b->room)
            return;
        b->refusals[b->refusal_count++] = (struct refusal){b->count, 0};
    }
    b->refusals[b->refusal_count - 1].lines++;
}

static inline uint32_t batch_capacity(void) { return BATCH_BYTES + LINE_LIMIT; }

static inline struct text batch_span(const struct batch *b, struct span s)
{
    return text_make(b->bytes + s.at, s.len);
}

static inline struct text batch_text(const struct batch *b, const struct entry *e, enum field f)
{
    return batch_span(b, e->text[f]);
}

#endif
