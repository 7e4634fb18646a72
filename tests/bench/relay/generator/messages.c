#define _GNU_SOURCE
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "options.h"
#include "sockets.h"
#include "tally.h"

#define REMEMBERED (1u << 20) /* messages whose sending is remembered */
#define NEAR 64               /* where a frame says what it is */

typedef struct {
    uint32_t id, room, left;
    uint64_t sent_us;
} Sent;

int sending;
static Sent sent[REMEMBERED];
static uint32_t next_id = 1;

/* --- out --- */

static void say(Client *c, const char *text, size_t len) {
    static char wrapped[1 << 15];
    if (options.engineio) {
        const char *event = c->stage == IN ? "state" : "hello";
        int n = snprintf(wrapped, sizeof wrapped, "42[\"%s\",%.*s]", event, (int)len, text);
        send_frame(c, TEXT, wrapped, (size_t)n);
    } else {
        send_frame(c, TEXT, text, len);
    }
}

void greet(Client *c) {
    static char hello[1 << 14];
    size_t n = strlen(c->hello);
    c->stage = GREETING;
    if (c->lost_us) { /* comes back: {…} becomes {…,"resume":{…}} */
        n = (size_t)snprintf(hello, sizeof hello, "%.*s,\"resume\":{\"epoch\":%llu,\"seq\":%llu}}", (int)n - 1,
                             c->hello, c->epoch, c->seq);
        say(c, hello, n);
    } else {
        say(c, c->hello, n);
    }
}

void send_message(uint32_t room) {
    Room *r = &rooms[room];
    char text[8192];
    size_t n = 0;
    uint32_t id = next_id++;
    for (const char *p = options.message; *p && n < sizeof text - 16; p++) {
        if (p[0] == '%' && p[1] == 'u') {
            n += (size_t)sprintf(text + n, "%u", id);
            p++;
        } else {
            text[n++] = *p;
        }
    }
    sent[id % REMEMBERED] = (Sent){id, room, r->n_readers, now_us()};
    r->outstanding++;
    say(&clients[r->speakers[(size_t)random() % r->n_speakers]], text, n);
}

void send_ping(Client *c, uint64_t now) {
    char text[64];
    send_frame(c, TEXT, text, (size_t)sprintf(text, "{\"t\":\"ping\",\"c\":%llu}", (unsigned long long)now));
}

void send_report(Client *c) {
    static const char report[] = "{\"t\":\"report\",\"rev\":1,\"pos_s\":1.5,\"err_ms\":0.5,\"unc_ms\":0.5,"
                                 "\"rtt_ms\":20.0,\"buf_s\":10.0,\"ready\":\"ok\",\"rate\":1.0,\"visible\":true}";
    send_frame(c, TEXT, report, sizeof report - 1);
}

/* --- in --- */

const char *after(const char *p, size_t len, const char *what) {
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
    if (seq <= c->seq) tally.doubles++;
    if (seq > c->seq + 1) tally.gaps++;
    if (seq > c->seq) c->seq = seq;
}

/* The log of a welcome: whoever comes back is given what it missed. */
static void catch_up(Client *c, const char *p, size_t len) {
    const char *log = after(p, len, "\"log\":[");
    const char *end = log ? after(log, len - (size_t)(log - p), "\"complete\":") : NULL;
    if (!end) return;
    if (c->lost_us) {
        if (strncmp(end, "true", 4) != 0) tally.incomplete++;
        for (const char *entry = log; (entry = after(entry, (size_t)(end - entry), "\"seq\":"));)
            logged(c, strtoull(entry, NULL, 10));
    }
    c->epoch = number_after(end, len - (size_t)(end - p), "\"epoch\":");
    c->seq = number_after(end, len - (size_t)(end - p), "\"seq\":");
    c->has_log = 1;
}

static void welcomed(Client *c, const char *p, size_t len) {
    c->stage = IN;
    catch_up(c, p, len);
    if (c->lost_us) {
        tally.returned++;
        record(&tally.returning, now_us() - first_loss_us);
        c->lost_us = 0;
    } else {
        tally.joined++;
        record(&tally.joining, now_us() - c->due_us);
    }
    if (c->kind == 's') stop_reading(c);
}

static void finished(Sent *m) {
    m->left = 0;
    rooms[m->room].outstanding--;
    if (sending && options.mode == CLOSED) send_message(m->room);
}

static void delivered(Client *c, uint32_t id) {
    Sent *m = &sent[id % REMEMBERED];
    if (m->id != id || m->room != c->room || !m->left) return; /* said again, or by somebody before us */
    uint64_t took_us = now_us() - m->sent_us;
    if (tally.measuring) {
        tally.deliveries++;
        record(&tally.each, took_us);
    }
    if (--m->left) return;
    if (tally.measuring) record(&tally.last, took_us);
    finished(m);
}

static void refused(const char *p, size_t len) {
    uint32_t id = (uint32_t)number_after(p, len, "\"cid\":\"");
    Sent *m = &sent[id % REMEMBERED];
    tally.refused++;
    if (m->id == id && m->left) finished(m);
}

void take_text(Client *c, const char *p, size_t len) {
    size_t near = len < NEAR ? len : NEAR;
    if (options.engineio && c->stage != IN) {
        if (p[0] == '0') return send_frame(c, TEXT, "40", 2);
        if (len > 1 && p[0] == '4' && p[1] == '0') return greet(c);
    }
    if (options.engineio && len == 1 && p[0] == '2') return send_frame(c, TEXT, "3", 1);
    if (c->stage == GREETING) {
        if (after(p, near, "\"t\":\"welcome\"")) welcomed(c, p, len);
        return;
    }
    if (after(p, near, options.match)) {
        if (after(p, near, "\"t\":\"chat\"")) logged(c, number_after(p, len, "\"seq\":"));
        delivered(c, (uint32_t)number_after(p, len, "\"pos_s\":"));
    } else if (after(p, near, "\"t\":\"nack\"")) {
        refused(p, len);
    }
}
