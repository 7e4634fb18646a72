/** Fields that several account forms share, with the attributes that password managers need. */

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
    <Field label="Email" error={error}>
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
    <Field label="Your name" hint="Friends see this in the room." error={error}>
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
  label = "Password",
  isNew = false,
  autoFocus = false,
}: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      label={label}
      hint={isNew ? `At least ${MIN_PASSWORD} characters.` : undefined}
      error={error}
    >
      <div className="relative">
        <Input
          name={name}
          type={shown ? "text" : "password"}
          autoComplete={isNew ? "new-password" : "current-password"}
          minLength={isNew ? MIN_PASSWORD : undefined}
          maxLength={200}
          className="pr-12"
          required
          autoFocus={autoFocus}
        />
        <span className="absolute inset-y-0 right-0">
          <IconButton
            label={shown ? "Hide password" : "Show password"}
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
