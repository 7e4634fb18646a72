import { t } from "@lingui/core/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changeable, changeSiteSettings, type SiteSettings, siteSettings } from "@/api/admin";
import { ProblemScreen } from "@/api/ProblemScreen";
import { siteConfigQuery } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { LoadingScreen } from "@/ui/Spinner";
import { Switch } from "@/ui/Switch";
import { showToast } from "@/ui/Toast";

export const KEY = ["admin", "settings"];
const GB = 1e9;

const registrationText = (): Array<{ value: SiteSettings["registration"]; label: string }> => [
  { value: "invitation", label: t`Invitation only` },
  { value: "open", label: t`Open to everyone` },
];

export function Settings() {
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: siteSettings });
  if (error) return <ProblemScreen error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen label={t`Loading settings`} />;
  return <SettingsForm saved={data} />;
}

function SettingsForm({ saved }: { saved: SiteSettings }) {
  const queries = useQueryClient();
  const { busy, submit, field, message } = useSubmission();
  const [draft, setDraft] = useState(saved);
  const change = (part: Partial<SiteSettings>) => setDraft((before) => ({ ...before, ...part }));

  function save(event: FormEvent) {
    event.preventDefault();
    void submit(async () => {
      queries.setQueryData(KEY, await changeSiteSettings(changeable(draft)));
      await queries.invalidateQueries(siteConfigQuery);
      showToast(t`Saved.`, { tone: "good" });
    });
  }

  return (
    <form onSubmit={save} className="flex max-w-2xl flex-col gap-6">
      <Field label={t`Site name`} error={field("brand_name")}>
        <Input
          value={draft.brand_name}
          maxLength={40}
          required
          onChange={(event) => change({ brand_name: event.target.value })}
        />
      </Field>
      <Field label={t`Registration`}>
        <Select
          value={draft.registration}
          options={registrationText()}
          onChange={(registration) => change({ registration })}
        />
      </Field>
      <Switch
        label={t`Hosting without an account`}
        hint={t`Guest hosts get 24 hours and limited storage, and can register later.`}
        checked={draft.temporary_hosts}
        onChange={(temporary_hosts) => change({ temporary_hosts })}
      />
      <Switch
        label={t`Second factor for admins`}
        hint={t`Admins need a passkey or an authenticator app. Add yours under Account first.`}
        checked={draft.admin_second_factor}
        onChange={(admin_second_factor) => change({ admin_second_factor })}
      />
      <div className="grid gap-5 border-t border-line pt-6 sm:grid-cols-2">
        <Gigabytes
          label={t`Storage per account`}
          value={draft.quota_bytes}
          error={field("quota_bytes")}
          onChange={(quota_bytes) => change({ quota_bytes })}
        />
        <Gigabytes
          label={t`Storage without an account`}
          value={draft.temporary_quota_bytes}
          error={field("temporary_quota_bytes")}
          onChange={(temporary_quota_bytes) => change({ temporary_quota_bytes })}
        />
        <Gigabytes
          label={t`Max file size`}
          value={draft.max_upload_bytes}
          error={field("max_upload_bytes")}
          onChange={(max_upload_bytes) => change({ max_upload_bytes })}
        />
      </div>
      {message && (
        <p role="alert" className="text-danger-text">
          {message}
        </p>
      )}
      <Button type="submit" variant="primary" busy={busy} className="self-start">
        {t`Save`}
      </Button>
    </form>
  );
}

interface GigabytesProps {
  label: string;
  value: number;
  error?: string | undefined;
  onChange: (bytes: number) => void;
}

function Gigabytes({ label, value, error, onChange }: GigabytesProps) {
  return (
    <Field label={`${label} (GB)`} error={error}>
      <Input
        type="number"
        min={0}
        step="any"
        value={Math.round((value / GB) * 100) / 100}
        onChange={(event) => onChange(Math.round(Number(event.target.value) * GB))}
      />
    </Field>
  );
}
