#include "lib/model.h"

#include "base/mem.h"
#include "lib/memfs.h"
#include "source/follow.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINES = 768,
    LINE_ROOM = 64,
    HALF_ROOM = 16,
    PIECE = 24, /* bytes of a whole line without a half before it */
    POSITIONS = 64,
    FILES = 64,
    IN_FILE = 192,
    SIBLINGS = 40,
    LONG_EXTRA = 5000,
    CALLS = 20000,
    ANCHOR_ENOUGH = 16,
    NOBODY = -1
};

#define LOG    "/log/a.log"
#define SECOND INT64_C(1000000000)

static const char *const action_names[MODEL_ACTIONS] = {
    "write",   "half",        "long",    "old_write",    "read",     "glance",
    "rotate",  "rotate_late", "move",    "copytruncate", "truncate", "rewrite",
    "replace", "gzip",        "restart", "stop",         "overflow", "quiet"};

/* A line as it should come out. */
struct line {
    char text[LINE_ROOM]; /* of a long one its beginning */
    bool is_long;
    bool doubtful; /* was destroyed, maybe before it was read */
    int times;     /* it came out */
};

/* What we know to stand in a file. */
struct file {
    uint64_t serial;
    bool packed;  /* is compressed by now */
    bool seen;    /* the follower had it as the log */
    bool unfound; /* nothing leads the follower to it */
    int lines[IN_FILE];
    size_t count;
    char half[HALF_ROOM]; /* the unfinished line at its end */
};

struct model {
    struct memfs *fs;
    struct follow *follow;
    struct batch *batch;
    struct line lines[LINES];
    size_t line_count;
    struct file files[FILES];
    size_t file_count;
    struct position positions[POSITIONS]; /* as a state would keep them */
    size_t position_count;
    unsigned serial; /* of the next piece of text */
    int writer, late_writer;
    struct file *written, *late_written; /* what they write to */
    int64_t late_ns;                     /* when the late writer last wrote */
    bool broken; /* the last file that the follower knows has no name any more */
    struct model_result result;
};

const char *model_action_name(enum model_action action)
{
    return action_names[action];
}

static void fail(struct model *m, const char *what, const char *which, size_t len)
{
    if (m->result.passed)
        snprintf(m->result.problem, sizeof m->result.problem, "%s: %.*s", what,
                 (int)(len > 60 ? 60 : len), which);
    m->result.passed = false;
}

static int64_t now(const struct model *m)
{
    const struct os *os = memfs_os(m->fs);
    return os->monotonic_ns(os->self);
}

static struct file *file_at(struct model *m, const char *path)
{
    uint64_t serial = memfs_inode(m->fs, path);
    for (size_t i = 0; serial && i < m->file_count; i++)
        if (m->files[i].serial == serial)
            return &m->files[i];
    if (!serial || m->file_count == FILES)
        return NULL;
    m->files[m->file_count] = (struct file){.serial = serial};
    return &m->files[m->file_count++];
}

/* The identities of the file system in memory hold the serial number. */
static struct file *file_of(struct model *m, const struct file_identity *id)
{
    for (size_t i = 0; i < m->file_count; i++)
        if (m->files[i].serial == (uint64_t)id->birth_ns)
            return &m->files[i];
    return NULL;
}

static bool has_position(const struct model *m, const struct file *f)
{
    for (size_t i = 0; i < m->position_count; i++)
        if (f->serial == (uint64_t)m->positions[i].id.birth_ns)
            return true;
    return false;
}

/* What was not read may never be. */
static void doubt(struct model *m, struct file *f)
{
    for (size_t i = 0; f && i < f->count; i++) {
        struct line *l = &m->lines[f->lines[i]];
        m->result.doubtful += !l->doubtful && l->times == 0;
        l->doubtful |= l->times == 0;
    }
}

static void lose(struct model *m, struct file *f)
{
    doubt(m, f);
    if (f)
        f->unfound = true;
}

