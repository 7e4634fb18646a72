/* The load: thousands of WebSocket clients in one thread, so that the load costs less than any server it measures.
 *
 * usage: load PEOPLE [--name value]…
 * PEOPLE has a line for each client: "port room kind back hello". `room` is a number from 0; `kind` is s (stalls: never
 * reads after its welcome), p (passive: never speaks) or a; `back` is the port to come back to when the connection is
 * lost, or 0; `hello` is sent as it is after the upgrade. A client is in when a message of type "welcome" arrives.
 *
 * --mode join                only come in
 *        idle                come in, wait --warm, then stand by for --seconds
 *        closed --window N   N messages outstanding a room; one is done when all of the room have it
 *        open --rate N       N messages a second over all rooms, whatever comes of them
 *        watch --ping S --report S   every client pings and reports like a player
 * --message TEXT             what is sent; each %u becomes the message's number
 * --match TEXT               a frame that has this near its beginning is a delivery; its number stands after "pos_s":
 * --engineio 1               speak Engine.IO and Socket.IO
 * --in-flight N              so many at once on their way in
 *
 * Says BEGIN and END where the measured time begins and ends, and then one line of JSON. Frames are masked with zeros,
 * which the protocol allows: a server has the same work with them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"

#define REMEMBERED (1u << 20) /* messages whose sending is remembered */
#define NEAR 64               /* where a frame says what it is */
#define HANG_S 30

typedef enum { AWAY, CONNECTING, UPGRADING, GREETING, IN } Stage;

typedef struct {
    int fd, port, back;
    uint32_t room;
    char kind;
    Stage stage;
    char *hello, *rest; /* rest: the beginning of a frame whose end is still on its way */
    size_t rest_len;
    uint64_t lost_us, due_us;
    unsigned long long epoch, seq; /* of the log: what this client has */
    int has_log;
} Client;

typedef struct {
    uint32_t *speakers, *readers, n_speakers, n_readers, outstanding;
} Room;

typedef struct {
    uint32_t id, room, left;
    uint64_t sent_us;
} Sent;

static Client *clients;
static Room *rooms;
static Sent *sent;
static uint32_t n_clients, n_rooms, n_in, n_started, next_id = 1, in_flight = 64, window = 4;
static const char *mode = "join", *message = "", *match = "\"t\":\"state\"";
static double rate, warm_s = 1, seconds = 1, ping_s, report_s;
static int engineio, poller, measuring, sending;
static uint64_t deliveries, bytes, refused, closed, done_messages, gaps, doubles, returned, incomplete, retried, lost_first_us;
static Histogram each, last, joining, returning;
static char scratch[1 << 16], incoming[1 << 18];

static uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

static uint32_t dice(uint32_t sides) {
    static uint64_t x = 88172645463325252ull;
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    return (uint32_t)(x % sides);
}

/* --- frames out --- */

static void send_frame(Client *c, int opcode, const char *text, size_t len) {
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
    if (wrote >= 0 && (size_t)wrote != at + 4 + len) die("the server does not read");
}

static void say(Client *c, const char *text, size_t len) {
    static char wrapped[1 << 15];
    if (engineio) {
        int n = snprintf(wrapped, sizeof wrapped, "42[\"%s\",%.*s]", c->stage == IN ? "state" : "hello", (int)len, text);
        send_frame(c, 1, wrapped, (size_t)n);
    } else {
        send_frame(c, 1, text, len);
    }
}

static void send_message(uint32_t room) {
    Room *r = &rooms[room];
    char text[8192];
    size_t n = 0;
    uint32_t id = next_id++;
    for (const char *p = message; *p && n < sizeof text - 16; p++) {
        if (p[0] == '%' && p[1] == 'u') {
            n += (size_t)sprintf(text + n, "%u", id);
            p++;
        } else {
            text[n++] = *p;
        }
    }
    Client *c = &clients[r->speakers[dice(r->n_speakers)]];
    sent[id % REMEMBERED] = (Sent){id, room, r->n_readers, now_us()};
    r->outstanding++;
    say(c, text, n);
}

/* --- coming in --- */

