/* What is followed changes while it goes on. */
#include "source/sources.h"

#include "source/paths.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum wish { UNWANTED, NAMED, MATCHED };

static enum wish wish_for(const char *path, const struct follow_options *o)
{
    enum wish wish = UNWANTED;
    for (size_t i = 0; i < o->path_count; i++) {
        if (strcmp(o->paths[i], path) == 0)
            return NAMED;
        if (path_is_glob(o->paths[i]) && fnmatch(o->paths[i], path, FNM_PATHNAME | FNM_PERIOD) == 0)
            wish = MATCHED;
    }
    return wish;
}

/* Should it be named again, it is gone on with where it stands now, whatever rotation does to it;
 * and what is not there yet is new then. */
static void remember(struct sources *s, const struct track *k, struct resumes *resumes)
{
    bool any = false;
    resumes_forget(resumes, k->path);
    for (size_t i = 0; i < k->count; i++) {
        const struct tail *t = k->tails[i];
        struct position p;
        if (t->ended || t->alias)
            continue;
        tail_position(t, &p);
        resumes_add(resumes, k->path, &p);
        shared_leave(&s->shared, &p, true);
        any = true;
    }
    if (!any)
        resumes_add(resumes, k->path, NULL);
}

static void let_go(struct sources *s, struct track *k, struct resumes *resumes)
{
    if (k->begun)
        remember(s, k, resumes);
    shared_tell(&s->shared, k->source, NOTICE_ENDED, "%s: no longer followed", k->safe);
    sources_vacate(s, k);
}

static bool is_named(const char *path, const struct follow_options *o)
{
    for (size_t i = 0; i < o->path_count; i++)
        if (strcmp(o->paths[i], path) == 0)
            return true;
    return false;
}

static void drop_globs(struct sources *s, const struct follow_options *o)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->glob_count; i++)
        if (is_named(s->globs[i].pattern, o))
            s->globs[kept++] = s->globs[i];
        else
            globs_done(&s->globs[i], &s->shared);
    s->glob_count = kept;
}

void sources_change(struct sources *s, const struct follow_options *o, struct resumes *resumes)
{
    for (size_t i = 0; i < s->count; i++) {
        struct track *k = s->tracks[i];
        enum wish wish = k ? wish_for(k->path, o) : UNWANTED;
        if (k && wish == UNWANTED)
            let_go(s, k, resumes);
        else if (k)
            k->matched = wish == MATCHED;
    }
    drop_globs(s, o);
    bool started = s->started;
    s->started = false; /* what is there now is begun as at a start */
    s->reused = 0;
    for (size_t i = 0; i < o->path_count; i++)
        sources_name(s, o->paths[i]);
    sources_match_all(s);
    s->started = started;
}
