/* wrap.h - lines that a container's runtime wraps: what the program inside wrote is the line.
 *
 *   {"log":"...\n","stream":"stdout","time":"..."}         Docker's json-file
 *   2026-11-20T06:00:00.123456789Z stdout F ...             containerd and CRI-O, for Kubernetes
 *
 * Docker's is unescaped where it lies, once: its first bytes then tell where it is, so that looking
 * again finds the same. Thread: that of the batch. */
#ifndef SPATE_PARSE_WRAP_H
#define SPATE_PARSE_WRAP_H

#include "base/buf.h"
#include "record/batch.h"

/* The line inside `line`, or `line` itself; `room` is to work in. */
struct span wrap_open(struct batch *b, struct span line, struct buf *room);

#endif