static void start(Client *c, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, small = 4096;
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) die("socket: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (c->kind == 's') setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    c->stage = CONNECTING;
    c->due_us = now_us();
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) die("connect: %s", strerror(errno));
    struct epoll_event event = {.events = EPOLLOUT, .data.u32 = (uint32_t)(c - clients)};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

static void upgrade(Client *c) {
    const char *path = engineio ? "/socket.io/?EIO=4&transport=websocket" : "/ws";
    int n = snprintf(scratch, sizeof scratch,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                     path, engineio ? "" : "Sec-WebSocket-Protocol: watchparty.v1\r\n");
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)(c - clients)};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
    c->stage = UPGRADING;
    send(c->fd, scratch, (size_t)n, MSG_NOSIGNAL);
}

static void greet(Client *c) {
    static char hello[16384];
    size_t n = strlen(c->hello);
    c->stage = GREETING;
    if (c->lost_us) { /* comes back: {…} becomes {…,"resume":{…}} */
        n = (size_t)snprintf(hello, sizeof hello, "%.*s,\"resume\":{\"epoch\":%llu,\"seq\":%llu}}", (int)n - 1, c->hello,
                             c->epoch, c->seq);
        say(c, hello, n);
    } else {
        say(c, c->hello, n);
    }
}

static void lose(Client *c) {
    if (c->stage == AWAY) return;
    close(c->fd);
    free(c->rest);
    c->rest = NULL, c->rest_len = 0;
    if (c->stage != IN && !c->lost_us && !measuring) { /* not let in, as a relay may say that is too busy: it asks again */
        uint64_t since_us = c->due_us;
        retried++;
        start(c, c->port);
        c->due_us = since_us;
        return;
    }
    if (!c->back) {
        closed++;
        c->stage = AWAY;
        return;
    }
    if (!c->lost_us) c->lost_us = now_us();
    if (!lost_first_us) lost_first_us = c->lost_us;
    start(c, c->back);
}

/* --- frames in --- */

static const char *after(const char *p, size_t len, const char *what) {
    const char *found = memmem(p, len, what, strlen(what));
    return found ? found + strlen(what) : NULL;
}

static unsigned long long number_after(const char *p, size_t len, const char *what) {
    const char *found = after(p, len, what);
    return found ? strtoull(found, NULL, 10) : 0;
}

/* A log entry arrived: it must be the one after the last. */
static void logged(Client *c, unsigned long long seq) {
    if (!c->has_log) return;
    if (seq <= c->seq) doubles++;
    if (seq > c->seq + 1) gaps++;
    if (seq > c->seq) c->seq = seq;
}

static void welcomed(Client *c, const char *p, size_t len) {
    const char *log = after(p, len, "\"log\":["), *end = log ? after(log, len - (size_t)(log - p), "\"complete\":") : NULL;
    c->stage = IN;
    if (!c->lost_us) {
        n_in++;
        record(&joining, now_us() - c->due_us);
    }
    if (end) {
        if (c->lost_us && strncmp(end, "true", 4) != 0) incomplete++;
        const char *entry = log;
        while (c->lost_us && (entry = after(entry, (size_t)(end - entry), "\"seq\":"))) logged(c, strtoull(entry, NULL, 10));
        c->epoch = number_after(end, len - (size_t)(end - p), "\"epoch\":");
        c->seq = number_after(end, len - (size_t)(end - p), "\"seq\":");
        c->has_log = 1;
    }
    if (c->lost_us) {
        returned++;
        record(&returning, now_us() - lost_first_us);
        c->lost_us = 0;
    }
    if (c->kind == 's') epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, NULL);
}

static void delivered(Client *c, uint32_t id) {
    Sent *m = &sent[id % REMEMBERED];
    if (m->id != id || m->room != c->room || !m->left) return; /* said again, or by somebody before us */
    uint64_t took_us = now_us() - m->sent_us;
    if (measuring) {
        deliveries++;
        record(&each, took_us);
    }
    if (--m->left) return;
    rooms[m->room].outstanding--;
    if (measuring) {
        done_messages++;
        record(&last, took_us);
    }
    if (sending && *mode == 'c') send_message(m->room);
}

