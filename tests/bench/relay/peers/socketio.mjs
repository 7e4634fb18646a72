// What people write with socket.io, with its defaults, and WebSocket only: it is the faster one of its transports.
// usage: node socketio.mjs PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"] });

io.on("connection", (socket) => {
  socket.once("hello", ({ room }) => {
    socket.join(room);
    socket.on("state", (state) => io.to(room).emit("state", state));
    socket.emit("welcome", { t: "welcome" });
  });
});
http.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
