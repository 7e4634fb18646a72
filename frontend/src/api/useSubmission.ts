import { useState } from "react";
import { ApiError, sentenceFor } from "./errors";

/** One form's way to the API: busy while it is under way, and afterwards what was wrong, per field and as a whole. */
export function useSubmission() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  /** True when it went through. */
  async function submit(act: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    setError(null);
    try {
      await act();
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      setBusy(false);
    }
  }

  const hasFields = error instanceof ApiError && error.fields.length > 0;
  return {
    busy,
    submit,
    /** The complaint about one field of the body. */
    field: (name: string) => (error instanceof ApiError ? error.field(name) : undefined),
    /** What to say above the button; null when the fields say it all. */
    message: error === null || hasFields ? null : sentenceFor(error),
  };
}