static void refuse(const char *p, size_t len) {
    const char *cid = after(p, len, "\"cid\":\"");
    uint32_t id = cid ? (uint32_t)strtoul(cid, NULL, 10) : 0;
    Sent *m = &sent[id % REMEMBERED];
    refused++;
    if (m->id != id || !m->left) return;
    m->left = 0;
    rooms[m->room].outstanding--;
    if (sending && *mode == 'c') send_message(m->room);
}

static void take_text(Client *c, const char *p, size_t len) {
    size_t near = len < NEAR ? len : NEAR;
    bytes += measuring ? len : 0;
    if (engineio && c->stage != IN) {
        if (p[0] == '0') return send_frame(c, 1, "40", 2);
        if (len > 1 && p[0] == '4' && p[1] == '0') return greet(c);
    }
    if (engineio && len == 1 && p[0] == '2') return send_frame(c, 1, "3", 1);
    if (c->stage == GREETING) {
        if (after(p, near, "\"t\":\"welcome\"")) welcomed(c, p, len);
        return;
    }
    if (after(p, near, match)) {
        if (after(p, near, "\"t\":\"chat\"")) logged(c, number_after(p, len, "\"seq\":"));
        delivered(c, (uint32_t)number_after(p, len, "\"pos_s\":"));
    } else if (after(p, near, "\"t\":\"nack\"")) {
        refuse(p, len);
    }
}

/* Takes whole frames from p; returns how much of it was one. */
static size_t take_frames(Client *c, char *p, size_t len) {
    size_t at = 0;
    while (c->stage >= GREETING && len - at >= 2) {
        size_t head = 2, size = (unsigned char)p[at + 1] & 0x7f;
        unsigned char *u = (unsigned char *)p + at;
        if (size == 126) {
            if (len - at < 4) break;
            head = 4, size = ((size_t)u[2] << 8) | u[3];
        } else if (size == 127) {
            if (len - at < 10) break;
            head = 10, size = 0;
            for (int i = 2; i < 10; i++) size = size << 8 | u[i];
        }
        if (len - at < head + size) break;
        if (!(u[0] & 0x80)) die("fragments were not expected");
        if ((u[0] & 0x0f) == 1) take_text(c, p + at + head, size);
        if ((u[0] & 0x0f) == 9) send_frame(c, 10, p + at + head, size);
        at += head + size;
    }
    return at;
}

static void take(Client *c) {
    size_t had = c->rest_len;
    if (had) memcpy(incoming, c->rest, had);
    ssize_t n = recv(c->fd, incoming + had, sizeof incoming - had - 1, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return lose(c);
    if (n < 0) return;
    size_t len = had + (size_t)n, used = 0;
    incoming[len] = 0; /* strtoull stops here at the latest */
    if (c->stage == UPGRADING) {
        const char *end = after(incoming, len, "\r\n\r\n");
        if (!end) die("an answer to an upgrade came in pieces");
        if (strncmp(incoming, "HTTP/1.1 101", 12) != 0) die("refused: %.60s", incoming);
        used = (size_t)(end - incoming);
        c->stage = GREETING;
        if (!engineio) greet(c);
    }
    used += take_frames(c, incoming + used, len - used);
    if (len - used == sizeof incoming - 1) die("a frame is larger than expected");
    free(c->rest);
    c->rest_len = len - used;
    c->rest = c->rest_len ? memcpy(malloc(c->rest_len), incoming + used, c->rest_len) : NULL;
}

/* --- time --- */

static void poll_once(int timeout_ms) {
    struct epoll_event events[512];
    int n = epoll_wait(poller, events, 512, timeout_ms);
    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 == UINT32_MAX) {
            uint64_t ticks;
            if (read((int)(events[i].data.u64 >> 32), &ticks, sizeof ticks) < 0) continue;
            continue;
        }
        Client *c = &clients[events[i].data.u32];
        if (c->stage == CONNECTING && (events[i].events & (EPOLLERR | EPOLLHUP))) {
            if (!c->lost_us) die("nobody listens on port %d", c->port);
            lose(c);
        } else if (c->stage == CONNECTING) {
            upgrade(c);
        } else if (c->stage != AWAY) {
            take(c);
        }
    }
}

static void everybody_comes_in(void) {
    uint64_t began = now_us();
    while (n_in < n_clients) {
        while (n_started < n_clients && n_started - n_in < in_flight) {
            start(&clients[n_started], clients[n_started].port);
            n_started++;
        }
        poll_once(100);
        if (now_us() - began > HANG_S * 4 * 1000000ull) die("only %u of %u came in", n_in, n_clients);
    }
}

