/* curl_late.h - libcurl, loaded when something is to be sent for the first time: it brings thirty
 * libraries along, which would be two thirds of the time that every start of the program takes.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_NOTIFY_CURL_LATE_H
#define SPATE_NOTIFY_CURL_LATE_H

#include "base/error.h"
#include <curl/curl.h>

#define CURL_CALLS(ROW)                                                                            \
    ROW(global_init)                                                                               \
    ROW(easy_init)                                                                                 \
    ROW(easy_perform)                                                                              \
    ROW(easy_setopt)                                                                               \
    ROW(easy_getinfo)                                                                              \
    ROW(easy_strerror)                                                                             \
    ROW(easy_cleanup)                                                                              \
    ROW(multi_init)                                                                                \
    ROW(multi_add_handle)                                                                          \
    ROW(multi_remove_handle)                                                                       \
    ROW(multi_perform)                                                                             \
    ROW(multi_poll)                                                                                \
    ROW(multi_wakeup)                                                                              \
    ROW(multi_info_read)                                                                           \
    ROW(multi_cleanup)                                                                             \
    ROW(slist_append)                                                                              \
    ROW(slist_free_all)

/* curl.easy_init is curl_easy_init(), and so on. */
struct curl_calls {
#define CURL_CALL(name) __typeof__(curl_##name) *name;
    CURL_CALLS(CURL_CALL)
#undef CURL_CALL
};

/* Only after curl_late() was true. */
extern struct curl_calls curl;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool curl_late(struct error *why);

#endif
