/* walk.h - one line on its way through a program: what walk.c, walk_ends.c and walk_values.c share.
 *
 * A value on the stack of the reading; private to those files. */
#ifndef SPATE_PARSE_WALK_H
#define SPATE_PARSE_WALK_H

#include "parse/steps.h"

/* One line on its way. `piece` is the way that is being tried, `best` the one that made most
 * steps whole. */
struct walk {
    const struct program *p;
    struct reading *r;
    const char *begin, *end; /* of the line */
    unsigned step;           /* the one whose end is looked for */
    unsigned floor;          /* not to go back below this step */
    unsigned stop;           /* steps from here on are nobody's wish */
    unsigned tries;
    bool searching;      /* the value may end in many places: that one is wrong says nothing */
    bool single;         /* a space is one space, and between two may be an empty value */
    unsigned whole;      /* steps that the best way so far has made whole */
    const char *deepest; /* where the best failing way stopped, and why */
    const char *reason;
    bool quiet;                    /* what fails from here on says less */
    unsigned sure;                 /* values of their own kind before that */
    struct text user;              /* the name that was among them, if any, */
    unsigned user_step;            /* and its step */
    struct text piece[STEP_LIMIT]; /* the way being tried; at == NULL: nothing there */
    bool fresh[STEP_LIMIT];        /* no end of this step was tried yet */
    struct text best[STEP_LIMIT];
    struct text blanks; /* the spaces that were stepped over last: a value may end before each */
};

/* Remembers why a way failed, when none came further. */
void walk_failed(struct walk *w, const char *at, const char *reason);

/* How many values of their own kind lay before the place where the best failing way stopped. */
unsigned walk_sure(const struct walk *w);

/* Behind the literal at `at`, or NULL. */
const char *walk_literal(struct walk *w, struct text literal, const char *at);

/* The next end of the current step's value, which begins at `from`, behind `last` (NULL: the
 * first); NULL when there is none. */
const char *walk_next_end(struct walk *w, const struct step *s, const char *from, const char *last);

static inline bool walk_may_be_empty(const struct walk *w, const struct step *s)
{
    return s->may_be_empty || (w->single && s->may_be_gap);
}

/* A client may send a name of nothing but spaces. Whether `from`, where the user's name would
 * begin, is behind such a one: spaces all the way from the literal before it to the literal behind.
 */
bool walk_is_blank_user(const struct walk *w, const struct step *s, const char *from);

/* A lone dash among the words of a user, "- frank" or "192.0.2.7 - frank": a name that a client
 * made up, or a line with more values than its format. */
bool walk_holds_dash(const struct step *s, struct text piece);

/* Reads a piece of a time at the start of `in`. Returns its length or 0. */
size_t walk_scan_time(const struct step *s, struct text in, struct stamp *stamp);

/* Stores the values of the steps from `from` to w->whole. */
enum verdict walk_store(struct walk *w, unsigned from);

#endif
