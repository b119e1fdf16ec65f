/* paths.h - paths as strings. Pure; what is returned is to be freed unless said otherwise. */
#ifndef SPATE_SOURCE_PATHS_H
#define SPATE_SOURCE_PATHS_H

#include <stdbool.h>

/* The directory a path lies in: "." and ".." where it names none, as cd would need it. */
char *path_directory(const char *path);

/* The last part; points into `path`. */
const char *path_name(const char *path);

char *path_join(const char *directory, const char *name);

/* True when it holds * ? or [. */
bool path_is_glob(const char *path);

#endif
