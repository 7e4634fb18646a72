import { useEffect, useState } from "react";
import { useStage } from "./StageContext";

const EVERY_MS = 250;

/** Where the film is, often enough for a clock and a bar. */
export function usePosition(): number {
  const { player } = useStage();
  const [position_s, setPosition] = useState(() => player.look().position_s);
  useEffect(() => {
    const look = () => setPosition(player.look().position_s);
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [player]);
  return position_s;
}
