/* transfer_inside.h - what the files of transfers share: one transfer, its options, and mails in
 * threads of their own.
 *
 * The library moves HTTP on without waiting, many requests at once in the sender's thread. In SMTP
 * it waits: for the answer behind the last line of a mail, and for the one to QUIT. So each mail on
 * its way has a thread, which a slow server may hold up, and which is broken off when nobody wants
 * to wait any longer. */
#ifndef SPATE_NOTIFY_TRANSFER_INSIDE_H
#define SPATE_NOTIFY_TRANSFER_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "notify/curl_late.h"
#include "notify/transfer.h"

enum { MAIL_SOCKETS = 4 }; /* tried at once for the addresses of one server */

struct transfer {
    CURL *easy;
    struct curl_slist *headers, *to;
    struct buf body;
    size_t sent, answer;
    size_t number;
    bool mail;
    char words[CURL_ERROR_SIZE];
    struct transfer *next;
    /* Of a mail: while its thread runs, all of the above but `next` is the thread's. */
    pthread_t thread;
    CURLM *wake; /* whom its end wakes */
    CURLcode code;
    bool answered, accepted; /* what the server said behind the last line */
    atomic_bool over;
    atomic_bool unwanted; /* stands for itself */
    pthread_mutex_t lock; /* guards the sockets: a number that is closed may be another's */
    int sockets[MAIL_SOCKETS];
};

#define TRANSFER_SET(option, value)                                                                \
    (good = good && curl.easy_setopt(x->easy, (option), (value)) == CURLE_OK)

/* transfer_set.c: false when the library refuses something. */
bool transfer_set(struct transfer *x, const struct transfer_request *r);
size_t transfer_on_answer(char *at, size_t size, size_t count, void *ctx);

/* transfer_mail.c. What a mail's thread calls back for. */
bool mail_set(struct transfer *x);
/* Starts the thread; false: there can be none. */
bool mail_start(struct transfer *x, CURLM *wake);
bool mail_is_over(const struct transfer *x);
/* Ends soon, whatever the server does. */
void mail_break_off(struct transfer *x);
/* Waits for the thread. */
void mail_join(struct transfer *x);
void mail_judge(const struct transfer *x, struct try_end *end);

#endif
