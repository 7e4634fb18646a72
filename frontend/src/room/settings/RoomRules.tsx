import { plural, t } from "@lingui/core/macro";
import type { Access, Control, Room, WaitPolicy } from "@/api/rooms";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Switch } from "@/ui/Switch";
import { useChangeRoom } from "../state/roomFacts";

const accessTexts = (): ReadonlyArray<{ value: Access; label: string }> => [
  { value: "open", label: t`Anyone with the link` },
  { value: "knock", label: t`I approve each person` },
  { value: "members", label: t`Invited people only` },
];
const controlText = (): ReadonlyArray<{ value: Control; label: string }> => [
  { value: "host", label: t`Host only` },
  { value: "moderators", label: t`Host and co-hosts` },
  { value: "everyone", label: t`Everyone` },
];
const waitText = (): ReadonlyArray<{ value: WaitPolicy; label: string }> => [
  { value: "never", label: t`Don’t wait` },
  { value: "host", label: t`Wait for the host` },
  { value: "quorum", label: t`Wait for most people` },
  { value: "all", label: t`Wait for everyone` },
];
const slowModes = () =>
  choices([0, 5, 10, 30, 60], (s) => (s === 0 ? t`Off` : t`One message every ${s} s`));
const manyPeople = (people: number) => plural(people, { one: "# person", other: "# people" });
const capacities = () => choices([2, 5, 10, 25, 50, 100], manyPeople);

interface RulesProps {
  room: Room;
}

export function AccessRule({ room }: RulesProps) {
  const { change } = useChangeRoom();
  return (
    <Field label={t`Who can join`}>
      <Select
        value={room.access}
        options={accessTexts()}
        onChange={(access) => change({ access })}
      />
    </Field>
  );
}

export function CapacityRule({ room }: RulesProps) {
  const { change } = useChangeRoom();
  return (
    <Field label={t`Maximum people`}>
      <Select
        value={String(room.capacity)}
        options={including(capacities(), room.capacity, manyPeople)}
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
      <Field label={t`Who controls playback`}>
        <Select
          value={room.control}
          options={controlText()}
          onChange={(control) => change({ control })}
        />
      </Field>
      <Field
        label={t`When someone is buffering`}
        hint={
          room.wait.policy === "never"
            ? undefined
            : plural(room.wait.max_s, { one: "Up to # second.", other: "Up to # seconds." })
        }
      >
        <Select
          value={room.wait.policy}
          options={waitText()}
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
      <Switch label={t`Chat`} checked={room.chat} onChange={(chat) => change({ chat })} />
      <Field label={t`Slow mode`}>
        <Select
          value={String(room.slow_s)}
          options={including(slowModes(), room.slow_s, (s) => t`One message every ${s} s`)}
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
