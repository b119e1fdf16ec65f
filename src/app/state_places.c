#include "app/state_places.h"

#include "base/pack.h"

enum { VERSION = PLACE_VERSION };

void place_pack_identity(const struct file_identity *id, struct buf *out)
{
    pack_u64(out, id->device);
    pack_u64(out, id->inode);
    pack_i64(out, id->birth_ns);
    pack_i64(out, id->handle_type);
    pack_text(out, text_make((const char *)id->handle, id->handle_len));
}

void place_pack(struct text path, const struct position *p, struct buf *out)
{
    struct buf identity = {0};
    size_t begin = pack_begin(out, VERSION);
    place_pack_identity(&p->id, &identity);
    pack_text(out, path);
    pack_text(out, buf_text(&identity));
    pack_u64(out, p->offset);
    pack_text(out, text_make((const char *)p->anchor, p->anchor_len));
    pack_seal(out, begin);
    buf_done(&identity);
}

static void unpack_identity(struct file_identity *id, struct unpack *u)
{
    id->device = unpack_u64(u);
    id->inode = unpack_u64(u);
    id->birth_ns = unpack_i64(u);
    int64_t type = unpack_i64(u);
    struct text handle = unpack_text(u);
    if (type < INT32_MIN || type > INT32_MAX || handle.len > sizeof id->handle)
        u->bad = true;
    if (u->bad)
        return;
    id->handle_type = (int32_t)type;
    id->handle_len = (uint32_t)handle.len;
    if (handle.len)
        memcpy(id->handle, handle.at, handle.len);
}

bool place_unpack(struct text path, struct text identity, struct text bytes, struct position *p)
{
    struct text inside;
    *p = (struct position){0};
    if (!unpack_sealed(bytes, VERSION, &inside))
        return false;
    struct unpack u = unpack_of(inside);
    bool same = text_same(unpack_text(&u), path) && text_same(unpack_text(&u), identity);
    p->offset = unpack_u64(&u);
    struct text anchor = unpack_text(&u);
    if (!same || !unpack_whole(&u) || anchor.len > sizeof p->anchor || anchor.len > p->offset)
        return false;
    p->anchor_len = (uint32_t)anchor.len;
    if (anchor.len)
        memcpy(p->anchor, anchor.at, anchor.len);
    struct unpack id = unpack_of(identity);
    unpack_identity(&p->id, &id);
    return unpack_whole(&id);
}
