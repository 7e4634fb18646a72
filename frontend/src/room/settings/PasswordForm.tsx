import { useState } from "react";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { useChangeRoom } from "./useChangeRoom";

export function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
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
        label="Password"
        hint={
          hasPassword ? "Newcomers are asked for it." : "Without one, the link is all it takes."
        }
      >
        <Input
          type="password"
          autoComplete="new-password"
          placeholder={hasPassword ? "Set, type to change it" : "None"}
          value={password}
          maxLength={128}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <div className="mt-2 flex gap-2">
        {password !== "" && (
          <Button type="submit" variant="primary" busy={changing}>
            {hasPassword ? "Change" : "Set password"}
          </Button>
        )}
        {hasPassword && (
          <Button busy={changing} onClick={() => change({ password: null })}>
            Remove password
          </Button>
        )}
      </div>
    </form>
  );
}