static void players_act(uint64_t now) {
    static uint64_t *pings, *reports;
    if (!pings) {
        pings = calloc(n_clients, sizeof *pings), reports = calloc(n_clients, sizeof *reports);
        for (uint32_t i = 0; i < n_clients; i++) {
            pings[i] = now + dice((uint32_t)(ping_s * 1e6) + 1), reports[i] = now + dice((uint32_t)(report_s * 1e6) + 1);
        }
    }
    for (uint32_t i = 0; i < n_clients; i++) {
        if (now >= pings[i]) {
            pings[i] += (uint64_t)(ping_s * 1e6);
            send_frame(&clients[i], 1, scratch, (size_t)sprintf(scratch, "{\"t\":\"ping\",\"c\":%llu}", (unsigned long long)now));
        }
        if (now >= reports[i]) {
            static const char report[] = "{\"t\":\"report\",\"rev\":1,\"pos_s\":1.5,\"err_ms\":0.5,\"unc_ms\":0.5,\"rtt_ms\":20.0,"
                                         "\"buf_s\":10.0,\"ready\":\"ok\",\"rate\":1.0,\"visible\":true}";
            reports[i] += (uint64_t)(report_s * 1e6);
            send_frame(&clients[i], 1, report, sizeof report - 1);
        }
    }
}

static void run_for(double for_s) {
    static uint64_t next_due;
    uint64_t now = now_us(), until = now + (uint64_t)(for_s * 1e6), gap = rate > 0 ? (uint64_t)(1e6 / rate) : 0;
    static uint32_t turn;
    if (!next_due) next_due = now;
    while ((now = now_us()) < until) {
        while (sending && *mode == 'o' && now >= next_due) {
            send_message(turn++ % n_rooms);
            next_due += gap;
        }
        if (*mode == 'w') players_act(now);
        poll_once(100);
    }
}

static void tick_every(uint64_t us) { /* a timer among the descriptors: finer than epoll's milliseconds, without spinning */
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct timespec t = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = ((uint64_t)timer << 32) | UINT32_MAX};
    timerfd_settime(timer, 0, &(struct itimerspec){t, t}, NULL);
    epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);
}

/* --- the beginning and the end --- */

static void read_people(const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL, hello[16384];
    size_t size = 0;
    if (!file) die("%s: %s", path, strerror(errno));
    while (getline(&line, &size, file) > 0) {
        Client c = {0};
        if (sscanf(line, "%d %u %c %d %16383[^\n]", &c.port, &c.room, &c.kind, &c.back, hello) != 5) die("not a client: %s", line);
        c.hello = strdup(hello);
        clients = realloc(clients, (n_clients + 1) * sizeof c);
        clients[n_clients++] = c;
        if (c.room >= n_rooms) n_rooms = c.room + 1;
    }
    rooms = calloc(n_rooms, sizeof *rooms);
    for (uint32_t i = 0; i < n_clients; i++) {
        Room *r = &rooms[clients[i].room];
        if (clients[i].kind == 's') continue;
        r->readers = realloc(r->readers, (r->n_readers + 1) * sizeof *r->readers);
        r->readers[r->n_readers++] = i;
        if (clients[i].kind == 'p') continue;
        r->speakers = realloc(r->speakers, (r->n_speakers + 1) * sizeof *r->speakers);
        r->speakers[r->n_speakers++] = i;
    }
}

static void read_options(int argc, char **argv) {
    for (int i = 2; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (!strcmp(name, "--mode")) mode = value;
        else if (!strcmp(name, "--window")) window = (uint32_t)atoi(value);
        else if (!strcmp(name, "--rate")) rate = atof(value);
        else if (!strcmp(name, "--warm")) warm_s = atof(value);
        else if (!strcmp(name, "--seconds")) seconds = atof(value);
        else if (!strcmp(name, "--ping")) ping_s = atof(value);
        else if (!strcmp(name, "--report")) report_s = atof(value);
        else if (!strcmp(name, "--message")) message = value;
        else if (!strcmp(name, "--match")) match = value;
        else if (!strcmp(name, "--engineio")) engineio = atoi(value);
        else if (!strcmp(name, "--in-flight")) in_flight = (uint32_t)atoi(value);
        else die("unknown option %s", name);
    }
}

