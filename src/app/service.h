/* service.h - tells whoever started the run as a service how it is: the protocol of systemd's
 * Type=notify, a datagram to $NOTIFY_SOCKET.
 *
 * Without that variable, or when nobody listens, nothing happens. Any thread. */
#ifndef SPATE_APP_SERVICE_H
#define SPATE_APP_SERVICE_H

#define SERVICE_READY    "READY=1"
#define SERVICE_STOPPING "STOPPING=1"

void service_tell(const char *words);

#endif
