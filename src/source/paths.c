#include "source/paths.h"

#include "base/mem.h"
#include <string.h>

char *path_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return mem_string(strcmp(path, ".") == 0 ? TEXT("..") : TEXT("."));
    while (slash > path && slash[-1] == '/')
        slash--;
    return mem_string(slash == path ? TEXT("/") : text_make(path, (size_t)(slash - path)));
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_join(const char *directory, const char *name)
{
    size_t len = strlen(directory);
    bool slash = len && directory[len - 1] != '/';
    char *joined = mem_grow(NULL, len + slash + strlen(name) + 1, 1);
    memcpy(joined, directory, len);
    joined[len] = '/'; /* overwritten where there is one already */
    strcpy(joined + len + slash, name);
    return joined;
}

bool path_is_glob(const char *path)
{
    return strpbrk(path, "*?[") != NULL;
}
