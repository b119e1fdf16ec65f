/* stages.h - what the parser, clock and monitor threads share, and their main functions.
 *
 * Made and freed by pipeline.c, which starts the threads when all is set and joins them before
 * anything is freed. Who may touch what stands beside each member. */
#ifndef SPATE_APP_STAGES_H
#define SPATE_APP_STAGES_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "app/notify_stage.h"
#include "app/reload.h"
#include "app/setup.h"
#include "app/state.h"
#include "model/board.h"
#include "monitor/monitor.h"
#include "parse/parser.h"
#include "queue/queue.h"
#include "source/follow.h"

enum { ACKS_WAITING = 64 };

/* Alerts that somebody at the console has marked as seen, on their way to the monitor thread. */
struct acks {
    pthread_mutex_t lock;
    uint64_t ids[ACKS_WAITING];
    size_t count;
};

struct stages {
    /* constant while threads run */
    struct monitor_options monitor_options;
    bool every;
    struct acks acks;
    struct queue *queue;
    struct board *board;
    struct state *state;   /* monitor thread; NULL: nothing is kept */
    char without_state[480]; /* why not, though it was asked for; safe; else "" */
    struct notify_stage *notify; /* monitor thread */
    struct follow *follow; /* parser thread; follow_wake() by any */
    size_t top;            /* monitor thread: rows of lists */
    /* parser thread */
    struct setup *setup;     /* how it reads now */
    struct parser **parsers; /* one a source, made as sources appear */
    char **parsed_paths;     /* what each of them reads: a source may become another log's */
    size_t parser_count;
    /* flags between threads: each stands for itself, nothing is published through it */
    atomic_bool stop;       /* main sets, parser obeys */
    _Atomic int64_t update_ns; /* main sets, monitor obeys */
    atomic_int order;          /* enum top_order of the lists; main sets, monitor obeys */
    /* Main puts a configuration there that was read again, the parser takes it out, and passes it on
     * with a notice in the queue. */
    _Atomic(struct reload *) reload, passed;
    _Atomic int64_t beat_ns;   /* how often the clock thread wakes the monitor */
    sem_t clock_over;          /* main posts it: ends the clock's sleep, and the clock */
};

void *parse_stage(void *stages);
void *monitor_stage(void *stages);

/* Frees the parsers; the parser thread has left. */
void parse_stage_done(struct stages *st);

/* follow_options.second_of; parser thread (or before it starts). */
bool parse_stage_second(void *stages, uint32_t source, struct text line, int64_t *second);

/* Sets the statistics' interval and a beat that suits it. */
void stages_set_update(struct stages *st, int64_t update_ns);

#endif
