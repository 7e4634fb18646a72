import { t } from "@lingui/core/macro";
import type { ComponentProps } from "react";
import { copyText } from "@/browser/copyText";
import { Button } from "./Button";
import { showToast, type ToastOptions } from "./Toast";

/** Copies `text`, and reports in a toast whether that succeeded. */
export function CopyButton({
  text,
  ...style
}: { text: string } & Pick<ComponentProps<typeof Button>, "variant">) {
  async function copy() {
    const { sentence, ...options } = copyReport(await copyText(text));
    showToast(sentence, options);
  }
  return (
    <Button {...style} onClick={() => void copy()}>
      {t`Copy`}
    </Button>
  );
}

export function copyReport(copied: boolean): ToastOptions & { sentence: string } {
  return copied
    ? { sentence: t`Copied.`, tone: "good" }
    : {
        sentence: t`We couldn’t copy it. Select the text and copy it yourself.`,
        tone: "danger",
      };
}
