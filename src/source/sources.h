/* sources.h - what is followed: the logs named, those that patterns match by now, standard
 * input; and the events and looks that keep all of them up to date.
 *
 * Owns the tracks and the patterns. One thread. Members are for the source layer to read. */
#ifndef SPATE_SOURCE_SOURCES_H
#define SPATE_SOURCE_SOURCES_H

#include "base/error.h"
#include "source/globs.h"
#include "source/input.h"
#include "source/resumes.h"
#include "source/shared.h"
#include "source/track.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OLD_PATHS = 256 };

/* A source whose log has vanished: the next one that a pattern finds may have it. */
struct vacancy {
    uint32_t source;
    char *path;
};

struct sources {
    struct shared shared;
    struct track **tracks; /* NULL where a source is standard input, or vacant */
    size_t count, room;
    struct vacancy *vacant; /* the longest first */
    size_t vacant_count, vacant_room;
    char *old_paths[OLD_PATHS]; /* a ring: of sources that were used again; others may still look */
    size_t old_count, reused; /* since the last sources_change() */
    struct counts paths; /* of the tracks, by their hashes */
    struct globs *globs;
    size_t glob_count;
    struct input input;
    bool started;      /* what appears from now on is new: read from 0 */
    bool polling_told; /* NOTICE_POLLING */
};

void sources_init(struct sources *s, const struct os *os);
void sources_done(struct sources *s);

/* False with *why filled when one of the names can never work. */
bool sources_check(const struct os *os, const struct follow_options *o, struct error *why);

/* Adds all that the options name, which has been checked. */
void sources_add(struct sources *s, const struct follow_options *o);

/* From now on what these options name, which has been checked: what is in both goes on untouched; the
 * rest is let go, and where it stood is remembered; what is new is to be looked at and begun. Standard
 * input neither comes nor goes. */
void sources_change(struct sources *s, const struct follow_options *o, struct resumes *resumes);

/* Takes in the events that wait. Where some were lost everything is looked at. */
void sources_events(struct sources *s);

/* Events are hints: looks at everything, whatever they said. */
void sources_doubt(struct sources *s);

/* Looks whether patterns match more, in those directories where something happened. */
void sources_match(struct sources *s);

/* True when some of them can be told nothing by watches; tells that once, with the reason.
 * `every_ms`: how often they are looked at instead. */
bool sources_polled(struct sources *s, int every_ms);

/* Lets the logs go that have vanished for good. */
void sources_retire(struct sources *s);

/* The path of a source; NULL: it is standard input. */
const char *sources_path(const struct sources *s, uint32_t source);

/* Something can be read at once. */
bool sources_busy(const struct sources *s);

/* When one of them wants to be called again; INT64_MAX: none does. */
int64_t sources_next_ns(const struct sources *s);

/* --- between sources.c and sources_change.c --- */

void sources_name(struct sources *s, const char *path);
void sources_match_all(struct sources *s);
void sources_vacate(struct sources *s, struct track *k);

#endif
