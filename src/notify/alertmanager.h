/* alertmanager.h - a message as Alertmanager's API v2 takes it. Pure. */
#ifndef SPATE_NOTIFY_ALERTMANAGER_H
#define SPATE_NOTIFY_ALERTMANAGER_H

#include "notify/channel.h"

void alertmanager_json(struct buf *out, const struct message *m);

#endif
