/* webhook.c - JSON by POST; with a secret, signed: X-Spate-Signature is the HMAC-SHA256 of
 * X-Spate-Timestamp, a dot and the body, so that an old message cannot be played again. */
#include <stdio.h>

#include "base/clock.h"
#include "notify/channel.h"
#include "notify/nettle_late.h"
#include "notify/secret.h"
#include "notify/transfer.h"
#include "notify/webhook.h"

void webhook_sign(char out[WEBHOOK_SIGNATURE_SIZE], struct text secret, struct text time,
                  struct text body)
{
    struct hmac_sha256_ctx hmac;
    uint8_t sum[SHA256_DIGEST_SIZE];
    nettle.hmac_sha256_set_key(&hmac, secret.len, (const uint8_t *)secret.at);
    nettle.hmac_sha256_update(&hmac, time.len, (const uint8_t *)time.at);
    nettle.hmac_sha256_update(&hmac, 1, (const uint8_t *)".");
    nettle.hmac_sha256_update(&hmac, body.len, (const uint8_t *)body.at);
    nettle.hmac_sha256_digest(&hmac, sizeof sum, sum);
    for (size_t i = 0; i < sizeof sum; i++)
        snprintf(&out[2 * i], 3, "%02x", sum[i]);
    explicit_bzero(&hmac, sizeof hmac);
}

struct headers {
    char key[64 + NOTIFY_KEY_SIZE], time[64], signature[64 + WEBHOOK_SIGNATURE_SIZE];
};

static bool add_signature(struct headers *h, struct transfer_request *r, const struct message *m,
                          struct error *why)
{
    struct buf secret = {0};
    char sum[WEBHOOK_SIGNATURE_SIZE], time[32];
    bool good = secret_read(&m->spec->secret, &secret, why);
    if (good) {
        int len = snprintf(time, sizeof time, "%lld", (long long)(m->wall_ns / NS_PER_S));
        webhook_sign(sum, buf_text(&secret), text_make(time, (size_t)len), r->body);
        snprintf(h->time, sizeof h->time, "X-Spate-Timestamp: %s", time);
        snprintf(h->signature, sizeof h->signature, "X-Spate-Signature: sha256=%s", sum);
        r->headers[2] = h->time;
        r->headers[3] = h->signature;
    }
    secret_done(&secret);
    return good;
}

bool webhook_post(const struct message *m, struct text body, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf url = {0};
    struct headers h;
    struct transfer_request r = {.body = body,
                                 .timeout_ns = m->spec->timeout_ns,
                                 .ca_file = m->spec->ca_file,
                                 .headers = {"Content-Type: application/json", h.key}};
    snprintf(h.key, sizeof h.key, "Idempotency-Key: %s", m->key);
    bool started = secret_url(m->spec, &url, &end->why) &&
                   (m->spec->kind != NOTIFY_WEBHOOK || !secret_named(&m->spec->secret) ||
                    add_signature(&h, &r, m, &end->why));
    r.url = url.at;
    if (!started)
        channel_later(end);
    else
        started = transfers_start(w->transfers, number, &r, end);
    secret_done(&url);
    return started;
}

static bool begin(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf body = {0};
    (void)tries;
    message_json(&body, m);
    bool started = webhook_post(m, buf_text(&body), w, number, end);
    buf_done(&body);
    return started;
}

const struct channel_kind channel_webhook = {.begin = begin};
