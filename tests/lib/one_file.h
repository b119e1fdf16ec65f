/* one_file.h - bytes as a file, for what reads files and nothing else.
 *
 * One file for the whole process, in memory where there is a place for that, written anew each
 * time: making one for each run costs a fuzzer more than all the rest. Gone at exit. One thread. */
#ifndef SPATE_TESTS_LIB_ONE_FILE_H
#define SPATE_TESTS_LIB_ONE_FILE_H

#include "base/text.h"

/* The file's absolute path; it holds exactly these bytes until the next call. */
const char *one_file(struct text bytes);

#endif
