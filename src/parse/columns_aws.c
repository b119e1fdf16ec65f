/* Amazon's logs. Sources: AWS documentation, "Access logs for your Classic Load Balancer",
 * "Access logs for your Application Load Balancer" and "Amazon S3 server access log format". */
#include "parse/columns.h"

#define BITS(a, b, c, d, e, f)                                                                     \
    (FIELD_BIT(FIELD_##a) | FIELD_BIT(FIELD_##b) | FIELD_BIT(FIELD_##c) | FIELD_BIT(FIELD_##d) |   \
     FIELD_BIT(FIELD_##e) | FIELD_BIT(FIELD_##f))
#define REQUEST_BITS BITS(REQUEST, METHOD, PATH, PROTOCOL, SECTION, HOST)
#define COUNT(rows)  (sizeof(rows) / sizeof *(rows))

/* The three times are those of the balancer before, of the target, and of the balancer after;
 * -1 where the request did not come so far. Bytes and status are of what the client got.
 * A TCP listener's lines have no request ("- - - ") and no status. */
#define BALANCER_COLUMNS                                                                           \
    {column_address, FIELD_HOST, AS_USUAL, BARE}, {column_value, FIELD_UPSTREAM, AS_USUAL, BARE},  \
        {column_sum, FIELD_REQUEST_TIME, AS_SECONDS, BARE},                                        \
        {column_both_times, FIELD_REQUEST_TIME, AS_SECONDS, BARE},                                 \
        {column_sum, FIELD_REQUEST_TIME, AS_SECONDS, BARE},                                        \
        {column_value, FIELD_STATUS, AS_USUAL, BARE},                                              \
        {column_value, FIELD_UPSTREAM_STATUS, AS_USUAL, BARE},                                     \
        {column_value, FIELD_REQUEST_LENGTH, AS_USUAL, BARE},                                      \
        {column_value, FIELD_BYTES, AS_USUAL, BARE},                                               \
        {column_value, FIELD_REQUEST, AS_USUAL, QUOTED},                                           \
        {column_value, FIELD_AGENT, AS_USUAL, QUOTED},                                             \
        {NULL, FIELD_TLS, AS_USUAL, BARE}, /* cipher */                                            \
    {                                                                                              \
        column_value, FIELD_TLS, AS_USUAL, BARE                                                    \
    }

/* The target's share is a part of the whole and a figure of its own. */
static bool column_both_times(struct reading *r, const struct column *c, struct text piece)
{
    struct column own = {NULL, FIELD_UPSTREAM_TIME, c->notation, BARE};
    return column_positive(r, &own, piece) && column_sum(r, c, piece);
}

static const struct column elb_columns[] = {
    {column_value, FIELD_TIME, AS_RFC3339, BARE},
    {NULL, FIELD_VHOST, AS_USUAL, BARE}, /* the balancer's name */
    BALANCER_COLUMNS,
};

#define BALANCER_FIELDS                                                                            \
    (REQUEST_BITS | BITS(TIME, STATUS, BYTES, REQUEST_TIME, UPSTREAM_TIME, UPSTREAM) |             \
     BITS(UPSTREAM_STATUS, REQUEST_LENGTH, AGENT, TLS, TIME, TIME))

const struct layout layout_elb = {
    .name = "aws-elb",
    .columns = elb_columns,
    .count = COUNT(elb_columns),
    .required = 12,
    .needs = LINE_HAS_ISO_DATE,
    .escape = ESCAPE_APACHE,
    .fields = BALANCER_FIELDS,
};

static const struct column alb_columns[] = {
    {column_value, FIELD_SCHEME, AS_USUAL, BARE}, /* http, https, h2, grpcs, ws, wss */
    {column_value, FIELD_TIME, AS_RFC3339, BARE},
    {NULL, FIELD_VHOST, AS_USUAL, BARE},
    BALANCER_COLUMNS,
    {NULL, FIELD_UPSTREAM, AS_USUAL, BARE}, /* target group */
    {column_value, FIELD_REQUEST_ID, AS_USUAL, QUOTED},
    {column_value, FIELD_VHOST, AS_USUAL, QUOTED},
};

const struct layout layout_alb = {
    .name = "aws-alb",
    .columns = alb_columns,
    .count = COUNT(alb_columns),
    .required = 13,
    .needs = LINE_HAS_ISO_DATE,
    .escape = ESCAPE_APACHE,
    .fields = BALANCER_FIELDS | BITS(SCHEME, REQUEST_ID, VHOST, TIME, TIME, TIME),
};

static const struct column s3_columns[] = {
    {NULL, FIELD_USER, AS_USUAL, BARE},  /* the bucket's owner */
    {NULL, FIELD_VHOST, AS_USUAL, BARE}, /* bucket */
    {column_value, FIELD_TIME, AS_CLF, BRACKETED},
    {column_value, FIELD_HOST, AS_USUAL, BARE},
    {column_value, FIELD_USER, AS_USUAL, BARE}, /* requester */
    {column_value, FIELD_REQUEST_ID, AS_USUAL, BARE},
    {NULL, FIELD_METHOD, AS_USUAL, BARE}, /* operation */
    {NULL, FIELD_PATH, AS_USUAL, BARE},   /* key */
    {column_value, FIELD_REQUEST, AS_USUAL, QUOTED},
    {column_value, FIELD_STATUS, AS_USUAL, BARE},
    {NULL, FIELD_STATUS, AS_USUAL, BARE}, /* error code */
    {column_value, FIELD_BYTES, AS_USUAL, BARE},
    {NULL, FIELD_BYTES, AS_USUAL, BARE}, /* the object's size */
    {column_value, FIELD_REQUEST_TIME, AS_MILLIS, BARE},
    {column_value, FIELD_FIRST_BYTE_TIME, AS_MILLIS, BARE}, /* turn-around time */
    {column_value, FIELD_REFERRER, AS_USUAL, QUOTED},
    {column_value, FIELD_AGENT, AS_USUAL, QUOTED},
    {NULL, FIELD_AGENT, AS_USUAL, BARE}, /* version, host id, signature, cipher, authentication */
    {NULL, FIELD_AGENT, AS_USUAL, BARE},
    {NULL, FIELD_AGENT, AS_USUAL, BARE},
    {NULL, FIELD_AGENT, AS_USUAL, BARE},
    {NULL, FIELD_AGENT, AS_USUAL, BARE},
    {column_value, FIELD_VHOST, AS_USUAL, BARE}, /* host header */
    {column_value, FIELD_TLS, AS_USUAL, BARE},
};

const struct layout layout_s3 = {
    .name = "aws-s3",
    .columns = s3_columns,
    .count = COUNT(s3_columns),
    .required = 12,
    .needs = LINE_HAS_CLF_DATE,
    .escape = ESCAPE_APACHE,
    .fields = REQUEST_BITS | BITS(TIME, STATUS, BYTES, REQUEST_TIME, FIRST_BYTE_TIME, USER) |
              BITS(REQUEST_ID, REFERRER, AGENT, VHOST, TLS, TIME),
};
