import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/ui/Button";
import { LobbyFrame } from "./LobbyFrame";
import { type RefusalCode, refusal } from "./refusals";

interface RefusedProps {
  code: RefusalCode;
  /** Starts again at the join form. */
  onStartAgain: () => void;
}

/** Why the visitor is not in the room, and the one thing to do next. */
export function Refused({ code, onStartAgain }: RefusedProps) {
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, text, action, actionLabel } = refusal(code);
  // The page changed without a click: moving the focus makes screen readers announce it.
  useEffect(() => heading.current?.focus(), []);

  const go = () => {
    if (action === "home") navigate("/");
    else if (action === "reload") window.location.reload();
    else onStartAgain();
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
