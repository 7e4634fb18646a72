import { t } from "@lingui/core/macro";
import { type FormEvent, useState } from "react";
import type { RoomCard } from "@/api/rooms";
import { useSession } from "@/api/session";
import { holdVideo } from "@/player/video/heldVideo";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { savedName, saveName } from "@/visitor/visitorName";
import { CardSummary } from "./CardSummary";
import { LobbyFrame } from "./LobbyFrame";

interface JoinInput {
  display_name: string;
  password?: string;
}

interface JoinFormProps {
  card: RoomCard;
  isHost: boolean;
  asksPassword: boolean;
  wrongPassword: boolean;
  busy: boolean;
  onJoin: (input: JoinInput) => void;
}

/**
 * The form before the room. It has a real button on purpose: browsers let a page play sound only after a user
 * gesture.
 */
export function JoinForm({
  card,
  isHost,
  asksPassword,
  wrongPassword,
  busy,
  onJoin,
}: JoinFormProps) {
  const account = useSession((state) => state.account);
  const [name, setName] = useState(() => account?.display_name ?? nameFromUrl() ?? savedName());
  const [password, setPassword] = useState("");

  const join = (event: FormEvent) => {
    event.preventDefault();
    const display_name = name.trim() || savedName();
    saveName(display_name);
    holdVideo();
    onJoin({ display_name, ...(password === "" ? {} : { password }) });
  };

  return (
    <LobbyFrame posterUrl={card.poster_url}>
      <CardSummary card={card} isHost={isHost} />
      <form
        onSubmit={join}
        aria-label={t`Join the room`}
        className="mt-6 flex flex-col gap-4 [@media(max-height:30rem)]:mt-3 [@media(max-height:30rem)]:gap-3"
      >
        <Field label={t`Your name`}>
          <Input
            value={name}
            maxLength={40}
            autoComplete="nickname"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        {asksPassword && (
          <Field
            label={t`Room password`}
            error={wrongPassword ? t`Wrong password. Ask the host.` : undefined}
          >
            <Input
              type="password"
              required
              autoFocus={wrongPassword}
              autoComplete="off"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
        )}
        <Button type="submit" variant="primary" size="lg" busy={busy} autoFocus={!asksPassword}>
          {card.access === "knock" && !isHost ? t`Ask to join` : t`Join`}
        </Button>
      </form>
    </LobbyFrame>
  );
}

/** A link can contain the name: /r/…?name=Max. */
function nameFromUrl(): string | null {
  return new URLSearchParams(window.location.search).get("name")?.slice(0, 40) || null;
}
