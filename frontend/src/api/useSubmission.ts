import { useState } from "react";
import { ApiError, sentenceFor } from "./errors";

/** Submits a form: busy during the call, and afterwards its errors, per field and as a whole. */
export function useSubmission() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  /** Resolves to true on success. */
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
    /** The error of one field of the body. */
    field: (name: string) => (error instanceof ApiError ? error.field(name) : undefined),
    /** The message above the button; null if the fields show all errors. */
    message: error === null || hasFields ? null : sentenceFor(error),
  };
}
