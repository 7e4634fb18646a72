// What people write with ws, with its defaults: a set of sockets a room, and each message to all of them as it came.
// usage: node ws.mjs PORT
import { WebSocketServer } from "ws";

const rooms = new Map();

new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 }).on("connection", (socket) => {
  let members = null;
  socket.on("message", (data) => {
    if (members) {
      for (const member of members) member.send(data, { binary: false });
      return;
    }
    const { room } = JSON.parse(data);
    members = rooms.get(room) ?? rooms.set(room, new Set()).get(room);
    members.add(socket);
    socket.send('{"t":"welcome"}');
  });
  socket.on("close", () => members?.delete(socket));
});