static double cpu_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static uint32_t not_arrived(void) {
    uint32_t outstanding = 0;
    for (uint32_t i = 0; i < n_rooms; i++) outstanding += rooms[i].outstanding;
    return outstanding;
}

static uint32_t not_back(void) {
    uint32_t away = 0;
    for (uint32_t i = 0; i < n_clients; i++) away += clients[i].lost_us != 0;
    return away;
}

/* How many clients lack the end of their room's log. */
static uint32_t behind(void) {
    unsigned long long *newest = calloc(n_rooms, sizeof *newest);
    uint32_t found = 0;
    for (uint32_t i = 0; i < n_clients; i++)
        if (clients[i].seq > newest[clients[i].room]) newest[clients[i].room] = clients[i].seq;
    for (uint32_t i = 0; i < n_clients; i++) found += clients[i].kind != 's' && clients[i].seq != newest[clients[i].room];
    free(newest);
    return found;
}

static void settle(void) { /* what is still on its way arrives, or is missing */
    uint64_t began = now_us();
    sending = 0;
    while ((not_arrived() && now_us() - began < 3000000) ||
           ((not_back() || behind()) && now_us() - began < HANG_S * 1000000ull))
        poll_once(10);
}

int main(int argc, char **argv) {
    if (argc < 2) die("usage: load PEOPLE [--name value]…");
    read_people(argv[1]);
    read_options(argc, argv);
    sent = calloc(REMEMBERED, sizeof *sent);
    poller = epoll_create1(0);
    uint64_t began = now_us();
    everybody_comes_in();
    double came_in_s = (double)(now_us() - began) / 1e6, measured_s = 0, used_s = 0;
    if (*mode != 'j') {
        if (*mode == 'o' || *mode == 'w') tick_every(*mode == 'o' && rate > 1000 ? 250 : 500);
        sending = *mode == 'c' || *mode == 'o';
        for (uint32_t i = 0; *mode == 'c' && i < n_rooms; i++)
            for (uint32_t k = 0; k < window; k++) send_message(i);
        run_for(warm_s);
        puts("BEGIN"), fflush(stdout);
        measuring = 1, began = now_us(), used_s = cpu_s();
        run_for(seconds);
        measured_s = (double)(now_us() - began) / 1e6, used_s = cpu_s() - used_s;
        puts("END"), fflush(stdout);
        uint64_t counted = deliveries;
        settle();
        deliveries = counted;
    }
    printf("{\"joined\":%u,\"join_s\":%.6f,\"join_p50_ms\":%.3f,\"join_p99_ms\":%.3f,\"seconds\":%.6f,\"deliveries\":%llu,"
           "\"messages\":%llu,\"bytes\":%llu,\"each_p50_ms\":%.3f,\"each_p99_ms\":%.3f,\"last_p50_ms\":%.3f,"
           "\"last_p99_ms\":%.3f,\"missing\":%u,\"refused\":%llu,\"closed\":%llu,\"retried\":%llu,\"load_cpu\":%.3f,"
           "\"returned\":%llu,\"return_p50_ms\":%.3f,\"return_p99_ms\":%.3f,\"gaps\":%llu,\"doubles\":%llu,\"incomplete\":%llu,\"behind\":%u}\n",
           n_in, came_in_s, percentile_ms(&joining, 0.5), percentile_ms(&joining, 0.99), measured_s,
           (unsigned long long)deliveries, (unsigned long long)done_messages, (unsigned long long)bytes,
           percentile_ms(&each, 0.5), percentile_ms(&each, 0.99), percentile_ms(&last, 0.5), percentile_ms(&last, 0.99),
           not_arrived(), (unsigned long long)refused, (unsigned long long)closed,
           (unsigned long long)retried, measured_s > 0 ? used_s / measured_s : 0,
           (unsigned long long)returned, percentile_ms(&returning, 0.5), percentile_ms(&returning, 0.99),
           (unsigned long long)gaps, (unsigned long long)doubles, (unsigned long long)incomplete, behind());
    return 0;
}
