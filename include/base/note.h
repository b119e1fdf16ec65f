/* note.h - our own log: one line on stderr for whoever runs us.
 *
 * Safe from any thread. While the console holds the terminal, notes are kept and
 * given out when it lets go, so that they never tear the screen. */
#ifndef SPATE_BASE_NOTE_H
#define SPATE_BASE_NOTE_H

/* Prints "spate: ..." and a newline. Foreign bytes must be made safe first. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last note: goes out at once, also while notes are held, and then the program
 * aborts (whoever holds the terminal restores it on SIGABRT, and calls note_rescue()). */
_Noreturn void note_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Holds notes back (the first 64, the others are counted) and lets them out again. */
void note_hold(void);
void note_release(void);

/* In a signal handler, once the terminal is given back: what was held, and the last note again, which
 * went to a screen that is gone. */
void note_rescue(void);

/* The program's name before each note; a literal. Default "spate". */
void note_name(const char *name);

#endif