/* ---- The follower ----------------------------------------------------------------------- */

static void deliver(struct model *m, const char *at, size_t len, bool whole)
{
    for (size_t i = 0; i < m->line_count; i++) {
        struct line *l = &m->lines[i];
        size_t known = strlen(l->text);
        if (len != (l->is_long ? LINE_LIMIT : known) || memcmp(at, l->text, known) != 0)
            continue;
        m->result.rescued += l->doubtful && l->times == 0;
        if (++l->times > 1)
            fail(m, "came out twice", at, len);
        return;
    }
    /* A half line at the end of a file that was let go is nobody's. */
    if (whole)
        fail(m, "was never written", at, len);
}

/* What a state does with the position of a batch. */
static void keep_position(struct model *m, const struct batch *b)
{
    size_t i = 0;
    while (i < m->position_count && !identity_same(&m->positions[i].id, &b->position.id))
        i++;
    if (b->finished && i < m->position_count) /* in order: the oldest first */
        memmove(m->positions + i, m->positions + i + 1,
                (--m->position_count - i) * sizeof m->positions[0]);
    if (b->finished)
        return;
    if (i == POSITIONS)
        fail(m, "too many positions", "", 0);
    else
        m->positions[i] = b->position;
    m->position_count += i == m->position_count && i < POSITIONS;
}

static void take(struct model *m, const struct batch *b)
{
    const char *end = b->bytes + b->used;
    for (const char *at = b->bytes; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        deliver(m, at, (size_t)((stop ? stop : end) - at), stop != NULL);
        at = stop ? stop + 1 : end;
    }
    keep_position(m, b);
}

/* Where one place is lost, nothing tells which of the files beside the log are newer than it. */
static void doubt_start(struct model *m)
{
    bool lost = false;
    for (size_t i = 0; i < m->position_count; i++) {
        struct file *f = file_of(m, &m->positions[i].id);
        lost |= !f || (!f->packed && !memfs_has_inode(m->fs, f->serial));
    }
    for (size_t i = 0; lost && i < m->file_count; i++)
        if (m->files[i].serial != memfs_inode(m->fs, LOG) && !has_position(m, &m->files[i]))
            lose(m, &m->files[i]);
}

static void start(struct model *m)
{
    doubt_start(m);
    static const char *const paths[] = {LOG};
    struct follow_resume resume[POSITIONS];
    for (size_t i = 0; i < m->position_count; i++)
        resume[i] = (struct follow_resume){LOG, m->positions[i]};
    struct follow_options o = {.paths = paths,
                               .path_count = 1,
                               .from = FOLLOW_FROM_START,
                               .resume = resume,
                               .resume_count = m->position_count};
    m->follow = follow_open(&o, memfs_os(m->fs), NULL);
    if (!m->follow)
        fail(m, "did not open", "", 0);
}

static void forget_unlinked(struct model *m);
static void forget_siblings(struct model *m);

static void stop(struct model *m)
{
    follow_close(m->follow);
    m->follow = NULL;
    if (memfs_descriptors(m->fs) || memfs_watches(m->fs))
        fail(m, "left something open", "", 0);
    forget_unlinked(m);
    if (m->position_count == 0) /* nothing will be found to go on from */
        forget_siblings(m);
}

/* Runs the follower for at most that many calls; true when it came to rest. */
static bool run(struct model *m, int calls, int timeout_ms)
{
    if (!m->follow)
        start(m);
    bool rests = false;
    while (m->follow && !rests && calls-- > 0) {
        batch_clear(m->batch);
        enum follow_result r = follow_next(m->follow, m->batch, timeout_ms);
        if (r == FOLLOW_LINES)
            take(m, m->batch);
        rests = r == FOLLOW_IDLE;
    }
    struct file *f = file_at(m, LOG);
    if (f && memfs_is_read(m->fs, LOG)) {
        f->seen = true;
        m->broken = false;
    }
    return rests;
}

