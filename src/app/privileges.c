#include "app/privileges.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/safe.h"

#define LOG_GROUP "adm" /* whom Debian lets read logs */

enum {
    GROUPS_MOST = 64,
    NOBODY = 65534,
    CAPABILITIES = 64,
    REACHED = 0,
    OUT_OF_REACH = 1,
    REFUSED = 2
};

struct target {
    const char *name; /* as given, for messages */
    uid_t user;
    gid_t group;
    gid_t groups[GROUPS_MOST];
    int group_count;
};

/* ---- Who ------------------------------------------------------------------------------------ */

static bool number_of(struct text text, unsigned *id)
{
    uint64_t number;
    if (!text_to_u64(text, &number) || number >= UINT32_MAX)
        return false;
    *id = (unsigned)number;
    return true;
}

static bool find_group(const char *name, gid_t *group)
{
    struct group *found = getgrnam(name);
    if (found)
        *group = found->gr_gid;
    return found || number_of(text_of(name), group);
}

static void add_group(struct target *t, gid_t group)
{
    if (t->group_count < GROUPS_MOST)
        t->groups[t->group_count++] = group;
}

/* A user's own groups, and the one that reads logs. */
static void find_groups(struct target *t, const char *name)
{
    gid_t logs;
    t->group_count = GROUPS_MOST - 1;
    if (!name || getgrouplist(name, t->group, t->groups, &t->group_count) < 0) {
        t->group_count = 0;
        add_group(t, t->group);
    }
    if (find_group(LOG_GROUP, &logs))
        add_group(t, logs);
}

static bool find_target(struct target *t, const char *user, struct error *why)
{
    *t = (struct target){.name = user ? user : "nobody", .user = NOBODY, .group = NOBODY};
    struct text rest = text_of(t->name), name;
    text_split(&rest, ':', &name);
    char *string = mem_string(name);
    struct passwd *found = getpwnam(string);
    bool known = found || number_of(name, &t->user) || !user;
    if (!found && known)
        found = getpwuid(t->user);
    if (found) {
        t->user = found->pw_uid;
        t->group = found->pw_gid;
    } else if (user)
        t->group = t->user;
    free(string);
    const char *colon = strchr(t->name, ':');
    if (!known || (colon && !find_group(colon + 1, &t->group)))
        return error_set(why,
                         "--user: `%s' is no user of this system; accepted: NAME or NAME:GROUP",
                         safe_str(text_of(t->name)));
    if (colon)
        add_group(t, t->group);
    else
        find_groups(t, found ? found->pw_name : NULL);
    return true;
}

/* ---- Becoming it ---------------------------------------------------------------------------- */

static void drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int i = 0; i < CAPABILITIES; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0,
              0); /* for those that the kernel lacks, and without the right: in vain */
    syscall(SYS_capset, &head, none);
}

static bool become(const struct target *t)
{
    if (setgroups((size_t)t->group_count, t->groups) != 0)
        return false;
    for (int i = 0; i < CAPABILITIES; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    if (setresgid(t->group, t->group, t->group) != 0 || setresuid(t->user, t->user, t->user) != 0)
        return false;
    drop_capabilities();
    if (t->user != 0 && (setuid(0) == 0 || setgid(0) == 0 || seteuid(0) == 0))
        abort(); /* the kernel said it had let go */
#ifdef __SANITIZE_ADDRESS__
    prctl(PR_SET_DUMPABLE, 1, 0, 0,
          0); /* its search for leaks looks into this process from another */
#endif
    return true;
}

/* ---- What is within reach ------------------------------------------------------------------- */

/* Cuts the last part off. False at the top. */
static bool to_parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash)
        strcpy(path, strcmp(path, ".") ? "." : "");
    else if (slash == path)
        path[path[1] ? 1 : 0] = 0;
    else
        *slash = 0;
    return *path;
}

/* What is missing is within reach when it could appear: its folder, or that one's, can be entered.
 */
static bool can_reach(const char *path, int mode)
{
    bool can = access(path, mode) == 0;
    if (can || errno != ENOENT)
        return can;
    char *folder = mem_string(text_of(path));
    while (!can && to_parent(folder)) {
        can = access(folder, X_OK) == 0;
        if (!can && errno != ENOENT)
            break;
    }
    free(folder);
    return can;
}

static bool can_read(const char *path)
{
    size_t fixed = strcspn(path, "*?[");
    if (!strcmp(path, "-") || !*path)
        return true;
    if (!path[fixed] || access(path, F_OK) == 0)
        return can_reach(path, R_OK);
    char *folder = mem_string(text_make(path, fixed));
    bool can = !to_parent(folder) || can_reach(folder, R_OK | X_OK);
    free(folder);
    return can;
}

