import type { Access, Control, Room, WaitPolicy } from "@/api/rooms";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Switch } from "@/ui/Switch";
import { useChangeRoom } from "../state/roomFacts";

const ACCESS: ReadonlyArray<{ value: Access; label: string }> = [
  { value: "open", label: "Anyone with the link" },
  { value: "knock", label: "I approve each person" },
  { value: "members", label: "Invited people only" },
];
const CONTROL: ReadonlyArray<{ value: Control; label: string }> = [
  { value: "host", label: "Host only" },
  { value: "moderators", label: "Host and co-hosts" },
  { value: "everyone", label: "Everyone" },
];
const WAIT: ReadonlyArray<{ value: WaitPolicy; label: string }> = [
  { value: "never", label: "Don’t wait" },
  { value: "host", label: "Wait for the host" },
  { value: "quorum", label: "Wait for most people" },
  { value: "all", label: "Wait for everyone" },
];
const SLOW_MODES = choices([0, 5, 10, 30, 60], (s) =>
  s === 0 ? "Off" : `One message every ${s} s`,
);
const CAPACITIES = choices([2, 5, 10, 25, 50, 100], (people) => `${people} people`);

interface RulesProps {
  room: Room;
}

export function AccessRule({ room }: RulesProps) {
  const { change } = useChangeRoom();
  return (
    <Field label="Who can join">
      <Select value={room.access} options={ACCESS} onChange={(access) => change({ access })} />
    </Field>
  );
}

export function CapacityRule({ room }: RulesProps) {
  const { change } = useChangeRoom();
  return (
    <Field label="Maximum people">
      <Select
        value={String(room.capacity)}
        options={including(CAPACITIES, room.capacity, (people) => `${people} people`)}
        onChange={(capacity) => change({ capacity: Number(capacity) })}
      />
    </Field>
  );
}

/** Who controls the film, and whom it waits for. */
export function WatchingRules({ room }: RulesProps) {
  const { change } = useChangeRoom();
  return (
    <>
      <Field label="Who controls playback">
        <Select
          value={room.control}
          options={CONTROL}
          onChange={(control) => change({ control })}
        />
      </Field>
      <Field
        label="When someone is buffering"
        hint={room.wait.policy === "never" ? undefined : `Up to ${room.wait.max_s} seconds.`}
      >
        <Select
          value={room.wait.policy}
          options={WAIT}
          onChange={(policy) => change({ wait: { ...room.wait, policy } })}
        />
      </Field>
    </>
  );
}

export function ChatRules({ room }: RulesProps) {
  const { change } = useChangeRoom();
  return (
    <>
      <Switch label="Chat" checked={room.chat} onChange={(chat) => change({ chat })} />
      <Field label="Slow mode">
        <Select
          value={String(room.slow_s)}
          options={including(SLOW_MODES, room.slow_s, (s) => `One message every ${s} s`)}
          disabled={!room.chat}
          onChange={(slow_s) => change({ slow_s: Number(slow_s) })}
        />
      </Field>
    </>
  );
}

interface Choice {
  value: string;
  label: string;
}

function choices(numbers: number[], label: (number: number) => string): Choice[] {
  return numbers.map((number) => ({ value: String(number), label: label(number) }));
}

/** Adds a number that the list lacks, because the API accepts any. */
function including(known: Choice[], number: number, label: (number: number) => string): Choice[] {
  if (known.some((choice) => choice.value === String(number))) return known;
  return [...known, { value: String(number), label: label(number) }];
}