static void act_read(struct model *m, unsigned amount)
{
    (void)amount;
    if (!run(m, CALLS, 1100))
        fail(m, "never rests", "", 0);
}

static void act_glance(struct model *m, unsigned amount)
{
    run(m, 1 + (int)amount % 4, 0);
}

static void act_stop(struct model *m, unsigned amount)
{
    (void)amount;
    if (m->follow)
        stop(m);
}

static void act_restart(struct model *m, unsigned amount)
{
    act_stop(m, amount);
    act_read(m, amount);
}

static void act_overflow(struct model *m, unsigned amount)
{
    (void)amount;
    memfs_overflow(m->fs);
}

/* ---- The writers ------------------------------------------------------------------------ */

static void drop_late(struct model *m)
{
    if (m->late_writer != NOBODY)
        memfs_writer_close(m->fs, m->late_writer);
    m->late_writer = NOBODY;
}

static void act_quiet(struct model *m, unsigned amount)
{
    drop_late(m);
    if (m->follow)
        for (int i = 0; i < (amount % 2 ? 10 : 70); i++)
            act_read(m, 0);
}

static void open_log(struct model *m)
{
    if (m->writer == NOBODY)
        m->writer = memfs_writer(m->fs, LOG);
    m->written = file_at(m, LOG);
}

static void close_log(struct model *m)
{
    if (m->writer != NOBODY)
        memfs_writer_close(m->fs, m->writer);
    m->writer = NOBODY;
}

static void write_line(struct model *m, int writer, struct file *f, size_t extra)
{
    static char text[LINE_ROOM + LINE_LIMIT + LONG_EXTRA];
    if (!f || m->line_count == LINES || f->count == IN_FILE)
        return;
    struct line *l = &m->lines[m->line_count];
    *l = (struct line){.is_long = extra > 0, .doubtful = f->unfound};
    snprintf(l->text, sizeof l->text, "%s%07u.abcdefghijklmnop", f->half, m->serial);
    int len = snprintf(text, sizeof text, "%07u.abcdefghijklmnop", m->serial++);
    if (extra) {
        memset(text + len, 'x', LINE_LIMIT + extra);
        len += (int)(LINE_LIMIT + extra);
    }
    strcpy(text + len, "\n");
    memfs_writer_write(m->fs, writer, text);
    f->lines[f->count++] = (int)m->line_count++;
    f->half[0] = '\0';
}

static void act_write(struct model *m, unsigned amount)
{
    open_log(m);
    for (unsigned i = 0; i <= amount % 4; i++)
        write_line(m, m->writer, m->written, 0);
}

static void act_long(struct model *m, unsigned amount)
{
    open_log(m);
    write_line(m, m->writer, m->written, 1 + amount * 17U);
}

static void act_half(struct model *m, unsigned amount)
{
    (void)amount;
    open_log(m);
    if (!m->written || m->written->half[0])
        return;
    snprintf(m->written->half, HALF_ROOM, "h%07u", m->serial++);
    memfs_writer_write(m->fs, m->writer, m->written->half);
}

static void act_old_write(struct model *m, unsigned amount)
{
    if (m->late_writer == NOBODY)
        return;
    if (now(m) - m->late_ns > 4 * SECOND) { /* it may have been let go since */
        drop_late(m);
        return;
    }
    for (unsigned i = 0; i <= amount % 3; i++)
        write_line(m, m->late_writer, m->late_written, 0);
    m->late_ns = now(m);
}

/* ---- Rotation --------------------------------------------------------------------------- */

/* What only the follower held is gone when it stops. */
static void forget_unlinked(struct model *m)
{
    for (size_t i = 0; i < m->file_count; i++)
        if (!m->files[i].packed && !memfs_has_inode(m->fs, m->files[i].serial))
            doubt(m, &m->files[i]);
}

