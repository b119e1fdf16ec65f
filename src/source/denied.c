#include "source/denied.h"

#include "base/mem.h"
#include "base/safe.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 40, ROOM = 4096 };

static void name_user(uid_t id, char name[NAME_SIZE])
{
    struct passwd entry, *found = NULL;
    char room[ROOM];
    bool known = getpwuid_r(id, &entry, room, sizeof room, &found) == 0 && found;
    if (known)
        snprintf(name, NAME_SIZE, "%s", safe_str(text_of(found->pw_name)));
    else
        snprintf(name, NAME_SIZE, "%u", (unsigned)id);
}

static void name_group(gid_t id, char name[NAME_SIZE])
{
    struct group entry, *found = NULL;
    char room[ROOM];
    bool known = getgrgid_r(id, &entry, room, sizeof room, &found) == 0 && found;
    if (known)
        snprintf(name, NAME_SIZE, "%s", safe_str(text_of(found->gr_name)));
    else
        snprintf(name, NAME_SIZE, "%u", (unsigned)id);
}

/* -rw-r----- */
static void show_mode(mode_t mode, char shown[11])
{
    static const char letters[] = "rwxrwxrwx";
    shown[0] = S_ISDIR(mode) ? 'd' : '-';
    for (int i = 0; i < 9; i++)
        shown[i + 1] = mode & (0400u >> i) ? letters[i] : '-';
    shown[10] = 0;
}

/* The first directory on the way that cannot be entered (to be freed); NULL: it is the file itself.
 */
static char *closed_directory(const char *path)
{
    char *part = mem_string(text_of(path));
    for (char *at = part + 1; *part && *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        if (faccessat(AT_FDCWD, part, X_OK, AT_EACCESS) != 0 && errno == EACCES)
            return part;
        *at = '/';
    }
    free(part);
    return NULL;
}

static void explain_denial(const char *path, char *into, size_t room)
{
    char user[NAME_SIZE], owner[NAME_SIZE], group[NAME_SIZE], mode[11];
    struct stat facts;
    char *closed = closed_directory(path);
    int seen = stat(closed ? closed : path, &facts);
    const char *what = closed ? safe_str(text_of(closed)) : "it", *deed = closed ? "enter" : "read";
    mode_t wanted = closed ? S_IXGRP : S_IRGRP;
    free(closed);
    if (seen != 0)
        return;
    name_user(geteuid(), user);
    name_user(facts.st_uid, owner);
    name_group(facts.st_gid, group);
    show_mode(facts.st_mode, mode);
    bool members = facts.st_mode & wanted;
    snprintf(into, room, ": %.200s is %s %s:%s, this is %s; %s %s may %s it", what, mode, owner,
             group, user, members ? "group" : "only", members ? group : owner, deed);
}

static void explain_limit(char *into, size_t room)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        snprintf(into, room, ": at most %llu (ulimit -n, or LimitNOFILE= of a service)",
                 (unsigned long long)limit.rlim_cur);
}

void denied_explain(const char *path, int problem, char *into, size_t room)
{
    int len = snprintf(into, room, "%s", strerror(problem));
    size_t at = len > 0 && (size_t)len < room ? (size_t)len : 0;
    if (problem == EACCES)
        explain_denial(path, into + at, room - at);
    else if (problem == EMFILE)
        explain_limit(into + at, room - at);
}
