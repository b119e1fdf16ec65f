/* standard.h - standard input, output and error, as the caller handed them over.
 *
 * For a program's main(), before it opens anything. */
#ifndef SPATE_BASE_STANDARD_H
#define SPATE_BASE_STANDARD_H

/* Fills those of descriptors 0 to 2 that the caller closed with one that can neither be read nor
 * written. Otherwise the next file opened would take the number, and output would go into it. */
void standard_hold(void);

#endif
