import { t } from "@lingui/core/macro";
import { ChevronDown } from "lucide-react";
import type { Access, Control } from "@/api/rooms";
import { Field, Input } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Switch } from "@/ui/Switch";
import type { PartyPlan } from "./partyPlan";

const accessTexts = (): Array<{ value: Access; label: string }> => [
  { value: "open", label: t`Anyone with the link` },
  { value: "knock", label: t`I approve each person` },
  { value: "members", label: t`Invited people only` },
];

const controlText = (): Array<{ value: Control; label: string }> => [
  { value: "moderators", label: t`Host and co-hosts` },
  { value: "everyone", label: t`Everyone` },
  { value: "host", label: t`Host only` },
];

interface AdvancedRulesProps {
  plan: PartyPlan;
  onChange: (change: Partial<PartyPlan>) => void;
}

export default function AdvancedRules({ plan, onChange }: AdvancedRulesProps) {
  return (
    <details className="group rounded-2xl ring-1 ring-line">
      <summary className="flex min-h-11 list-none items-center justify-between rounded-2xl px-4 font-medium hover:bg-hover [&::-webkit-details-marker]:hidden">
        {t`Advanced`}
        <ChevronDown
          className="size-4 transition-transform group-open:rotate-180"
          aria-hidden="true"
        />
      </summary>
      <div className="flex flex-col gap-4 px-4 pt-2 pb-4">
        <Field label={t`Who can join`}>
          <Select
            value={plan.access}
            onChange={(access) => onChange({ access })}
            options={accessTexts()}
          />
        </Field>
        <Field label={t`Who controls playback`}>
          <Select
            value={plan.control}
            onChange={(control) => onChange({ control })}
            options={controlText()}
          />
        </Field>
        <Field label={t`Password`} hint={t`Optional. New people must enter it.`}>
          <Input
            value={plan.password}
            maxLength={200}
            autoComplete="off"
            onChange={(event) => onChange({ password: event.target.value })}
          />
        </Field>
        <Switch label={t`Chat`} checked={plan.chat} onChange={(chat) => onChange({ chat })} />
      </div>
    </details>
  );
}
