import { t } from "@lingui/core/macro";
import { Name } from "@/ui/Name";

interface OwnerProps {
  /** Null if the account is deleted, or it is not one. */
  name: string | null;
  id: string;
}

/** An account by its name; the id is in the tooltip, for support. */
export function Owner({ name, id }: OwnerProps) {
  return (
    <span title={id} className="block max-w-48">
      {name === null ? (
        <span className="text-muted">{id === "system" ? t`The server` : t`Deleted account`}</span>
      ) : (
        <Name>{name}</Name>
      )}
    </span>
  );
}
