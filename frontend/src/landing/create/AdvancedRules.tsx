import { ChevronDown } from "lucide-react";
import type { Access, Control } from "@/api/rooms";
import { Field, Input } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Switch } from "@/ui/Switch";
import type { PartyPlan } from "./partyPlan";

const ACCESS: Array<{ value: Access; label: string }> = [
  { value: "open", label: "Anyone with the link" },
  { value: "knock", label: "I approve each person" },
  { value: "members", label: "Invited people only" },
];

const CONTROL: Array<{ value: Control; label: string }> = [
  { value: "moderators", label: "Host and co-hosts" },
  { value: "everyone", label: "Everyone" },
  { value: "host", label: "Host only" },
];

interface AdvancedRulesProps {
  plan: PartyPlan;
  onChange: (change: Partial<PartyPlan>) => void;
}

export default function AdvancedRules({ plan, onChange }: AdvancedRulesProps) {
  return (
    <details className="group rounded-2xl ring-1 ring-line">
      <summary className="flex min-h-11 list-none items-center justify-between rounded-2xl px-4 font-medium hover:bg-hover [&::-webkit-details-marker]:hidden">
        Advanced
        <ChevronDown
          className="size-4 transition-transform group-open:rotate-180"
          aria-hidden="true"
        />
      </summary>
      <div className="flex flex-col gap-4 px-4 pt-2 pb-4">
        <Field label="Who can join">
          <Select
            value={plan.access}
            onChange={(access) => onChange({ access })}
            options={ACCESS}
          />
        </Field>
        <Field label="Who controls playback">
          <Select
            value={plan.control}
            onChange={(control) => onChange({ control })}
            options={CONTROL}
          />
        </Field>
        <Field label="Password" hint="Optional. New people must enter it.">
          <Input
            value={plan.password}
            maxLength={200}
            autoComplete="off"
            onChange={(event) => onChange({ password: event.target.value })}
          />
        </Field>
        <Switch label="Chat" checked={plan.chat} onChange={(chat) => onChange({ chat })} />
      </div>
    </details>
  );
}
