/* wrap.h - lines that a container's runtime or a system's log wraps: what the program inside wrote
 * is the line.
 *
 *   {"log":"...\n","stream":"stdout","time":"..."}         Docker's json-file
 *   {"_PID":"7",...,"MESSAGE":"...",...}                    journalctl -o json
 *   2026-11-20T06:00:00.123456789Z stdout F ...             containerd and CRI-O, for Kubernetes
 *   Nov 20 06:00:00 host tag[7]: ...                        syslog and journalctl, also with <PRI>,
 *   2026-11-20T06:00:00.123+01:00 host tag: ...             or without the host
 *   <190>1 2026-11-20T06:00:00Z host tag 7 - - ...          syslog by RFC 5424
 *   web-1  | ...                                            docker compose logs
 *
 * What is JSON is unescaped where it lies, once: its first bytes then tell where it is, so that
 * looking again finds the same. Thread: that of the batch. */
#ifndef SPATE_PARSE_WRAP_H
#define SPATE_PARSE_WRAP_H

#include "base/buf.h"
#include "record/batch.h"

/* Which of them to open, bits: what formats do not say themselves. */
enum {
    WRAP_INSIDE = 1, /* a line in a JSON string, or behind containerd's time and stream */
    WRAP_HEAD = 2,   /* a line behind what syslog, Compose or containerd put there */
};

/* The line inside `line`, or `line` itself; `room` is to work in. *time is where the wrapping says in
 * full when it was written (RFC 3339), or empty: for lines that do not say it themselves. */
struct span wrap_open(struct batch *b, struct span line, unsigned which, struct buf *room,
                      struct span *time);

#endif
