/* hit.h - one request as the generator made it up, before any format.
 *
 * A value; its texts are raw bytes, not escaped, and lie in the site, the visitors, the agents
 * or in literals. It lives until the next hit is drawn. */
#ifndef SPATE_LOGGEN_HIT_H
#define SPATE_LOGGEN_HIT_H

#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

struct hit {
    struct text host;
    struct text user;   /* empty: none */
    struct text method; /* with target and protocol empty too: no request was read */
    struct text target;
    struct text protocol;      /* empty: HTTP/0.9 */
    struct text referrer_site; /* both empty: none */
    struct text referrer_path;
    struct text agent; /* empty: none */
    struct text media; /* content type of the answer; empty: none */
    struct text vhost;
    struct text verbatim; /* not empty: these bytes are the line, whatever the format */
    uint64_t bytes;       /* of the body */
    uint32_t duration_us;
    uint16_t status;
    uint16_t port; /* of the server */
    uint16_t client_port;
    bool foreign; /* holds bytes that a server escapes */
};

#endif
