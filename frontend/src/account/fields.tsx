/** Fields that several account forms share, with the attributes that password managers need. */

import { t } from "@lingui/core/macro";
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { Field, Input } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";

interface EntryFieldProps {
  error?: string | undefined;
  defaultValue?: string | undefined;
}

const MIN_PASSWORD = 10;

export function EmailField({ error, defaultValue }: EntryFieldProps) {
  return (
    <Field label={t`Email`} error={error}>
      <Input
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={defaultValue}
        required
      />
    </Field>
  );
}

export function NameField({ error, defaultValue }: EntryFieldProps) {
  return (
    <Field label={t`Your name`} hint={t`Friends see this in the room.`} error={error}>
      <Input
        name="display_name"
        autoComplete="nickname"
        maxLength={40}
        defaultValue={defaultValue}
        required
      />
    </Field>
  );
}

interface PasswordFieldProps extends EntryFieldProps {
  name?: string;
  label?: string;
  /** Whether to require a minimum length. */
  isNew?: boolean;
  autoFocus?: boolean;
}

export function PasswordField({
  error,
  name = "password",
  label = t`Password`,
  isNew = false,
  autoFocus = false,
}: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      label={label}
      hint={isNew ? t`At least ${MIN_PASSWORD} characters.` : undefined}
      error={error}
    >
      <div className="relative">
        <Input
          name={name}
          type={shown ? "text" : "password"}
          autoComplete={isNew ? "new-password" : "current-password"}
          minLength={isNew ? MIN_PASSWORD : undefined}
          maxLength={200}
          className="pe-12"
          required
          autoFocus={autoFocus}
        />
        <span className="absolute inset-y-0 end-0">
          <IconButton
            label={shown ? t`Hide password` : t`Show password`}
            className="text-muted"
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff /> : <Eye />}
          </IconButton>
        </span>
      </div>
    </Field>
  );
}
