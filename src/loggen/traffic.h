/* traffic.h - what the visitors do on the site, request by request.
 *
 * Sessions walk from page to assets to the next page with referrers; crawlers, API clients,
 * scanners and monitors go their own ways; now and then a part of the server fails for a while.
 * What is drawn depends on the seed and the number of requests, never on the time.
 * Owns site, visitors and agents. One thread. */
#ifndef SPATE_LOGGEN_TRAFFIC_H
#define SPATE_LOGGEN_TRAFFIC_H

#include "loggen/hit.h"
#include <stdint.h>

struct traffic_plan {
    uint64_t seed;
    uint32_t sections, urls, visitors;
    uint32_t sessions; /* that go on at the same time */
    double odd;        /* share of odd lines, 0 to 1 */
    bool json;         /* the log is JSON: only what such a server can log */
};

struct traffic;

struct traffic *traffic_new(const struct traffic_plan *plan);
void traffic_free(struct traffic *traffic);

/* Draws the next request; *hit lives until the next call. */
void traffic_next(struct traffic *traffic, struct hit *hit);

#endif
