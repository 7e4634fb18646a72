#include "sockets.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "frames.h"
#include "messages.h"
#include "options.h"
#include "tally.h"

uint64_t first_loss_us;
static int poller, timer = -1;
static char incoming[1 << 18];

static void poll_for(Client *c, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u32 = (uint32_t)(c - clients)};
    epoll_ctl(poller, operation, c->fd, &event);
}

void open_poller(void) { poller = epoll_create1(0); }

void come_in(Client *c, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, small = 4096;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) err(1, "socket");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (c->kind == 's') setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    c->stage = CONNECTING;
    c->due_us = now_us();
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) err(1, "connect");
    poll_for(c, EPOLL_CTL_ADD, EPOLLOUT);
}

void stop_reading(Client *c) { poll_for(c, EPOLL_CTL_DEL, 0); }

static void upgrade(Client *c) {
    char request[512];
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                     options.engineio ? "/socket.io/?EIO=4&transport=websocket" : "/ws",
                     options.engineio ? "" : "Sec-WebSocket-Protocol: watchparty.v1\r\n");
    poll_for(c, EPOLL_CTL_MOD, EPOLLIN);
    c->stage = UPGRADING;
    send(c->fd, request, (size_t)n, MSG_NOSIGNAL);
}

static void lose(Client *c) {
    close(c->fd);
    free(c->rest);
    c->rest = NULL, c->rest_len = 0;
    if (c->stage != IN && !c->lost_us && !tally.measuring) {
        /* Not let in, as a relay may say that is too busy: it asks again. */
        uint64_t since_us = c->due_us;
        tally.retried++;
        come_in(c, c->port);
        c->due_us = since_us;
        return;
    }
    if (!c->back) {
        tally.closed++;
        c->stage = AWAY;
        return;
    }
    if (!c->lost_us) c->lost_us = now_us();
    if (!first_loss_us) first_loss_us = c->lost_us;
    come_in(c, c->back);
}

/* Takes the server's answer to the upgrade; returns how long it is. */
static size_t upgraded(Client *c, size_t len) {
    const char *end = after(incoming, len, "\r\n\r\n");
    if (!end) errx(1, "an answer to an upgrade came in pieces");
    if (strncmp(incoming, "HTTP/1.1 101", 12) != 0) errx(1, "refused: %.60s", incoming);
    c->stage = GREETING;
    if (!options.engineio) greet(c);
    return (size_t)(end - incoming);
}

static void take(Client *c) {
    size_t had = c->rest_len;
    if (had) memcpy(incoming, c->rest, had);
    ssize_t n = recv(c->fd, incoming + had, sizeof incoming - had - 1, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return lose(c);
    if (n < 0) return;
    size_t len = had + (size_t)n, used = 0;
    incoming[len] = 0; /* strtoull stops here at the latest */
    if (c->stage == UPGRADING) used = upgraded(c, len);
    used += take_frames(c, incoming + used, len - used);
    if (len - used == sizeof incoming - 1) errx(1, "a frame is larger than expected");
    free(c->rest);
    c->rest_len = len - used;
    c->rest = c->rest_len ? memcpy(malloc(c->rest_len), incoming + used, c->rest_len) : NULL;
}

static void turn(Client *c, uint32_t events) {
    if (c->stage == CONNECTING && (events & (EPOLLERR | EPOLLHUP))) {
        if (!c->lost_us) errx(1, "nobody listens on port %d", c->port);
        lose(c);
    } else if (c->stage == CONNECTING) {
        upgrade(c);
    } else if (c->stage != AWAY) {
        take(c);
    }
}

void poll_once(int timeout_ms) {
    struct epoll_event events[512];
    uint64_t ticks;
    int n = epoll_wait(poller, events, 512, timeout_ms);
    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 != UINT32_MAX) turn(&clients[events[i].data.u32], events[i].events);
        else if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) err(1, "timer");
    }
}

void tick_every(uint64_t us) {
    struct timespec t = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    timerfd_settime(timer, 0, &(struct itimerspec){t, t}, NULL);
    epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);
}