static void forget_siblings(struct model *m)
{
    m->broken = true;
    drop_late(m);
    for (size_t i = 0; i < m->file_count; i++)
        if (m->files[i].serial != memfs_inode(m->fs, LOG))
            lose(m, &m->files[i]);
}

static void destroy(struct model *m, struct file *f)
{
    doubt(m, f);
    if (f)
        f->count = f->half[0] = '\0';
}

static const char *sibling(int number, bool packed)
{
    static char paths[4][64];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], LOG ".%d%s", number, packed ? ".gz" : "");
    return path;
}

static bool shift(struct model *m)
{
    if (memfs_exists(m->fs, sibling(SIBLINGS, false)) ||
        memfs_exists(m->fs, sibling(SIBLINGS, true)))
        return false;
    for (int i = SIBLINGS; i-- > 1;)
        for (int packed = 0; packed < 2; packed++)
            if (memfs_exists(m->fs, sibling(i, packed)))
                memfs_rename(m->fs, sibling(i, packed), sibling(i + 1, packed));
    return true;
}

static bool move_away(struct model *m)
{
    if (!memfs_exists(m->fs, LOG) || !shift(m))
        return false;
    struct file *f = file_at(m, LOG);
    if (m->broken && !memfs_is_read(m->fs, LOG))
        lose(m, f); /* nothing tells that it is newer than what is known */
    memfs_rename(m->fs, LOG, sibling(1, false));
    return true;
}

static void act_rotate(struct model *m, unsigned amount)
{
    (void)amount;
    if (!move_away(m))
        return;
    close_log(m);
    open_log(m);
}

static void keep_late(struct model *m)
{
    drop_late(m);
    m->late_writer = m->writer;
    m->late_written = m->written;
    m->late_ns = now(m);
    m->writer = NOBODY;
}

static void act_rotate_late(struct model *m, unsigned amount)
{
    (void)amount;
    open_log(m);
    if (!move_away(m))
        return;
    keep_late(m);
    open_log(m);
}

static void act_move(struct model *m, unsigned amount)
{
    (void)amount;
    open_log(m);
    if (move_away(m))
        keep_late(m);
}

static void act_copytruncate(struct model *m, unsigned amount)
{
    (void)amount;
    if (!memfs_exists(m->fs, LOG) || !shift(m))
        return;
    memfs_copy(m->fs, LOG, sibling(1, false));
    memfs_truncate(m->fs, LOG, 0);
    destroy(m, file_at(m, LOG));
}

static void act_truncate(struct model *m, unsigned amount)
{
    (void)amount;
    if (!memfs_exists(m->fs, LOG))
        return;
    memfs_truncate(m->fs, LOG, 0);
    destroy(m, file_at(m, LOG));
}

static void act_rewrite(struct model *m, unsigned amount)
{
    if (!memfs_exists(m->fs, LOG))
        return;
    size_t lines = memfs_size(m->fs, LOG) / (PIECE + 1);
    act_truncate(m, 0);
    open_log(m);
    for (size_t i = 0; i < lines + amount % 2 && i < 40; i++)
        write_line(m, m->writer, m->written, 0);
}

static void act_replace(struct model *m, unsigned amount)
{
    if (!memfs_exists(m->fs, LOG))
        return;
    struct file *f = file_at(m, LOG);
    if (!memfs_is_read(m->fs, LOG))
        doubt(m, f);
    m->broken |= f && f->seen;
    memfs_unlink(m->fs, LOG);
    close_log(m);
    if (amount % 2)
        open_log(m);
}

static bool anchored(const struct model *m, const char *path, const struct position *p)
{
    return p->anchor_len >= ANCHOR_ENOUGH && p->offset <= memfs_size(m->fs, path) &&
           memcmp(memfs_data(m->fs, path) + p->offset - p->anchor_len, p->anchor, p->anchor_len) ==
               0;
}

/* Compressing what can no longer be told by its contents loses what was not read of it: not done.
 */