static const char *first_out_of_reach(const struct privileges_need *need)
{
    for (size_t i = 0; i < need->count; i++)
        if (!can_read(need->paths[i]))
            return need->paths[i];
    return need->state && !can_reach(need->state, F_OK) ? need->state : NULL;
}

/* Tries it in a process of its own, for this one could not come back. */
static int try_in_child(const struct target *t, const struct privileges_need *need)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(!become(t) ? REFUSED : first_out_of_reach(need) ? OUT_OF_REACH : REACHED);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : REFUSED;
}

/* The same, one by one, to name it. */
static const char *name_out_of_reach(const struct target *t, const struct privileges_need *need)
{
    for (size_t i = 0; i < need->count; i++) {
        struct privileges_need one = {.paths = &need->paths[i], .count = 1};
        if (try_in_child(t, &one) == OUT_OF_REACH)
            return need->paths[i];
    }
    return need->state;
}

/* ---- The state's directory ------------------------------------------------------------------ */

static void give_file(int dir, const char *name, const struct target *t)
{
    struct stat facts;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_uid == 0 &&
        facts.st_nlink == 1 && fchown(fd, t->user, t->group) != 0)
        errno = 0; /* opening the state says what is wrong */
    close(fd);
}

static bool is_empty(int dir)
{
    int own = dup(dir);
    DIR *list = own < 0 ? NULL : fdopendir(own);
    int names = 0;
    while (list && names < 3 && readdir(list))
        names++;
    if (list)
        closedir(list);
    return list && names == 2; /* itself and the one above */
}

/* Missing folders above it are made for all to pass through. */
static void make_state(const char *path)
{
    char *part = mem_string(text_of(path));
    for (char *at = part + 1; *at; at++)
        if (*at == '/') {
            *at = 0;
            mkdir(part, 0755);
            *at = '/';
        }
    mkdir(part, 0700);
    free(part);
}

/* What root made in an earlier run, or makes now, is the user's. A directory that holds other
 * things is not: it was named by mistake. */
static void give_state(const struct privileges_need *need, const struct target *t)
{
    static const char *const files[] = {"lock", "state.db", "state.db-wal", "state.db-shm",
                                        "state.db-journal"};
    struct stat facts;
    make_state(need->state);
    int dir = open(need->state,
                   O_RDONLY | O_DIRECTORY | O_CLOEXEC | (need->state_linked ? 0 : O_NOFOLLOW));
    if (dir < 0)
        return;
    bool ours = fstat(dir, &facts) == 0 && facts.st_uid == 0 &&
                !(facts.st_mode & (S_IWGRP | S_IWOTH)) &&
                (is_empty(dir) || faccessat(dir, files[0], F_OK, AT_SYMLINK_NOFOLLOW) == 0);
    if (ours && fchown(dir, t->user, t->group) == 0)
        for (size_t i = 0; i < sizeof files / sizeof *files; i++)
            give_file(dir, files[i], t);
    close(dir);
}

/* ---- All of it ------------------------------------------------------------------------------ */

static void stay_root(const struct target *t, const struct privileges_need *need, int tried,
                      struct error *told)
{
    if (tried == OUT_OF_REACH)
        error_set(told,
                  "%s is out of reach of %s and group " LOG_GROUP
                  ": staying root, without its capabilities "
                  "(--user chooses)",
                  safe_str(text_of(name_out_of_reach(t, need))), t->name);
    drop_capabilities();
}

bool privileges_know(const char *user, struct error *why)
{
    struct target t;
    return find_target(&t, user, why);
}

bool privileges_drop(const char *user, const struct privileges_need *need, struct error *told,
                     struct error *why)
{
    struct target t;
    if (!find_target(&t, user, why))
        return !(why->usage = true);
    bool root = geteuid() == 0;
    if (!root && user && t.user != geteuid())
        return error_set(why, "--user %s: only root can become another user",
                         safe_str(text_of(user)));
    if (!root || (user && t.user == 0)) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        return true;
    }
    int tried = try_in_child(&t, need);
    if (tried == REACHED && need->state)
        give_state(need, &t);
    if (tried == REACHED && !become(&t))
        tried = REFUSED;
    if (tried != REACHED && user)
        return tried == REFUSED
                   ? error_set(why, "--user %s: cannot become that user here",
                               safe_str(text_of(user)))
                   : error_set(
                         why, "--user %s: %s is out of reach of that user; --user root stays root",
                         safe_str(text_of(user)), safe_str(text_of(name_out_of_reach(&t, need))));
    if (tried != REACHED)
        stay_root(&t, need, tried, told);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return true;
}
