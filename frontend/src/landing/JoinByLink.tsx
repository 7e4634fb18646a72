import { t } from "@lingui/core/macro";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { roomPath } from "@/visitor/links";

export function JoinByLink() {
  const navigate = useNavigate();
  const [wrong, setWrong] = useState(false);

  function open(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const path = roomPath(String(new FormData(event.currentTarget).get("link")));
    if (path) navigate(path);
    else setWrong(true);
  }

  return (
    <form onSubmit={open} className="w-full max-w-md animate-rise">
      <Field
        label={t`Room link`}
        error={wrong && t`That isn’t a room link. It should contain /r/.`}
      >
        <div className="flex gap-2">
          <Input
            name="link"
            autoFocus
            autoComplete="off"
            spellCheck={false}
            placeholder="…/r/"
            required
          />
          <Button type="submit">{t`Open`}</Button>
        </div>
      </Field>
    </form>
  );
}
