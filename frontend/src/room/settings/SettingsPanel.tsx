import { t } from "@lingui/core/macro";
import { type ReactNode, useState } from "react";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { LoadingScreen } from "@/ui/Spinner";
import { useChangeRoom, useRoomFacts } from "../state/roomFacts";
import { DangerZone } from "./DangerZone";
import { AccessRule, CapacityRule, ChatRules, WatchingRules } from "./RoomRules";

/** The host's settings. Most changes take effect at once. */
export default function SettingsPanel() {
  const { data: room } = useRoomFacts();
  if (!room) return <LoadingScreen label={t`Loading settings`} />;
  return (
    <div className="flex h-full flex-col gap-6 overflow-y-auto overscroll-contain p-4">
      <RoomNameForm key={room.name} name={room.name} />
      <Group title={t`Joining`}>
        <AccessRule room={room} />
        <RoomPasswordForm hasPassword={room.password_required} />
        <CapacityRule room={room} />
      </Group>
      <Group title={t`Watching`}>
        <WatchingRules room={room} />
      </Group>
      <Group title={t`Chat`}>
        <ChatRules room={room} />
      </Group>
      <DangerZone />
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-4 border-t border-line pt-5">
      <h2 className="text-xs font-semibold tracking-wide text-muted uppercase">{title}</h2>
      {children}
    </section>
  );
}

function RoomNameForm({ name }: { name: string }) {
  const [draft, setDraft] = useState(name);
  const { change, changing } = useChangeRoom();
  const changed = draft.trim() !== "" && draft.trim() !== name;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) change({ name: draft.trim() });
      }}
      className="flex items-end gap-2"
    >
      <Field label={t`Room name`} className="grow">
        <Input value={draft} maxLength={80} onChange={(event) => setDraft(event.target.value)} />
      </Field>
      {changed && (
        <Button type="submit" variant="primary" busy={changing}>
          {t`Save`}
        </Button>
      )}
    </form>
  );
}

function RoomPasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const [password, setPassword] = useState("");
  const { change, changing } = useChangeRoom();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (password === "") return;
        change({ password });
        setPassword("");
      }}
    >
      <Field
        label={t`Password`}
        hint={hasPassword ? t`New people must enter it.` : t`No password set.`}
      >
        <Input
          type="password"
          autoComplete="new-password"
          placeholder={hasPassword ? "••••••" : undefined}
          value={password}
          maxLength={128}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <div className="mt-2 flex gap-2">
        {password !== "" && (
          <Button type="submit" variant="primary" busy={changing}>
            {hasPassword ? t`Change password` : t`Set password`}
          </Button>
        )}
        {hasPassword && (
          <Button busy={changing} onClick={() => change({ password: null })}>
            {t`Remove password`}
          </Button>
        )}
      </div>
    </form>
  );
}
