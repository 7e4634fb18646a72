import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/ui/Button";
import { LobbyFrame } from "./LobbyFrame";
import { type RefusalCode, refusal } from "./refusals";

interface RefusedProps {
  code: RefusalCode;
  /** Tries the same way in again, or a new one: the page knows which. */
  onAgain: () => void;
}

/** Why somebody is not in the room, and the one thing to do next. */
export function Refused({ code, onAgain }: RefusedProps) {
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, text, action, actionLabel } = refusal(code);
  // The page has changed under whoever was in it: say so to those who cannot see it.
  useEffect(() => heading.current?.focus(), []);

  const go = () => {
    if (action === "home") navigate("/");
    else if (action === "reload") window.location.reload();
    else onAgain();
  };
  return (
    <LobbyFrame posterUrl={null}>
      <h1 ref={heading} tabIndex={-1} className="text-title font-bold text-balance outline-none">
        {title}
      </h1>
      <p className="mt-2 text-pretty text-muted">{text}</p>
      <Button variant="primary" size="lg" className="mt-6 w-full" onClick={go}>
        {actionLabel}
      </Button>
    </LobbyFrame>
  );
}
