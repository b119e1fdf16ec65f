/* webhook.h - what channels that post JSON share. Sender's thread. */
#ifndef SPATE_NOTIFY_WEBHOOK_H
#define SPATE_NOTIFY_WEBHOOK_H

#include "notify/channel.h"

enum { WEBHOOK_SIGNATURE_SIZE = 65 };

/* Posts that body to the channel's address, under the message's key. */
bool webhook_post(const struct message *m, struct text body, struct works *w, size_t number,
                  struct try_end *end);

/* HMAC-SHA256 of "time.body" in hex. */
void webhook_sign(char out[WEBHOOK_SIGNATURE_SIZE], struct text secret, struct text time,
                  struct text body);

#endif
