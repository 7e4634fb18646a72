#include "frames.h"

#include <err.h>
#include <string.h>
#include <sys/socket.h>

#include "messages.h"

/* Masked with zeros, which the protocol allows: a server has the same work with them. */
void send_frame(Client *c, int opcode, const char *text, size_t len) {
    static char frame[1 << 16];
    size_t at = 2;
    frame[0] = (char)(0x80 | opcode);
    if (len < 126) {
        frame[1] = (char)(0x80 | len);
    } else {
        frame[1] = (char)(0x80 | 126);
        frame[2] = (char)(len >> 8), frame[3] = (char)len;
        at = 4;
    }
    memset(frame + at, 0, 4);
    memcpy(frame + at + 4, text, len);
    ssize_t wrote = send(c->fd, frame, at + 4 + len, MSG_NOSIGNAL);
    if (wrote >= 0 && (size_t)wrote != at + 4 + len) errx(1, "the server does not read");
}

/* The length of a frame's head, and in `size` that of what it carries; 0 where the head is not whole. */
static size_t head_of(const unsigned char *frame, size_t len, size_t *size) {
    size_t head = 2;
    *size = frame[1] & 0x7f;
    if (*size == 126) head = 4;
    if (*size == 127) head = 10;
    if (len < head) return 0;
    if (head > 2) *size = 0;
    for (size_t i = 2; i < head; i++) *size = *size << 8 | frame[i];
    return head;
}

size_t take_frames(Client *c, char *p, size_t len) {
    size_t at = 0, size;
    while (c->stage >= GREETING && len - at >= 2) {
        unsigned char first = (unsigned char)p[at];
        size_t head = head_of((unsigned char *)p + at, len - at, &size);
        if (!head || len - at < head + size) break;
        if (!(first & 0x80)) errx(1, "fragments were not expected");
        if ((first & 0x0f) == TEXT) take_text(c, p + at + head, size);
        if ((first & 0x0f) == PING) send_frame(c, PONG, p + at + head, size);
        at += head + size;
    }
    return at;
}
