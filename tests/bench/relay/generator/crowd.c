#include "crowd.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Client *clients;
Room *rooms;
uint32_t n_clients, n_rooms;

static void fill_rooms(void) {
    rooms = calloc(n_rooms, sizeof *rooms);
    for (uint32_t i = 0; i < n_clients; i++) {
        Room *r = &rooms[clients[i].room];
        if (clients[i].kind == 's') continue;
        r->n_readers++;
        if (clients[i].kind == 'p') continue;
        r->speakers = realloc(r->speakers, (r->n_speakers + 1) * sizeof *r->speakers);
        r->speakers[r->n_speakers++] = i;
    }
}

void read_people(const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL, hello[16384];
    size_t size = 0;
    if (!file) err(1, "%s", path);
    while (getline(&line, &size, file) > 0) {
        Client c = {0};
        if (sscanf(line, "%d %u %c %d %16383[^\n]", &c.port, &c.room, &c.kind, &c.back, hello) != 5)
            errx(1, "not a client: %s", line);
        c.hello = strdup(hello);
        clients = realloc(clients, (n_clients + 1) * sizeof c);
        clients[n_clients++] = c;
        if (c.room >= n_rooms) n_rooms = c.room + 1;
    }
    free(line);
    fclose(file);
    fill_rooms();
}

uint32_t not_arrived(void) {
    uint32_t outstanding = 0;
    for (uint32_t i = 0; i < n_rooms; i++) outstanding += rooms[i].outstanding;
    return outstanding;
}

uint32_t not_back(void) {
    uint32_t away = 0;
    for (uint32_t i = 0; i < n_clients; i++) away += clients[i].lost_us != 0;
    return away;
}

uint32_t behind(void) {
    unsigned long long *newest = calloc(n_rooms, sizeof *newest);
    uint32_t found = 0;
    for (uint32_t i = 0; i < n_clients; i++)
        if (clients[i].seq > newest[clients[i].room]) newest[clients[i].room] = clients[i].seq;
    for (uint32_t i = 0; i < n_clients; i++)
        found += clients[i].kind != 's' && clients[i].seq != newest[clients[i].room];
    free(newest);
    return found;
}