static bool may_gzip(struct model *m, const char *path)
{
    struct file *f = file_at(m, path);
    if (!f)
        return false;
    struct file_facts facts;
    const struct os *os = memfs_os(m->fs);
    if (os->facts_at(os->self, path, &facts) != 0)
        return false;
    for (size_t i = 0; i < m->position_count; i++)
        if (identity_same(&m->positions[i].id, &facts.id))
            return anchored(m, path, &m->positions[i]);
    if (memfs_is_read(m->fs, path))
        return false; /* opened, its position not yet given out */
    for (size_t i = 0; i < f->count; i++)
        if (m->lines[f->lines[i]].times == 0)
            return false;
    return true;
}

static void act_gzip(struct model *m, unsigned amount)
{
    (void)amount;
    for (int i = SIBLINGS; i > 0; i--) {
        if (!memfs_exists(m->fs, sibling(i, false)))
            continue;
        if (m->late_writer != NOBODY && m->late_written == file_at(m, sibling(i, false)))
            drop_late(m);
        if (!may_gzip(m, sibling(i, false)))
            return;
        file_at(m, sibling(i, false))->packed = true;
        memfs_gzip(m->fs, sibling(i, false), sibling(i, true));
        return;
    }
}

static void (*const actions[MODEL_ACTIONS])(struct model *m, unsigned amount) = {
    [MODEL_WRITE] = act_write,       [MODEL_HALF] = act_half,
    [MODEL_LONG] = act_long,         [MODEL_OLD_WRITE] = act_old_write,
    [MODEL_READ] = act_read,         [MODEL_GLANCE] = act_glance,
    [MODEL_ROTATE] = act_rotate,     [MODEL_ROTATE_LATE] = act_rotate_late,
    [MODEL_MOVE] = act_move,         [MODEL_COPYTRUNCATE] = act_copytruncate,
    [MODEL_TRUNCATE] = act_truncate, [MODEL_REWRITE] = act_rewrite,
    [MODEL_REPLACE] = act_replace,   [MODEL_GZIP] = act_gzip,
    [MODEL_RESTART] = act_restart,   [MODEL_STOP] = act_stop,
    [MODEL_OVERFLOW] = act_overflow, [MODEL_QUIET] = act_quiet,
};

/* ---- Running ---------------------------------------------------------------------------- */

static void judge(struct model *m)
{
    for (size_t i = 0; i < m->line_count; i++) {
        const struct line *l = &m->lines[i];
        if (l->times == 0 && !l->doubtful)
            fail(m, "never came out", l->text, strlen(l->text));
    }
    m->result.lines = (long)m->line_count;
}

struct model_result model_run(const struct model_step *steps, size_t count, bool events,
                              struct model_faults faults)
{
    static struct batch *batch; /* large; the same for all runs of a process */
    if (!batch)
        batch = batch_new();
    struct model *m = mem_new(1, sizeof *m);
    m->fs = memfs_new();
    m->batch = batch;
    m->writer = m->late_writer = NOBODY;
    m->result.passed = true;
    memfs_mkdir(m->fs, "/log");
    memfs_silent(m->fs, !events);
    act_read(m, 0);
    long before = memfs_calls(m->fs);
    memfs_fail(m->fs, faults.nth, faults.length, faults.seed);
    for (size_t i = 0; i < count && m->result.passed; i++) {
        memfs_advance(m->fs, 1000000);
        actions[steps[i].action](m, steps[i].amount);
    }
    m->result.calls = memfs_calls(m->fs) - before;
    memfs_fail(m->fs, 0, 0, 0);
    act_write(m, 0);             /* generations are looked for when a file stands under the path */
    for (int i = 0; i < 12; i++) /* longer than any pause after an error */
        act_read(m, 0);
    act_stop(m, 0);
    judge(m);
    struct model_result result = m->result;
    close_log(m);
    drop_late(m);
    memfs_free(m->fs);
    free(m);
    return result;
}
