/* What a machine can do at best: a WebSocket server that gives each text frame to all of a room, and nothing else. It
 * knows no token, no order, no log and no limit; it is what the relay is measured against.
 *
 * usage: reference PORT naive|joined
 * naive: one send a message and member. joined: what arrives in one turn of the loop is sent to a member at once.
 *
 * The first frame of a connection names its room ("room":"…"); the answer is {"t":"welcome"}. The key of the upgrade
 * must be the one of RFC 6455's example, so that no hash is needed here. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS 40000
#define MAX_ROOMS 4096

typedef struct {
    char *data;
    size_t len, size;
} Buffer;

typedef struct {
    int upgraded, room, place; /* room: -1 before its first frame */
    Buffer in, out;
} Peer;

typedef struct {
    char name[64];
    int *members, n_members, dirty;
    Buffer pending;
} Room;

static Peer *peers[MAX_FDS];
static Room rooms[MAX_ROOMS];
static int n_rooms, joined, poller, dirty[MAX_ROOMS], n_dirty;
static const char accepted[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void add(Buffer *b, const void *data, size_t len) {
    if (b->len + len > b->size) {
        b->size = (b->len + len) * 2;
        b->data = realloc(b->data, b->size);
    }
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

static void drop(Buffer *b, size_t len) {
    memmove(b->data, b->data + len, b->len - len);
    b->len -= len;
}

static void watch(int fd, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(poller, operation, fd, &event);
}

static void give(int fd, const char *data, size_t len) {
    Peer *p = peers[fd];
    ssize_t wrote = p->out.len ? 0 : send(fd, data, len, MSG_NOSIGNAL);
    if (wrote < 0) wrote = 0;
    if ((size_t)wrote == len) return;
    if (!p->out.len) watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    add(&p->out, data + wrote, len - (size_t)wrote);
}

static void give_rest(int fd) {
    Peer *p = peers[fd];
    ssize_t wrote = send(fd, p->out.data, p->out.len, MSG_NOSIGNAL);
    if (wrote > 0) drop(&p->out, (size_t)wrote);
    if (!p->out.len) watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static size_t frame_of(char *frame, const char *text, size_t len) {
    size_t head = len < 126 ? 2 : 4;
    frame[0] = (char)0x81;
    frame[1] = (char)(len < 126 ? len : 126);
    if (head == 4) frame[2] = (char)(len >> 8), frame[3] = (char)len;
    memcpy(frame + head, text, len);
    return head + len;
}

static void leave(int fd) {
    Peer *p = peers[fd];
    if (p->room >= 0) {
        Room *r = &rooms[p->room];
        int moved = r->members[--r->n_members];
        r->members[p->place] = moved;
        peers[moved]->place = p->place;
    }
    close(fd);
    free(p->in.data), free(p->out.data), free(p);
    peers[fd] = NULL;
}

static void enter(int fd, const char *text, size_t len) {
    char frame[64], name[64] = "";
    const char *at = memmem(text, len, "\"room\":\"", 8);
    if (at) sscanf(at + 8, "%63[^\"]", name);
    int room = 0;
    while (room < n_rooms && strcmp(rooms[room].name, name)) room++;
    if (room == n_rooms) strcpy(rooms[n_rooms++].name, name);
    Room *r = &rooms[room];
    r->members = realloc(r->members, (size_t)(r->n_members + 1) * sizeof *r->members);
    peers[fd]->room = room, peers[fd]->place = r->n_members;
    r->members[r->n_members++] = fd;
    give(fd, frame, frame_of(frame, "{\"t\":\"welcome\"}", 15));
}

static void text_arrived(int fd, const char *text, size_t len) {
    static char frame[1 << 16];
    if (peers[fd]->room < 0) {
        enter(fd, text, len);
        return;
    }
    Room *r = &rooms[peers[fd]->room];
    size_t size = frame_of(frame, text, len);
    if (!joined) {
        for (int i = 0; i < r->n_members; i++) give(r->members[i], frame, size);
        return;
    }
    add(&r->pending, frame, size);
    if (!r->dirty) dirty[n_dirty++] = peers[fd]->room;
    r->dirty = 1;
}

static void flush(void) {
    for (int i = 0; i < n_dirty; i++) {
        Room *r = &rooms[dirty[i]];
        for (int m = 0; m < r->n_members; m++) give(r->members[m], r->pending.data, r->pending.len);
        r->pending.len = 0, r->dirty = 0;
    }
    n_dirty = 0;
}

/* Clients here send frames shorter than 64 KiB in one piece, masked as they must. Returns 0 for a goodbye. */
static int take_frames(int fd) {
    Buffer *in = &peers[fd]->in;
    size_t at = 0;
    while (in->len - at >= 6) {
        unsigned char *u = (unsigned char *)in->data + at;
        size_t head = 6, len = u[1] & 0x7f;
        if (len == 126) len = ((size_t)u[2] << 8) | u[3], head = 8;
        if (in->len - at < head + len) break;
        for (size_t i = 0; i < len; i++) u[head + i] ^= u[head - 4 + (i & 3)];
        if ((u[0] & 0x0f) == 8) return 0;
        if ((u[0] & 0x0f) == 1) text_arrived(fd, (char *)u + head, len);
        at += head + len;
    }
    drop(in, at);
    return 1;
}

static void take(int fd) {
    static char chunk[1 << 16];
    Peer *p = peers[fd];
    ssize_t n = recv(fd, chunk, sizeof chunk, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        leave(fd);
        return;
    }
    if (n < 0) return;
    add(&p->in, chunk, (size_t)n);
    if (!p->upgraded) {
        char *end = memmem(p->in.data, p->in.len, "\r\n\r\n", 4);
        if (!end) return;
        drop(&p->in, (size_t)(end + 4 - p->in.data));
        p->upgraded = 1;
        give(fd, accepted, sizeof accepted - 1);
    }
    if (!take_frames(fd)) leave(fd);
}

static void accept_all(int listening) {
    int fd, one = 1;
    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_FDS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        peers[fd] = calloc(1, sizeof(Peer));
        peers[fd]->room = -1;
        watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
}

int main(int argc, char **argv) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event events[512];
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    if (argc != 3) return fprintf(stderr, "usage: reference PORT naive|joined\n"), 2;
    here.sin_port = htons((uint16_t)atoi(argv[1]));
    joined = strcmp(argv[2], "joined") == 0;
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listening, (struct sockaddr *)&here, sizeof here) || listen(listening, 4096)) return perror("listen"), 1;
    poller = epoll_create1(0);
    watch(listening, EPOLLIN, EPOLL_CTL_ADD);
    for (;;) {
        int n = epoll_wait(poller, events, 512, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listening) {
                accept_all(fd);
                continue;
            }
            if (peers[fd] && (events[i].events & EPOLLOUT)) give_rest(fd);
            if (peers[fd] && (events[i].events & ~(uint32_t)EPOLLOUT)) take(fd);
        }
        flush();
    }
}
