/* WebSocket frames, out and in. */
#ifndef FRAMES_H
#define FRAMES_H

#include "crowd.h"

enum { TEXT = 1, PING = 9, PONG = 10 };

void send_frame(Client *c, int opcode, const char *text, size_t len);

/* Takes the whole frames that p begins with and returns how long they are; the rest is the beginning of one. */
size_t take_frames(Client *c, char *p, size_t len);

#endif
