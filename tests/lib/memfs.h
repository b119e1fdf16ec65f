/* memfs.h - a file system in memory behind `struct os`, with a clock set by hand.
 *
 * Inode numbers are used again at once, as ext4 does; what tells files apart is the handle or,
 * without handles, the time of birth. inotify is there too, can overflow, and can be missing. Every
 * call that can fail is counted, and any of them can be made to fail.
 *
 * Directories must be made; a path is cut at its slashes and may go through one link at its
 * end. Sleeping (os->poll) only moves the clock. One thread. */
#ifndef SPATE_TESTS_MEMFS_H
#define SPATE_TESTS_MEMFS_H

#include "source/os.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memfs;

struct memfs *memfs_new(void);
void memfs_free(struct memfs *fs);
const struct os *memfs_os(const struct memfs *fs);

/* --- what others do to the file system; paths must be valid --- */

void memfs_mkdir(struct memfs *fs, const char *path);
void memfs_create(struct memfs *fs, const char *path); /* empty; replaces what was there */
void memfs_write(struct memfs *fs, const char *path, const char *bytes); /* appends; creates */
void memfs_write_len(struct memfs *fs, const char *path, const void *bytes, size_t len);
void memfs_rewrite(struct memfs *fs, const char *path,
                   const char *bytes); /* truncates, then writes */
void memfs_truncate(struct memfs *fs, const char *path, size_t len);
void memfs_rename(struct memfs *fs, const char *from, const char *to); /* files and directories */
void memfs_unlink(struct memfs *fs, const char *path);
void memfs_copy(struct memfs *fs, const char *from, const char *to); /* contents into a new file */
void memfs_gzip(struct memfs *fs, const char *from,
                const char *to); /* keeps the time, unlinks `from` */
void memfs_link(struct memfs *fs, const char *target, const char *path); /* symbolic; replaces */
bool memfs_exists(const struct memfs *fs, const char *path);
const char *memfs_data(const struct memfs *fs, const char *path);
size_t memfs_size(const struct memfs *fs, const char *path);

/* A descriptor of a writer: what it writes goes to the file wherever it is by now. */
int memfs_writer(struct memfs *fs, const char *path);
void memfs_writer_write(struct memfs *fs, int writer, const char *bytes);
void memfs_writer_close(struct memfs *fs, int writer);

/* --- the state of things --- */

void memfs_advance(struct memfs *fs, int64_t ns);
void memfs_step_wall(struct memfs *fs, int64_t ns); /* the wall clock alone */
void memfs_without_handles(struct memfs *fs);
void memfs_coarse_times(struct memfs *fs, int64_t ns); /* granularity of modification times */
void memfs_deny(struct memfs *fs, const char *path,
                int problem); /* opening fails; 0: allowed again */
void memfs_no_watches(struct memfs *fs, int problem, bool instance_too); /* 0: allowed again */
void memfs_limit_watches(struct memfs *fs, size_t most);
void memfs_silent(struct memfs *fs, bool silent); /* watches tell nothing (as on NFS) */
void memfs_overflow(struct memfs *fs);            /* all waiting events are lost */

/* What was opened under this path and not closed by the reader, however it is called by now. */
bool memfs_is_read(const struct memfs *fs, const char *path);
uint64_t memfs_inode(const struct memfs *fs,
                     const char *path); /* never used twice, unlike inode numbers */
bool memfs_has_inode(const struct memfs *fs, uint64_t inode); /* it has a name */
int memfs_descriptors(const struct memfs *fs); /* of files and watchers */
int memfs_files(const struct memfs *fs);       /* of files alone */
int memfs_watches(const struct memfs *fs);

/* --- faults --- */

/* Calls nth, nth + 1 ... nth + length - 1 from now on fail. nth 0: none. */
void memfs_fail(struct memfs *fs, long nth, long length, unsigned seed);
long memfs_calls(const struct memfs *fs); /* fallible calls so far */

#endif
