import { useRoom } from "../state/RoomContext";
import { EMPTY_SKY, FLIGHT_MS, land, launch, meaningOf } from "./reactions";
import "./reactions.css";
import { useEffect, useState } from "react";

/**
 * The emoji that rise over the video. They are decoration: who reacted with what is said beside
 * them in words, and they stand still for people who asked their system for less motion.
 */
export function FloatingReactions() {
  const { session } = useRoom();
  const [sky, setSky] = useState(EMPTY_SKY);

  useEffect(
    () =>
      session.on("reaction", (reaction) => {
        const across = 0.08 + Math.random() * 0.84;
        setSky((now) => launch(now, reaction, performance.now(), across));
      }),
    [session],
  );

  const inTheAir = sky.flights.length > 0;
  useEffect(() => {
    if (!inTheAir) return;
    const timer = setInterval(() => setSky((now) => land(now, performance.now())), FLIGHT_MS / 4);
    return () => clearInterval(timer);
  }, [inTheAir]);

  return (
    <div className="pointer-events-none absolute inset-0 overflow-hidden [container-type:size]">
      {sky.flights.map((flight) => (
        <div
          key={flight.id}
          className="reaction-flight"
          style={{ left: `${flight.across * 100}%`, animationDuration: `${FLIGHT_MS}ms` }}
        >
          <span aria-hidden="true" className="text-4xl drop-shadow-lg">
            {flight.emoji}
          </span>
          <span className="max-w-28 truncate rounded-full bg-black/60 px-2 text-xs text-white">
            <bdi>{flight.name}</bdi>
            <span className="sr-only">: {meaningOf(flight.emoji)}</span>
          </span>
        </div>
      ))}
    </div>
  );
}
