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
 * Says BEGIN and END where the measured time begins and ends, and then one line of JSON. */
#include <err.h>

#include "crowd.h"
#include "options.h"
#include "scenario.h"
#include "sockets.h"
#include "tally.h"

int main(int argc, char **argv) {
    if (argc < 2) errx(1, "usage: load PEOPLE [--name value]…");
    read_people(argv[1]);
    read_options(argc - 2, argv + 2);
    open_poller();
    everybody_comes_in();
    if (options.mode != JOIN) {
        begin_sending();
        run_for(options.warm_s);
        begin_measuring();
        run_for(options.seconds);
        end_measuring();
        settle();
    }
    print_tally();
    return 0;
}
